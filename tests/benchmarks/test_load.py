"""A few visitors on a small server: every page holds, every job is done once; nothing is timed."""

import asyncio
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import load
from benchmarks.figures import Figure
from benchmarks.journeys import JOURNEYS
from benchmarks.load import Plan, Sample, Seen
from benchmarks.populated import fill_with_private
from benchmarks.server import Server, serving
from benchmarks.visitor import Visitor, visiting
from gpar_core.analyses.method import DrugSet
from gpar_core.analyses.training.plan import plan_training
from gpar_core.data import compendium as compendia
from gpar_core.data.requests import DemoRequest
from gpar_core.jobs.events import FILE_NAME
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.storage.cache import Cache
from tests.pages.charted import charted
from tests.pages.shelf import shelve, train_the_rest
from tests.pages.stage import ended
from tests.synthetic import build, drugs_of

WIDGETS = """
import time
import streamlit as st

st.session_state.setdefault("runs", 0)
st.session_state["runs"] += 1
name = st.selectbox("Name", ["a", "b"])
if st.button("Break"):
    raise ValueError(name)
if st.button("Complain"):
    st.error("no " + name)
if st.button("Again") and st.session_state["runs"] < 9:
    st.query_params["found"] = name
    st.rerun()

@st.fragment(run_every=0.05)
def follow():
    st.session_state["polls"] = st.session_state.get("polls", 0) + 1
    if st.session_state["polls"] == 3:
        st.session_state["over"] = True
        st.rerun()

if st.button("Follow") and "over" not in st.session_state:
    follow()
"""


@pytest.fixture(scope="module")
def widgets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("widgets")
    (folder / "app.py").write_text(WIDGETS)
    with serving(folder / "app.py", folder / "cache") as server:
        server.wait_until_healthy()
        yield server


def test_a_visitor_uses_widgets_and_sees_what_breaks(widgets: Server) -> None:
    async def visit() -> None:
        async with visiting(widgets.port) as visitor:
            await visitor.open("")
            await visitor.choose("Name", "b")
            await visitor.press("Complain")
            assert visitor.errors == ["home: no b"]
            assert visitor.broken == []
            await visitor.press("Again")
            assert visitor.parameter("found") == "b"
            await visitor.press("Break")
            assert visitor.broken == ["home: ValueError"]
            with pytest.raises(LookupError, match="'Break'"):
                await visitor.press("Nothing of the kind")
            kinds = [each.kind for each in visitor.log]
            assert kinds[:2] == ["open: home", "home: selectbox Name"]
            assert all(each.n_bytes > 0 for each in visitor.log)

    asyncio.run(visit())


def test_a_visitor_polls_until_the_page_no_longer_does(widgets: Server) -> None:
    async def visit() -> None:
        async with visiting(widgets.port) as visitor:
            await visitor.open("")
            await visitor.press("Follow")
            await visitor.follow()
            assert [each.kind for each in visitor.log].count("poll: home") == 2

    asyncio.run(visit())


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """Two models in a library, and a map."""
    cache = Cache(tmp_path / "cache")
    drugs = [
        *drugs_of("HDAC inhibitor", 4, replicates=3),
        *drugs_of("MTOR inhibitor", 5, replicates=3),
        *drugs_of("", 60, replicates=3, tas=0.1),
    ]
    build(cache.compendium("demo"), drugs, effect=20, name="demo", simulated=True)
    train_the_rest(cache, shelve(cache))
    charted(cache)
    return cache


def test_pages_hold_and_every_job_is_done_once(cache: Cache) -> None:
    plan = Plan(visitors=8, minutes=0.02, think=0.1, sessions=len(JOURNEYS), hurried=0.0)
    found = {figure.name: figure for figure in load.measure(cache, plan)}
    said = re.split(r"; (?=\d+ x )", found["load: errors told to the user"].how)
    # Those of the paper, and of the tour.
    lacks_drugs = (
        "Choose a compendium that includes",
        "which 'demo' does not list",
        "Choose the demo in the sidebar",
    )
    assert all(any(words in each for words in lacks_drugs) for each in said), said
    assert found["load: pages broken"].value == 0, found["load: pages broken"].how
    for name in ("lost", "failed", "run twice", "asked for in vain"):
        assert found[f"load: jobs {name}"].value == 0
    assert re.match(r"\d+ asked for, (\d+) different, \1 done", found["load: jobs lost"].how)
    assert f"to session {plan.sessions}" in found["load: server, memory for 100 sessions more"].how
    assert "load: models: selectbox Sort by" in found
    assert "load: poll: drug_prediction" in found


def test_jobs_that_are_lost_failed_or_run_twice_are_counted(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    store = JobStore(cache)
    job = store.submit(DemoRequest())
    assert store.claim(limit=1, limit_per_owner=1)
    assert _jobs(cache, [job.id, job.id, "never queued"]) == [2, 0, 0]
    store.requeue(job.id, 1)
    assert store.claim(limit=1, limit_per_owner=1)
    store.finish(job.id, 2, State.FAILED, "why")
    assert _jobs(cache, [job.id]) == [0, 1, 1]


def _jobs(cache: Cache, asked: list[str]) -> list[float]:
    """Lost, failed, run twice."""
    return [figure.value for figure in load.job_figures(cache, Seen(asked=asked))][:3]


def test_a_job_of_two_workers_at_once_counts_as_run_twice(cache: Cache) -> None:
    data = compendia.load(cache.compendium("demo"))
    job = ended(cache, plan_training(data, DrugSet(moa="HDAC inhibitor"))[0], State.DONE)
    assert _jobs(cache, [job.id])[2] == 0
    log = cache.job(job.id) / FILE_NAME
    log.write_text(log.read_text() * 2)
    assert _jobs(cache, [job.id])[2] == 1


def test_nobody_who_got_no_answer_is_overlooked(tmp_path: Path) -> None:
    seen = Seen(asked=["a", "a", "b"], answered=["a"])
    (figure,) = (each for each in load.job_figures(Cache(tmp_path), seen) if "in vain" in each.name)
    assert (figure.value, figure.reached) == (2, False)


def test_a_server_that_does_not_answer_is_told_and_breaks_nothing() -> None:
    seen = Seen()

    async def walk(_: Visitor) -> None:
        raise AssertionError("nobody is there")

    asyncio.run(load._visit(1, random.Random(0), 0.0, seen, {}, walk))  # noqa: S311
    assert seen.sessions == 1
    assert len(seen.broken) == 1


def test_people_have_models_that_no_other_sees(cache: Cache) -> None:
    before = set(cache.model_ids())
    for _ in range(2):  # the second time there is nothing to do
        fill_with_private(cache, ["ann", "bob"], 3)
    private = set(cache.model_ids()) - before
    assert len(private) == 3
    assert len(cache.access.held_by("ann") & private) == 2
    assert private - cache.access.hidden_from("ann") == cache.access.held_by("ann")


def test_memory_is_a_line_through_what_follows_the_warm_up() -> None:
    grown = [Sample(0, sessions, 100 + 0.5 * sessions, 0) for sessions in range(30, 91)]
    warming = [Sample(0, sessions, 10 * sessions, 0) for sessions in range(30)]
    figure: Figure = load.memory_figure(Seen(samples=[*warming, *grown], sessions=90))
    assert figure.value == pytest.approx(50)
    assert not figure.reached
