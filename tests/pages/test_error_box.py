"""Errors that nobody expected: an id for the user, the details for the log, a page that goes on."""

import re

import pytest

from gpar_core.cache import Cache
from gpar_core.jobs import engine
from tests.pages.conftest import Library, Surprises
from tests.pages.stage import page, running, words


def fail(*_: object, **__: object) -> None:
    raise KeyError("the secret of ann")


def check(said: str, surprises: Surprises) -> None:
    found = re.search(r"error id \*\*([0-9a-f]{8})\*\*", said)
    assert found, said
    assert "secret" not in said
    assert "KeyError" not in said
    logged = surprises.lines.pop()
    assert logged.startswith(f"ERROR Error {found[1]} on ")
    assert "KeyError: 'the secret of ann'" in logged


def test_on_a_page(stocked: Library, monkeypatch: pytest.MonkeyPatch, surprises: Surprises) -> None:
    monkeypatch.setattr("gpar_core.model.load_summary", fail)
    check(words(page("models").error), surprises)


def test_outside_every_box_of_a_page(
    stocked: Library, monkeypatch: pytest.MonkeyPatch, surprises: Surprises
) -> None:
    monkeypatch.setattr("pages._shared.navigation.st.title", fail)
    check(words(page("map").error), surprises)


def test_in_the_fragment_that_follows_a_job(
    stocked: Library, monkeypatch: pytest.MonkeyPatch, surprises: Surprises
) -> None:
    job = running(stocked.cache, stocked.evil.__class__("demo", "f", "ssri", ("a",)))
    monkeypatch.setattr("pages._shared.job_panel.read_events", fail)
    check(words(page("drug_prediction", job=job.id).error), surprises)


def test_a_page_that_reruns_or_stops_is_no_error(cache: Cache, surprises: Surprises) -> None:
    page("drug_prediction")  # builds the demo, which ends the run
    assert engine.JobStore(cache).active_jobs()
    assert surprises.lines == []
