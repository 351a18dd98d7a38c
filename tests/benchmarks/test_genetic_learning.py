"""Genes count as members and in the space as the benchmark says, and never the held-out drug."""

import numpy as np
import pandas as pd
import pytest

from benchmarks import genetic_learning
from benchmarks.genetic_learning import (
    ALONE,
    IN_SPACE,
    OF_TARGET,
    WAYS,
    WITH_DRUGS,
    Perturbagens,
    against_alone,
    attention,
    resembling,
    scores,
)  # fmt: skip

N_DRUGS, N_LOST, N_CELLS, N_GENES = 12, 3, 3, 20


@pytest.fixture
def perturbagens() -> Perturbagens:
    rng = np.random.default_rng(0)
    unit = np.repeat(np.arange(N_DRUGS + N_LOST), N_CELLS)
    targets = np.zeros((N_DRUGS, N_LOST), bool)
    targets[np.arange(6), np.arange(6) % 2] = True
    own = rng.normal(size=(N_DRUGS + N_LOST, N_GENES))
    return Perturbagens(
        own[unit] + rng.normal(size=(len(unit), N_GENES)),
        np.tile(np.arange(N_CELLS), N_DRUGS + N_LOST),
        unit,
        np.array([f"p{number:02}" for number in range(N_DRUGS + N_LOST)]),
        N_DRUGS,
        targets,
    )


@pytest.mark.parametrize("genes", [False, True])
def test_scores_are_the_ratio_of_means_over_what_is_known(genes: bool) -> None:
    rng = np.random.default_rng(0)
    alike = rng.uniform(0.1, 5, (9, 9 + 4))
    member = np.arange(9) < 4
    targets = rng.random((9, 4)) < 0.6
    found = scores(alike, member, targets, genes=genes)
    for one in range(9):
        others = [other for other in range(9) if other != one]
        positive = [alike[one, other] for other in others if member[other]]
        if genes:
            for gene in range(4):
                n_targeting = sum(targets[other, gene] for other in others if member[other])
                if n_targeting >= 2:
                    positive.append(alike[one, 9 + gene])
        negative = [alike[one, other] for other in others if not member[other]]
        assert found[one] == pytest.approx(np.log(np.mean(positive) / np.mean(negative)))


def test_a_way_without_genes_does_not_depend_on_them(perturbagens: Perturbagens) -> None:
    changed = perturbagens.x.copy()
    changed[~perturbagens.of_drug] *= -3
    others = Perturbagens(**{**vars(perturbagens), "x": changed})
    for way in (ALONE, IN_SPACE, OF_TARGET, WITH_DRUGS):
        before, after = (attention(each, way)[:, :N_DRUGS] for each in (perturbagens, others))
        assert np.allclose(before, after) == (way in {ALONE, OF_TARGET})


def test_a_held_out_drug_does_not_shape_its_own_space(
    perturbagens: Perturbagens, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    learned = genetic_learning._embedding

    def spied(of: Perturbagens, rows: np.ndarray, group: np.ndarray):
        seen.append(set(of.unit[rows]))
        return learned(of, rows, group)

    monkeypatch.setattr(genetic_learning, "_embedding", spied)
    attention(perturbagens, WITH_DRUGS)
    drugs, lost = set(range(N_DRUGS)), set(range(N_DRUGS, N_DRUGS + N_LOST))
    assert all(lost <= each for each in seen)
    left_out = [drugs - each for each in seen]
    assert set.union(*left_out) == drugs
    assert sum(map(len, left_out)) == N_DRUGS


def test_differences_are_paired_over_moas() -> None:
    rows = [
        (moa, way, 5, 0.5 + 0.1 * (way == IN_SPACE) + 0.01 * number, 0.2)
        for number, moa in enumerate("ABCD")
        for way in WAYS
    ]
    table = against_alone(pd.DataFrame(rows, columns=["moa", "way", "n_members", "auroc", "ap"]))
    for column in ("auroc_more", "auroc_low", "auroc_high"):
        assert table.loc[IN_SPACE, column] == pytest.approx(0.1)
        assert table.loc[ALONE, column] == 0


def test_planted_targets_resemble_by_the_share() -> None:
    assert {target.loss for target in resembling(0.25)} == {0.25}
    assert all(target.expressed for target in resembling(0.25))
