"""Libraries of models for tests of pages."""

import sys
from types import SimpleNamespace

import pytest

from gpar_core.analyses.library import result as library
from gpar_core.analyses.library.plan import plan_library
from gpar_core.analyses.library.request import LibraryRequest
from gpar_core.data import compendium as compendia
from gpar_core.learn.engine import FitPool
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id
from tests.asked import asked
from tests.pages.ran import ran
from tests.pages.stage import embed, train


def shelve(
    cache: Cache,
    compendium: str = "demo",
    reasons: dict[str, str] | None = None,
    **settings: object,
) -> LibraryRequest:
    """A library as a job leaves it when it begins: with the models that are there already."""
    data = compendia.load(cache.compendium(compendium))
    request = plan_library(data, **asked(**settings))
    trainings = library.trainings(data, request)
    library.save(cache.library(job_id(request)), request, trainings, reasons or {})
    return request


def train_the_rest(cache: Cache, request: LibraryRequest) -> None:
    """Train what a library lacks, without TensorFlow."""
    with pytest.MonkeyPatch.context() as patch, FitPool(1) as pool:
        patch.setitem(sys.modules, "gpar_core.learn.training", SimpleNamespace(train=train))
        patch.setattr("gpar_core.maps.tsne.embed", embed)
        for entry in library.load(cache, job_id(request)).entries:
            if entry.open:
                ran(entry.training, cache, pool)
