"""The cell influence page: selections, the job, the result, and what goes wrong."""

import csv

import pytest
from streamlit.testing.v1 import AppTest

from gpar_core.analyses import result as analysis
from gpar_core.analyses.cell_influence.plan import plan_cell_influence
from gpar_core.analyses.cell_influence.request import CellInfluenceRequest
from gpar_core.analyses.method import DrugSet, Method
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.data import compendium as compendia
from gpar_core.data.requests import DemoRequest
from gpar_core.export import csv_text, with_analysis
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.storage.cache import Cache, remove
from gpar_core.storage.requests import job_id
from pages._shared.error_box import plain
from tests.asked import asked
from tests.pages.conftest import Library
from tests.pages.ran import ran
from tests.pages.stage import DRUGS, EVIL, ended, labels, page, press, running, words
from tests.synthetic import build, drugs_of

SELECTIONS = (("MCF7",), ("A375",), ())


def compared(cache: Cache, compendium: str = "demo", **how: object) -> CellInfluenceRequest:
    data = compendia.load(cache.compendium(compendium))
    settings = {"moa": "HDAC inhibitor", "selections": SELECTIONS, "preset": "paper", **how}
    request, _ = plan_cell_influence(data, **asked(**settings))
    ran(request, cache)
    return request


def form(moa: str = "HDAC inhibitor", **parameters: str) -> AppTest:
    app = page("cell_influence", ask="new", **parameters)
    return app.multiselect(key="moa").set_value([moa]).run()


def asked_for(stocked: Library, kind: type) -> list[object]:
    requests = [job.request for job in JobStore(stocked.cache).active_jobs()]
    return [request for request in requests if isinstance(request, kind)]


def selections_of(app: AppTest) -> list[list[str]]:
    return [each.value for each in app.multiselect if each.label.startswith("Selection")]


def test_before_a_choice_nothing_can_be_started(stocked: Library) -> None:
    app = page("cell_influence")
    assert "Choose drugs or a MOA" in words(app)
    assert next(button for button in app.button if button.label == "Start analysis").disabled
    assert "Simulated data" in words(app.warning)
    assert "Upload" not in app.segmented_control[0].options


def test_the_two_largest_cell_lines_are_the_example(stocked: Library) -> None:
    app = form()
    assert selections_of(app) == [["A375"], ["MCF7"]]
    assert {metric.label: metric.value for metric in app.metric} == {
        "Drugs": "4",
        "Selections": "2",
    }
    assert app.toggle[0].value
    press(app, "Start analysis")
    (request,) = asked_for(stocked, CellInfluenceRequest)
    assert (
        request
        == plan_cell_influence(
            compendia.load(stocked.cache.compendium("demo")),
            DrugSet(moa="HDAC inhibitor"),
            selections=[["A375"], ["MCF7"]],
        )[0]
    )
    assert app.query_params["job"] == job_id(request)


def test_the_papers_pairs_are_the_example_for_estrogen_receptor_agonists(stocked: Library) -> None:
    drugs = [*drugs_of("Estrogen receptor agonist", 5), *drugs_of("", 60, tas=0.1)]
    remove(stocked.cache.compendium("measured"))
    build(
        stocked.cache.compendium("measured"),
        drugs,
        cells=("A549", "HT29", "MCF7", "PC3", "VCAP"),
        name="measured",
    )
    app = form("Estrogen receptor agonist", compendium="measured")
    assert selections_of(app) == [["MCF7", "HT29"], ["PC3", "A549"]]


def test_up_to_six_selections_and_a_scan(stocked: Library) -> None:
    app = form()
    app.number_input(key="influence-n").set_value(3).run()
    assert selections_of(app) == [["A375"], ["MCF7"], []]
    app.checkbox(key="influence-scan").check().run()
    table = app.dataframe[0].value
    assert table["selection"].tolist() == ["A375", "MCF7", "all cell lines"]
    app.number_input(key="influence-n").set_value(4).run()
    assert r"Two selections are the same\: all cell lines" in words(app.error)
    assert "Start analysis" not in labels(app)


def test_one_cell_line_is_too_few(stocked: Library) -> None:
    remove(stocked.cache.compendium("measured"))
    build(stocked.cache.compendium("measured"), DRUGS, cells=("MCF7",), name="measured")
    app = page("cell_influence", compendium="measured")
    assert "from one cell line, MCF7; a comparison needs at least two" in words(app.info)
    assert "Start analysis" not in labels(app)


def test_the_job_is_shown_while_it_runs(stocked: Library) -> None:
    data = compendia.load(stocked.cache.compendium("demo"))
    request, _ = plan_cell_influence(data, DrugSet(moa="HDAC inhibitor"), selections=SELECTIONS)
    job = running(stocked.cache, request)
    app = page("cell_influence", job=job.id)
    assert "Cell lines compared for HDAC inhibitor" in words(app)
    assert "Cancel" in labels(app)


def test_a_failed_job_can_be_tried_again(stocked: Library) -> None:
    data = compendia.load(stocked.cache.compendium("demo"))
    request, _ = plan_cell_influence(data, DrugSet(moa="HDAC inhibitor"), selections=SELECTIONS)
    job = ended(stocked.cache, request, State.FAILED, "No memory.")
    press(page("cell_influence", job=job.id), "Try again")
    assert asked_for(stocked, CellInfluenceRequest) == [request]


def test_a_result_says_which_is_best_and_what_is_noise(stocked: Library) -> None:
    request = compared(stocked.cache)
    app = page("cell_influence", job=job_id(request))
    said = words(app)
    done = analysis.load(stocked.cache.analysis(job_id(request)))
    best = done.tables["selections"].iloc[0]
    assert (
        f"**{best['selection']}** has the highest mean AUROC, {best['auroc']:.3f} (95% interval "
        f"{best['low']:.3f}–{best['high']:.3f}, 4 drugs)" in said
    )
    assert "No other selection is clearly worse" in said
    assert said.count("**within noise**") == 2
    assert "Simulated data" in words(app.warning)
    assert set(app.dataframe[0].value["Data"]) == {"SIMULATED"}
    assert app.dataframe[0].value["interval"].tolist()[0] == f"{best['low']:.3f}–{best['high']:.3f}"


def test_differences_are_seen_from_the_first_selection_or_any_other(stocked: Library) -> None:
    request = compared(stocked.cache)
    app = page("cell_influence", job=job_id(request))
    reference = app.selectbox(key=f"against-{job_id(request)}")
    assert reference.value == "MCF7"
    assert "A375 is" in words(app)
    reference.select("A375").run()
    assert "MCF7 is" in words(app)


def test_drugs_that_were_left_out_are_named(stocked: Library) -> None:
    data = compendia.load(stocked.cache.compendium("demo"))
    request = CellInfluenceRequest(
        "demo",
        data.fingerprint,
        DrugSet(("hdac0", "hdac1"), "HDAC inhibitor", label="HDAC inhibitor"),
        (("A375",), ("MCF7",)),
        left_out=("hdac2", "hdac3"),
        method=Method(negatives="inactive"),
    )
    ran(request, stocked.cache)
    app = page("cell_influence", job=job_id(request), tab="Train a model")
    assert plain("2 drugs: hdac0, hdac1. Left out") in words(app)
    press(app, "Start training")
    (training,) = asked_for(stocked, TrainRequest)
    assert isinstance(training, TrainRequest)
    assert (training.drug_set.drugs, training.drug_set.moa) == (("hdac0", "hdac1"), "")
    assert training.drug_set.label == "HDAC inhibitor"


def test_one_click_trains_a_model_on_a_selection(stocked: Library) -> None:
    request = compared(stocked.cache)
    app = page("cell_influence", job=job_id(request), tab="Train a model")
    app.selectbox(key=f"train-{job_id(request)}").select("A375").run()
    press(app, "Start training")
    (training,) = asked_for(stocked, TrainRequest)
    assert isinstance(training, TrainRequest)
    assert training.method.cells == ("A375",)
    assert (training.drug_set.moa, training.method.negatives) == (
        request.drug_set.moa,
        request.method.negatives,
    )
    assert "Train on HDAC inhibitor" in words(app)


def test_training_on_a_changed_compendium_is_refused(stocked: Library) -> None:
    request = compared(stocked.cache)
    app = page("cell_influence", job=job_id(request), tab="Train a model")
    build(stocked.cache.compendium("demo"), DRUGS, seed=7, name="demo", simulated=True)
    press(app, "Start training")
    assert "has changed since this comparison" in words(app.error)


@pytest.mark.parametrize("table", ["selections", "differences", "drugs"])
def test_downloads_say_where_they_come_from(stocked: Library, table: str) -> None:
    request = compared(stocked.cache)
    done = analysis.load(stocked.cache.analysis(job_id(request)))
    rows = list(csv.DictReader(csv_text(with_analysis(done.tables[table], done)).splitlines()))
    assert {row["data"] for row in rows} == {"SIMULATED"}
    assert {row["analysis_id"] for row in rows} == {job_id(request)}


def test_a_link_to_another_job_is_refused(stocked: Library) -> None:
    job = running(stocked.cache, DemoRequest())
    assert "opens another kind of result" in words(page("cell_influence", job=job.id).error)


def test_names_that_are_markup_are_shown_as_they_stand(stocked: Library) -> None:
    request = compared(stocked.cache, "evil", moa=EVIL[0], selections=((EVIL[2],), (EVIL[3],)))
    app = page("cell_influence", job=job_id(request))
    said = "\n".join(each.value for each in (*app.markdown, *app.caption, *app.title))
    assert plain(EVIL[2]) in said
    for name in EVIL:
        assert name not in said
    assert not form(EVIL[0], compendium="evil").exception
