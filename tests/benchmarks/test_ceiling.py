"""The ceiling is what it says: members known by themselves, strangers never."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.ceiling import WAYS, alike, measure, scores
from gpar_core import fields
from gpar_core.learn.presets import MatchingSettings
from gpar_core.learn.space import space_of
from tests.synthetic import build, drugs_of


def test_each_score_is_the_ratio_of_means_over_what_is_known() -> None:
    attention = np.random.default_rng(0).uniform(0.1, 5, (9, 9))
    member = np.arange(9) < 3
    found = scores(attention, member)
    for itself_known, way in enumerate(WAYS[:2]):
        for one in range(9):
            known = [other for other in range(9) if other != one or (itself_known and member[one])]
            positive = np.mean([attention[one, other] for other in known if member[other]])
            negative = np.mean([attention[one, other] for other in known if not member[other]])
            assert found[way][one] == pytest.approx(np.log(positive / negative))


def test_compounds_with_two_lines_take_part_and_planted_members_are_found(tmp_path: Path) -> None:
    drugs = [*drugs_of("X inhibitor", 5), *drugs_of("", 60, tas=0.1)]
    compendium = build(tmp_path, drugs, cells=("A375", "MCF7", "PC3"), effect=40.0)
    names, _ = alike(
        compendium, space_of(compendium, MatchingSettings(), seed=0), np.random.default_rng(0)
    )
    lines = compendium.signatures.groupby(fields.DRUG)[fields.CELL_ID].nunique()
    assert set(names) == set(lines[lines >= 2].index)
    found = measure(compendium, 2).groupby("way")["auroc"].mean()
    assert found["others"] > 0.9
    assert found["and itself"] >= found["others"]
