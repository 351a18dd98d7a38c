"""Signature search on the evaluation page: what is asked, the job, scores, MOAs, identity."""

import csv

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from gpar_core.analyses import result as analysis
from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.search_evaluation.plan import plan_search_evaluation
from gpar_core.analyses.search_evaluation.request import SearchEvaluationRequest
from gpar_core.data import compendium as compendia
from gpar_core.export import csv_text, with_analysis
from gpar_core.jobs.store import JobStore
from gpar_core.progress import silent
from gpar_core.storage.cache import Cache, remove
from gpar_core.storage.requests import job_id
from tests.pages.conftest import Library
from tests.pages.stage import EVIL, labels, menus, page, press, running, words
from tests.pools import Means
from tests.synthetic import Drug, build, drugs_of

MOAS = [f"{letter} inhibitor" for letter in "ABCDEFG"]


def evaluated(
    cache: Cache, compendium: str = "demo", queries: str = "", **settings: object
) -> SearchEvaluationRequest:
    data, source = (
        compendia.load(cache.compendium(name)) if name else None for name in (compendium, queries)
    )
    chosen = {"scores": ["wtcs", "cosine"], "genes": [10, 50], "noise": [0, 1], **settings}
    request = plan_search_evaluation(data, queries=source, **chosen)
    run_job(request, cache, silent, Means())
    return request


def many_moas(cache: Cache) -> None:
    remove(cache.compendium("measured"))
    drugs = [*(drug for moa in MOAS for drug in drugs_of(moa, 3)), *drugs_of("", 20)]
    build(cache.compendium("measured"), drugs, effect=25.0, name="measured")


def asked(compendium: str = "demo") -> AppTest:
    app = page("evaluation", compendium=compendium)
    return app.segmented_control(key="evaluation-question").set_value("Signature search").run()


def table_with(app: AppTest, column: str) -> pd.DataFrame:
    return next(each.value for each in app.dataframe if column in each.value)


def test_the_form_says_what_would_be_compared(stocked: Library) -> None:
    app = asked()
    assert {metric.label: metric.value for metric in app.metric} == {"MOAs": "2"}
    assert "Too few MOAs to tell which score is better" in words(app.warning)
    app.multiselect(key="search-evaluation-scores").set_value(["wtcs", "xsum"])
    app.multiselect(key="search-evaluation-genes").set_value([25, "75"])
    app.multiselect(key="search-evaluation-noise").set_value([0.0]).run()
    assert "4 combinations of score, list length and noise" in words(app)
    press(app, "Run evaluation")
    (job,) = JobStore(stocked.cache).active_jobs()
    assert isinstance(job.request, SearchEvaluationRequest)
    assert (job.request.scores, job.request.genes) == (("wtcs", "xsum"), (25, 75))
    assert app.query_params["job"] == job.id


def test_enough_moas_need_no_warning(stocked: Library) -> None:
    many_moas(stocked.cache)
    app = asked("measured")
    assert {metric.label: metric.value for metric in app.metric} == {"MOAs": "7"}
    assert "Too few" not in words(app.warning)


def test_a_compendium_without_shared_moas_says_so(stocked: Library) -> None:
    remove(stocked.cache.compendium("measured"))
    build(stocked.cache.compendium("measured"), drugs_of("", 60), name="measured")
    app = asked("measured")
    assert "No two drugs of 'measured' share a MOA" in words(app.error)
    assert "Run evaluation" not in labels(app)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("genes", ["ten"], "whole numbers from 1 to 489"),
        ("genes", [1000], "1000 is not a possible length"),
        ("genes", [], "0 values of length"),
        ("noise", [], "0 values of noise"),
    ],
)
def test_what_cannot_be_evaluated_is_an_error(
    stocked: Library, key: str, value: list[object], said: str
) -> None:
    app = asked()
    app.multiselect(key=f"search-evaluation-{key}").set_value(value).run()
    assert said in words(app.error)
    assert "Run evaluation" not in labels(app)


def test_queries_can_come_from_another_compendium(stocked: Library) -> None:
    app = asked()
    assert "measured" in app.selectbox(key="search-evaluation-queries-demo").options[-1]
    app.selectbox(key="search-evaluation-queries-demo").set_value("measured").run()
    press(app, "Run evaluation")
    (job,) = JobStore(stocked.cache).active_jobs()
    assert job.request.queries == "measured"


def test_the_job_is_shown_while_it_runs(stocked: Library) -> None:
    data = compendia.load(stocked.cache.compendium("demo"))
    job = running(stocked.cache, plan_search_evaluation(data, scores=["wtcs", "xsum"]))
    app = page("evaluation", job=job.id)
    assert "Evaluation of 2 search scores" in words(app)
    assert "Cancel" in labels(app)


def test_a_result_compares_scores_with_intervals(stocked: Library) -> None:
    many_moas(stocked.cache)
    request = evaluated(stocked.cache, "measured")
    app = page("evaluation", job=job_id(request))
    assert "Hits among the first ten, mean over 7 MOAs and all list lengths" in words(app)
    assert "7 MOAs, 21 queries, 21 pairs" in words(app)
    table = table_with(app, "behind")
    assert set(table["score"]) == {"Weighted connectivity", "Cosine"}
    assert table["interval"].str.contains("–").all()
    assert table["figure"].is_monotonic_decreasing
    assert table["p"].isna().sum() == 1
    key = f"search-measure-{job_id(request)}"
    app.segmented_control(key=key).set_value("auroc").run()
    app.segmented_control(key=f"search-noise-{job_id(request)}").set_value(1.0).run()
    done = analysis.load(stocked.cache.analysis(job_id(request)))
    summary = done.tables["summary"]
    shown = summary[
        (summary["measure"] == "auroc") & (summary["noise"] == 1) & (summary["n_genes"] == 50)
    ]
    figures = sorted(table_with(app, "behind")["figure"])
    assert figures == pytest.approx(sorted(shown["mean"]))


def test_few_moas_have_no_winner_and_each_has_its_figures(stocked: Library) -> None:
    request = evaluated(stocked.cache)
    app = page("evaluation", job=job_id(request))
    assert "2 MOAs cannot show which is better; at least 6 are needed" in words(app)
    app = page("evaluation", job=job_id(request), tab="MOA by MOA")
    table = table_with(app, "base_rate")
    assert sorted(table["moa"]) == ["HDAC inhibitor", "MTOR inhibitor"]
    assert set(table["Data"]) == {"SIMULATED"}
    assert (table["wtcs"] > 2).all()
    assert table["n_drugs"].tolist() == table["n_queries"].tolist()
    assert "Own molecule" not in [tab.label for tab in app.tabs]


def test_molecules_of_queries_from_elsewhere_are_identified_apart(stocked: Library) -> None:
    drugs = [Drug("N-1", "hdac1", "HDAC inhibitor"), Drug("N-2", "new", "MTOR inhibitor")]
    build(stocked.cache.compendium("other"), drugs, seed=5, name="other")
    request = evaluated(stocked.cache, queries="other", noise=[0])
    app = page("evaluation", job=job_id(request))
    assert "Own molecule" in [tab.label for tab in app.tabs]
    app = page("evaluation", job=job_id(request), tab="Own molecule")
    found = table_with(app, "median_rank")
    assert found["n"].tolist() == [1] * 4


def test_the_download_says_where_it_comes_from(stocked: Library) -> None:
    request = evaluated(stocked.cache)
    assert "Download all means" in menus(page("evaluation", job=job_id(request)))
    by_moa = page("evaluation", job=job_id(request), tab="MOA by MOA")
    assert "Download all MOAs" in menus(by_moa)
    done = analysis.load(stocked.cache.analysis(job_id(request)))
    rows = list(csv.DictReader(csv_text(with_analysis(done.tables["moas"], done)).splitlines()))
    assert len(rows) == 2 * 2 * 2 * 2
    assert {row["data"] for row in rows} == {"SIMULATED"}


def test_earlier_results_of_both_kinds_are_offered(stocked: Library) -> None:
    request = evaluated(stocked.cache)
    app = page("evaluation", ask="new")
    press(app, next(each for each in labels(app) if "Evaluation of 2 search scores" in each))
    assert app.query_params["job"] == job_id(request)


def test_names_that_are_markup_are_shown_as_they_stand(stocked: Library) -> None:
    request = evaluated(stocked.cache, "evil")
    app = page("evaluation", job=job_id(request))
    assert not app.exception
    shown = "\n".join(each.value for each in (*app.markdown, *app.caption, *app.subheader))
    for name in EVIL[:2]:
        assert name not in shown
