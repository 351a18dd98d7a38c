"""Targets of the nearest drugs."""

from math import log
from pathlib import Path

import numpy as np
import pandas as pd

from gpar_core.targets.known_targets import KnownTargets, known_targets
from gpar_core.targets.line_similarity import compound_queries
from gpar_core.targets.neighbors import drug_similarities, neighbor_evidence
from tests.targets.planted import planted


def _known(has: list[list[int]]) -> KnownTargets:
    names = [f"d{number}" for number in range(len(has))]
    genes = [f"G{number}" for number in range(len(has[0]))]
    return KnownTargets(pd.Index(names), pd.Index(genes), np.array(has, bool))


def test_evidence_is_the_share_of_near_drugs_over_that_of_all_others() -> None:
    known = _known([[1, 1, 0], [1, 0, 0], [0, 0, 1], [0, 0, 1], [0, 0, 1]])
    similarity = np.array([[-np.inf, 3.0, 1.0, -1.0, -2.0]])
    found = neighbor_evidence(similarity, known, np.array([0]))[0]
    # Of the four others, two are nearer than average, with weights 3 and 1.
    assert np.isclose(found[0], log((2 * 0.75 + 0.25) / (3 * 0.25)))
    assert np.isnan(found[1]), "only the query itself has this target"
    assert np.isclose(found[2], log((2 * 0.25 + 0.75) / (3 * 0.75)))


def test_own_targets_change_nothing() -> None:
    similarity = np.array([[-np.inf, 3.0, 1.0, -1.0, -2.0]])
    rest = [[1, 0, 0], [0, 0, 1], [0, 0, 1], [0, 1, 1]]
    first = neighbor_evidence(similarity, _known([[1, 1, 1], *rest]), np.array([0]))
    second = neighbor_evidence(similarity, _known([[0, 0, 1], *rest]), np.array([0]))
    np.testing.assert_array_equal(first, second)


def test_nothing_near_is_no_evidence() -> None:
    known = _known([[1, 0], [0, 1], [1, 1]])
    found = neighbor_evidence(np.array([[-1.0, -2.0, -np.inf]]), known, np.array([-1]))
    assert np.isnan(found).all()


def test_drugs_with_the_same_target_are_near_and_the_own_molecule_never_is(tmp_path: Path) -> None:
    data = planted(tmp_path, kinds={}, effect=60.0)
    known = known_targets(data)
    found = drug_similarities(compound_queries(data, ["drug4", "drug5"]), data, known)
    assert known.drugs[found.argmax(axis=1)].tolist() == ["drug19", "drug20"]
    assert found[0, known.drugs.get_loc("drug4")] == -np.inf


def test_knock_downs_are_no_drugs(tmp_path: Path) -> None:
    known = known_targets(planted(tmp_path, n_drugs=2).of_kinds(["trt_cp", "trt_sh.cgs"]))
    assert known.drugs.tolist() == ["drug0", "drug1"]
    assert known.of("drug1") == ("GENE1",)
    assert known.of("gene1 knock-down") == ()
