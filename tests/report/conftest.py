"""A trained model and an evaluation, without TensorFlow."""

from dataclasses import dataclass

import pytest

from gpar_core.analyses.evaluation.plan import plan_evaluation
from gpar_core.analyses.evaluation.request import EvaluationRequest
from gpar_core.analyses.genes.plan import plan_gene_importance
from gpar_core.analyses.genes.request import GeneImportanceRequest
from gpar_core.analyses.method import DrugSet
from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.signature_search.plan import plan_compound_search
from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.analyses.training import result as model
from gpar_core.analyses.training.plan import plan_training
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.data.compendium import Compendium
from gpar_core.progress import silent
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id
from tests.pools import Means
from tests.synthetic import build, drugs_of

EVIL = "<script>alert(1)</script>"


@dataclass(frozen=True)
class Results:
    """A simulated compendium, and what was asked of it."""

    cache: Cache
    compendium: Compendium
    training: TrainRequest
    evaluation: EvaluationRequest
    genes: GeneImportanceRequest
    search: SearchRequest


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    cache = Cache(tmp_path_factory.mktemp("reports"))
    drugs = [
        *drugs_of("HDAC inhibitor", 4, replicates=3),
        *drugs_of(EVIL, 5, replicates=2),
        *drugs_of("", 60, tas=0.1),
    ]
    compendium = build(cache.compendium("small"), drugs, name="small", effect=8.0, simulated=True)
    training, _ = plan_training(compendium, DrugSet(moa="HDAC inhibitor"), null_repeats=1)
    evaluation = plan_evaluation(compendium, methods=("gpar", "cosine"), min_drugs=3)
    run_job(training, cache, silent, Means())
    run_job(evaluation, cache, silent, Means())
    search = plan_compound_search(compendium, "hdac1", score="wtcs")
    run_job(search, cache, silent, Means())
    genes = plan_gene_importance(compendium, model.load_summary(cache.model(job_id(training))))
    return Results(cache, compendium, training, evaluation, genes, search)
