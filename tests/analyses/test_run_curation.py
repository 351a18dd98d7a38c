"""The training set of a model is curated by the model's own settings."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gpar_core.analyses.curation import result as curations
from gpar_core.analyses.curation import run as jobs
from gpar_core.analyses.curation.leave_one_out import Curation
from gpar_core.analyses.curation.request import CurationRequest
from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.training import result as models
from gpar_core.analyses.training.result import ModelSummary
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet
from gpar_core.errors import Cancelled, NotFoundError, RequestError
from gpar_core.learn.engine import FitPool
from gpar_core.learn.presets import preset
from gpar_core.progress import Progress, Report, silent
from gpar_core.storage.cache import MANIFEST, Cache, publishing
from gpar_core.storage.requests import job_id
from tests.saved_curation import saved
from tests.saved_model import SUMMARY
from tests.saved_model import model as saved_model
from tests.synthetic import build, drugs_of

REQUEST = CurationRequest(SUMMARY.model_id, "HDAC inhibitor")
DRUGS = tuple(f"hdac{i}" for i in range(4))


@pytest.fixture
def compendium(cache: Cache) -> Compendium:
    drugs = [*drugs_of("HDAC inhibitor", 5), *drugs_of("", 60, tas=0.1)]
    return build(cache.compendium("tiny"), drugs, simulated=True)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What `curate` was asked; in its place stands an answer put together by hand."""
    asked: dict[str, Any] = {}

    def curate(
        compendium: Compendium, training_set: TrainingSet, *how: object, report: Report, **more: Any
    ) -> Curation:
        asked.update(training_set=training_set, how=how, **more)
        report(Progress("Curation", 1, 2))
        return saved().curation

    monkeypatch.setattr(jobs, "curate", curate)
    return asked


def train(cache: Cache, compendium: Compendium, **changes: Any) -> ModelSummary:
    """A model on `DRUGS` of the compendium, as far as its manifest goes."""
    summary = replace(
        SUMMARY,
        drugs=DRUGS,
        cells=("MCF7",),
        fingerprint=compendium.fingerprint,
        simulated=True,
        preset="paper",
    )
    summary = replace(summary, **changes)
    with publishing(cache.model(summary.model_id)) as folder:
        models.save(replace(saved_model(), summary=summary), folder)
    return summary


def test_the_models_own_training_set_and_settings_are_used(
    cache: Cache, compendium: Compendium, asked: dict[str, Any]
) -> None:
    train(cache, compendium)
    heard: list[Progress] = []
    with FitPool(1) as pool:
        run_job(REQUEST, cache, heard.append, pool)
    training_set = asked["training_set"]
    assert set(training_set.drug[training_set.positive]) == set(DRUGS)
    cells = compendium.signatures["cell_id"].to_numpy()[training_set.rows]
    assert set(cells) == {"MCF7"}
    # 'hdac4' is of the MOA but was not trained on.
    assert "hdac4" not in set(training_set.drug)
    assert asked["how"] == (preset("paper"),)
    assert (asked["seed"], asked["repeats"]) == (SUMMARY.seed, 5)
    assert heard[0].stage == "Curation"


def test_the_result_says_where_it_comes_from(
    cache: Cache, compendium: Compendium, asked: dict[str, Any]
) -> None:
    summary = train(cache, compendium)
    with FitPool(1) as pool:
        run_job(REQUEST, cache, silent, pool)
    provenance = curations.load(cache.curation(job_id(REQUEST))).provenance
    assert provenance.curation_id == job_id(REQUEST)
    assert (provenance.model_id, provenance.label) == (summary.model_id, summary.label)
    assert provenance.fingerprint == compendium.fingerprint
    assert provenance.simulated
    assert {"gpar", "tensorflow"} <= set(provenance.versions)


def test_nothing_is_published_by_a_job_that_is_cancelled(
    cache: Cache, compendium: Compendium, asked: dict[str, Any]
) -> None:
    train(cache, compendium)

    def stop(progress: Progress) -> None:
        raise Cancelled("Cancelled.")

    with FitPool(1) as pool, pytest.raises(Cancelled):
        run_job(REQUEST, cache, stop, pool)
    assert not (cache.curation(job_id(REQUEST)) / MANIFEST).exists()


def test_a_model_that_is_gone_cannot_be_curated(cache: Cache) -> None:
    with FitPool(1) as pool, pytest.raises(NotFoundError):
        run_job(REQUEST, cache, silent, pool)


def test_a_compendium_that_has_changed_is_refused(cache: Cache, compendium: Compendium) -> None:
    train(cache, compendium, fingerprint="e" * 64)
    with FitPool(1) as pool, pytest.raises(RequestError, match="Train the model again"):
        run_job(REQUEST, cache, silent, pool)


def test_uploaded_profiles_cannot_be_curated(cache: Cache, compendium: Compendium) -> None:
    train(cache, compendium, drugs=())
    with FitPool(1) as pool, pytest.raises(RequestError, match="uploaded profiles"):
        run_job(REQUEST, cache, silent, pool)


def test_drugs_of_real_networks_come_back_with_figures(
    cache: Cache, compendium: Compendium
) -> None:
    train(cache, compendium, preset="fast")
    with FitPool(1) as pool:
        run_job(replace(REQUEST, repeats=1), cache, silent, pool)
    found = curations.load(cache.curation(job_id(replace(REQUEST, repeats=1)))).curation
    assert set(found.drugs["drug"]) == set(DRUGS)
    assert np.isfinite(found.drugs[["effect", "noise", "auroc_without"]]).all(axis=None)
