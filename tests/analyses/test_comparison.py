"""Two models side by side, against counting by hand and scipy on the whole."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from gpar_core import fields
from gpar_core.analyses.comparison.result import (
    NEGATIVE,
    NOT_RANKED,
    TRAINED_ON,
    agreement,
    by_cell_line,
    compare,
    overlap,
)
from gpar_core.analyses.training.result import Model
from gpar_core.errors import RequestError
from gpar_core.rank.ranking import order_by
from tests.saved_model import model as saved_model
from tests.saved_model import ranking

NAMES = ("alpha", "beta", "gamma", "delta")
SIGNATURES = pd.DataFrame(
    {
        fields.DRUG: np.repeat([name.casefold() for name in NAMES], 3),
        fields.CELL_ID: ["A375", "A375", "MCF7"] * 4,
    }
)


def _model(model_id: str, scores: np.ndarray, names: tuple[str, ...], **changes: object) -> Model:
    """A model that ranks these compounds in this order; P0 is alpha, P1 beta and so on."""
    table = ranking(names)
    table[fields.PERT_ID] = [f"P{NAMES.index(name)}" for name in names]
    return replace(
        saved_model(model_id=model_id, **changes), scores=scores, ranking=order_by(table, "es")
    )


@pytest.fixture
def first() -> Model:
    return _model("a" * 20, np.linspace(1, 0, 12, dtype=np.float32), NAMES)


@pytest.fixture
def second() -> Model:
    """Turns the order round, above all by what gamma does in MCF7."""
    scores = np.linspace(1, 0, 12, dtype=np.float32)
    scores[8] = 2.0
    return _model("b" * 20, scores, ("gamma", "beta", "alpha"), drugs=("delta",), seed=9)


def test_shifts_are_places_gained_in_the_second(first: Model, second: Model) -> None:
    table = compare(first, second, SIGNATURES).compounds.set_index(fields.PERT_INAME)
    assert table["rank_first"].to_dict() == {"alpha": 1, "beta": 2, "gamma": 3, "delta": 4}
    assert table.loc["gamma", ["rank_second", "shift"]].tolist() == [1, 2]
    assert table.loc["alpha", "shift"] == -2
    assert table.loc["beta", "shift"] == 0
    assert np.isnan(table.loc["delta", "shift"])
    assert table.index.tolist() == ["alpha", "gamma", "beta", "delta"]


def test_what_moved_says_where_and_what_is_not_ranked_says_why(first: Model, second: Model) -> None:
    table = compare(first, second, SIGNATURES).compounds.set_index(fields.PERT_INAME)
    assert table.loc["gamma", "why"].startswith(
        "most in MCF7 (of 2 cell lines): mean percentile 29.2% to "
    )
    assert table.loc["gamma", "why"].endswith("(1 signature)")
    assert table.loc["delta", "why"] == f"{NOT_RANKED} by the second: {TRAINED_ON}"
    other_way = compare(second, first, SIGNATURES).compounds.set_index(fields.PERT_INAME)
    assert other_way.loc["delta", "why"] == f"{NOT_RANKED} by the first: {TRAINED_ON}"
    negative = replace(second, summary=replace(second.summary, drugs=()))
    table = compare(first, negative, SIGNATURES).compounds.set_index(fields.PERT_INAME)
    assert table.loc["delta", "why"] == f"{NOT_RANKED} by the second: {NEGATIVE}"


def test_the_reason_goes_the_way_of_the_rank(first: Model) -> None:
    """Beta falls most in MCF7, but rises a little in A375, and gains a place."""
    before, after = first.scores.copy(), first.scores.copy()
    before[3:6] = [0.70, 0.60, 1.5]
    after[3:6] = [0.75, 0.66, -1.0]
    gained = _model("b" * 20, after, ("beta", "alpha", "gamma", "delta"))
    weights = by_cell_line(before, after, SIGNATURES).set_index([fields.DRUG, fields.CELL_ID])
    assert weights.loc["beta", "weight"].abs().idxmax() == "MCF7"
    table = compare(replace(first, scores=before), gained, SIGNATURES).compounds
    why = table.set_index(fields.PERT_INAME)["why"]
    assert why["beta"].startswith("most in A375 (of 2 cell lines)")
    assert why["gamma"] == "same rank"


def test_a_move_that_no_cell_line_explains_is_said(first: Model) -> None:
    scores = first.scores.copy()
    scores[3:6] -= 0.5
    gained = _model("b" * 20, scores, ("beta", "alpha", "gamma", "delta"))
    table = compare(first, gained, SIGNATURES).compounds.set_index(fields.PERT_INAME)
    assert table.loc["beta", "why"] == (
        "its mean percentile rose in no cell line; others fell more"
    )


def test_only_settings_that_differ_are_listed(first: Model, second: Model) -> None:
    settings = compare(first, second, SIGNATURES).settings.set_index("what")
    assert settings.index.tolist() == ["Drugs in only one of them", "Seed"]
    assert settings.loc["Seed"].tolist() == ["3", "9"]
    assert settings.loc["Drugs in only one of them"].tolist() == ["entinostat, vorinostat", "delta"]


def test_weights_add_up_to_the_change_of_the_mean_percentile() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.random(12), rng.random(12)
    table = by_cell_line(one, other, SIGNATURES)
    for number in range(4):
        own = slice(3 * number, 3 * number + 3)
        mean = [np.mean([(scores < x).mean() + 0.5 / 12 for x in scores[own]])
                for scores in (one, other)]  # fmt: skip
        change = table.loc[table[fields.DRUG] == NAMES[number], "weight"].sum()
        assert change == pytest.approx(mean[1] - mean[0])


def test_overlap_is_counted_among_what_both_rank() -> None:
    rng = np.random.default_rng(1)
    one, other = rng.permutation(40) * 3 + 1, rng.permutation(40) * 2 + 5
    table = overlap(one, other, tops=(5, 10, 40))
    best = [set(np.argsort(ranks)[:10]) for ranks in (one, other)]
    assert table["top"].tolist() == [5, 10]
    assert table["shared"][1] == len(best[0] & best[1])
    assert table["expected"][1] == 2.5
    drawn = [len(best[0] & set(rng.choice(40, 10, replace=False))) for _ in range(4000)]
    assert np.mean(drawn) == pytest.approx(table["expected"][1], abs=0.1)


def test_agreement_is_spearmans_with_an_interval_that_covers() -> None:
    rng = np.random.default_rng(2)
    covered = []
    for _ in range(300):
        x = rng.normal(size=30)
        y = 0.5 * x + rng.normal(size=30) * np.sqrt(0.75)
        found = agreement(x, y)
        assert found.rho == pytest.approx(spearmanr(x, y).statistic)
        # Spearman's rho of normal data of correlation 0.5 is 6 / pi * arcsin(0.25).
        covered.append(found.low <= 6 / np.pi * np.arcsin(0.25) <= found.high)
    assert 0.91 <= np.mean(covered) <= 0.99


def test_three_compounds_have_no_interval() -> None:
    assert np.isnan(agreement(np.arange(3), np.arange(3)).rho)
    assert agreement(np.arange(5), np.arange(5)).high == pytest.approx(1)


def test_two_orders_of_one_ranking_can_be_compared(first: Model) -> None:
    table = compare(first, first, SIGNATURES, orders=("es", "p")).compounds
    assert table["why"][0].startswith("ES 0.900 from 6 signatures gives exact p")


def test_what_cannot_be_compared_is_refused(first: Model, second: Model) -> None:
    with pytest.raises(RequestError, match="same ranking"):
        compare(first, first, SIGNATURES)
    changed = replace(second, summary=replace(second.summary, fingerprint="0" * 64))
    with pytest.raises(RequestError, match="the same compendium"):
        compare(first, changed, SIGNATURES)
    with pytest.raises(RequestError, match="cannot be sorted"):
        compare(first, second, SIGNATURES, orders=("es", "nonsense"))
