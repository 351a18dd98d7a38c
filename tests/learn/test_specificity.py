"""Which other MOAs a compound is among the first of, against a plain count."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gpar_core.data.compendium import Compendium
from gpar_core.learn import specificity
from gpar_core.learn.presets import MatchingSettings
from gpar_core.learn.space import space_of
from gpar_core.learn.specificity import first_of, log_odds_of_classes
from gpar_core.rank.neighbors import unit
from tests.synthetic import build, drugs_of

FAST = MatchingSettings()


def test_log_odds_are_those_of_comparing_with_each_other_compound() -> None:
    rng = np.random.default_rng(0)
    embedded = unit(rng.normal(size=(30, 5))).astype(np.float32)
    member = rng.random((30, 4)) < 0.3
    rows = np.array([0, 7, 29])
    found = log_odds_of_classes(embedded, rows, member, 7.0)
    for place, row in enumerate(rows):
        others = np.arange(30) != row
        attention = np.exp(7.0 * embedded @ embedded[row])
        for column, of_class in enumerate(member.T):
            alike = attention[others & of_class].mean()
            unlike = attention[others & ~of_class].mean()
            assert found[place, column] == pytest.approx(np.log(alike / unlike), rel=1e-4)


@pytest.fixture
def compendium(tmp_path: Path) -> Compendium:
    """Two MOAs of six drugs, one of two, and 40 drugs of none."""
    drugs = [
        *drugs_of("X inhibitor", 6),
        *drugs_of("Y agonist", 6),
        *drugs_of("Z blocker", 2),
        *drugs_of("", 40),
    ]
    return build(tmp_path, drugs, effect=14.0)


def test_drugs_that_act_like_a_moa_stand_there_and_its_members_are_not_told(
    compendium: Compendium, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(specificity, "FIRST", 9)
    first_of.cache_clear()
    matrix = np.array(compendium.matrix)
    is_dark = (compendium.signatures["drug"] == "dark0").to_numpy()
    like = (compendium.signatures["drug"] == "x0").to_numpy()
    matrix[is_dark] = matrix[like] + np.random.default_rng(0).normal(size=(2, 978)) / 4
    made = replace(compendium, matrix=matrix)
    found = first_of(space_of(made, FAST, seed=0), made)
    assert set(found["moa"]) == {"X inhibitor", "Y agonist"}  # Z has too few drugs
    members = found["drug"].str.startswith("x") & (found["moa"] == "X inhibitor")
    assert not members.any()
    assert "dark0" in set(found.loc[found["moa"] == "X inhibitor", "drug"])
    assert (found["moa"] == "X inhibitor").sum() <= 4  # nine places, most of them members'


def test_a_few_similarities_at_a_time_give_the_same(
    compendium: Compendium, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = space_of(compendium, FAST, seed=0)
    expected = first_of(space, compendium)
    first_of.cache_clear()
    monkeypatch.setattr(specificity, "_kept", lambda _: None)
    monkeypatch.setattr(specificity, "AT_ONCE", 3 * compendium.n_drugs)
    pd.testing.assert_frame_equal(first_of(space, compendium), expected)


def test_without_any_moa_nothing_is_told(tmp_path: Path) -> None:
    made = build(tmp_path, drugs_of("", 20))
    assert first_of(space_of(made, FAST, seed=0), made).empty


def test_the_places_are_kept_for_the_next_time_and_computed_again_with_other_moas(
    compendium: Compendium, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = space_of(compendium, FAST, seed=0)
    found = first_of(space, compendium, 2)
    first_of.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(specificity, "pooled_drugs", lambda *_: pytest.fail("computed"))
        pd.testing.assert_frame_equal(first_of(space, compendium), found)
    renamed = compendium.compounds.assign(moa=compendium.compounds["moa"].str.replace("X", "W"))
    other = first_of(space, replace(compendium, compounds=renamed))
    assert set(other["moa"]) == {"W inhibitor", "Y agonist"}
