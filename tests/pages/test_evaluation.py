"""The evaluation page: what is asked, the job, the figures, one class, and what goes wrong."""

import csv
import json

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from gpar_core.analyses import result as analysis
from gpar_core.analyses.evaluation.evaluate import of_protocol
from gpar_core.analyses.evaluation.plan import plan_evaluation
from gpar_core.analyses.evaluation.request import EvaluationRequest
from gpar_core.analyses.method import Method
from gpar_core.data import compendium as compendia
from gpar_core.data.requests import DemoRequest
from gpar_core.export import csv_text, with_analysis
from gpar_core.jobs.job import State
from gpar_core.storage import requests
from gpar_core.storage.cache import MANIFEST, Cache, remove
from gpar_core.storage.requests import job_id
from tests.asked import asked
from tests.pages.conftest import Library
from tests.pages.ran import ran
from tests.pages.stage import DRUGS, EVIL, ended, labels, page, press, running, words
from tests.synthetic import build, drugs_of

METHODS = ("gpar", "gsea", "cosine", "balanced_logistic")
FAST = ("gsea", "cosine")
CLASSES, RETRIEVAL = "Class by class", "Retrieval (mAP)"


def evaluated(
    cache: Cache, compendium: str = "demo", methods: tuple[str, ...] = METHODS
) -> EvaluationRequest:
    data = compendia.load(cache.compendium(compendium))
    request = plan_evaluation(data, methods=methods, **asked(Method(negatives="others")))
    ran(request, cache)
    return request


def click(app: AppTest, row: int, table: str = "classes") -> AppTest:
    key = next(str(frame.key) for frame in app.dataframe if str(frame.key).startswith(table))
    app.session_state[key] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    return app.run()


def retrieved(app: AppTest) -> pd.DataFrame:
    return next(each.value for each in app.dataframe if str(each.key).startswith("retrieved"))


def test_the_form_says_what_would_be_compared(stocked: Library) -> None:
    app = page("evaluation")
    assert {metric.label: metric.value for metric in app.metric} == {"Classes": "2"}
    assert "11 methods on each" in words(app)
    assert "Run evaluation" in labels(app)
    assert "Simulated data" in words(app.warning)


def test_a_limit_that_no_class_reaches_is_an_error_and_offers_nothing(stocked: Library) -> None:
    app = page("evaluation")
    app.number_input(key="evaluation-min-drugs").set_value(40).run()
    assert "the largest has 5" in words(app.error)
    assert "Run evaluation" not in labels(app)


def test_a_compendium_without_moas_says_so(stocked: Library) -> None:
    remove(stocked.cache.compendium("measured"))
    build(stocked.cache.compendium("measured"), drugs_of("", 60), name="measured")
    app = page("evaluation", compendium="measured")
    assert "the largest has 0" in words(app.error)
    assert not app.exception


def test_uploaded_labels_take_the_place_of_moas(stocked: Library) -> None:
    app = page("evaluation")
    app.segmented_control(key="classes-are").set_value("Uploaded labels").run()
    names = [f"{stem}{i},mine" for stem in ("hdac", "mtor") for i in range(4)]
    content = "\n".join(["name,label", *names, "aspirin,other"]).encode()
    app.file_uploader(key="labels").upload("mine.csv", content, "text/csv").run()
    assert "**8** compounds with **1** classes" in words(app)
    assert "Not found\\: aspirin" in words(app)
    assert {metric.label: metric.value for metric in app.metric} == {"Classes": "1"}


def test_a_table_that_cannot_be_read_leaves_the_moas(stocked: Library) -> None:
    app = page("evaluation")
    app.segmented_control(key="classes-are").set_value("Uploaded labels").run()
    app.file_uploader(key="labels").upload("x.csv", b"gene,score\nA,1\n", "text/csv").run()
    assert "has the columns gene, score" in words(app.error)
    assert {metric.label: metric.value for metric in app.metric} == {"Classes": "2"}


def test_the_job_is_shown_while_it_runs(stocked: Library) -> None:
    data = compendia.load(stocked.cache.compendium("demo"))
    job = running(stocked.cache, plan_evaluation(data))
    app = page("evaluation", job=job.id)
    assert "Evaluation of 11 methods on HDAC inhibitor, MTOR inhibitor" in words(app)
    assert "Cancel" in labels(app)


def test_a_failed_job_can_be_tried_again(stocked: Library) -> None:
    data = compendia.load(stocked.cache.compendium("demo"))
    job = ended(stocked.cache, plan_evaluation(data), State.FAILED, "The disk is full.")
    app = page("evaluation", job=job.id)
    assert "The disk is full" in words(app.error)
    assert "Try again" in labels(app)


def test_a_result_shows_all_methods_and_the_best(stocked: Library) -> None:
    request = evaluated(stocked.cache)
    app = page("evaluation", job=job_id(request))
    assert "cannot show which method is better" in words(app)
    assert "Wilcoxon" in words(app)
    assert "Simulated data" in words(app.warning)
    table = app.dataframe[0].value
    assert table["method"].tolist() == ["GPAR", "GSEA", "Cosine", "Logistic regression"]
    assert set(table["Data"]) == {"SIMULATED"}
    app.segmented_control(key=f"protocol-{job_id(request)}").set_value("pair").run()
    assert "As in Gao et al. 2021" in words(app)


def test_a_click_on_a_class_shows_its_intervals(stocked: Library) -> None:
    request = evaluated(stocked.cache)
    app = click(page("evaluation", job=job_id(request), tab=CLASSES), 1)
    assert "MTOR inhibitor" in words(app.subheader)
    one = next(frame.value for frame in app.dataframe if "base_rate" in frame.value)
    ends = one["interval"].str.split("–", expand=True).astype(float)
    assert (ends[0] <= one["auroc"]).all()
    assert (one["auroc"] <= ends[1]).all()


def test_the_download_says_where_it_comes_from(stocked: Library) -> None:
    request = evaluated(stocked.cache)
    done = analysis.load(stocked.cache.analysis(job_id(request)))
    text = csv_text(with_analysis(of_protocol(done.tables["measures"], "drug"), done))
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == len(METHODS) * 2
    assert {row["data"] for row in rows} == {"SIMULATED"}
    assert {row["analysis_id"] for row in rows} == {job_id(request)}


def test_retrieval_shows_compounds_and_classes_and_their_parts(stocked: Library) -> None:
    request = evaluated(stocked.cache)
    app = page("evaluation", job=job_id(request), tab=RETRIEVAL)
    assert "Compounds across cell lines, z-scores\\: mean mAP" in words(app)
    assert "Classes, GPAR's space\\: mean mAP" in words(app)
    assert "Kalinin et al. 2025" in words(app)
    compounds = retrieved(app)
    assert len(compounds) == len(DRUGS)
    assert set(compounds["Data"]) == {"SIMULATED"}
    app.segmented_control(key=f"retrieval-{job_id(request)}").set_value("class").run()
    assert retrieved(app)["name"].tolist() == ["HDAC inhibitor", "MTOR inhibitor"]
    assert (retrieved(app)["corrected_p_space"] <= 0.05).all()
    app = click(app, 0, "retrieved")
    assert sorted(app.dataframe[-1].value["part"]) == [f"hdac{i}" for i in range(4)]


def test_one_cell_line_says_why_no_compound_is_looked_for(stocked: Library) -> None:
    remove(stocked.cache.compendium("measured"))
    build(stocked.cache.compendium("measured"), DRUGS, cells=("A375",), name="measured")
    app = page("evaluation", job=job_id(evaluated(stocked.cache, "measured", FAST)), tab=RETRIEVAL)
    assert "No compound has signatures in two cell lines" in words(app)
    assert retrieved(app)["name"].tolist() == ["HDAC inhibitor", "MTOR inhibitor"]


def test_a_result_from_before_retrieval_still_opens(stocked: Library) -> None:
    request = evaluated(stocked.cache)
    folder = stocked.cache.analysis(job_id(request))
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    manifest["tables"] = [name for name in manifest["tables"] if "retrieval" not in name]
    (folder / MANIFEST).write_text(json.dumps(manifest), "utf-8")
    retrieval = page("evaluation", job=job_id(request), tab=RETRIEVAL)
    assert "before GPAR measured mAP" in words(retrieval.info)
    app = page("evaluation", job=job_id(request))
    assert app.dataframe[0].value["method"].tolist()[0] == "GPAR"


def test_earlier_results_are_offered_and_opened(stocked: Library) -> None:
    request = evaluated(stocked.cache)
    app = page("evaluation", ask="new")
    app = press(app, next(each for each in labels(app) if "Evaluation of 4" in each))
    assert app.query_params["job"] == job_id(request)
    assert "cannot show which method is better" in words(app)
    assert "Previous results" not in words(page("evaluation", compendium="measured"))


def test_the_page_opens_on_the_newest_result(stocked: Library) -> None:
    request = evaluated(stocked.cache)
    app = page("evaluation")
    assert words(app.title) == request.title
    assert "cannot show which method is better" in words(app)
    app = press(app, "New analysis")
    assert words(app.title) == "Evaluation"
    assert "Run evaluation" in labels(app)


def test_deleting_a_result_asks_first(stocked: Library) -> None:
    request = evaluated(stocked.cache)
    app = press(page("evaluation", job=job_id(request)), "Delete")
    assert "can compute it again" in words(app)
    assert stocked.cache.analysis_ids() == [job_id(request)]


def test_a_link_to_another_job_is_refused(stocked: Library) -> None:
    job = running(stocked.cache, DemoRequest())
    assert "opens another kind of result" in words(page("evaluation", job=job.id).error)


def test_names_that_are_markup_are_shown_as_they_stand(stocked: Library) -> None:
    request = evaluated(stocked.cache, "evil", FAST)
    app = click(page("evaluation", job=job_id(request), tab=CLASSES), 0)
    assert not app.exception
    shown = "\n".join(each.value for each in (*app.markdown, *app.caption, *app.subheader))
    for name in EVIL[:2]:
        assert name not in shown


def test_another_method_version_is_another_job(
    stocked: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = evaluated(stocked.cache)
    before = job_id(request)
    monkeypatch.setattr(requests, "METHOD_VERSION", 99)
    assert job_id(request) != before
