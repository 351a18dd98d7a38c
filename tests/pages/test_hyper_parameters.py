"""The hyper-parameters page: what is trained, the job, heat maps, the best, and what goes wrong."""

import csv
from dataclasses import replace

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from gpar_core.analyses import result as analysis
from gpar_core.analyses.hyper_parameters.plan import plan_sweep
from gpar_core.analyses.hyper_parameters.request import SweepRequest
from gpar_core.analyses.method import DrugSet
from gpar_core.data import compendium as compendia
from gpar_core.data.requests import DemoRequest
from gpar_core.export import csv_text, with_analysis
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.storage.cache import Cache, publishing
from gpar_core.storage.requests import job_id
from pages._shared.error_box import plain
from tests.pages.conftest import Library
from tests.pages.ran import ran
from tests.pages.stage import EVIL, ended, labels, page, press, running, words


def planned(cache: Cache, compendium: str = "demo", moa: str = "HDAC inhibitor") -> SweepRequest:
    data = compendia.load(cache.compendium(compendium))
    return plan_sweep(data, DrugSet(moa=moa), layers=[2, 3], nodes=[10, 100])[0]


def swept(cache: Cache, compendium: str = "demo", moa: str = "HDAC inhibitor") -> SweepRequest:
    request = planned(cache, compendium, moa)
    ran(request, cache)
    return request


def change(cache: Cache, request: SweepRequest, table: pd.DataFrame) -> None:
    done = analysis.load(cache.analysis(job_id(request)))
    with publishing(cache.analysis(job_id(request))) as folder:
        analysis.save(replace(done, tables={**done.tables, "settings": table}), folder)


def form(moa: str = "HDAC inhibitor") -> AppTest:
    app = page("hyper_parameters")
    return app.multiselect(key="moa").set_value([moa]).run()


def asked_for(stocked: Library) -> list[object]:
    return [job.request for job in JobStore(stocked.cache).active_jobs()]


def test_before_a_choice_nothing_can_be_started(stocked: Library) -> None:
    app = page("hyper_parameters")
    assert "Choose drugs or a MOA" in words(app)
    assert next(button for button in app.button if button.label == "Start analysis").disabled
    assert "Upload" not in app.segmented_control[0].options


def test_an_example_fills_the_form(stocked: Library) -> None:
    app = press(page("hyper_parameters"), "Use MTOR inhibitor")
    assert app.multiselect(key="moa").value == ["MTOR inhibitor"]
    assert not next(each for each in app.button if each.label == "Start analysis").disabled


def test_the_cost_is_said_before_the_click(stocked: Library) -> None:
    app = form()
    # 4 depths by 6 widths and the paper's, over the four folds of four drugs.
    assert {metric.label: metric.value for metric in app.metric} == {
        "Drugs": "4",
        "Trainings": "100",
    }
    assert "at most: 25 settings, 4 folds" in words(app)
    whole = words(app)
    app.multiselect(key="sweep-nodes").set_value([10, 32]).run()
    assert "As much work as **172 trainings** of the paper's network" in whole
    assert "As much work as **4 trainings** of the paper's network" in words(app)
    press(app, "Start analysis")
    (request,) = asked_for(stocked)
    data = compendia.load(stocked.cache.compendium("demo"))
    assert request == plan_sweep(data, DrugSet(moa="HDAC inhibitor"), nodes=[10, 32])[0]


def test_a_number_of_nodes_can_be_typed(stocked: Library) -> None:
    app = form()
    app.multiselect(key="sweep-nodes").set_value([10, "1,024"]).run()
    press(app, "Start analysis")
    (request,) = asked_for(stocked)
    assert isinstance(request, SweepRequest)
    assert request.nodes == (10, 1024)


@pytest.mark.parametrize(
    ("nodes", "said"),
    [(["many"], "as whole numbers"), ([5], "from 10 to 2,048"), ([], "are none")],
)
def test_numbers_beyond_the_papers_range_are_refused(
    stocked: Library, nodes: list[object], said: str
) -> None:
    app = form()
    app.multiselect(key="sweep-nodes").set_value(nodes).run()
    assert said in words(app.error)
    assert "Start analysis" not in labels(app)


def test_the_job_is_shown_while_it_runs(stocked: Library) -> None:
    job = running(stocked.cache, planned(stocked.cache))
    app = page("hyper_parameters", job=job.id)
    assert "Hyper-parameters for HDAC inhibitor" in words(app)
    assert "Cancel" in labels(app)


def test_a_failed_job_can_be_tried_again(stocked: Library) -> None:
    request = planned(stocked.cache)
    job = ended(stocked.cache, request, State.FAILED, "No memory.")
    press(page("hyper_parameters", job=job.id), "Try again")
    assert asked_for(stocked) == [request]


def test_a_result_says_the_best_its_noise_and_that_it_is_flattered(stocked: Library) -> None:
    request = swept(stocked.cache)
    app = page("hyper_parameters", job=job_id(request))
    said = words(app)
    assert "have the highest mean AUROC" in said or "has the highest mean AUROC" in said
    assert "**4 other settings are within noise of the best**; 0 of 5 were stopped early" in said
    assert "**The AUROC of the best of 5 is too optimistic:**" in words(app.warning)
    assert "Simulated data" in words(app.warning)
    table = app.dataframe[0].value
    assert table["verdict"].tolist() == ["best"] + ["within noise"] * 4
    assert table["behind"].iloc[0] == 0
    assert set(table["Data"]) == {"SIMULATED"}
    assert set(table["folds"]) == {"4 of 4"}
    assert "978-512-256 (paper)" in set(table["hidden"])


def test_stopped_settings_are_marked_and_the_paper_is_compared(stocked: Library) -> None:
    request = swept(stocked.cache)
    done = analysis.load(stocked.cache.analysis(job_id(request)))
    table = done.tables["settings"].set_index("setting", drop=False)
    table["within_noise"] = table["within_noise"].astype(object)
    table.loc["2 x 10", "stopped"] = True
    table.loc["2 x 10", ["n_folds", "behind"]] = 3, 0.25
    table.loc["2 x 10", ["difference", "within_noise"]] = None
    changed = ["auroc", "difference", "difference_low", "difference_high", "within_noise"]
    table.loc["978-512-256", changed] = 0.7, 0.2, 0.1, 0.3, False
    table.loc["3 x 100", [*changed, "sd"]] = 0.9, None, None, None, None, 0.05
    order = ["3 x 100", "2 x 100", "3 x 10", "978-512-256", "2 x 10"]
    change(stocked.cache, request, table.loc[order].reset_index(drop=True))
    app = page("hyper_parameters", job=job_id(request))
    said = words(app)
    assert "**3 layers of 100 nodes** have the highest mean AUROC, 0.900" in said
    assert "± 0.050 over 4 folds" in said
    assert "**2 other settings are within noise of the best**; 1 of 5 were stopped early" in said
    assert (
        "The paper's 978-512-256 reaches 0.700. The best is higher by 0.200 (95% interval 0.100 to "
        "0.300), more than noise." in said
    )
    shown = app.dataframe[0].value.set_index("hidden")
    assert shown.loc["10-10", "verdict"] == "stopped"
    assert (shown.loc["10-10", "folds"], shown.loc["10-10", "behind"]) == ("3 of 4", 0.25)
    assert shown.loc["978-512-256 (paper)", "verdict"] == "worse"


@pytest.mark.parametrize("table", ["settings", "folds"])
def test_downloads_say_where_they_come_from(stocked: Library, table: str) -> None:
    request = swept(stocked.cache)
    done = analysis.load(stocked.cache.analysis(job_id(request)))
    rows = list(csv.DictReader(csv_text(with_analysis(done.tables[table], done)).splitlines()))
    assert {row["data"] for row in rows} == {"SIMULATED"}
    assert {row["analysis_id"] for row in rows} == {job_id(request)}


def test_a_link_to_another_job_is_refused(stocked: Library) -> None:
    job = running(stocked.cache, DemoRequest())
    assert "opens another kind of result" in words(page("hyper_parameters", job=job.id).error)


def test_names_that_are_markup_are_shown_as_they_stand(stocked: Library) -> None:
    request = swept(stocked.cache, "evil", EVIL[0])
    app = page("hyper_parameters", job=job_id(request))
    assert plain(EVIL[0]) in words(app.title)
    said = "\n".join(each.value for each in (*app.markdown, *app.caption, *app.title))
    assert EVIL[0] not in said
