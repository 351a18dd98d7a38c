"""Scoring in numpy, against plain loops."""

import json
import math
import time
import tracemalloc
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gpar_core import gpu
from gpar_core.errors import Cancelled, DataError
from gpar_core.progress import Progress
from gpar_core.rank import scoring
from gpar_core.rank.scoring import (
    SCALINGS,
    LayeredNetwork,
    MatchingNetwork,
    Network,
    assembled,
    disassembled,
    embed,
    scaled,
    score,
    score_blocks,
)


def _layered(
    scaling: str = "none", n_genes: int = 6, hidden: Iterable[int] = (5, 4)
) -> LayeredNetwork:
    rng = np.random.default_rng(0)
    widths = [n_genes, *hidden, 1]
    return LayeredNetwork(
        tuple(rng.normal(size=shape).astype(np.float32) for shape in pairwise(widths)),
        tuple(rng.normal(size=width).astype(np.float32) for width in widths[1:]),
        scaling,
    )


def _matching(scaling: str = "none", n_genes: int = 6, n_embedded: int = 4) -> MatchingNetwork:
    """It remembers 9 signatures, 3 of them positive, not sorted by kind."""
    rng = np.random.default_rng(0)
    memory = rng.normal(size=(9, n_embedded)).astype(np.float32)
    return MatchingNetwork(
        center=rng.normal(size=n_genes).astype(np.float32),
        embedding=rng.normal(size=(n_genes, n_embedded)).astype(np.float32),
        memory=memory / np.linalg.norm(memory, axis=1, keepdims=True),
        positive=np.isin(np.arange(9), [1, 4, 5]),
        sharpness=7.5,
        scaling=scaling,
        cells=np.array(["A375", "MCF7", "PC3"]),
        shift=rng.normal(size=(3, n_genes)).astype(np.float32),
    )


KINDS = {"layered": _layered, "matching": _matching}
both_kinds = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
Kind = Callable[..., Network]


def _by_loops(network: Network, signature: np.ndarray) -> float:
    """The probability of one scaled signature."""
    values = [float(value) for value in signature]
    if isinstance(network, MatchingNetwork):
        return _sigmoid(_log_odds_by_loops(network, values))
    for layer, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        sums = [
            float(bias[j]) + sum(value * float(weight[i, j]) for i, value in enumerate(values))
            for j in range(len(bias))
        ]
        last = layer == len(network.weights) - 1
        values = sums if last else [max(one, 0.0) for one in sums]
    return _sigmoid(values[0])


def _log_odds_by_loops(network: MatchingNetwork, values: list[float]) -> float:
    embedded = [
        sum((value - float(network.center[i])) * float(network.embedding[i, j])
            for i, value in enumerate(values))
        for j in range(network.embedding.shape[1])
    ]  # fmt: skip
    length = math.sqrt(sum(one * one for one in embedded))
    attention: dict[bool, list[float]] = {True: [], False: []}
    for remembered, positive in zip(network.memory, network.positive, strict=True):
        cosine = sum(a * float(b) for a, b in zip(embedded, remembered, strict=True)) / length
        attention[bool(positive)].append(math.exp(network.sharpness * cosine))
    mean = {positive: sum(each) / len(each) for positive, each in attention.items()}
    return math.log(mean[True]) - math.log(mean[False])


def _sigmoid(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


@both_kinds
@pytest.mark.parametrize("scaling", SCALINGS)
def test_scores_are_those_of_the_loops(scaling: str, kind: Kind) -> None:
    x = np.random.default_rng(1).normal(scale=4, size=(7, 6)).astype(np.float32)
    network = kind(scaling)
    expected = [_by_loops(network, row) for row in scaled(x, scaling)]
    np.testing.assert_allclose(score(network, x), expected, rtol=1e-4, atol=1e-6)
    assert score(network, x).dtype == np.float32


@both_kinds
@pytest.mark.parametrize("scaling", SCALINGS)
def test_many_are_scored_on_a_gpu_by_the_same_formulas(
    scaling: str, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = np.random.default_rng(1).normal(scale=4, size=(50, 6)).astype(np.float32)
    cell = np.array(["MCF7", "PC3", "HT29", "A375", "PC3"] * 10)
    network = kind(scaling)
    on_cpu = score(network, x, cell=cell), score(network, x, np.arange(40))
    used = []
    monkeypatch.setattr(gpu, "MANY", 40)
    monkeypatch.setattr(gpu, "device", lambda: used.append("asked") or "/CPU:0")
    np.testing.assert_allclose(score(network, x, cell=cell), on_cpu[0], rtol=1e-4, atol=1e-6)
    assert used == ["asked"]
    np.testing.assert_array_equal(score(network, x, np.arange(40)), on_cpu[1])
    assert used == ["asked"]


@both_kinds
def test_blocks_and_chosen_rows_give_the_same_scores(
    kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = np.random.default_rng(1).normal(size=(25, 6)).astype(np.float32)
    network = kind()
    whole = score(network, x)
    monkeypatch.setattr(scoring, "BLOCK_ROWS", 4)
    heard: list[Progress] = []
    np.testing.assert_allclose(score(network, x, report=heard.append), whole, rtol=1e-5)
    assert [progress.done for progress in heard] == [4, 8, 12, 16, 20, 24, 25]
    rows = np.array([24, 3, 3, 11, 0])
    np.testing.assert_allclose(score(network, x, rows), whole[rows], rtol=1e-5)
    assert len(score(network, x, rows[:0])) == 0


@both_kinds
def test_scores_do_not_depend_on_the_threads(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "BLOCK_ROWS", 4)
    x = np.random.default_rng(1).normal(size=(45, 6)).astype(np.float32)
    heard: list[Progress] = []
    alone = score(kind("signed-root"), x)
    together = score(kind("signed-root"), x, threads=3, report=heard.append)
    np.testing.assert_array_equal(together, alone)
    assert [progress.done for progress in heard] == [*range(4, 45, 4), 45]


@both_kinds
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.int8])
@pytest.mark.parametrize("scaling", SCALINGS)
def test_a_matrix_of_any_type_and_order_is_scored_without_a_copy_of_it(
    scaling: str, dtype: type, order: str, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "BLOCK_ROWS", 256)
    x = np.random.default_rng(1).integers(-9, 10, (40_000, 30)).astype(dtype)
    network = kind(scaling, 30)
    expected = score(network, np.array(x, np.float32))
    matrix = np.asarray(x, order=order)
    tracemalloc.start()
    found = score(network, matrix)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    np.testing.assert_allclose(found, expected, atol=1e-6)
    # Even a copy in bytes would be more.
    assert peak - found.nbytes < matrix.size
    np.testing.assert_array_equal(matrix, x)


@both_kinds
@pytest.mark.parametrize("order", ["C", "F"])
def test_a_memory_map_is_read_and_left_as_it_was(
    order: str, kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "BLOCK_ROWS", 100)
    x = np.random.default_rng(1).normal(size=(1000, 6)).astype(np.float32)
    np.save(tmp_path / "x.npy", np.asarray(x, order=order))
    rows = np.array([999, 3, 500])
    network = kind()
    for mode in ("r", "r+", "c"):
        matrix = np.load(tmp_path / "x.npy", mmap_mode=mode)
        if mode == "c":
            matrix[3] = x[3] = 1.0
        np.testing.assert_allclose(score(network, matrix), score(network, x), atol=1e-6)
        np.testing.assert_allclose(score(network, matrix, rows), score(network, x[rows]))
        np.testing.assert_array_equal(matrix, x)


def test_a_report_that_raises_stops_the_scoring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "BLOCK_ROWS", 1)
    scored = []

    def slow(block: np.ndarray, rows: slice | np.ndarray) -> np.ndarray:
        scored.append(len(block))
        if len(scored) > 20:  # the first are reported meanwhile
            time.sleep(0.05)
        return block[:, 0]

    def cancel(progress: Progress) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled, match="enough"):
        score_blocks(slow, np.zeros((400, 2)), threads=2, report=cancel)
    assert len(scored) < 200


def test_what_a_scorer_raises_reaches_the_caller() -> None:
    def broken(block: np.ndarray, rows: slice | np.ndarray) -> np.ndarray:
        raise Cancelled("broken")

    with pytest.raises(Cancelled, match="broken"):
        score_blocks(broken, np.zeros((3, 2)), threads=2)


@pytest.mark.parametrize("network", [_layered(hidden=()), _matching(), _matching("signed-root")])
def test_scores_stay_within_zero_and_one_however_strong_the_signature(network: Network) -> None:
    x = np.full((2, 6), 1e30, np.float32)
    x[1] = -x[1]
    found = score(network, x)
    assert np.isfinite(found).all()
    assert ((found >= 0) & (found <= 1)).all()


# ----------------------------------------------------------------------------- matching networks


def test_how_far_a_signature_is_from_the_center_does_not_matter() -> None:
    network = _matching()
    direction = np.random.default_rng(1).normal(size=(8, 6)).astype(np.float32)
    near, far = (score(network, network.center + by * direction) for by in (0.5, 400.0))
    np.testing.assert_allclose(near, far, rtol=1e-4)
    assert np.ptp(near) > 0.1


def test_a_signature_that_is_the_center_is_as_like_positives_as_negatives() -> None:
    network = _matching()
    np.testing.assert_array_equal(score(network, network.center[None]), 0.5)


def test_the_more_a_signature_is_like_the_positives_the_higher_its_score() -> None:
    network = replace(
        _matching(n_embedded=6),
        center=np.zeros(6, np.float32),
        embedding=np.eye(6, dtype=np.float32),
        memory=np.eye(6, dtype=np.float32),
        positive=np.arange(6) == 2,
    )
    one, other = np.eye(6, dtype=np.float32)[[2, 0]]
    share = np.linspace(0, 1, 6, dtype=np.float32)[:, None]
    found = score(network, (1 - share) * other + share * one)
    assert (np.diff(found) > 0).all()
    assert found[0] < 0.5 < found[-1]


def test_numbers_of_positives_and_negatives_do_not_matter_only_their_mean() -> None:
    network = _matching()
    x = np.random.default_rng(1).normal(size=(8, 6)).astype(np.float32)
    often = np.flatnonzero(~network.positive).repeat(20)
    rows = np.concatenate([np.flatnonzero(network.positive), often])
    more = replace(network, memory=network.memory[rows], positive=network.positive[rows])
    np.testing.assert_allclose(score(more, x), score(network, x), rtol=1e-5)


def test_the_order_of_what_is_remembered_does_not_matter() -> None:
    network = _matching()
    x = np.random.default_rng(1).normal(size=(8, 6)).astype(np.float32)
    order = np.random.default_rng(2).permutation(9)
    other = replace(network, memory=network.memory[order], positive=network.positive[order])
    np.testing.assert_allclose(score(other, x), score(network, x), rtol=1e-5)


def test_embedded_signatures_have_length_one_or_are_nothing() -> None:
    network = _matching()
    x = np.random.default_rng(1).normal(size=(5, 6)).astype(np.float32)
    x[3] = network.center
    embedded = embed(x, network.center, network.embedding)
    np.testing.assert_allclose(np.linalg.norm(embedded, axis=1), [1, 1, 1, 0, 1], atol=1e-6)
    assert embedded.dtype == np.float32


# ------------------------------------------------------------------------------ taken apart


def _through_files(network: Network, folder: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    arrays, description = disassembled(network)
    np.savez(folder / "network.npz", **arrays)
    with np.load(folder / "network.npz", allow_pickle=False) as read:
        return dict(read), json.loads(json.dumps(description))


@both_kinds
@pytest.mark.parametrize("scaling", SCALINGS)
def test_a_network_taken_apart_and_put_together_is_the_same(
    scaling: str, kind: Kind, tmp_path: Path
) -> None:
    network = kind(scaling)
    again = assembled(*_through_files(network, tmp_path))
    assert type(again) is type(network)
    assert again.scaling == scaling
    x = np.random.default_rng(1).normal(scale=4, size=(50, 6))
    np.testing.assert_array_equal(score(again, x), score(network, x))


@both_kinds
def test_a_network_that_lacks_an_array_is_refused(kind: Kind) -> None:
    arrays, description = disassembled(kind())
    assert len(arrays) >= 4
    for name in arrays:
        rest = {other: array for other, array in arrays.items() if other != name}
        with pytest.raises(KeyError, match=name):
            assembled(rest, description)


@both_kinds
def test_a_network_whose_description_lacks_something_is_refused(kind: Kind) -> None:
    arrays, description = disassembled(kind())
    for name in description:
        rest = {other: value for other, value in description.items() if other != name}
        with pytest.raises(KeyError, match=name):
            assembled(arrays, rest)


@both_kinds
@pytest.mark.parametrize(
    ("change", "words"),
    [({"scaling": "magic"}, "scaling 'magic'"), ({"kind": "magic"}, "kind 'magic'")],
)
def test_an_unknown_scaling_or_kind_is_refused(
    kind: Kind, change: dict[str, str], words: str
) -> None:
    arrays, description = disassembled(kind())
    with pytest.raises(DataError, match=f"{words} is unknown"):
        assembled(arrays, description | change)


@pytest.mark.parametrize("wrong", [None, [], "layered", {"scaling": []}, {"scaling": None}])
def test_a_description_of_another_form_is_refused(wrong: Any) -> None:
    arrays, _ = disassembled(_layered())
    with pytest.raises((KeyError, TypeError, DataError)):
        assembled(arrays, wrong)


# --------------------------------------------------------------------------------------- scaling


def test_scalings_by_hand() -> None:
    x = np.array([[9.0, -4.0, 0.0, 0.25]])
    np.testing.assert_array_equal(scaled(x, "none"), x.astype(np.float32))
    np.testing.assert_array_equal(scaled(x, "signed-root"), [[3.0, -2.0, 0.0, 0.5]])


@pytest.mark.parametrize("scaling", SCALINGS)
def test_a_signature_of_zeros_stays_zero(scaling: str) -> None:
    np.testing.assert_array_equal(scaled(np.zeros((1, 5)), scaling), np.zeros((1, 5)))


@pytest.mark.parametrize("scaling", SCALINGS)
def test_scaling_leaves_the_compendium_as_it_was(scaling: str) -> None:
    x = np.full((2, 3), 20.0, np.float32)
    scaled(x, scaling)
    np.testing.assert_array_equal(x, 20.0)


# --------------------------------------------------------------------------------- hidden layer


def test_the_hidden_layer_is_the_one_before_the_output() -> None:
    network = _layered()
    x = np.random.default_rng(3).normal(size=(6, network.weights[0].shape[0]))
    hidden = scaled(x, network.scaling)
    for weight, bias in zip(network.weights[:-1], network.biases[:-1], strict=True):
        hidden = np.maximum(hidden @ weight + bias, 0)
    np.testing.assert_allclose(network.hidden(x), hidden, rtol=1e-5)
    odds = network.hidden(x) @ network.weights[-1] + network.biases[-1]
    np.testing.assert_allclose(network.probability(x), 1 / (1 + np.exp(-odds[:, 0])), rtol=1e-5)


def test_a_matching_network_hides_signatures_of_length_one() -> None:
    network = _matching()
    x = np.random.default_rng(3).normal(size=(6, len(network.center)))
    hidden = (scaled(x, network.scaling) - network.center) @ network.embedding
    hidden /= np.linalg.norm(hidden, axis=1, keepdims=True)
    np.testing.assert_allclose(network.hidden(x), hidden, rtol=1e-4, atol=1e-6)


# ----------------------------------------------------------------------------------- cell lines


def test_what_is_common_to_a_known_cell_line_is_taken_off() -> None:
    network = _matching()
    x = np.random.default_rng(4).normal(size=(4, 6)).astype(np.float32)
    before = x.copy()
    cell = np.array(["MCF7", "A549", "PC3", ""], dtype=object)
    expected = x - np.stack([network.shift[1], np.zeros(6), network.shift[2], np.zeros(6)])
    np.testing.assert_allclose(network.inputs(x, cell), expected, rtol=1e-6)
    np.testing.assert_array_equal(network.inputs(x), x)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_allclose(
        network.probability(x, cell), network.probability(expected), rtol=1e-5
    )
    rows = np.array([2, 0])
    np.testing.assert_allclose(
        score(network, x, rows, cell=cell), network.probability(expected[rows]), rtol=1e-5
    )


def test_a_layered_network_asks_for_no_cell_line() -> None:
    network, x = _layered(), np.ones((2, 6), np.float32)
    np.testing.assert_array_equal(
        score(network, x, cell=np.array(["A375", "PC3"])), score(network, x)
    )


def test_a_network_that_was_saved_without_cell_lines_still_opens() -> None:
    network = _matching()
    arrays, description = disassembled(network)
    old = assembled({name: arrays[name] for name in scoring.MATCHING_ARRAYS}, description)
    x = np.random.default_rng(5).normal(size=(3, 6)).astype(np.float32)
    np.testing.assert_array_equal(old.probability(x, np.array(["PC3"] * 3)), network.probability(x))
