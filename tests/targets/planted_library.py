"""Models of two targets of the planted compendium, put together by hand."""

from dataclasses import replace

import numpy as np

from gpar_core import fields
from gpar_core.analyses.library import result as library
from gpar_core.analyses.library.plan import plan_library
from gpar_core.analyses.library.result import Library
from gpar_core.analyses.training import result as model
from gpar_core.data.compendium import Compendium
from gpar_core.storage.cache import Cache, publishing
from gpar_core.storage.requests import job_id
from tests.saved_model import model as saved_model


def planted_library(cache: Cache, compendium: Compendium) -> Library:
    """The models of GENE1 and GENE2 find their drugs; both held drug1 out."""
    request = plan_library(compendium, moas=["target: GENE1", "target: GENE2"], min_drugs=2)
    trainings = library.trainings(compendium, request)
    drug = compendium.signatures[fields.DRUG].to_numpy().astype(str)
    for training in trainings.values():
        of_gene = np.isin(drug, training.drug_set.drugs)
        saved = replace(
            saved_model(model_id=job_id(training)),
            scores=np.where(of_gene, 0.9, 0.1).astype(np.float32),
            scored_by=np.where(drug == "drug1", 1, -1).astype(np.int16),
        )
        with publishing(cache.model(job_id(training))) as folder:
            model.save(saved, folder)
    library.save(cache.library(job_id(request)), request, trainings, {})
    return library.load(cache, job_id(request))
