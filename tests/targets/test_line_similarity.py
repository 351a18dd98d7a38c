"""Similarity to perturbagens, against the obvious way."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gpar_core.data.compendium import Compendium
from gpar_core.targets import line_similarity
from gpar_core.targets.genetic import added, gene_key, gene_similarities, genes_of
from gpar_core.targets.line_similarity import (
    OTHER,
    SAME,
    compared,
    compound_queries,
    similarities,
    standardized,
)
from tests.targets.planted import GAIN, GENES, LOSS, planted


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    return planted(
        tmp_path_factory.mktemp("c"), n_drugs=4, lines=("A375", "MCF7"),
        genetic_lines=("MCF7", "PC3"),
    )  # fmt: skip


def _mean(compendium: Compendium, **of: str) -> np.ndarray:
    rows = np.ones(compendium.n_signatures, bool)
    for column, value in of.items():
        rows &= (compendium.signatures[column] == value).to_numpy()
    return np.asarray(compendium.matrix)[rows].astype(float).mean(axis=0)


def _cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def _slow(compendium: Compendium, drug: str, kind: str, cell: str) -> np.ndarray:
    """The cosines of a drug with all genes, one at a time."""
    view = compendium.genetic
    assert view is not None
    word = {LOSS: "knock-down", GAIN: "over-expression"}[kind]
    of = [_mean(view, pert_iname=f"{gene} {word}", cell_id=cell) for gene in sorted(GENES)]
    own = set(compendium.signatures.loc[compendium.signatures["drug"] == drug, "cell_id"])
    lines = [_mean(compendium, drug=drug, cell_id=line) for line in sorted(own)]
    query = _mean(compendium, drug=drug, cell_id=cell) if cell in own else np.mean(lines, axis=0)
    center = np.mean(of, axis=0)
    return np.array([_cosine(query, each - center) for each in of])


def test_cosines_are_those_of_centered_mean_signatures(
    data: Compendium, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_similarity, "BLOCK_ROWS", 7)
    view = data.genetic
    assert view is not None
    genes, code = genes_of(view)
    assert genes.tolist() == sorted(GENES)
    found = list(compared(compound_queries(data, ["drug1", "drug3"]), view, code))
    assert {(each.kind, each.cell, bool(each.shared.all())) for each in found} == {
        (kind, cell, cell == "MCF7") for kind in (LOSS, GAIN) for cell in ("MCF7", "PC3")
    }
    for each in found:
        for row, drug in enumerate(("drug1", "drug3")):
            slow = _slow(data, drug, each.kind, each.cell)
            np.testing.assert_allclose(each.cosine[row], slow, atol=1e-5)


def test_lines_and_kinds_are_added_after_standardizing(data: Compendium) -> None:
    view = data.genetic
    assert view is not None
    genes, code = genes_of(view)
    queries = compound_queries(data, ["drug2"])
    found = gene_similarities(compared(queries, view, code), 1, len(genes))
    slow = {
        (kind, cell): _z(_slow(data, "drug2", kind, cell))
        for kind in (LOSS, GAIN)
        for cell in ("MCF7", "PC3")
    }
    np.testing.assert_allclose(found["knock_down"][0], slow[LOSS, "MCF7"], atol=1e-3)
    np.testing.assert_allclose(found["knock_down_other"][0], slow[LOSS, "PC3"], atol=1e-3)
    np.testing.assert_allclose(found["over_expression"][0], -slow[GAIN, "MCF7"], atol=1e-3)
    both = _z(slow[LOSS, "MCF7"] - slow[GAIN, "MCF7"])
    np.testing.assert_allclose(added(found)[0], both, atol=1e-3)
    assert genes[added(found)[0].argmax()] == "GENE2"


def test_several_lines_are_added_by_stouffer(tmp_path: Path) -> None:
    data = planted(tmp_path, n_drugs=3, lines=("A", "B"), genetic_lines=("A", "B", "C", "D"))
    view = data.of_kinds([LOSS])
    genes, code = genes_of(view)
    found = similarities(compared(compound_queries(data, ["drug0"]), view, code), 1, len(genes))
    for scope, cells in ((SAME, "AB"), (OTHER, "CD")):
        slow = sum(_z(_slow(data, "drug0", LOSS, cell)) for cell in cells) / np.sqrt(2)
        np.testing.assert_allclose(found[LOSS, scope][0], _z(np.asarray(slow)), atol=1e-3)


def test_other_lines_count_where_a_gene_has_no_signature_in_those_of_the_query() -> None:
    nan = np.nan
    same, other = np.array([[1.0, nan, -1.0, nan]]), np.array([[9.0, 2.0, 9.0, nan]])
    found = added({"knock_down": same, "knock_down_other": other})
    expected = _z(np.array([1.0, 2.0, -1.0]))
    np.testing.assert_allclose(found[0, :3], expected)
    assert np.isnan(found[0, 3])


def test_a_row_without_spread_says_nothing() -> None:
    found = standardized(np.array([[2.0, 2.0, np.nan], [1.0, 3.0, np.nan]]))
    np.testing.assert_array_equal(found, [[0, 0, np.nan], [-1, 1, np.nan]])


def test_signatures_of_no_perturbagen_are_left_out(data: Compendium) -> None:
    view = data.of_kinds([LOSS])
    code = np.where(view.signatures["pert_iname"] == "GENE3 knock-down", -1, 0)
    code = np.where(code == 0, pd.factorize(view.signatures["drug"])[0], -1)
    for each in compared(compound_queries(data, ["drug0"]), view, code):
        assert len(each.codes) == len(GENES) - 1


def test_symbols_have_one_spelling() -> None:
    assert gene_key(" c19orf12 ") == gene_key("C19orf12") == "C19ORF12"


def _z(x: np.ndarray) -> np.ndarray:
    return (x - x.mean()) / x.std()
