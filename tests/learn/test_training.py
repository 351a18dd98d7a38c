"""From a compendium to a model: a planted MOA is found, and permuted labels find nothing."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet, select
from gpar_core.learn.engine import FitPool, FitTask
from gpar_core.learn.presets import PRESETS, LayeredSettings, Settings
from gpar_core.learn.training import Training, train
from gpar_core.progress import Progress, silent
from gpar_core.rank.ranking import rank_compounds, rank_signatures
from gpar_core.rank.scoring import Network, disassembled
from tests.synthetic import build, drugs_of

QUICK = PRESETS["fast"]
LAYERED = LayeredSettings(hidden=(64, 32, 16), steps=20)
DRUGS = tuple(f"planted{i}" for i in range(6))


def _same(one: Network, other: Network) -> bool:
    arrays, others = disassembled(one)[0], disassembled(other)[0]
    return all(np.array_equal(arrays[name], others[name]) for name in arrays | others)


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
def pool() -> Iterator[FitPool]:
    with FitPool(1) as pool:
        yield pool


@pytest.fixture(scope="module")
def heard() -> list[Progress]:
    return []


@pytest.fixture(scope="module")
def trained(
    planted: Compendium, training_set: TrainingSet, pool: FitPool, heard: list[Progress]
) -> Training:
    report = heard.append
    return train(planted, training_set, QUICK, seed=0, null_repeats=20, pool=pool, report=report)


def test_a_planted_moa_is_recovered_on_held_out_drugs(trained: Training) -> None:
    assert trained.validation.folds.k == 5
    assert trained.validation.metrics.mean_auroc > 0.9
    assert trained.validation.metrics.reaches_line
    assert trained.chance.n_reached == 0


def test_permuted_labels_recover_nothing(trained: Training) -> None:
    assert len(trained.null) == 20
    assert abs(np.mean(trained.null) - 0.5) < 0.1


def test_logistic_regression_stands_on_the_same_folds(trained: Training) -> None:
    np.testing.assert_array_equal(trained.logistic.folds.fold, trained.validation.folds.fold)
    assert trained.logistic.metrics.mean_auroc > 0.9


def test_the_drugs_left_out_of_training_lead_the_ranking(
    planted: Compendium, training_set: TrainingSet, trained: Training
) -> None:
    scores = trained.scores
    ranked = rank_signatures(planted, training_set, scores.signature, scores.scored_by >= 0, seed=0)
    assert not ranked["held_out"].any()
    ranking = rank_compounds(planted, ranked, seed=0)
    assert set(ranking["pert_iname"][:2]) == {"planted6", "planted7"}
    assert (ranking["p"][:2] < 0.05).all()


def test_the_same_seed_gives_the_same_result_with_any_number_of_processes(
    planted: Compendium, training_set: TrainingSet, trained: Training
) -> None:
    with FitPool(2) as pool:
        again = train(planted, training_set, QUICK, seed=0, pool=pool)
    np.testing.assert_array_equal(again.validation.score, trained.validation.score)
    assert _same(again.network, trained.network)
    assert again.null == ()


def test_progress_tells_the_stages_in_their_order_and_every_fold(
    heard: list[Progress], trained: Training
) -> None:
    stages = list(dict.fromkeys(progress.stage for progress in heard))
    assert stages == ["Learning the space", "Scoring", "Cross-validation", "Logistic regression"]
    ends = [p for p in heard if p.stage == "Cross-validation" and "auroc" in p.values]
    told = {int(end.values["fold"]) - 1: end.values["auroc"] for end in ends}
    assert [told[fold] for fold in range(5)] == list(trained.validation.metrics.fold_auroc)
    assert {end.values["k"] for end in ends} == {5}


def test_what_is_held_out_leaves_no_trace_in_a_trained_network(
    planted: Compendium, training_set: TrainingSet, trained: Training, pool: FitPool
) -> None:
    held_out = np.flatnonzero(trained.validation.folds.fold == 0)
    task = FitTask("fold", np.flatnonzero(trained.validation.folds.fold), training_set.positive, 1)
    x = training_set.z_scores(planted)
    learned = []
    for _ in range(2):
        learned += [net for _, net in pool.fit_all(x, LAYERED, [task], report=silent)]
        x[held_out] = 9.0
    assert _same(*learned)


def test_one_drug_is_held_out_signature_by_signature(tmp_path: Path, pool: FitPool) -> None:
    compendium = build(
        tmp_path,
        [*drugs_of("Planted inhibitor", 1), *drugs_of("", 60, tas=0.1)],
        cells=("A375", "MCF7", "PC3"),
        effect=16.0,
    )
    chosen = select(compendium, ["planted0"])
    trained = train(compendium, chosen, QUICK, seed=0, null_repeats=1, pool=pool)
    assert (trained.validation.folds.k, trained.validation.folds.by) == (3, "signature")
    assert trained.validation.metrics.mean_auroc > 0.9
    assert trained.validation.metrics.n_resampled == 3


@pytest.mark.parametrize("settings", [QUICK, LAYERED])
def test_no_signature_is_scored_by_what_learned_from_its_drug(
    planted: Compendium, pool: FitPool, settings: Settings
) -> None:
    others = select(planted, DRUGS, moa="Planted inhibitor", negatives="others")
    trained = train(planted, others, settings, seed=0, pool=pool)
    scores, folds = trained.scores, trained.validation.folds
    drug = planted.signatures["drug"].to_numpy()
    held_out = scores.scored_by >= 0
    np.testing.assert_array_equal(held_out, np.isin(drug, list(set(others.drug))))
    # More signatures than the representatives that were learned from.
    assert held_out.sum() > len(others.rows)
    fold_of = dict(zip(others.drug, folds.fold, strict=True))
    assert [fold_of[name] for name in drug[held_out]] == scores.scored_by[held_out].tolist()
    np.testing.assert_allclose(scores.signature[others.rows], trained.validation.score, rtol=1e-5)


def test_a_compound_is_scored_as_a_whole(planted: Compendium, pool: FitPool) -> None:
    """Pooled where the model pools, else by the mean of its signatures."""
    others = select(planted, DRUGS, moa="Planted inhibitor", negatives="others")
    for settings in (QUICK, LAYERED):
        scores = train(planted, others, settings, seed=0, pool=pool).scores
        assert scores.drug.tolist() == sorted(set(planted.signatures["drug"]))
        positive = np.isin(scores.drug, [f"planted{i}" for i in range(8)])
        assert roc_auc_score(positive, scores.compound) > 0.9
        mean = planted.signatures.assign(score=scores.signature).groupby("drug")["score"].mean()
        is_mean = np.allclose(mean.loc[scores.drug], scores.compound, atol=1e-6)
        assert is_mean == (settings is LAYERED)
