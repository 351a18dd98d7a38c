"""RGES and sRGES of Chen et al. 2017, against the definition written out."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata

from gpar_core import fields
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.data.importing.build import import_compendium
from gpar_core.data.importing.import_files import ImportFiles, SeriesFiles
from gpar_core.progress import silent
from gpar_core.search.gene_ranks import doubled_ranks
from gpar_core.search.query import Query, of_compound
from gpar_core.search.search import search
from gpar_core.search.srges import (
    CONDITIONS,
    MIN_PAIRS,
    adjustments,
    conditions,
    is_target,
    reversal,
    rges,
)
from tests.search.queries import drawn, signatures
from tests.synthetic import build, drugs_of

NONE = np.array([], int)


def slow_ks(rank: np.ndarray, n: int) -> float:
    rank, t = np.sort(rank), len(rank)
    if not t:
        return 0.0
    a = max(j / t - rank[j - 1] / n for j in range(1, t + 1))
    b = max(rank[j - 1] / n - (j - 1) / t for j in range(1, t + 1))
    return float(a if a > b else -b)


@pytest.fixture
def compendium(tmp_path: Path) -> Compendium:
    drugs = [*drugs_of("X inhibitor", 4, replicates=2), *drugs_of("", 10)]
    return build(tmp_path, drugs, cells=("A375", "MCF7", "PC3"), effect=40.0)


@pytest.mark.parametrize("query", [drawn(20, 30), drawn(1, 5), drawn(0, 7), drawn(7, 0)])
def test_rges_is_the_difference_of_the_two_lists_even_of_one_sign(
    compendium: Compendium, query: Query
) -> None:
    matrix = np.array(compendium.matrix).round(1)  # so that there are ties
    found = rges(replace(compendium, matrix=matrix), query)
    for row, own in zip(matrix, found, strict=True):
        rank = rankdata(-row.astype(float))
        assert own == pytest.approx(slow_ks(rank[query.up], 978) - slow_ks(rank[query.down], 978))


def test_ranks_are_those_of_scipy_twice() -> None:
    z = signatures(9).round(1)
    z[8] = 0
    genes = np.array([3, 0, 977, 500])
    np.testing.assert_array_equal(doubled_ranks(z, genes), 2 * rankdata(-z, axis=1)[:, genes])


def test_what_reverses_the_lists_is_below_zero(compendium: Compendium) -> None:
    own = of_compound(compendium, "x1")
    turned = Query("reversed", own.down, own.up)
    compounds = search(compendium, turned, score="wtcs")["compounds"].set_index("drug")
    assert set(compounds["srges"].nsmallest(4).index) == {"x0", "x1", "x2", "x3"}
    assert (compounds["srges"].nsmallest(4) < -0.3).all()
    assert "srges" not in search(compendium, own, score="wtcs")["compounds"]  # a profile


def _described(dose: list[float], time: list[float], unit: str = "um") -> pd.DataFrame:
    return pd.DataFrame(
        {
            fields.DOSE: dose, fields.DOSE_UNIT: unit, fields.TIME: time, fields.TIME_UNIT: "h",
        }
    )  # fmt: skip


def test_conditions_are_those_of_the_paper_in_any_unit() -> None:
    table = _described([1, 10, 1, 10, np.nan, 9.9999, 20], [6, 6, 24, 24, 24, 24, 48])
    names = [CONDITIONS[number] for number in conditions(table)]
    assert names == [
        "below 10 µM, below 24 h", "10 µM or more, below 24 h", "below 10 µM, 24 h or more",
        "10 µM or more, 24 h or more", "unknown", "10 µM or more, 24 h or more",
        "10 µM or more, 24 h or more",
    ]  # fmt: skip
    assert is_target(table).tolist() == [False, False, False, True, False, True, False]
    nanomolar = _described([10_000, 500, 3], [24, 24, 24], "nM")
    assert conditions(nanomolar).tolist() == [3, 2, 2]
    assert conditions(_described([10], [24], "ng/ml")).tolist() == [CONDITIONS.index("unknown")]


def test_adjustments_are_means_over_all_pairs() -> None:
    rng = np.random.default_rng(0)
    n = 400
    table = _described(
        rng.choice([0.1, 1, 10, 20, np.nan], n).tolist(), rng.choice([6.0, 24.0], n).tolist()
    )
    score, group = rng.normal(size=n), rng.permutation(np.arange(n) % 60)
    condition, target = conditions(table), is_target(table)
    found, summary = adjustments(score, group, condition, target)
    pairs: dict[int, list[float]] = {number: [] for number in range(len(CONDITIONS))}
    for x in np.flatnonzero(target):
        for y in np.flatnonzero((group == group[x]) & ~target):
            pairs[condition[y]].append(score[x] - score[y])
    for number, name in enumerate(CONDITIONS):
        expected = np.mean(pairs[number]) if name.startswith(("below", "10 µM or more, b")) else 0
        assert summary["adjustment"][number] == pytest.approx(expected)
        assert summary["n_pairs"][number] == len(pairs[number])
        assert summary["n_signatures"][number] == (condition == number).sum()
    np.testing.assert_allclose(found, summary["adjustment"].to_numpy()[condition])


def test_few_pairs_adjust_nothing() -> None:
    table = _described([10, *[1.0] * (MIN_PAIRS - 1)], [24] * MIN_PAIRS)
    score, group = np.arange(float(MIN_PAIRS)), np.zeros(MIN_PAIRS, int)
    few, _ = adjustments(score, group, conditions(table), is_target(table))
    assert not few.any()
    more = _described([10, *[1.0] * MIN_PAIRS], [24] * (MIN_PAIRS + 1))
    enough, _ = adjustments(
        np.arange(MIN_PAIRS + 1.0), np.zeros(MIN_PAIRS + 1, int), conditions(more), is_target(more)
    )
    assert enough[1] == pytest.approx(-np.mean(range(1, MIN_PAIRS + 1)))
    assert enough[0] == 0


def _planted(folder: Path) -> Compendium:
    """At 1 uM and 6 h every signature is a weak copy of that at 10 uM and 24 h."""
    plain = build(folder, drugs_of("X inhibitor", 15, replicates=2), effect=40.0)
    second = plain.signatures["sig_id"].str.endswith(":1").to_numpy()
    signatures_ = plain.signatures.copy()
    signatures_.loc[second, fields.DOSE] = 1.0
    signatures_.loc[second, fields.TIME] = 6.0
    matrix = np.array(plain.matrix)
    rng = np.random.default_rng(3)
    matrix[second] = 0.2 * matrix[~second] + rng.normal(size=matrix[second].shape)
    return replace(plain, matrix=matrix, signatures=signatures_)


def test_low_doses_are_adjusted_by_what_the_same_compounds_show(tmp_path: Path) -> None:
    planted = _planted(tmp_path)
    own = of_compound(planted, "x1")
    found = search(planted, Query("reversed", own.down, own.up), score="wtcs")
    table = found["adjustments"].set_index("condition")
    assert table.loc["below 10 µM, below 24 h", "n_pairs"] == 30
    assert table.loc["below 10 µM, below 24 h", "adjustment"] < -0.1  # weaker there
    assert (table["adjustment"] != 0).sum() == 1
    rows = found["signatures"]
    b = np.where(rows["pert_dose"] == 1, table.loc["below 10 µM, below 24 h", "adjustment"], 0)
    in_line = (rows["rges"] + b).groupby([rows["drug"], rows["cell_id"]]).mean()
    expected = in_line.groupby("drug").mean()
    compounds = found["compounds"].set_index("drug")["srges"]
    np.testing.assert_allclose(compounds.sort_index(), expected.sort_index())


def test_cell_lines_weigh_as_asked(compendium: Compendium) -> None:
    query = drawn(30, 30)
    drug, names = pd.factorize(compendium.signatures["drug"], sort=True)
    cell, cells = pd.factorize(compendium.signatures["cell_id"], sort=True)
    lines, line_of = np.unique(drug * len(cells) + cell, return_inverse=True)
    drug_of = lines // len(cells)
    weights = {"A375": 1.0, "PC3": 0.5, "HL60": 7.0}
    found = reversal(compendium, query, line_of, drug_of, weights=weights)
    mean = (
        pd.Series(found.signature)
        .groupby([compendium.signatures["drug"], compendium.signatures["cell_id"]])
        .mean()
    )
    for number, name in enumerate(names):
        expected = (mean[name]["A375"] + 0.5 * mean[name]["PC3"]) / 1.5
        assert found.drug[number] == pytest.approx(expected)
    none = reversal(compendium, query, line_of, drug_of, weights={"HL60": 1.0})
    assert np.isnan(none.drug).all()


def test_real_doses_and_times(doses_times: Path, tmp_path: Path) -> None:
    """272 signatures of three drugs, 6 and 24 h, 0.1 to 10 uM."""
    files = SeriesFiles(
        doses_times / "l1ktools_modzs_n272x978.gctx",
        doses_times / "sig_info.txt",
        doses_times / "gene_info.txt",
        pert_info=doses_times / "pert_info.txt",
    )
    import_compendium(
        ImportFiles((files,), (doses_times / "moa.tsv",)), tmp_path, name="doses", report=silent
    )
    compendium = compendia.load(tmp_path)
    own = of_compound(compendium, "vemurafenib")
    found = search(compendium, Query("reversed", own.down, own.up), score="wtcs")
    table = found["adjustments"].set_index("condition")
    assert table["n_signatures"].sum() == 272
    assert table.loc["unknown", "n_signatures"] == 0
    assert (table.drop("unknown")["n_signatures"] > 0).all()
    assert table.loc["10 µM or more, below 24 h", "n_pairs"] >= MIN_PAIRS
    compounds = found["compounds"].set_index("drug")
    assert compounds["srges"].idxmin() == "vemurafenib"
    assert {"pert_dose", "pert_time"} <= set(found["signatures"])
