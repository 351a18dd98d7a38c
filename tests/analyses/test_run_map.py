"""Maps as jobs: of z-scores and of the hidden layer of a model, published whole."""

import numpy as np
import pytest

from gpar_core.analyses import result as analysis
from gpar_core.analyses.map.plan import plan_map
from gpar_core.analyses.map.request import MapRequest
from gpar_core.analyses.method import DrugSet, Method
from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.training import result as model
from gpar_core.analyses.training.plan import plan_training
from gpar_core.data.compendium import Compendium
from gpar_core.errors import NotFoundError
from gpar_core.progress import silent
from gpar_core.storage.cache import Cache, publishing
from gpar_core.storage.requests import job_id
from tests.pools import Means
from tests.saved_model import layered_network
from tests.saved_model import model as saved

TABLES = {"points", "quality", "dropped", "purity", "packed", "packed_rows", "packed_drugs"}


def test_a_map_is_published_with_its_provenance(cache: Cache, compendium: Compendium) -> None:
    request = plan_map(compendium, method="tsne", cells=["MCF7"])
    run_job(request, cache, silent, Means())
    done = analysis.load(cache.existing_analysis(job_id(request)))
    assert (done.request, done.simulated) == (request, True)
    assert set(done.tables) == TABLES
    shown = compendium.signatures.iloc[done.tables["points"]["row"]]
    assert set(shown["cell_id"]) == {"MCF7"}
    assert len(shown) == 36
    assert done.tables["dropped"].empty
    assert not cache.parts_of(job_id(request)).exists()


@pytest.mark.parametrize(
    ("preset", "uploaded"), [("paper", False), ("paper", True), ("fast", False)]
)
def test_a_map_of_a_model_says_how_pure_held_out_drugs_are(
    cache: Cache, compendium: Compendium, preset: str, uploaded: bool
) -> None:
    method = Method(preset=preset, negatives="inactive", seed=3)
    plan, _ = plan_training(compendium, DrugSet(moa="HDAC inhibitor"), method)
    made = saved(
        layered_network(),
        label=plan.drug_set.label,
        moa=plan.drug_set.moa,
        drugs=() if uploaded else plan.drug_set.drugs,
        cells=plan.method.cells,
        compendium=plan.compendium,
        fingerprint=plan.fingerprint,
        negatives=plan.method.negatives,
        preset=plan.method.preset,
        seed=plan.method.seed,
    )
    with publishing(cache.model(made.summary.model_id)) as folder:
        model.save(made, folder)
    request, pool = plan_map(compendium, method="tsne", model=made.summary), Means()
    run_job(request, cache, silent, pool)
    done = analysis.load(cache.existing_analysis(job_id(request)))
    quality = done.tables["quality"].iloc[0]
    assert len(done.tables["points"]) == quality["n_shown"] == 72
    if uploaded:
        assert pool.calls == []
        assert np.isnan(quality["purity_after"])
        assert done.tables["purity"].empty
        return
    trained = [[task.seed for task in call] for call in pool.calls]
    assert trained == ([[4, 5, 6, 7, 8]] if preset == "paper" else [])
    assert set(done.tables["purity"]["drug"]) == {f"hdac{i}" for i in range(5)}
    assert 0 <= quality["purity_before"] <= 1
    assert quality["purity_after_se"] >= 0


def test_a_model_that_was_deleted_has_no_map(cache: Cache, compendium: Compendium) -> None:
    gone = MapRequest("tiny", compendium.fingerprint, model="0" * 20)
    with pytest.raises(NotFoundError, match="No model is named"):
        run_job(gone, cache, silent, Means())


@pytest.mark.parametrize(
    ("chosen", "title"),
    [
        ({}, "UMAP of 'a'"),
        ({"cells": ("A375", "MCF7")}, "UMAP of 'a' · A375, MCF7"),
        ({"moas": ("x", "y", "z", "w")}, "UMAP of 'a' · x, y and 2 more"),
        (
            {"method": "tsne", "representatives": True, "model": "0" * 20},
            "t-SNE of 'a' · one per compound and cell line · space of a model",
        ),
    ],
)
def test_a_title_tells_a_map_from_another(chosen: dict[str, object], title: str) -> None:
    assert MapRequest("a", "f", **chosen).title == title
