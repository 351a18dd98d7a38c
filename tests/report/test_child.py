"""A report made in a process of its own, as its visitor may see it."""

import pytest

from gpar_core.errors import DataError
from gpar_core.report import child
from gpar_core.report.child import made_in_child
from gpar_core.report.make import as_file, report_of
from gpar_core.storage.access import Visitor
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id
from tests.report.conftest import Results


def test_it_is_the_report(results: Results) -> None:
    name = job_id(results.training)
    made = made_in_child(results.cache, name, ".html")
    assert made == as_file(report_of(results.cache, name), ".html")


def test_what_the_visitor_may_not_see_is_not_made(results: Results) -> None:
    name = job_id(results.evaluation)
    results.cache.access.hold("ann", name, 0.0, shared=False)
    with pytest.raises(DataError, match="No model is named"):
        made_in_child(Cache(results.cache.root, Visitor("bob")), name, ".html")
    results.cache.access.forget(name)


def test_a_break_down_is_told_without_its_details(
    results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child.sys, "executable", "/bin/false")
    with pytest.raises(DataError, match="the server's log"):
        made_in_child(results.cache, job_id(results.training), ".html")
    monkeypatch.setattr(child.sys, "executable", "/nowhere")
    with pytest.raises(DataError, match="could not be created"):
        made_in_child(results.cache, job_id(results.training), ".html")
