"""Targets on every page where a MOA can be chosen or read; nothing of them without any."""

import shutil
from collections.abc import Iterable

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.search_evaluation.plan import plan_search_evaluation
from gpar_core.data import compendium as compendia
from gpar_core.data.class_names import noun_of
from gpar_core.data.compendium import Compendium
from gpar_core.jobs.store import JobStore
from gpar_core.progress import silent
from gpar_core.storage.cache import Cache, remove
from gpar_core.storage.requests import job_id
from pages._moa_prediction.view import _supported
from pages._shared.gene_links import targets_linked
from tests import targeted
from tests.pages.charted import charted
from tests.pages.conftest import Library
from tests.pages.searched import searched, sent
from tests.pages.shelf import shelve, train_the_rest
from tests.pages.stage import page, press, words
from tests.pools import Means
from tests.synthetic import build

NAME = "targeted"
HDAC1 = "target: HDAC1"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    """A compendium with targets and the library of one of them, built once."""
    cache = Cache(tmp_path_factory.mktemp("targeted"))
    build(cache.compendium(NAME), targeted.DRUGS, effect=20, name=NAME, simulated=True)
    train_the_rest(cache, shelve(cache, NAME, moas=[HDAC1, "target: MTOR"]))
    return cache


@pytest.fixture
def data(kept: Cache, cache: Cache) -> Compendium:
    shutil.copytree(kept.root, cache.root, dirs_exist_ok=True)
    return compendia.load(cache.compendium(NAME))


def pages_of(genes: Iterable[str]) -> list[str]:
    """URLs of the pages of genes."""
    return [f"gene?gene={gene}&compendium={NAME}" for gene in genes]


def test_a_model_of_a_target_leads_to_its_gene(data: Compendium, cache: Cache) -> None:
    for model_id in cache.model_ids():
        said = words(page("models", model=model_id, tab="Details").markdown)
        assert "](gene?gene=" in said
        assert f"&compendium={NAME})" in said


def requests(cache: Cache) -> list[object]:
    return [job.request for job in JobStore(cache).active_jobs()]


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def test_a_training_on_a_target(data: Compendium, cache: Cache) -> None:
    app = page("drug_prediction", compendium=NAME)
    app.segmented_control(key="way").set_value("Target").run()
    assert app.multiselect(key="target").options[0] == "HDAC1 (4)"
    app.multiselect(key="target").set_value([HDAC1]).run()
    assert metrics(app)["Positive drugs"] == "4"
    press(app, "Start training")
    (request,) = requests(cache)
    assert request.drug_set.moa == request.drug_set.label == HDAC1


def test_without_targets_there_is_no_such_choice(stocked: Library) -> None:
    app = page("drug_prediction")
    assert "Target" not in app.segmented_control(key="way").options
    said = words(page("library"))
    assert "Classes" not in said
    assert "Targets" not in words(page("evaluation"))


def test_a_choice_that_another_compendium_lacks_is_forgotten(stocked: Library) -> None:
    for name, key, value in (
        ("drug_prediction", "way", "Target"), ("evaluation", "classes-are", "targets"),
    ):  # fmt: skip
        app = page(name)
        app.session_state[key] = value
        app.run()
        assert not app.exception
        assert app.segmented_control(key=key).value in ("MOA", "moas")


def test_a_library_of_targets_is_planned(data: Compendium, cache: Cache) -> None:
    for library_id in cache.library_ids():
        remove(cache.library(library_id))
    app = page("library", compendium=NAME)
    app.segmented_control(key=f"library-kind-{NAME}").set_value("targets").run()
    assert metrics(app) == {"Targets": "4"}
    assert "HDAC2" in app.multiselect(key="library-moas-targets").options
    app.segmented_control(key=f"library-kind-{NAME}").set_value("all").run()
    assert metrics(app) == {"Classes": "6"}
    press(app, "Build library")
    (request,) = requests(cache)
    assert request.title == f"Library of 6 MOAs and targets of '{NAME}'"


def test_a_library_of_targets_reads_as_one(data: Compendium) -> None:
    app = page("library", compendium=NAME)
    said = words(app)
    assert "MOA prediction uses the models of 2 of 2 targets" in said
    shown = app.dataframe[0].value
    assert set(shown["moa"]) == {"HDAC1", "MTOR"}
    assert shown["mean_auroc"].is_monotonic_decreasing
    assert shown["open"].tolist() == pages_of(shown["moa"].tolist())


def test_likely_targets_of_a_compound(data: Compendium) -> None:
    app = page("moa_prediction", compendium=NAME, compound="hdac3")
    said = words(app)
    assert "models of 2 of the 2 targets" in said
    assert "Annotated target: **HDAC1** (rank 1 of 2)" in said
    assert "none has an FDR of 0.1 or less over the 2 targets" in said
    assert "treat each target as a hypothesis" in said
    assert app.dataframe[0].value["moa"].tolist()[0] == "HDAC1"
    assert app.dataframe[0].value["open"].tolist()[:1] == pages_of(["HDAC1"])


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([HDAC1, "target: MTOR"], "over 2 targets): HDAC1. No other target reaches it."),
        ([HDAC1, "MTOR inhibitor"], "targets): target: HDAC1. No other MOA or target reaches it."),
        (["HDAC inhibitor", "MTOR inhibitor"], "2 MOAs): HDAC inhibitor. No other MOA reaches it."),
    ],
)
def test_the_verdict_calls_classes_what_they_are(names: list[str], said: str) -> None:
    table = pd.DataFrame({"moa": names, "fdr": [0.01, 0.5], "supported": [True, False]})
    assert said in _supported(table, noun_of(names))


def test_the_compound_page_names_targets_and_leads_to_genes(data: Compendium) -> None:
    app = page("compound", compendium=NAME, compound="mtor0")
    assert (
        "Known targets: [MTOR](gene?gene=MTOR&compendium=targeted), [PIK3CA](gene?gene=PIK3CA"
    ) in words(app)
    assert "No known target" in words(page("compound", compendium=NAME, compound="dark0"))


def test_no_word_of_targets_on_a_compound_page_without_any(stocked: Library) -> None:
    said = words(page("compound", compound="hdac0").markdown)
    assert "Annotated MOA" in said
    assert "nown target" not in said


def test_a_search_has_moas_and_targets(data: Compendium, cache: Cache) -> None:
    request = searched(cache, NAME, "hdac3")
    app = page("signature_search", job=job_id(request), tab="MOAs and targets")
    control = app.segmented_control(key=f"search-classes-{job_id(request)}")
    control.set_value("targets").run()
    (table,) = app.dataframe
    assert table.value["target"].iloc[0] == "HDAC1"
    assert table.value["open"].iloc[0] == f"gene?gene=HDAC1&compendium={NAME}"
    assert "of 4 targets" in words(app)
    assert "Check a target to see where its compounds rank" in words(app)
    hits = sent(page("signature_search", job=job_id(request)), "gpar_hits")
    targets = {tuple(map(tuple, row["targets"])) for row in hits["sides"][0]["rows"]}
    first, second = ((gene, f"gene?gene={gene}&compendium={NAME}") for gene in ("HDAC1", "HDAC2"))
    assert {(first,), (first, second)} <= targets


def test_a_search_without_targets_says_how_to_import_them(stocked: Library) -> None:
    request = searched(stocked.cache)
    app = page("signature_search", job=job_id(request), tab="MOAs and targets")
    assert "This compendium knows no targets" in words(app.caption)
    assert "compoundinfo" in words(app.caption)


def test_a_map_is_colored_by_target(data: Compendium, cache: Cache) -> None:
    request = charted(cache, NAME, moas=[HDAC1])
    app = page("map", job=job_id(request), compendium=NAME)
    assert "Targets: HDAC1" in words(app.caption).replace("\\", "")
    app.selectbox(key="colour").set_value("Target").run()
    assert sent(app, "gpar_map")["color"] == "target"
    assert app.multiselect(key="map-only-Target").options == ["HDAC1", "HDAC2", "MTOR", "PIK3CA"]


def test_colors_of_targets_are_not_offered_without_any(stocked: Library) -> None:
    app = page("map", job=job_id(charted(stocked.cache)))
    assert "Target" not in app.selectbox(key="colour").options


def test_methods_are_evaluated_on_targets(data: Compendium, cache: Cache) -> None:
    app = page("evaluation", compendium=NAME)
    app.segmented_control(key="classes-are").set_value("targets").run()
    app.number_input(key="evaluation-min-drugs").set_value(5).run()
    assert metrics(app) == {"Classes": "2"}
    press(app, "Run evaluation")
    (request,) = requests(cache)
    assert request.classes == ("target: MTOR", "target: PIK3CA")


def test_search_scores_are_evaluated_on_targets(data: Compendium, cache: Cache) -> None:
    app = page("evaluation", compendium=NAME)
    app.segmented_control(key="evaluation-question").set_value("Signature search").run()
    app.segmented_control(key=f"search-evaluation-kind-{NAME}").set_value("targets").run()
    assert metrics(app) == {"Targets": "4"}
    request = plan_search_evaluation(
        data, scores=["wtcs"], genes=[25], noise=[0.0], among="targets"
    )
    run_job(request, cache, silent, Means())
    app = page("evaluation", job=job_id(request), compendium=NAME)
    said = words(app)
    assert "mean over 4 targets" in said
    assert "share the query's target" in said
    app = page("evaluation", job=job_id(request), compendium=NAME, tab="Target by target")
    table = next(each.value for each in app.dataframe if "moa" in each.value)
    assert set(table["moa"]) == {"HDAC1", "HDAC2", "MTOR", "PIK3CA"}
    assert table["open"].tolist() == pages_of(table["moa"])


def test_a_compendium_lists_its_targets(data: Compendium, stocked: Library) -> None:
    app = page("compendium", compendium=NAME)
    assert "Targets" in words(app.header)
    tables = [each.value for each in app.dataframe]
    targets = next(each for each in tables if "HDAC1" in each.get("moa", pd.Series()).tolist())
    assert targets["n_drugs"].tolist() == [4, 3, 5, 5]
    assert targets["open"].tolist() == pages_of(targets["moa"])
    (drugs,) = [each for each in tables if "pert_ids" in each]
    first = drugs.set_index("pert_iname").loc["hdac0"]
    assert first[["target", "target_2"]].tolist() == [
        f"gene?gene={gene}&compendium={NAME}" for gene in ("HDAC1", "HDAC2")
    ]
    plain = page("compendium", compendium="measured")
    assert "Targets" not in words(plain.header)
    assert all("target" not in each.value for each in plain.dataframe)


def test_each_target_of_a_drug_is_a_link_and_the_rest_are_counted() -> None:
    table = pd.DataFrame(
        {"drug": ["a", "b", "c"], "target": ["HLA-A", "A|B|C|D|E", None], "tas": 1}
    )
    linked = targets_linked(table, NAME)
    assert linked.columns.tolist() == [
        "drug", "target", "target_2", "target_3", "more_targets", "tas",
    ]  # fmt: skip
    assert linked["target"].tolist() == [*pages_of(["HLA-A", "A"]), None]
    assert linked["target_3"].tolist() == [None, *pages_of(["C"]), None]
    assert linked["more_targets"].fillna(0).tolist() == [0, 2, 0]
    assert targets_linked(table[["drug"]], NAME).columns.tolist() == ["drug"]
