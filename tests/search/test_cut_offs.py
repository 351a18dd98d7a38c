"""Lists of the genes that pass cut-offs, against a slow reading of the same table."""

import numpy as np
import pytest

from gpar_core import fields
from gpar_core.data.changes import Changes
from gpar_core.errors import RequestError
from gpar_core.search.cut_offs import CutOffs, of_changes

SYMBOLS = fields.LANDMARK_SYMBOLS


def table(n: int = 3_000, seed: int = 0) -> Changes:
    """Random changes; the landmark genes are scattered among others."""
    rng = np.random.default_rng(seed)
    position = np.full(n, -1)
    position[rng.choice(n, fields.N_LANDMARKS, replace=False)] = np.arange(fields.N_LANDMARKS)
    log_fold = rng.normal(scale=1.5, size=(1, n)).astype(np.float32)
    strength = log_fold * rng.uniform(1, 3, size=(1, n)).astype(np.float32)
    fdr = rng.uniform(size=(1, n)).astype(np.float32) ** 3
    log_fold[0, :20] = np.nan
    fdr[0, 20:40] = np.nan
    genes = tuple(SYMBOLS[at] if at >= 0 else f"OTHER{i}" for i, at in enumerate(position))
    return Changes(("mine",), genes, position, (), log_fold, fdr, strength, ())


def slowly(changes: Changes, cut_offs: CutOffs, side: int) -> tuple[list[int], int, int]:
    """Positions of the genes of a side, and how many genes and landmark genes pass."""
    passing = []
    for i in range(len(changes.genes)):
        change, fdr = changes.log_fold[0, i], changes.fdr[0, i]
        if change * side > 0 and abs(change) >= cut_offs.lfc and fdr <= cut_offs.fdr:
            passing.append((abs(changes.strength[0, i]), changes.position[i]))
    landmarks = [at for _, at in sorted(passing, reverse=True) if at >= 0]
    return sorted(landmarks[: cut_offs.genes]), len(passing), len(landmarks)


@pytest.mark.parametrize("cut_offs", [
    CutOffs(), CutOffs(0.2, 0.5, 30), CutOffs(1, 0, 978), CutOffs(0.05, 2.5, 10),
])  # fmt: skip
def test_lists_are_the_strongest_that_pass(cut_offs: CutOffs) -> None:
    changes = table()
    query, match = of_changes(changes, cut_offs)
    for genes, found, side in ((query.up, match.up, 1), (query.down, match.down, -1)):
        expected, n_genes, n_landmarks = slowly(changes, cut_offs, side)
        assert genes.tolist() == expected
        assert (found.n_given, found.n_found) == (n_genes, n_landmarks)
        assert len(found.missing) == n_genes - n_landmarks
    assert query.name == "mine"


def test_stricter_cut_offs_never_add_genes() -> None:
    changes = table(seed=1)
    loose = of_changes(changes, CutOffs(0.5, 0.5, 978))[0]
    strict = of_changes(changes, CutOffs(0.05, 1.5, 978))[0]
    assert set(strict.up) < set(loose.up)
    assert set(strict.down) < set(loose.down)


def test_a_cut_off_of_a_missing_column_is_not_applied() -> None:
    changes = table()
    nothing = np.full_like(changes.fdr, np.nan)
    without = Changes(
        ("x",), changes.genes, changes.position, (), nothing, nothing, changes.strength, ()
    )
    query, _ = of_changes(without, CutOffs(1e-9, 5, 978))
    assert len(query.genes) == fields.N_LANDMARKS


def test_a_gene_whose_probes_disagree_counts_in_neither_list() -> None:
    position = np.array([7, 7, 8, 9])
    values = np.array([[2, -2, 3, -3]], np.float32)
    fdr = np.zeros((1, 4), np.float32)
    names = tuple(SYMBOLS[at] for at in position)
    changes = Changes(("x",), names, position, (), values, fdr, values, ())
    query, match = of_changes(changes, CutOffs())
    assert (query.up.tolist(), query.down.tolist()) == ([8], [9])
    assert match.both == (SYMBOLS[7],)
    assert "in both lists" in match.warnings[0]


@pytest.mark.parametrize(
    ("cut_offs", "said"),
    [
        (CutOffs(1e-12, 1, 50), r"No gene passes at FDR 1e-12 .* The lowest FDR"),
        (CutOffs(0.05, 99, 50), "No gene passes at FDR 0.05 and .* 99"),
        (CutOffs(0, 1, 50), "FDR cut-off is 0"),
        (CutOffs(float("nan"), 1, 50), "FDR cut-off is nan"),
        (CutOffs(0.05, -1, 50), "fold-change cut-off is -1"),
        (CutOffs(0.05, 1, 0), "number of genes on each side is 0"),
    ],
)
def test_cut_offs_that_leave_nothing_are_refused(cut_offs: CutOffs, said: str) -> None:
    with pytest.raises(RequestError, match=said):
        of_changes(table(), cut_offs)


def test_genes_that_pass_without_a_landmark_are_told() -> None:
    values = np.array([[2.0]], np.float32)
    changes = Changes(("x",), ("FOO",), np.array([-1]), (), values, values * 0, values, ())
    with pytest.raises(RequestError, match="1 genes pass, none of them a landmark gene"):
        of_changes(changes, CutOffs())
