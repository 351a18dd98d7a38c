"""Which target?: what is asked, the ranked genes, the evaluation, and tabs on other pages."""

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.target_prediction.plan import (
    plan_target_evaluation,
    plan_target_prediction,
)
from gpar_core.analyses.target_prediction.request import TargetRequest
from gpar_core.data.compendium import Compendium
from gpar_core.jobs.store import JobStore
from gpar_core.progress import silent
from gpar_core.storage.requests import Request, job_id
from tests.pages.conftest import Library
from tests.pages.stage import labels, page, press, words
from tests.pools import Means
from tests.targets.planted import planted


@pytest.fixture
def compendium(stocked: Library) -> Compendium:
    return planted(stocked.cache.compendium("planted"))


def done(stocked: Library, request: Request) -> AppTest:
    run_job(request, stocked.cache, silent, Means())
    return page("target_prediction", compendium="planted", job=job_id(request))


def table_with(app: AppTest, column: str) -> pd.DataFrame:
    return next(each.value for each in app.dataframe if column in each.value)


def test_a_compound_is_asked_by_name(stocked: Library, compendium: Compendium) -> None:
    app = page("target_prediction", compendium="planted", compound="drug7")
    assert "There are no models of targets" in words(app.info)
    press(app, "Predict targets")
    (job,) = JobStore(stocked.cache).active_jobs()
    assert isinstance(job.request, TargetRequest)
    assert (job.request.compound, job.request.name) == ("drug7", "drug7")


def test_it_opens_on_the_newest_result_unless_a_compound_is_asked(
    stocked: Library, compendium: Compendium
) -> None:
    run_job(plan_target_prediction(compendium, compound="drug7"), stocked.cache, silent, Means())
    assert (
        words(page("target_prediction", compendium="planted").title) == "Predicted targets of drug7"
    )
    app = page("target_prediction", compendium="planted", compound="drug5")
    assert words(app.title) == "Which target?"
    assert "Predict targets" in labels(app)


def test_the_target_is_first_and_marked(stocked: Library, compendium: Compendium) -> None:
    app = done(stocked, plan_target_prediction(compendium, compound="drug7"))
    assert not app.exception
    assert "GENE7" in words(app)
    assert "probability of being a known target" in words(app)
    assert "[GENE7](gene?gene=GENE7&compendium=planted) (rank 1) of 40. It is not used as" in words(
        app
    )
    first = app.selectbox(key=f"target-gene-{app.query_params['job']}")
    assert first.options[0] == "GENE7"
    genes = table_with(app, "probability")
    assert genes.loc[0, ["gene", "known"]].tolist() == ["GENE7", "yes"]
    assert genes.loc[0, "open"].startswith("gene?gene=GENE7")
    assert len(genes) == 20
    (top,) = [each for each in app.segmented_control if each.label == "Show"]
    assert top.options == ["Top 20 genes", "All 40 genes"]
    assert {"knock_down", "over_expression", "neighbors"} <= set(genes)
    assert "knock_out" not in genes
    assert set(genes["Data"]) == {"SIMULATED"}
    assert set(table_with(app, "shared")["cell_id"]) == {"A375", "MCF7"}
    app = page(
        "target_prediction",
        job=app.query_params["job"],
        compendium="planted",
        tab="Nearest drugs",
    )
    assert "drug7" not in table_with(app, "similarity")["pert_iname"].tolist()


def test_an_evaluation_is_shown_with_chance(stocked: Library, compendium: Compendium) -> None:
    app = done(stocked, plan_target_evaluation(compendium))
    assert not app.exception
    assert "30 molecules with 30 known targets among 40 genes" in words(app)
    methods = table_with(app, "share_10").set_index("method")
    assert methods.loc["Chance", "share_10"] == pytest.approx(0.25)
    assert methods.loc["Combined", "share_10"] > 0.8
    assert "observed" in table_with(app, "predicted")


def test_what_is_missing_is_said_with_how_to_get_it(stocked: Library) -> None:
    app = page("target_prediction", compendium="demo", compound="hdac0")
    assert "no knock-downs, knock-outs or over-expressions" in words(app.info)
    assert "a table that has a column 'target'" in words(app.info)
    press(app, "Predict targets")
    assert "Nothing is known of any target" in words(app.error)
    assert not JobStore(stocked.cache).active_jobs()


def test_the_page_of_a_compound_has_its_likely_targets(
    stocked: Library, compendium: Compendium
) -> None:
    app = page("compound", compendium="planted", compound="drug7", about="Likely targets")
    assert "Predict targets" in labels(app)
    run_job(plan_target_prediction(compendium, compound="drug7"), stocked.cache, silent, Means())
    app = page("compound", compendium="planted", compound="drug7", about="Likely targets")
    assert table_with(app, "probability").loc[0, "gene"] == "GENE7"
