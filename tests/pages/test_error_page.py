"""What nobody foresaw: an id on the page, everything else in the log."""

import ast
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.runtime.scriptrunner import RerunException, StopException
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

from gpar_core.data.requests import DemoRequest
from gpar_core.errors import RequestError
from gpar_core.jobs.store import JobStore
from gpar_core.server.json_log import FIELDS
from gpar_core.storage.requests import job_id
from pages._shared.error_box import error_box
from tests.pages.conftest import Library, Surprises
from tests.pages.stage import APP, page, press, running, words

PAGES = sorted(path.stem for path in (APP.parent / "pages").glob("*.py"))
SOURCES = sorted((APP.parent / "pages").rglob("*.py"))
OF_STREAMLIT = ("st.dialog", "st.fragment")
INSIDE = "/srv/gpar/matrix.npy of Ann"


@pytest.fixture(autouse=True)
def foreseen_here(surprises: Surprises) -> Iterator[None]:
    """What these tests break on purpose is no surprise."""
    yield
    surprises.lines.clear()


def _break(*_: object, **__: object) -> None:
    raise ZeroDivisionError(INSIDE)


def _ids(said: str) -> list[str]:
    return re.findall(r"Something went wrong\. Error id ([0-9A-F]{8})\.", said)


@pytest.mark.parametrize("name", PAGES)
def test_a_bug_on_a_page_shows_an_id_and_the_log_has_the_rest(
    name: str, stocked: Library, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(JobStore, "active_jobs", _break)
    app = page(name)
    said = words(app)
    ids = _ids(said)  # the sidebar's, and that of each part of the page that lists jobs
    assert INSIDE not in said
    assert "ZeroDivisionError" not in said
    records = [record for record in caplog.records if record.name == "gpar.pages"]
    assert len(records) == len(ids) > 0
    for record in records:
        assert record.levelno == logging.ERROR
        assert any(error_id in record.getMessage() for error_id in ids)
        assert f"'{_title(name)}'" in record.getMessage()
        about = getattr(record, FIELDS)
        assert (about["error_id"] in ids, about["page"]) == (True, _title(name))
    assert INSIDE in caplog.text
    assert "Traceback" in caplog.text


def _title(name: str) -> str:
    other = {
        "moa_prediction": "MOA prediction",
        "hyper_parameters": "Hyper-parameters",
        "target_prediction": "Which target?",
    }
    return other.get(name, name.replace("_", " ").capitalize())


def test_each_error_has_an_id_of_its_own(stocked: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(JobStore, "active_jobs", _break)
    assert _ids(words(page("home"))) != _ids(words(page("home")))


def test_a_bug_while_a_job_is_watched(
    stocked: Library, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    job = running(stocked.cache, DemoRequest(seed=1))
    monkeypatch.setattr("pages._shared.job_panel.read_events", _break)
    app = page("compendium", job=job.id)
    assert len(_ids(words(app))) == 1
    assert INSIDE in caplog.text


def test_a_bug_in_a_dialog_leaves_the_page_behind_it(
    stocked: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = page("models", model=job_id(stocked.measured))
    say = st.markdown
    monkeypatch.setattr(
        "streamlit.markdown",
        lambda text: _break() if "can train it again" in text else say(text),
    )
    press(app, "Delete")
    assert len(_ids(words(app))) == 1
    assert "MTOR inhibitor" in words(app)


def test_reruns_and_stops_of_streamlit_pass() -> None:
    for control in (RerunException(RerunData()), StopException()):
        with pytest.raises(type(control)), error_box():
            raise control


def test_a_foreseen_error_gets_no_id(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr("streamlit.error", said.append)
    with error_box():
        raise RequestError("Choose *two* drugs.")
    assert said == [r"Choose \*two\* drugs."]


def _called_by_streamlit(tree: ast.Module) -> Iterator[str]:
    """Names of the functions that Streamlit calls outside the app's own frame."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            decorators = [
                each.func if isinstance(each, ast.Call) else each for each in node.decorator_list
            ]
            if any(ast.unparse(each) in OF_STREAMLIT for each in decorators):
                yield node.name
        elif isinstance(node, ast.Call):
            if ast.unparse(node.func) in OF_STREAMLIT:
                yield from (each.id for each in node.args if isinstance(each, ast.Name))
            for keyword in node.keywords:
                if (keyword.arg or "").startswith("on_") and isinstance(keyword.value, ast.Name):
                    yield keyword.value.id


def _guarded(function: ast.FunctionDef) -> bool:
    """In an error box, or without a statement."""
    boxes = [ast.unparse(decorator) for decorator in function.decorator_list]
    return boxes[-1:] == ["error_box()"] or all(
        isinstance(line, ast.Expr) for line in function.body
    )


def test_all_that_streamlit_calls_by_itself_stands_in_an_error_box() -> None:
    found = 0
    for path in SOURCES:
        tree = ast.parse(path.read_text("utf-8"))
        functions = {
            node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
        }
        for name in _called_by_streamlit(tree):
            found += 1
            assert _guarded(functions[name]), f"{path.name}: {name}"
    assert found >= 6


def test_the_app_stands_in_an_error_box() -> None:
    _, _, inside = Path(APP).read_text("utf-8").partition("\nwith error_box():\n")
    assert "page.run()" in inside
    assert all(line.startswith("    ") for line in inside.splitlines())
