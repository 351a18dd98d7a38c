"""Names come from files: whatever is in them is shown as it stands."""

import dataclasses

import pytest
from streamlit.testing.v1 import AppTest

from gpar_core.analyses.method import Method
from gpar_core.analyses.training.result import load_summary
from gpar_core.jobs.job import State
from gpar_core.storage.requests import job_id
from pages._shared.error_box import plain
from tests.pages.conftest import Library
from tests.pages.searched import sent
from tests.pages.stage import APP, EVIL, MARKUP, ended, page, running, words


def assert_literal(app: AppTest, name: str) -> None:
    """The page says the name, and nowhere in a way that Markdown would take for its own."""
    said = words(app)
    assert plain(name) in said
    for evil in EVIL:
        assert evil not in said, evil


@pytest.mark.parametrize("name", [*EVIL, *MARKUP])
def test_markup_is_escaped_sign_by_sign(name: str) -> None:
    assert plain(name) != name
    assert plain(name).replace("\\", "") == " ".join(name.split())


@pytest.mark.parametrize("text", ["3,4-dichloro", "0.95 in 1.5 h", "Tyrphostin AG 490, 5'"])
def test_words_and_figures_stay_readable(text: str) -> None:
    assert plain(text) == text


def test_on_home(stocked: Library) -> None:
    ended(stocked.cache, stocked.evil, State.DONE)
    assert_literal(page("home", compendium="evil"), EVIL[0])


def test_in_a_compendium(stocked: Library) -> None:
    assert_literal(page("compendium", compendium="evil"), EVIL[0])


def test_in_the_drugs_of_a_moa(stocked: Library) -> None:
    app = page("drug_prediction", compendium="evil")
    app.multiselect(key="moa").set_value([EVIL[0]])
    app.run()
    said = words(app.main.caption)
    for name in EVIL:
        assert plain(name) in said
        assert name not in said


def test_in_a_job_under_way(stocked: Library) -> None:
    request = dataclasses.replace(stocked.evil, method=Method(seed=1))
    assert_literal(page("drug_prediction", job=running(stocked.cache, request).id), EVIL[0])


def test_in_the_reason_of_a_failure(stocked: Library) -> None:
    request = dataclasses.replace(stocked.evil, method=Method(seed=1))
    job = ended(stocked.cache, request, State.FAILED, " ".join(EVIL))
    app = page("drug_prediction", job=job.id)
    assert_literal(app, " ".join(EVIL))


def test_in_a_model_and_in_the_signatures_of_a_drug(stocked: Library) -> None:
    app = page("models", model=job_id(stocked.evil))
    assert_literal(app, EVIL[0])
    next(field for field in app.number_input if field.label == "p below").set_value(1.01).run()
    first = sent(app, "gpar_ranked")["rows"][0]
    key = "-".join(load_summary(stocked.cache.model(job_id(stocked.evil))).identity)
    app.session_state[f"ranked-{key}"] = {"opened": {"drug": first["drug"], "at": 1}}
    app.run()
    assert first["name"] in (*EVIL, *MARKUP)
    assert plain(first["name"]) in words(app.header)


@pytest.mark.parametrize("name", sorted(path.stem for path in (APP.parent / "pages").glob("*.py")))
def test_on_every_page(name: str, stocked: Library) -> None:
    said = words(page(name, compendium="evil"))
    for evil in EVIL:
        assert evil not in said, evil
