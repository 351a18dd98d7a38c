"""The page of genes: both questions, their jobs and answers, the way there, and what goes wrong."""

import csv
from dataclasses import replace

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from gpar_core import fields
from gpar_core.analyses import result as analysis
from gpar_core.analyses.genes.plan import plan_gene_counts, plan_gene_importance
from gpar_core.analyses.genes.request import GeneCountRequest, GeneImportanceRequest
from gpar_core.analyses.training import result as model
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.data import compendium as compendia
from gpar_core.data.requests import DemoRequest
from gpar_core.export import csv_text, with_analysis
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.storage.cache import Cache, publishing, remove
from gpar_core.storage.requests import Request, job_id
from pages._genes.importance_view import selected
from pages._shared.error_box import plain
from tests.asked import asked
from tests.pages.conftest import Library
from tests.pages.ran import ran
from tests.pages.stage import EVIL, ended, labels, page, press, running, words

COUNTS = (10, 100, 978)


def of(cache: Cache, trained: TrainRequest) -> GeneImportanceRequest:
    summary = model.load_summary(cache.model(job_id(trained)))
    return plan_gene_importance(compendia.load(cache.compendium(trained.compendium)), summary)


def found(cache: Cache, trained: TrainRequest) -> GeneImportanceRequest:
    request = of(cache, trained)
    ran(request, cache)
    return request


def planned(cache: Cache, compendium: str = "demo", **how: object) -> GeneCountRequest:
    data = compendia.load(cache.compendium(compendium))
    how = {"moa": "HDAC inhibitor", "counts": COUNTS, "repeats": 2} | how
    return plan_gene_counts(data, **asked(**how))[0]


def counted(cache: Cache, compendium: str = "demo", **how: object) -> GeneCountRequest:
    request = planned(cache, compendium, **how)
    ran(request, cache)
    return request


def auroc_of(cache: Cache, request: GeneCountRequest) -> pd.DataFrame:
    return analysis.load(cache.analysis(job_id(request))).tables["auroc"]


def how_many(**parameters: str) -> AppTest:
    app = page("genes", **parameters)
    return app.segmented_control[0].set_value("How many genes").run()


def asked_for(stocked: Library) -> list[Request | None]:
    return [job.request for job in JobStore(stocked.cache).active_jobs()]


# -------------------------------------------------------------------------------- which genes


def test_the_models_of_the_compendium_are_offered_with_what_it_takes(stocked: Library) -> None:
    app = page("genes")
    assert len(app.selectbox[0].options) == 2
    assert all("fast" in option for option in app.selectbox[0].options)
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Trainings"] in {"2", "4"}
    assert "95% interval" in words(app)
    assert "Simulated data" in words(app.warning)


def test_a_click_asks_for_the_genes_of_the_chosen_model(stocked: Library) -> None:
    request = of(stocked.cache, stocked.simulated)
    app = press(page("genes", model=request.model), "Find important genes")
    assert asked_for(stocked) == [request]
    assert app.query_params["job"] == job_id(request)
    assert "Waiting: number 1 in the queue" in words(app)


def test_a_models_page_leads_to_its_genes(stocked: Library) -> None:
    app = press(
        page("models", model=job_id(stocked.measured), tab="Quality"), "Find important genes"
    )
    assert app.query_params["model"] == job_id(stocked.measured)
    assert app.query_params["compendium"] == "measured"


def test_without_a_model_the_page_leads_to_training(stocked: Library) -> None:
    for trained in stocked.models():
        remove(stocked.cache.model(trained))
    app = page("genes")
    assert "This compendium has no models yet" in words(app)
    assert "Find important genes" not in labels(app)


def test_a_link_to_a_model_that_is_gone_says_so(stocked: Library) -> None:
    assert "was deleted" in words(page("genes", model="0" * 20))


def test_a_model_of_uploaded_profiles_is_refused_with_advice(stocked: Library) -> None:
    folder = stocked.cache.model(job_id(stocked.simulated))
    whole = model.load(folder, signatures=True)
    with publishing(folder) as building:
        model.save(replace(whole, summary=replace(whole.summary, drugs=())), building)
    app = page("genes", model=job_id(stocked.simulated))
    assert "trained on uploaded profiles" in words(app.error)
    assert "Find important genes" not in labels(app)
    quality = page("models", model=job_id(stocked.simulated))
    assert "Find important genes" not in labels(quality)


def test_the_answer_is_told_in_figures_and_shown(stocked: Library) -> None:
    request = found(stocked.cache, stocked.simulated)
    app = page("genes", job=job_id(request))
    told = words(app)
    done = analysis.load(stocked.cache.analysis(job_id(request)))
    overlap = int(done.tables["agreement"]["overlap"][0])
    assert f"**{overlap} are also in the top 100 of the logistic regression**" in told
    assert "10.2 by chance" in told
    assert "Simulated data" in words(app.warning)
    table = app.dataframe[0].value
    assert len(table) == 100
    assert set(table["Data"]) == {"SIMULATED"}
    assert table["ig_rank"].tolist() == list(range(1, 101))
    assert table["gene"].str.fullmatch(r"https://www.ncbi.nlm.nih.gov/gene/\d+").all()
    app.segmented_control(key=f"genes-by-{job_id(request)}").set_value("lr").run()
    assert app.dataframe[0].value["lr_rank"].tolist() == list(range(1, 101))
    app.segmented_control(key=f"genes-by-{job_id(request)}").set_value("both").run()
    assert len(app.dataframe[0].value) == overlap


def test_how_stable_the_genes_are_is_a_tab(stocked: Library) -> None:
    request = found(stocked.cache, stocked.simulated)
    told = words(page("genes", job=job_id(request), tab="Stability"))
    assert "over 4 folds" in told
    assert "4 positive drugs (8 signatures)" in told


def test_lists_for_enrichr_are_up_and_down_apart(stocked: Library) -> None:
    request = found(stocked.cache, stocked.simulated)
    genes = analysis.load(stocked.cache.analysis(job_id(request))).tables["genes"]
    chosen = selected(genes, "ig")
    n_up = int((chosen["z_positive"] > 0).sum())
    (lists,) = [
        each.proto.popover.help
        for each in page("genes", job=job_id(request)).get("popover")
        if each.proto.popover.label == "Download gene lists"
    ]
    assert lists.startswith(f"{n_up} up and {100 - n_up} down genes")
    both = selected(genes, "both")
    assert (both[["ig_rank", "lr_rank"]] <= 100).all(axis=None)
    assert both[["ig_rank", "lr_rank"]].sum(axis=1).is_monotonic_increasing


def test_the_table_of_all_genes_says_where_it_comes_from(stocked: Library) -> None:
    request = found(stocked.cache, stocked.simulated)
    done = analysis.load(stocked.cache.analysis(job_id(request)))
    rows = list(csv.DictReader(csv_text(with_analysis(done.tables["genes"], done)).splitlines()))
    assert len(rows) == fields.N_LANDMARKS
    assert {row["data"] for row in rows} == {"SIMULATED"}
    assert {row["analysis_id"] for row in rows} == {job_id(request)}


def test_where_no_gene_is_first_both_ways_that_is_said(stocked: Library) -> None:
    request = found(stocked.cache, stocked.simulated)
    done = analysis.load(stocked.cache.analysis(job_id(request)))
    genes = done.tables["genes"].assign(lr_rank=lambda table: 979 - table["ig_rank"])
    with publishing(stocked.cache.analysis(job_id(request))) as folder:
        analysis.save(replace(done, tables={**done.tables, "genes": genes}), folder)
    app = page("genes", job=job_id(request))
    app.segmented_control(key=f"genes-by-{job_id(request)}").set_value("both").run()
    assert "No gene is in the top 100 by both methods" in words(app)


def test_names_that_are_markup_are_shown_as_they_stand(stocked: Library) -> None:
    request = found(stocked.cache, stocked.evil)
    app = page("genes", job=job_id(request))
    assert not app.exception
    shown = "\n".join(each.value for each in (*app.markdown, *app.caption, *app.title))
    for name in EVIL[:2]:
        assert name not in shown


# ------------------------------------------------------------------------------ how many genes


def test_before_a_choice_nothing_can_be_started(stocked: Library) -> None:
    app = how_many()
    assert "Choose drugs or a MOA" in words(app)
    assert next(button for button in app.button if button.label == "Start analysis").disabled
    assert "Upload" not in app.segmented_control[1].options


def test_what_it_takes_is_said_before_the_click(stocked: Library) -> None:
    app = how_many()
    app.multiselect(key="moa").set_value(["HDAC inhibitor"]).run()
    # 17 numbers of 10 draws and the most important ones, and all genes once; four folds.
    assert {metric.label: metric.value for metric in app.metric} == {
        "Drugs": "4",
        "Trainings": f"{4 * (17 * 11 + 1):,}",
    }
    app.number_input(key="genes-repeats").set_value(2).run()
    assert f"{4 * (17 * 3 + 1):,}" in [metric.value for metric in app.metric]
    app.selectbox(key="genes-preset").select("paper").run()
    assert "Choose few numbers and draws" in words(app)


def test_a_click_starts_the_job_and_the_page_follows_it(stocked: Library) -> None:
    app = how_many()
    app.multiselect(key="moa").set_value(["HDAC inhibitor"]).run()
    app.multiselect(key="genes-counts").set_value([978, 10, 100]).run()
    app.number_input(key="genes-repeats").set_value(2).run()
    app = press(app, "Start analysis")
    request = planned(stocked.cache)
    assert request.method.negatives == "others"
    assert asked_for(stocked) == [request]
    assert plain("How many genes: HDAC inhibitor") in words(app)


def test_what_is_no_number_of_genes_is_refused(stocked: Library) -> None:
    app = how_many()
    app.multiselect(key="moa").set_value(["HDAC inhibitor"]).run()
    app.session_state["genes-counts"] = ["ten"]
    assert "whole numbers from 2 to 978" in words(app.run().error)
    app.session_state["genes-counts"] = [1]
    assert "Give at least one, from 2 to 978" in words(app.run().error)
    assert "Start analysis" not in labels(app)


def test_curves_are_told_in_words_and_figures(stocked: Library) -> None:
    request = counted(stocked.cache)
    app = page("genes", job=job_id(request))
    told = words(app)
    (whole,) = auroc_of(stocked.cache, request).query("way == 'random' and n_genes == 978")["auroc"]
    assert f"With all 978 genes the mean AUROC is **{whole:.3f}**" in told
    assert "most important genes, the mean AUROC is" in told
    assert "4 positive drugs" in told
    assert "Simulated data" in words(app.warning)
    table = app.dataframe[0].value
    assert table["n_genes"].tolist() == list(COUNTS)
    assert table["draws"].tolist() == [2, 2, 1]
    assert set(table["Data"]) == {"SIMULATED"}


def test_one_number_of_genes_is_told_too(stocked: Library) -> None:
    request = counted(stocked.cache, counts=[978])
    whole = auroc_of(stocked.cache, request)["auroc"].iloc[0]
    assert f"mean AUROC is **{whole:.3f}**" in words(page("genes", job=job_id(request)))


def test_what_cannot_be_learned_is_no_better_than_chance_or_called_so(stocked: Library) -> None:
    request = counted(stocked.cache, "measured", moa="MTOR inhibitor")
    told = words(page("genes", job=job_id(request)))
    assert "is not above 0.5" in told or "the paper's threshold" in told


# ----------------------------------------------------------------------------------- both


def test_a_job_is_shown_while_it_runs_and_found_from_the_sidebar(stocked: Library) -> None:
    for request in (planned(stocked.cache), of(stocked.cache, stocked.simulated)):
        job = running(stocked.cache, request)
        app = page("genes", job=job.id)
        assert "Cancel" in labels(app)
        assert plain(request.title) in words(app)


@pytest.mark.parametrize("state", [State.FAILED, State.CANCELLED])
def test_a_job_that_did_not_finish_can_be_tried_again(stocked: Library, state: State) -> None:
    request = planned(stocked.cache)
    ended(stocked.cache, request, state, "No memory.")
    press(page("genes", job=job_id(request)), "Try again")
    assert asked_for(stocked) == [request]


def test_earlier_answers_of_both_questions_are_offered(stocked: Library) -> None:
    requests = [found(stocked.cache, stocked.simulated), counted(stocked.cache)]
    offered = labels(page("genes", ask="new"))
    label = stocked.simulated.drug_set.label
    assert sum(label in each for each in offered) >= len(requests)
    app = page("genes", ask="new")
    chosen = next(each for each in labels(app) if "How many" in each and "·" in each)
    app = press(app, chosen)
    assert app.query_params["job"] == job_id(requests[1])


def test_a_link_to_another_job_is_refused(stocked: Library) -> None:
    job = running(stocked.cache, DemoRequest())
    assert "opens another kind of result" in words(page("genes", job=job.id).error)


def test_a_single_draw_has_no_standard_deviation(stocked: Library) -> None:
    app = page("genes", job=job_id(counted(stocked.cache, repeats=1)))
    said = words(app)
    assert "give, as do larger numbers" in said
    assert "(one draw)" in said
    assert "nan" not in said
    table = next(each.value for each in app.dataframe if "random_sd" in each.value)
    assert table["random_sd"].isna().all()
    assert len(app.get("vega_lite_chart")) > 1
