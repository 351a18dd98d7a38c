"""Jobs that wait or run: how far each is, when it will end, and the button that stops it."""

import streamlit as st

from gpar_core.jobs import engine
from gpar_core.jobs.events import read_events
from gpar_core.jobs.job import Job, State
from gpar_core.jobs.store import JobStore
from pages._jobs.log import log_of
from pages._shared.error_box import error_box, plain
from pages._shared.job_panel import stop_button
from pages._shared.job_words import place_of, progress_of, titles, waiting_text
from pages._shared.running import is_mine
from pages._shared.state import cache

POLL_SECONDS = 2


def show_active(*, only_mine: bool) -> None:
    """Show all queued and running jobs; while there are any, a fragment polls."""
    jobs = _active(only_mine)
    if not jobs:
        st.info("No job is waiting or running.")
        return
    st.fragment(_follow, run_every=POLL_SECONDS)(only_mine, len(jobs))


@error_box()
def _follow(only_mine: bool, n_before: int) -> None:
    jobs = _active(only_mine)
    if len(jobs) != n_before:
        st.rerun()  # one has ended, or there is a new one
    for job_id, title in titles(jobs).items():
        _card(next(job for job in jobs if job.id == job_id), title)


def _active(only_mine: bool) -> list[Job]:
    """Running jobs first, then those that wait in the order of the queue."""
    store = JobStore(cache())
    jobs = [job for job in store.active_jobs() if not only_mine or is_mine(job)]
    return sorted(jobs, key=lambda job: store.position(job.id))


def _card(job: Job, title: str) -> None:
    engine.look(cache(), job.id)  # keeps the work going
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            page, parameters = place_of(job)
            label = f"**{plain(title)}**"
            st.page_link(f"pages/{page}.py", label=label, query_params=parameters, width="stretch")
            log_of(job)
            stop_button(job)
        if job.state is State.QUEUED:
            st.markdown(waiting_text(job))
        else:
            share, line, message = progress_of(job, read_events(cache().job(job.id)))
            st.progress(share, text=plain(line))
            st.caption(plain(message))
