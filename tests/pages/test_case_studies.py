"""The page of the paper's examples: offered, run, shown, and refused where drugs are lacking."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from gpar_core.case_studies import case, plan
from gpar_core.data.compendium import Compendium
from gpar_core.data.uploads import publish_table
from gpar_core.jobs import engine
from gpar_core.jobs.job import State
from gpar_core.storage.cache import Cache, remove
from tests.pages.conftest import Library
from tests.pages.ran import ran
from tests.pages.stage import embed, ended, labels, page, press, running, train, words
from tests.synthetic import Drug, build, drugs_of

HSP = case("HSP inhibitors and VER-155008")


@pytest.fixture
def compendium(cache: Cache) -> Compendium:
    drugs = [Drug(f"X-{number:02}", name) for number, name in enumerate(HSP.drugs)]
    return build(
        cache.compendium("demo"),
        [*drugs, *drugs_of("MTOR inhibitor", 5), *drugs_of("", 60, tas=0.1)],
        name="demo",
        simulated=True,
    )


def run(cache: Cache, compendium: Compendium, preset: str = "fast") -> None:
    planned = plan(HSP, compendium, preset=preset)
    publish_table(cache, planned.labels)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "gpar_core.learn.training", SimpleNamespace(train=train))
        patch.setattr("gpar_core.maps.tsne.embed", embed)
        for request in planned.requests:
            ran(request, cache)


def test_an_example_is_offered_with_its_story(compendium: Compendium) -> None:
    app = page("case_studies", case=HSP.title)
    assert "only VER-155008 acts on HSP70" in words(app)
    assert "Run case study" in labels(app)
    assert "Simulated data" in words(app.warning)


def test_one_click_asks_for_all_its_parts(
    compendium: Compendium, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "ensure_running", lambda cache: None)
    app = press(page("case_studies", case=HSP.title), "Run case study")
    assert "0 of 3 parts are done" in words(app)
    assert len(list(cache.tables.iterdir())) == 1


def test_while_it_runs_the_first_part_is_shown(compendium: Compendium, cache: Cache) -> None:
    running(cache, plan(HSP, compendium).trainings[0])
    app = page("case_studies", case=HSP.title)
    assert "Cancel" in labels(app)
    assert "Run case study" not in labels(app)


def test_a_part_that_failed_can_be_tried_again(compendium: Compendium, cache: Cache) -> None:
    ended(cache, plan(HSP, compendium).trainings[0], State.FAILED, "The disk is full.")
    app = page("case_studies", case=HSP.title)
    assert "The disk is full" in words(app.error)
    assert "Try again" in labels(app)


def test_the_result_stands_beside_the_paper(compendium: Compendium, cache: Cache) -> None:
    run(cache, compendium)
    app = page("case_studies", case=HSP.title)
    table = app.dataframe[0].value.set_index("question")
    assert table.loc["Mean AUROC", "paper"] == "0.7"
    assert list(table.columns[:2]) == ["paper", "here_fast"]
    assert labels(app) == ["Run with the paper's network"]
    assert table.loc["Mean AUROC without VER-155008", "paper"] == "0.9"
    assert table.loc["AUROC of GSEA, over pairs", "paper"] == "not given"
    assert set(table["Data"]) == {"SIMULATED"}
    assert len(app.page_link) >= 2
    remove(cache.model(cache.model_ids()[0]))
    assert "Run case study" in labels(page("case_studies", case=HSP.title))


def test_drugs_that_are_lacking_are_named(compendium: Compendium, tmp_path: Path) -> None:
    app = page("case_studies", case="Digoxin alone")
    assert "no signature of digoxin" in words(app.error)
    assert "Run case study" not in labels(app)


def test_the_network_of_the_paper_stands_beside_the_own_model(
    compendium: Compendium, cache: Cache
) -> None:
    for preset in ("fast", "paper"):
        run(cache, compendium, preset)
    app = page("case_studies", case=HSP.title)
    table = app.dataframe[0].value.set_index("question")
    assert list(table.columns[:3]) == ["paper", "here_fast", "here_paper"]
    assert (table.loc["Mean AUROC"] != "").all()
    assert not any(label.startswith("Run") for label in labels(app))


def test_a_profile_needs_a_library(stocked: Library) -> None:
    app = page("case_studies", case="Nitidine's mechanism")
    assert "topoisomerase" in words(app)
    assert "This needs a library" in words(app.info)
    assert words(press(app, "Open Library").title) == "Library"
