"""Learn: the tour to its end, lessons with answers, the glossary, and the teacher's page."""

from dataclasses import replace

import pytest

from gpar_core.analyses.method import DrugSet
from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.training.plan import plan_training
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.glossary import TERMS
from gpar_core.lessons import LESSONS
from gpar_core.progress import silent
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id
from pages._learn import tour_view
from pages._shared.terms import explained
from tests.pages.conftest import Library
from tests.pages.stage import labels, page, press, running, words
from tests.pools import Means
from tests.synthetic import build, drugs_of


@pytest.fixture
def toured(cache: Cache) -> str:
    """A compendium with the drugs of the tour; the id of its training."""
    moa = "glucocorticoid receptor agonist"
    drugs = [
        replace(drug, name=name)
        for drug, name in zip(
            drugs_of(moa, len(tour_view.DRUGS), replicates=3), tour_view.DRUGS, strict=True
        )
    ]
    drugs += [*drugs_of("", 60, tas=0.1), *drugs_of("HDAC inhibitor", 4)]
    data = build(cache.compendium("demo"), drugs, effect=20, name="demo", simulated=True)
    return job_id(asked(data))


def asked(data: Compendium) -> TrainRequest:
    """The training of the tour."""
    label = "Tour: glucocorticoids"
    return plan_training(data, DrugSet(drugs=(*tour_view.DRUGS,), label=label))[0]


def test_the_tour_begins_with_a_question(toured: str) -> None:
    app = page("learn")
    assert "Which drugs act like dexamethasone?" in words(app.header)
    assert "Start training" in labels(app)
    assert "**1 · The question**" in words(app)


def test_the_tour_shows_the_training(cache: Cache, toured: str) -> None:
    request = asked(compendia.load(cache.compendium("demo")))
    running(cache, request)
    app = page("learn", job=toured)
    assert "**2 · Learning**" in words(app)
    assert "Mean AUROC so far" in words(app)
    assert not app.exception


def test_the_tour_ends_with_a_prediction(cache: Cache, toured: str) -> None:
    request = asked(compendia.load(cache.compendium("demo")))
    run_job(request, cache, silent, Means())
    app = page("learn", job=toured)
    assert not app.exception
    assert "You finished the tour" in words(app.success)
    table = app.dataframe[0].value
    assert len(table) == 10
    assert set(table["Data"]) == {"SIMULATED"}
    assert app.metric[0].label == "Mean AUROC"
    opened = press(app, "Open model")
    assert opened.query_params["model"] == toured


def test_without_the_drugs_of_the_tour_it_says_where_they_are(stocked: Library) -> None:
    app = page("learn")
    assert "Choose the demo" in words(app.error)
    assert not app.exception


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda each: each.case)
def test_questions_are_answered_and_explained(cache: Cache, lesson: object) -> None:
    app = page("learn", learn="Lessons", lesson=lesson.case)
    assert not app.exception
    assert "correct so far" not in words(app)
    for number, question in enumerate(lesson.questions):
        app.radio[number].set_value(question.right)
    app.run()
    assert f"**{len(lesson.questions)} of {len(lesson.questions)}** correct" in words(app)
    wrong = (lesson.questions[0].right + 1) % len(lesson.questions[0].answers)
    app.radio[0].set_value(wrong).run()
    assert lesson.questions[0].why in words(app.warning)


def test_a_lesson_opens_its_case_study(stocked: Library) -> None:
    app = press(page("learn", learn="Lessons", lesson="Chloroquine"), "Open case study")
    assert app.query_params["case"] == "Chloroquine"


def test_the_glossary_lists_all_and_finds_some(cache: Cache) -> None:
    app = page("learn", learn="Glossary")
    shown = words(app)
    assert all(term.means in shown for term in TERMS.values())
    app.text_input(key="glossary-find").set_value("Benjamini").run()
    assert TERMS["fdr"].means in words(app)
    assert TERMS["moa"].means not in words(app)
    app.text_input(key="glossary-find").set_value("xyzzy").run()
    assert "No term matches" in words(app.info)


def test_a_help_text_leads_to_its_term(cache: Cache) -> None:
    address = explained("fdr").split("](")[1].rstrip(")")
    assert address == "learn?learn=Glossary&term=fdr"
    app = page("learn", learn="Glossary", term="fdr")
    assert TERMS["fdr"].means in words(app)
    assert TERMS["moa"].means not in words(app)
    assert TERMS["moa"].means in words(press(app, "Show all terms"))
    assert "has no" in words(page("learn", learn="Glossary", term="<b>").error)


def test_teachers_find_what_to_prepare(cache: Cache) -> None:
    app = page("learn", learn="Teachers")
    assert "A week before" in words(app)
    assert not app.exception
