"""One representative per drug and cell line, against a slow and obvious reference."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpar_core.data import representatives as module
from gpar_core.data.representatives import representatives
from gpar_core.data.stored_matrix import StoredMatrix


def _reference(
    matrix: np.ndarray, drug: np.ndarray, cell: np.ndarray, tas: np.ndarray
) -> np.ndarray:
    chosen = np.zeros(len(matrix), bool)
    for group in sorted(set(zip(drug, cell, strict=True))):
        rows = [i for i in range(len(matrix)) if (drug[i], cell[i]) == group]
        mean = dict.fromkeys(rows, 0.0)
        if len(rows) > 2:
            for i in rows:
                mean[i] = np.mean([_pearson(matrix[i], matrix[j]) for j in rows if j != i])
        best = min(
            rows,
            key=lambda i: (-round(mean[i], 9), -tas[i] if tas[i] == tas[i] else 1.0, i),
        )
        chosen[best] = True
    return chosen


def _pearson(a: np.ndarray, b: np.ndarray) -> float:
    if a.std() == 0 or b.std() == 0:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def _groups(sizes: list[int], seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    n = sum(sizes)
    group = np.repeat(np.arange(len(sizes)), sizes)
    return {
        "drug": group // 2,
        "cell": group % 2,
        "tas": rng.choice([0.1, 0.5, 0.9, np.nan], n),
    }


def test_a_matrix_on_disk_gives_the_same_as_one_in_memory(tmp_path: Path) -> None:
    matrix = np.random.default_rng(0).normal(size=(40, 30)).astype(np.float32)
    np.save(tmp_path / "m.npy", matrix)
    about = _groups([7, 1, 12, 20], 0)
    np.testing.assert_array_equal(
        representatives(StoredMatrix(tmp_path / "m.npy"), **about),
        representatives(matrix, **about),
    )


@settings(max_examples=25)
@given(
    sizes=st.lists(st.integers(1, 6), min_size=1, max_size=8),
    seed=st.integers(0, 1000),
    block_rows=st.integers(1, 12),
)
def test_the_vectorised_choice_is_that_of_the_loops(
    sizes: list[int], seed: int, block_rows: int
) -> None:
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(sum(sizes), 30)).astype(np.float32)
    matrix[rng.random(len(matrix)) < 0.1] = 1.5  # a constant signature correlates with nothing
    about = _groups(sizes, seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK_ROWS", block_rows)
        found = representatives(matrix, **about)
    np.testing.assert_array_equal(found, _reference(matrix, **about))
    assert found.sum() == len(sizes)


def test_the_signatures_of_a_drug_need_not_stand_together() -> None:
    rng = np.random.default_rng(3)
    matrix = rng.normal(size=(30, 20)).astype(np.float32)
    about = {"drug": rng.integers(0, 4, 30), "cell": np.sort(rng.integers(0, 2, 30))}
    about["tas"] = rng.random(30)
    found = representatives(matrix, **about)
    np.testing.assert_array_equal(found, _reference(matrix, **about))


def _choice(matrix: np.ndarray, tas: list[float]) -> int:
    n = len(matrix)
    found = representatives(
        np.asarray(matrix, np.float32),
        drug=np.zeros(n, int),
        cell=np.zeros(n, int),
        tas=np.array(tas),
    )
    return int(np.flatnonzero(found)[0])


def test_of_two_signatures_the_more_active_is_chosen_not_the_first() -> None:
    matrix = np.random.default_rng(0).normal(size=(2, 20))
    assert _choice(matrix, [0.2, 0.3]) == 1
    assert _choice(matrix, [np.nan, 0.0]) == 1
    assert _choice(matrix, [0.3, 0.3]) == 0


def test_equal_correlations_are_a_tie_whatever_their_last_bits() -> None:
    one = np.random.default_rng(0).normal(size=20)
    matrix = [one, 3 * one, one / 7, one * 1e3]
    assert _choice(matrix, [0.1, 0.4, 0.2, 0.3]) == 1


def test_the_signature_nearest_to_the_others_wins_over_a_higher_tas() -> None:
    rng = np.random.default_rng(0)
    core = rng.normal(size=200)
    matrix = np.stack([core, core + rng.normal(size=200), core + rng.normal(size=200)])
    assert _choice(matrix, [0.0, 1.0, 1.0]) == 0


def test_no_signature_gives_no_representative() -> None:
    empty = np.array([], dtype=int)
    found = representatives(np.empty((0, 978), np.float32), drug=empty, cell=empty, tas=np.empty(0))
    assert len(found) == 0


def test_the_choice_does_not_hang_on_the_last_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(400, 30)).astype(np.float32)
    about = _groups([4] * 100, 0)
    matrix[1::4] = matrix[0::4]  # the same values twice are a tie, which the TAS decides
    chosen = representatives(matrix, **about)
    exactly = module._mean_correlation

    def on_another_processor(rows: np.ndarray, *groups: np.ndarray) -> np.ndarray:
        return exactly(rows, *groups) + rng.uniform(-1e-14, 1e-14, len(rows))

    monkeypatch.setattr(module, "_mean_correlation", on_another_processor)
    for _ in range(5):
        np.testing.assert_array_equal(representatives(matrix, **about), chosen)
