"""Questions about genes as jobs: of the model's own training set, and published whole."""

import numpy as np
import pytest

from gpar_core.analyses import result as analysis
from gpar_core.analyses.genes.plan import plan_gene_counts, plan_gene_importance
from gpar_core.analyses.genes.request import GeneImportanceRequest
from gpar_core.analyses.method import DrugSet, Method
from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.training import result as model
from gpar_core.analyses.training.plan import plan_training
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet
from gpar_core.errors import NotFoundError
from gpar_core.learn.folds import assign_folds
from gpar_core.learn.presets import preset
from gpar_core.learn.training import train
from gpar_core.progress import silent
from gpar_core.storage.cache import Cache, publishing
from gpar_core.storage.requests import job_id
from tests.pools import Means
from tests.saved_model import model as saved


def planned(compendium: Compendium, name: str) -> tuple[TrainRequest, TrainingSet]:
    """A training by a preset on one cell line."""
    method = Method(cells=("MCF7",), preset=name, negatives="inactive", seed=3)
    return plan_training(compendium, DrugSet(moa="HDAC inhibitor"), method)


@pytest.fixture(params=["paper", "fast"])
def trained(
    request: pytest.FixtureRequest, cache: Cache, compendium: Compendium
) -> GeneImportanceRequest:
    """A model of one cell line is there, and the request for its genes."""
    plan, training_set = planned(compendium, request.param)
    training = train(compendium, training_set, preset(request.param), seed=3, pool=Means())
    made = saved(
        training.network,
        label=plan.drug_set.label,
        moa=plan.drug_set.moa,
        drugs=plan.drug_set.drugs,
        cells=plan.method.cells,
        compendium=plan.compendium,
        fingerprint=plan.fingerprint,
        negatives=plan.method.negatives,
        preset=plan.method.preset,
        seed=plan.method.seed,
    )
    with publishing(cache.model(made.summary.model_id)) as folder:
        model.save(made, folder)
    return plan_gene_importance(compendium, made.summary)


def test_genes_are_those_of_the_training_set_of_the_model(
    cache: Cache, trained: GeneImportanceRequest, compendium: Compendium
) -> None:
    pool = Means()
    run_job(trained, cache, silent, pool)
    done = analysis.load(cache.existing_analysis(job_id(trained)))
    assert (done.request, done.simulated) == (trained, True)
    assert set(done.tables) == {"genes", "folds", "agreement", "heat"}
    assert set(done.tables["heat"]["cell_id"]) == {"MCF7"}
    told = done.tables["agreement"].iloc[0]
    assert (told["n_positive"], told["n_negative"]) == (5, 30)
    assert not cache.parts_of(job_id(trained)).exists()
    name = model.load_summary(cache.model(trained.model)).preset
    _, training_set = planned(compendium, name)
    folds = assign_folds(training_set.positive, training_set.drug, seed=3)
    tasks = [task for call in pool.calls for task in call]
    assert [task.seed for task in tasks] == ([4, 5, 6, 7, 8] if name == "paper" else [])
    for k, task in enumerate(tasks):
        np.testing.assert_array_equal(task.rows, np.flatnonzero(folds.fold != k))


def test_genes_of_a_model_that_was_deleted_are_not_to_be_had(
    cache: Cache, compendium: Compendium
) -> None:
    gone = GeneImportanceRequest("tiny", compendium.fingerprint, "0" * 20, "HDAC inhibitor")
    with pytest.raises(NotFoundError, match="No model is named"):
        run_job(gone, cache, silent, Means())


def test_numbers_of_genes_are_published(cache: Cache, compendium: Compendium) -> None:
    request, _ = plan_gene_counts(
        compendium,
        DrugSet(moa="HDAC inhibitor"),
        Method(cells=("A375",)),
        counts=[10, 978],
        repeats=2,
    )
    run_job(request, cache, silent, Means())
    done = analysis.load(cache.existing_analysis(job_id(request)))
    assert done.request == request
    assert sorted(done.tables["auroc"]["n_genes"]) == [10, 10, 10, 978, 978]
    assert done.tables["sizes"]["n_positive"][0] == 5
    assert len(done.tables["similarity"]) == 3
