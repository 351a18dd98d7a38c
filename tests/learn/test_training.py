"""From a compendium to a model: a planted MOA is found, and permuted labels find nothing."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet, select
from gpar_core.errors import Cancelled
from gpar_core.learn.compendium_scores import score_compendium
from gpar_core.learn.cross_validation import Score, cross_validate
from gpar_core.learn.network import Trainer
from gpar_core.learn.presets import PRESETS
from gpar_core.learn.training import Training, train
from gpar_core.progress import Progress, Report
from gpar_core.rank.ranking import rank_compounds, rank_signatures
from gpar_core.rank.scoring import scaled
from tests.synthetic import build, drugs_of

QUICK = replace(PRESETS["fast"], steps=40, hidden=(64, 32, 16))
DRUGS = tuple(f"planted{i}" for i in range(6))


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    """A strong MOA of 8 drugs, another MOA, and 60 inactive drugs."""
    drugs = [
        *drugs_of("Planted inhibitor", 8, replicates=2),
        *drugs_of("Other agonist", 8, replicates=2),
        *drugs_of("", 60, tas=0.1),
    ]
    return build(tmp_path_factory.mktemp("planted"), drugs, effect=16.0)


@pytest.fixture(scope="module")
def training_set(planted: Compendium) -> TrainingSet:
    """Six of the eight: the other two remain to be found."""
    return select(planted, DRUGS, negatives="inactive")


@pytest.fixture(scope="module")
def heard() -> list[Progress]:
    return []


@pytest.fixture(scope="module")
def trained(planted: Compendium, training_set: TrainingSet, heard: list[Progress]) -> Training:
    return train(planted, training_set, QUICK, seed=0, null_repeats=4, report=heard.append)


def test_a_planted_moa_is_recovered_on_held_out_drugs(trained: Training) -> None:
    assert trained.validation.folds.k == 5
    assert trained.validation.metrics.mean_auroc > 0.9
    assert trained.validation.metrics.well_trained


def test_permuted_labels_recover_nothing(trained: Training) -> None:
    assert len(trained.null) == 4
    assert abs(np.mean(trained.null) - 0.5) < 0.1


def test_logistic_regression_stands_on_the_same_folds(trained: Training) -> None:
    np.testing.assert_array_equal(trained.logistic.folds.fold, trained.validation.folds.fold)
    assert trained.logistic.metrics.mean_auroc > 0.9


def test_the_drugs_left_out_of_training_lead_the_ranking(
    planted: Compendium, training_set: TrainingSet, trained: Training
) -> None:
    scores, held_out = score_compendium(planted, training_set, trained.network, trained.validation)
    assert not held_out.any()
    ranked = rank_signatures(planted, training_set, scores, held_out, seed=0)
    ranking = rank_compounds(planted, ranked, seed=0)
    assert set(ranking["pert_iname"][:2]) == {"planted6", "planted7"}
    assert (ranking["p"][:2] < 0.05).all()


def test_the_same_seed_gives_the_same_result_with_any_number_of_processes(
    planted: Compendium, training_set: TrainingSet, trained: Training
) -> None:
    again = train(planted, training_set, QUICK, seed=0, processes=2)
    np.testing.assert_array_equal(again.validation.score, trained.validation.score)
    for one, other in zip(again.network.weights, trained.network.weights, strict=True):
        np.testing.assert_array_equal(one, other)
    assert again.null == ()


def test_progress_tells_the_stages_in_their_order_and_every_fold(
    heard: list[Progress], trained: Training
) -> None:
    stages = list(dict.fromkeys(progress.stage for progress in heard))
    assert stages == ["Cross-validation", "Logistic regression"]
    ends = [p for p in heard if p.stage == "Cross-validation" and "auroc" in p.values]
    told = {int(end.values["fold"]) - 1: end.values["auroc"] for end in ends}
    assert [told[fold] for fold in range(5)] == list(trained.validation.metrics.fold_auroc)
    assert {end.values["k"] for end in ends} == {5}
    # Five folds and the final network, and five folds for each of four rounds of permuted labels.
    assert {end.total for end in ends} == {26}
    assert max(end.done for end in ends) <= 26


def test_what_is_held_out_leaves_no_trace_in_the_weights(
    planted: Compendium, training_set: TrainingSet, trained: Training
) -> None:
    folds = trained.validation.folds
    x = np.array(planted.matrix[training_set.rows])
    learned = []

    def fit(x: np.ndarray, positive: np.ndarray, seed: int, report: Report) -> Score:
        network = Trainer(QUICK, x.shape[1]).fit(scaled(x, QUICK.scaling), positive, seed=seed)
        learned.append(network.weights[0])
        raise Cancelled("one fold is enough")

    for _ in range(2):
        with pytest.raises(Cancelled):
            cross_validate(x, training_set, folds, fit, seed=0)
        x[folds.fold == 0] = 9.0
    np.testing.assert_array_equal(learned[0], learned[1])


def test_one_drug_is_held_out_signature_by_signature(tmp_path: Path) -> None:
    compendium = build(
        tmp_path,
        [*drugs_of("Planted inhibitor", 1), *drugs_of("", 60, tas=0.1)],
        cells=("A375", "MCF7", "PC3"),
        effect=16.0,
    )
    trained = train(compendium, select(compendium, ["planted0"]), QUICK, seed=0, null_repeats=1)
    assert (trained.validation.folds.k, trained.validation.folds.by) == (3, "signature")
    assert trained.validation.metrics.mean_auroc > 0.9
    assert trained.validation.metrics.n_resampled == 3


def test_no_signature_of_a_negative_is_scored_by_a_network_that_learned_from_its_drug(
    planted: Compendium,
) -> None:
    others = select(planted, DRUGS, moa="Planted inhibitor", negatives="others")
    trained = train(planted, others, replace(QUICK, steps=2), seed=0)
    scores, held_out = score_compendium(planted, others, trained.network, trained.validation)
    drug = planted.signatures["drug"].to_numpy()
    negatives = set(others.drug[~others.positive])
    np.testing.assert_array_equal(held_out, np.isin(drug, list(negatives)))
    # More signatures than the representatives that were learned from.
    assert held_out.sum() > others.n_negative_signatures
    for row in np.flatnonzero(held_out):
        fold = trained.validation.folds.fold[others.drug == drug[row]][0]
        expected = trained.validation.scorers[fold](planted.matrix[[row]])
        np.testing.assert_allclose(scores[row], expected[0], rtol=1e-5)
