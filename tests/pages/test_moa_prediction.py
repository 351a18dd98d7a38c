import json
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from gpar_core import fields
from gpar_core.__main__ import main
from gpar_core.analyses.library import result as library
from gpar_core.analyses.library.request import LibraryRequest
from gpar_core.analyses.method import Method
from gpar_core.analyses.moa_prediction.request import PredictionRequest
from gpar_core.analyses.moa_prediction.run import run_prediction
from gpar_core.data import compendium as compendia
from gpar_core.data import profiles as uploads
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.progress import silent
from gpar_core.rank.moa_prediction import DEFAULT_ORDER, ORDERS
from gpar_core.storage import requests
from gpar_core.storage.cache import Cache, remove
from gpar_core.storage.requests import job_id
from pages._shared.error_box import plain
from tests.pages.conftest import Library
from tests.pages.shelf import shelve, train_the_rest
from tests.pages.stage import EVIL, ended, labels, menus, page, press, waiting, words

PROFILES = "Your own profiles"


@pytest.fixture
def shelved(stocked: Library) -> LibraryRequest:
    """Of two MOAs, both asked, on simulated data."""
    request = shelve(stocked.cache)
    train_the_rest(stocked.cache, request)
    return request


def csv_of(cache: Cache, drugs: tuple[str, ...], *, genes: int = 978, scale: float = 1.0) -> str:
    """A CSV of one signature of each drug, the last genes left out."""
    data = compendia.load(cache.compendium("demo"))
    rows = [int(np.flatnonzero(data.signatures[fields.DRUG] == drug)[0]) for drug in drugs]
    values = np.asarray(data.matrix[rows]).T * scale
    lines = [",".join(["symbol", *(f"like {drug}" for drug in drugs)])]
    for symbol, row in list(zip(fields.LANDMARK_SYMBOLS, values, strict=True))[:genes]:
        lines.append(",".join([symbol, *(f"{value:.4f}" for value in row)]))
    return "\n".join(lines)


def upload(text: str, name: str = "mine.csv") -> AppTest:
    app = page("moa_prediction")
    app.segmented_control(key="moa-way").set_value(PROFILES).run()
    app.file_uploader(key="moa-profiles").set_value((name, text.encode(), "text/csv"))
    return app.run()


def predicted(cache: Cache, text: str, name: str = "mine.csv") -> AppTest:
    """Upload, press Predict, and let the job be done."""
    app = press(upload(text, name), "Predict MOAs")
    (job,) = JobStore(cache).active_jobs()
    assert isinstance(job.request, PredictionRequest)
    run_prediction(job.request, cache, silent)
    JobStore(cache).claim(9, 9)
    JobStore(cache).finish(job.id, 1, State.DONE)
    return app.run()


def field(app: AppTest, label: str):  # type: ignore[no-untyped-def]
    return next(each for each in app.selectbox if each.label == label)


def test_without_a_library_the_page_leads_to_one(stocked: Library) -> None:
    app = page("moa_prediction")
    assert "This compendium has no library yet" in words(app.info)
    assert words(press(app, "Open Library").title) == "Library"


def test_a_stale_library_is_not_asked(stocked: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    shelve(stocked.cache)
    monkeypatch.setattr(library, "METHOD_VERSION", requests.METHOD_VERSION + 1)
    app = page("moa_prediction", compound="hdac0")
    assert "The method has changed" in words(app.info)
    assert not app.dataframe


def test_a_library_without_a_model_to_ask_says_so(stocked: Library) -> None:
    shelve(stocked.cache, "measured")
    app = page("moa_prediction", compendium="measured")
    assert "No model of this library reaches a mean AUROC of 0.60" in words(app.info)


def test_home_leads_to_the_upload_of_profiles(stocked: Library, shelved: LibraryRequest) -> None:
    (link,) = (each for each in page("home").page_link if each.label == "Upload profiles")
    assert link.proto.page.endswith("moa_prediction")
    app = page("moa_prediction", **dict(parse_qsl(link.proto.query_string)))
    assert app.file_uploader(key="moa-profiles")


def test_a_compound_in_the_url_is_read_at_once(stocked: Library, shelved: LibraryRequest) -> None:
    app = page("moa_prediction", compound="MTOR-001")
    assert field(app, "Compound").value == "mtor1"
    table = app.dataframe[0].value
    assert table["moa"].tolist() == ["MTOR inhibitor", "HDAC inhibitor"]
    assert set(table["in_favour"].str[1:]) == {" of 4"}
    assert table["scored_by"][0] == "held-out fold"
    assert "mtor0, mtor1" in table["drugs"][0]
    assert set(table["Data"]) == {"SIMULATED"}
    said = words(app)
    assert "Annotated MOA: **MTOR inhibitor** (rank 1 of 2)" in said
    assert "2 models scored 4 signatures" in said
    assert "not prove a mechanism" in said
    assert not JobStore(stocked.cache).recent()


def test_a_compound_is_chosen_and_put_into_the_url(
    stocked: Library, shelved: LibraryRequest
) -> None:
    app = page("moa_prediction")
    assert "**Example: " in words(app)
    assert len(app.dataframe) == 1
    assert "compound" not in app.query_params
    assert (
        "compound" in press(app, next(each for each in labels(app) if "Use " in each)).query_params
    )
    field(app, "Compound").set_value("hdac2").run()
    assert app.query_params["compound"] == "hdac2"
    assert app.dataframe[0].value["moa"][0] == "HDAC inhibitor"
    field(app, "Compound").set_value("dark3").run()
    assert "Annotated" not in words(app)


def test_an_annotated_moa_whose_model_is_not_asked_says_so(stocked: Library) -> None:
    shelve(stocked.cache)
    app = page("moa_prediction", compound="mtor1")
    assert "**MTOR inhibitor** (it has no model here, so it cannot be found)" in words(app)


@pytest.mark.parametrize("name", ["aspirin", EVIL[0], "x" * 3000])
def test_an_unknown_compound_is_an_error_and_another_can_be_chosen(
    stocked: Library, shelved: LibraryRequest, name: str
) -> None:
    app = page("moa_prediction", compound=name)
    assert app.error
    assert EVIL[0] not in words(app)
    field(app, "Compound").set_value("hdac2").run()
    assert not app.error


def test_moas_are_ranked_as_by_command(stocked: Library, shelved: LibraryRequest) -> None:
    order = field(page("moa_prediction", compound="dark3"), "Rank by")
    assert order.value == DEFAULT_ORDER
    assert len(order.options) == len(ORDERS)
    assert "None" not in order.options


def test_the_ranking_of_the_paper_and_more_moas_can_be_asked_for(
    stocked: Library, shelved: LibraryRequest
) -> None:
    app = page("moa_prediction", compound="dark3")
    field(app, "Rank by").set_value("paper").run()
    assert app.dataframe[0].value["mean_probability"].is_monotonic_decreasing
    assert field(app, "Show").options == ["All 2 MOAs"]


def test_a_row_opens_the_model_of_its_moa(stocked: Library, shelved: LibraryRequest) -> None:
    app = page("moa_prediction", compound="hdac2")
    key = next(str(frame.key) for frame in app.dataframe if str(frame.key).startswith("moas"))
    app.session_state[key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    assert words(app.title) == "HDAC inhibitor"


def test_the_heat_map_is_by_cell_line(stocked: Library, shelved: LibraryRequest) -> None:
    *_, chart = page("moa_prediction", compound="hdac2").get("vega_lite_chart")
    spec = json.loads(chart.proto.spec)
    assert spec["encoding"]["x"]["sort"] == ["A375", "MCF7"]
    assert spec["encoding"]["y"]["sort"] == ["HDAC inhibitor", "MTOR inhibitor"]


def test_the_nearest_signatures_are_of_other_drugs(
    stocked: Library, shelved: LibraryRequest
) -> None:
    app = page("moa_prediction", compound="hdac2")
    assert len(app.dataframe) == 1  # they are looked for when asked for: that reads everything
    app.session_state["moa-nearest"] = True
    near = app.run().dataframe[1].value
    assert near["cosine"].is_monotonic_decreasing
    assert set(near["drug"][:3]) <= {"hdac0", "hdac1", "hdac3"}
    assert "hdac2" not in set(near["drug"])
    assert set(near["like"]) == {"A375", "MCF7"}


def test_profiles_show_how_they_match_before_the_click(
    stocked: Library, shelved: LibraryRequest
) -> None:
    app = upload(csv_of(stocked.cache, ("hdac0", "mtor0")))
    figures = {metric.label: metric.value for metric in app.metric}
    assert figures == {"Profiles": "2", "Landmark genes": "978", "Scale": "z-scores"}
    assert not app.checkbox
    assert "Predict MOAs" in labels(app)


def test_a_template_is_offered(stocked: Library, shelved: LibraryRequest) -> None:
    app = page("moa_prediction")
    app.segmented_control(key="moa-way").set_value(PROFILES).run()
    assert "Download template (CSV)" in [button.label for button in app.get("download_button")]


def test_missing_genes_are_filled_only_when_allowed(
    stocked: Library, shelved: LibraryRequest
) -> None:
    app = upload(csv_of(stocked.cache, ("hdac0",), genes=970))
    assert fields.LANDMARK_SYMBOLS[-1] in words(app)
    assert "8 landmark genes are missing" in [each.label for each in app.expander]
    assert "set the missing ones to 0" in words(app.error)
    assert "Predict MOAs" not in labels(app)
    app.checkbox(key="moa-impute").set_value(True).run()
    press(app, "Predict MOAs")
    assert len(JobStore(stocked.cache).active_jobs()) == 1


def test_what_are_no_z_scores_must_be_made_so(stocked: Library, shelved: LibraryRequest) -> None:
    app = upload(csv_of(stocked.cache, ("hdac0",), scale=1000))
    assert [box.label for box in app.checkbox] == ["Compute z-scores across these profiles"]


@pytest.mark.parametrize("text", ["", "a,b\n1,2", "\0\0\0", "PK\x03\x04"])
def test_a_file_that_is_no_profile_is_an_error(
    stocked: Library, shelved: LibraryRequest, text: str
) -> None:
    app = upload(text, "![x](http:).csv")
    assert app.error
    assert "![x](http:)" not in words(app)
    assert "Predict MOAs" not in labels(app)


def test_the_name_of_a_file_is_no_path(stocked: Library, shelved: LibraryRequest) -> None:
    predicted(stocked.cache, csv_of(stocked.cache, ("hdac0",)), "../../../evil.csv")
    assert not list(stocked.cache.root.parent.rglob("*evil.csv*"))


def test_profiles_are_predicted_by_a_job_that_the_url_names(
    stocked: Library, shelved: LibraryRequest
) -> None:
    app = predicted(stocked.cache, csv_of(stocked.cache, ("mtor2",)))
    assert words(app.header) == "mine"
    assert app.dataframe[0].value["moa"][0] == "MTOR inhibitor"
    assert "Simulated data" in words(app.warning)
    again = page("moa_prediction", job=app.query_params["job"])
    assert words(again.header) == "mine"
    assert again.dataframe[1].value["cosine"][0] > 0.99
    press(again, "New prediction")
    assert "job" not in again.query_params


def test_several_profiles_are_read_one_by_one_or_together(
    stocked: Library, shelved: LibraryRequest
) -> None:
    app = predicted(stocked.cache, csv_of(stocked.cache, ("mtor2", "hdac1")))
    assert field(app, "Profile").options == [
        "like mtor2",
        "like hdac1",
        "All profiles as replicates",
    ]
    assert app.dataframe[0].value["moa"][0] == "MTOR inhibitor"
    field(app, "Profile").set_value(1).run()
    assert app.dataframe[0].value["moa"][0] == "HDAC inhibitor"
    field(app, "Profile").set_value(2).run()
    assert set(app.dataframe[0].value["in_favour"].str[1:]) == {" of 2"}
    offered = [label for label in menus(app) if label.startswith("Download")]
    assert offered == ["Download all MOAs", "Download all MOAs of each profile"]


def test_a_prediction_that_was_deleted_can_be_asked_for_again(
    stocked: Library, shelved: LibraryRequest
) -> None:
    app = predicted(stocked.cache, csv_of(stocked.cache, ("mtor2",)))
    job = app.query_params["job"]
    remove(stocked.cache.prediction(job))
    app = page("moa_prediction", job=job)
    assert "This prediction was deleted" in words(app.warning)
    press(app, "Run again")
    assert [each.id for each in JobStore(stocked.cache).active_jobs()] == [job]


def test_a_job_of_another_kind_is_not_a_prediction(stocked: Library) -> None:
    job = waiting(
        stocked.cache,
        replace(stocked.simulated, method=Method(seed=1)),
    )
    app = page("moa_prediction", job=job.id)
    assert "does not open a MOA prediction" in words(app.error)


@pytest.mark.parametrize("job", ["../../etc", "x" * 5000, EVIL[0], "0123456789"])
def test_a_mad_job_is_an_error(stocked: Library, job: str) -> None:
    app = page("moa_prediction", job=job)
    assert app.error
    assert EVIL[0] not in words(app)
    assert "New prediction" in labels(app)


def test_a_failed_prediction_says_why(stocked: Library, shelved: LibraryRequest) -> None:
    request = PredictionRequest("0" * 20, job_id(shelved), (), EVIL[0])
    job = ended(stocked.cache, request, State.FAILED, "The profiles are *gone*.")
    app = page("moa_prediction", job=job.id)
    assert plain("The profiles are *gone*.") in words(app.error)
    assert EVIL[0] not in words(app)
    assert "Try again" in labels(app)


def test_names_that_are_markup_stay_names(stocked: Library) -> None:
    shelve(stocked.cache, "evil")
    app = page("moa_prediction", compendium="evil", compound=EVIL[1])
    said = words([*app.main.markdown, *app.main.caption])
    assert not app.exception
    assert plain(EVIL[2]) in said
    assert not [evil for evil in EVIL if evil in said]


def genes_in_rows(profiles: dict[str, np.ndarray]) -> str:
    """A CSV of (978,) values by heading."""
    lines = [",".join(["symbol", *profiles])]
    for place, symbol in enumerate(fields.LANDMARK_SYMBOLS):
        row = (f"{values[place]:.4f}" for values in profiles.values())
        lines.append(",".join([symbol, *row]))
    return "\n".join(lines)


def profile(cache: Cache, drug: str) -> np.ndarray:
    data = compendia.load(cache.compendium("demo"))
    return np.asarray(data.matrix[np.flatnonzero(data.signatures[fields.DRUG] == drug)[0]])


def test_of_a_result_table_the_statistic_is_shown_and_can_be_changed(
    stocked: Library, shelved: LibraryRequest
) -> None:
    like = profile(stocked.cache, "hdac0")
    p = np.full(978, 0.5)
    text = genes_in_rows({"baseMean": 9 + p, "log2FoldChange": -like, "stat": like, "pvalue": p})
    app = upload(text)
    assert field(app, "Column of the table").value == "stat"
    assert "GPAR uses its column 'stat'" in words(app)
    assert {metric.label: metric.value for metric in app.metric}["Profiles"] == "1"
    assert "2 columns were not used" in [each.label for each in app.expander]
    field(app, "Column of the table").set_value("log2FoldChange").run()
    assert "GPAR uses its column 'log2FoldChange'" in words(app)
    press(app, "Predict MOAs")
    (job,) = JobStore(stocked.cache).active_jobs()
    assert isinstance(job.request, PredictionRequest)
    kept = uploads.load(stocked.cache.existing_profile_set(job.request.profiles))
    np.testing.assert_allclose(kept.matrix[0], -like, atol=1e-4)


def test_replicates_are_one_query_and_that_can_be_changed(
    stocked: Library, shelved: LibraryRequest
) -> None:
    like = profile(stocked.cache, "hdac1")
    text = genes_in_rows({f"mine_rep{i}": like + i / 100 for i in (1, 2, 3)})
    app = upload(text)
    assert "mine_rep1, mine_rep2, mine_rep3 are replicates of one drug" in words(app).replace(
        "\\", ""
    )
    app = predicted(stocked.cache, text)
    assert not [each for each in app.selectbox if each.label == "Profile"]
    assert set(app.dataframe[0].value["in_favour"].str[1:]) == {" of 3"}
    app = upload(text)
    field(app, "Replicates").set_value("each").run()
    assert "are replicates of one drug" not in words(app)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\n".join(fields.LANDMARK_SYMBOLS[:30]), "a list of 30 genes"),
        (
            "id,a\n" + "\n".join(f"{one.capitalize()},1.5" for one in fields.LANDMARK_SYMBOLS),
            plain("species: mouse or rat"),
        ),
    ],
)
def test_what_is_no_human_profile_says_what_is_needed(
    stocked: Library, shelved: LibraryRequest, text: str, said: str
) -> None:
    app = upload(text)
    assert said in words(app.error)
    assert "Predict MOAs" not in labels(app)


def test_one_profile_of_another_scale_is_named(stocked: Library, shelved: LibraryRequest) -> None:
    like = profile(stocked.cache, "hdac1")
    app = upload(genes_in_rows({"a": like, "b": like, "reads": np.arange(978)}))
    assert {metric.label: metric.value for metric in app.metric}["Scale"] == "mixed"
    assert plain("Profiles: 1 (reads) look like counts") in words(app.error)


@pytest.mark.parametrize("kind", ["results", "replicates"])
def test_the_command_line_asks_and_answers_the_same(
    stocked: Library, shelved: LibraryRequest, tmp_path: Path, kind: str
) -> None:
    like = profile(stocked.cache, "hdac1")
    text = genes_in_rows(
        {"stat": like, "lfcSE": np.full(978, 0.1), "padj": np.full(978, 0.5)}
        if kind == "results"
        else {f"mine_rep{i}": like + i / 100 for i in (1, 2, 3)}
    )
    app = predicted(stocked.cache, text)
    file, out = tmp_path / "mine.csv", tmp_path / "out.csv"
    file.write_text(text)
    arguments = ["predict-moa", "--compendium", "demo", "--profiles", str(file), "--csv", str(out)]
    assert main(["--cache", str(stocked.cache.root), *arguments]) == 0
    (job,) = JobStore(stocked.cache).recent()  # the same request: nothing is computed twice
    assert job.id == app.query_params["job"]
    answered = pd.read_csv(out)
    shown = app.dataframe[0].value
    assert answered["moa"].tolist() == shown["moa"].tolist()
    np.testing.assert_allclose(answered["calibrated"], shown["calibrated"], atol=1e-3)
    assert main(["--cache", str(stocked.cache.root), *arguments[:-2], "--column", "padj"]) == 2
