"""How often a known target is among the first genes."""

from itertools import permutations
from math import comb
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gpar_core.errors import RequestError
from gpar_core.targets.evaluate import (
    evaluate_targets,
    hit_probability,
    hits_of_others,
    reliability,
    summary,
)
from gpar_core.targets.fitting import fit_combination
from gpar_core.targets.known_targets import known_targets
from tests.targets.planted import planted


def _share(tables: dict[str, pd.DataFrame], method: str, first: int = 10) -> float:
    rows = tables["methods"].set_index(["method", "first"])
    return float(rows.loc[(method, first), "share"])


@pytest.mark.parametrize("score", [[3, 2, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]])
def test_ties_are_broken_in_every_order(score: list[float]) -> None:
    target = np.array([False, True, False, True])
    for k in (1, 2, 3, 4):
        hits = []
        for order in permutations(range(4)):
            first = sorted(order, key=lambda gene: -score[gene])[:k]
            hits.append(bool(target[first].any()))
        found = hit_probability(np.array(score, float), target, k)
        assert found == pytest.approx(np.mean(hits))


def test_missing_scores_come_last_and_chance_is_hypergeometric() -> None:
    assert hit_probability(np.array([np.nan, -5.0]), np.array([True, False]), 1) == 0
    target = np.arange(100) < 3
    expected = 1 - comb(97, 10) / comb(100, 10)
    assert hit_probability(np.zeros(100), target, 10) == pytest.approx(expected)


def test_planted_targets_are_found(tmp_path: Path) -> None:
    tables = dict(evaluate_targets(planted(tmp_path)))
    assert _share(tables, "chance") == pytest.approx(10 / 40)
    assert _share(tables, "genetic") > 0.9
    assert _share(tables, "combined") > 0.9
    assert _share(tables, "knock_down") > 0.9
    weights = tables["weights"].set_index("line")["weight"]
    assert weights["knock_down"] > 0.5
    assert weights["over_expression"] > 0.5
    assert tables["scope"].to_dict("records")[0]["n_genes"] == 40
    assert tables["molecules"].groupby("method").size().eq(30).all()


def test_with_names_of_other_genes_the_hits_are_those_of_chance(tmp_path: Path) -> None:
    found = [
        evaluate_targets(planted(tmp_path / str(seed), shuffled=True, seed=seed))
        for seed in range(2)
    ]
    for method in ("genetic", "knock_down", "cosine", "gsea"):
        share = np.mean([_share(dict(each), method) for each in found])
        assert abs(share - 0.25) < 0.2  # 15 genes in each of two draws: 2.5 standard errors


def test_lists_of_other_molecules_are_counted_slowly() -> None:
    rng = np.random.default_rng(1)
    scores, known = rng.normal(size=(4, 60)), rng.random((4, 60)) < 0.05
    known[:, 0] = True
    found = hits_of_others(scores, known, list("abcd"), seed=0)
    for k in (10, 50):
        expected = [
            np.mean([hit_probability(scores[j], known[i], k) for j in range(4) if j != i])
            for i in range(4)
        ]
        assert found[f"first_{k}"].tolist() == pytest.approx(expected)
    assert found["drug"].tolist() == list("abcd")
    assert found["n_targets"].tolist() == known.sum(axis=1).tolist()


def test_what_a_list_finds_for_any_compound_is_no_evidence(tmp_path: Path) -> None:
    """Only 15 of 40 genes are targets, which the combination knows without any signature."""
    tables = dict(evaluate_targets(planted(tmp_path, effect=0.0)))
    assert _share(tables, "other") > 1.5 * _share(tables, "chance")
    assert abs(_share(tables, "combined") - _share(tables, "other")) < 0.25  # of 30 molecules
    found = dict(evaluate_targets(planted(tmp_path / "with")))
    assert _share(found, "other") < 0.8 < _share(found, "combined")


def test_an_absent_effect_is_not_found(tmp_path: Path) -> None:
    data = planted(tmp_path, effect=0.0)
    fit = fit_combination(data, known_targets(data))
    assert fit is not None
    assert fit.combination is not None
    p = fit.combination.probability(fit.evidence.lines, fit.evidence.queries)
    assert np.nanmax(p) < 0.2
    tables = dict(evaluate_targets(data))
    assert _share(tables, "genetic") < 0.5


def test_without_genetic_signatures_the_nearest_drugs_are_evidence(tmp_path: Path) -> None:
    tables = dict(evaluate_targets(planted(tmp_path, kinds={})))
    shown = {"combined", "neighbors", "other", "popular", "chance"}
    assert set(tables["methods"]["method"]) == shown
    assert tables["scope"]["n_genes"].tolist() == [15]
    assert _share(tables, "neighbors") > _share(tables, "chance")


def test_nothing_known_is_told(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="a table that has a column 'target'"):
        evaluate_targets(planted(tmp_path, known=False))


def test_the_interval_is_over_molecules() -> None:
    molecules = pd.DataFrame(
        {
            "drug": [f"m{number}" for number in range(50)], "method": "combined",
            "first_10": np.arange(50) < 20, "first_50": 1.0,
        }
    )  # fmt: skip
    found = summary(molecules, seed=0).set_index("first")
    assert found.loc[10, "share"] == 0.4
    half = 1.96 * np.sqrt(0.4 * 0.6 / 50)
    assert found.loc[10, "low"] == pytest.approx(0.4 - half, abs=0.03)
    assert found.loc[10, "high"] == pytest.approx(0.4 + half, abs=0.03)
    assert found.loc[50, ["low", "high"]].tolist() == pytest.approx([1.0, 1.0])


def test_reliability_counts_what_came_true() -> None:
    p = np.array([[0.5, 0.5, 0.001, np.nan]])
    found = reliability(p, np.array([[True, False, False, True]]))
    assert found["n"].tolist() == [1, 2]
    assert found["observed"].tolist() == [0, 0.5]
    assert found["predicted"].tolist() == pytest.approx([0.001, 0.5])
