"""From a request to a published model, with real training."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from gpar_core import fields
from gpar_core.analyses.method import DrugSet, Method
from gpar_core.analyses.training import result as model
from gpar_core.analyses.training.drivers import gene_drivers
from gpar_core.analyses.training.plan import plan_training
from gpar_core.analyses.training.run import run_training
from gpar_core.data.compendium import Compendium
from gpar_core.data.profiles import Profiles
from gpar_core.data.uploads import publish_profiles
from gpar_core.errors import RequestError
from gpar_core.learn import calibration
from gpar_core.learn.attribution import log_odds
from gpar_core.learn.engine import FitPool
from gpar_core.learn.folds import assign_folds
from gpar_core.learn.matching import Matching, without
from gpar_core.learn.presets import MatchingSettings
from gpar_core.learn.space import space_of
from gpar_core.progress import silent
from gpar_core.rank.scoring import score
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id
from tests.synthetic import build, drugs_of

MEMBERS = {f"planted{place}" for place in range(5)}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    return Cache(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def planted(cache: Cache) -> Compendium:
    drugs = [*drugs_of("Planted inhibitor", 5), *drugs_of("Other inhibitor", 5)]
    inactive = drugs_of("", 60, tas=0.1)
    return build(cache.compendium("tiny"), [*drugs, *inactive], effect=16.0)


@pytest.fixture(scope="module")
def pool() -> Iterator[FitPool]:
    with FitPool(2) as pool:
        yield pool


def _uploaded(planted: Compendium, n: int = 4) -> Profiles:
    """New drugs that do what the planted ones do."""
    of_moa = planted.signatures[fields.DRUG].isin(MEMBERS).to_numpy()
    direction = planted.matrix[of_moa].mean(axis=0)
    noise = np.random.default_rng(5).normal(size=(n, fields.N_LANDMARKS))
    names = tuple(f"new {place}" for place in range(n))
    return Profiles(names, names, (noise + direction).astype(np.float32), ())


def test_uploaded_profiles_find_what_is_like_them(
    cache: Cache, planted: Compendium, pool: FitPool
) -> None:
    uploaded = _uploaded(planted)
    publish_profiles(cache, uploaded)
    request, _ = plan_training(planted, DrugSet(label="my profiles"), uploaded=uploaded)
    run_training(request, cache, silent, pool)
    found = model.load(cache.model(job_id(request)))
    assert found.summary.label == "my profiles"
    assert found.summary.metrics.mean_auroc > 0.8
    assert set(found.ranking[fields.PERT_INAME].head(5)) == MEMBERS
    assert found.held_out.loc[found.held_out["positive"], fields.SIG_ID].tolist() == list(
        uploaded.names
    )
    assert set(found.training_drugs[fields.PERT_INAME]) == set(uploaded.names)
    assert (found.map["role"] == "training").sum() == 4


def test_profiles_that_were_deleted_are_asked_for(
    cache: Cache, planted: Compendium, pool: FitPool
) -> None:
    request, _ = plan_training(planted, DrugSet(label="gone"), uploaded=_uploaded(planted, 3))
    with pytest.raises(RequestError, match="profile set"):
        run_training(request, cache, silent, pool)


def test_a_model_knows_every_signature_of_its_compendium(
    cache: Cache, planted: Compendium, pool: FitPool
) -> None:
    request, training_set = plan_training(
        planted, DrugSet(drugs=("planted0", "planted1", "planted2")), Method(negatives="inactive")
    )
    run_training(request, cache, silent, pool)
    found = model.load(cache.model(job_id(request)))
    assert found.scores.shape == found.scored_by.shape == (planted.n_signatures,)
    by_network = found.scored_by < 0
    of_set = planted.signatures[fields.DRUG].isin(set(training_set.drug)).to_numpy()
    np.testing.assert_array_equal(by_network, ~of_set)
    assert by_network.sum() == 14
    seed = request.method.seed
    folds = assign_folds(training_set.positive, training_set.drug, seed=seed)
    space = space_of(planted, MatchingSettings(), seed=seed)
    matching = Matching(space, planted, training_set, folds, seed)
    expected, scored_by = matching.of_signatures()
    np.testing.assert_array_equal(found.scored_by, scored_by)
    np.testing.assert_allclose(found.scores, expected, rtol=1e-5)
    # By embeddings that have not seen each drug, much as by that of the final network.
    cell = planted.signatures[fields.CELL_ID].to_numpy()
    ours, by_all = (
        found.scores[by_network],
        score(found.network, planted.matrix, cell=cell)[by_network],
    )
    assert spearmanr(ours, by_all).statistic > 0.7
    of_moa = planted.signatures[fields.DRUG].isin(MEMBERS).to_numpy()[by_network]
    for scores in (ours, by_all):
        assert scores[of_moa].min() > scores[~of_moa].max()
    held_out = found.held_out.set_index(fields.SIG_ID)["score"]
    rows = planted.signatures[fields.SIG_ID].isin(held_out.index).to_numpy()
    named = planted.signatures.loc[rows, fields.SIG_ID]
    np.testing.assert_allclose(found.scores[rows], held_out.loc[named], rtol=1e-5)
    assert found.calibration == calibration.calibrate(
        found.held_out["positive"].to_numpy(), found.held_out["score"].to_numpy()
    )
    assert len(found.fold_calibration) == found.summary.k
    of_drugs = pd.Series(matching.of_compounds(), space.drug)
    own = found.training_drugs.set_index(fields.PERT_INAME)["score"]
    np.testing.assert_allclose(own, of_drugs[own.index], rtol=1e-5)


def test_the_genes_that_drive_a_compound_add_up(
    cache: Cache, planted: Compendium, pool: FitPool
) -> None:
    request, _ = plan_training(planted, DrugSet(drugs=("planted0", "planted1", "planted2")))
    run_training(request, cache, silent, pool)
    found = model.load(cache.model(job_id(request)))
    drug = "other0"  # a negative of the training
    drivers = gene_drivers(found, planted, drug)
    assert drivers["contribution"].is_monotonic_decreasing
    rows = np.flatnonzero(planted.signatures[fields.DRUG] == drug)
    cell = planted.signatures[fields.CELL_ID].to_numpy()[rows]
    np.testing.assert_allclose(
        drivers.set_index("symbol")["z"][list(fields.LANDMARK_SYMBOLS)],
        planted.matrix[rows].mean(axis=0),
        rtol=1e-4,
    )
    held_out = found.held_out
    negatives = held_out.loc[~held_out["positive"], fields.DRUG].to_numpy()
    network = without(found.network, drug, negatives, MatchingSettings(), seed=0)
    assert len(network.memory) == len(found.network.memory) - 1
    x = network.inputs(planted.matrix[rows], cell).astype(float)
    rise = log_odds(network, x) - log_odds(network, np.zeros((1, x.shape[1])))
    assert drivers["contribution"].sum() == pytest.approx(rise.mean(), rel=0.1)


def test_a_changed_compendium_is_refused(cache: Cache, planted: Compendium, pool: FitPool) -> None:
    request, _ = plan_training(planted, DrugSet(moa="Planted inhibitor"))
    with pytest.raises(RequestError, match="has changed"):
        run_training(replace(request, fingerprint="0" * 64), cache, silent, pool)
