"""The sidebar's list of jobs, and a notice when one of the visitor's ends on another page."""

import streamlit as st

from gpar_core.errors import NotFoundError
from gpar_core.jobs.job import Job, State
from gpar_core.jobs.store import JobStore
from gpar_core.storage.access import LOCAL
from pages._shared.error_box import error_box, plain
from pages._shared.job_words import place_of, titles
from pages._shared.notices.component import notices, notify
from pages._shared.state import Key, cache, from_url

POLL_SECONDS = 4
MAX_LISTED = 5
MAX_ENDED = 3


def running_jobs() -> None:
    """List in the sidebar what is queued or running and what has ended; poll while there is any."""
    active = JobStore(cache()).active_jobs()
    with st.sidebar:
        st.fragment(_listed, run_every=POLL_SECONDS if active else None)()


def is_mine(job: Job) -> bool:
    """Whether the visitor has started a job, or waits for it too."""
    visitor = cache().visitor
    return visitor == LOCAL or job.owner == visitor.name or job.id in cache().held()


@error_box()
def _listed() -> None:
    active = JobStore(cache()).active_jobs()
    ended = _note_ends(active)
    for title, jobs in (("Running", active[:MAX_LISTED]), ("Finished", ended)):
        if jobs:
            st.markdown(f"**{title}**")
        for job_id, label in titles(jobs).items():
            page, parameters = place_of(next(job for job in jobs if job.id == job_id))
            st.page_link(f"pages/{page}.py", label=plain(label), query_params=parameters)
    if active or ended:
        more = len(active) - MAX_LISTED
        label = f"All jobs ({more} more)" if more > 0 else "All jobs"
        st.page_link("pages/jobs.py", label=label)
    notices()


def _note_ends(active: list[Job]) -> list[Job]:
    """Tell which watched jobs have ended; return those that were not opened since, latest first."""
    now = {job.id for job in active}
    watched: set[str] = st.session_state.get(Key.WATCHED, set())
    gone = [job for job in map(_job, watched - now) if job and job.state is not State.CANCELLED]
    st.session_state[Key.WATCHED] = {job.id for job in active if is_mine(job)}
    before: list[str] = st.session_state.get(Key.ENDED, [])
    kept = [job for job in map(_job, before) if job and job.state is State.DONE]
    new = [job for job in gone if not _is_open(job)]
    for job in new:
        _notify(job)
    done = [job for job in new if job.state is State.DONE]
    ended = [job for job in (*done, *kept) if not _is_open(job)][:MAX_ENDED]
    st.session_state[Key.ENDED] = [job.id for job in ended]
    return ended


def _notify(job: Job) -> None:
    title = titles([job])[job.id]
    if job.state is State.DONE:
        notify(f"{title} is done.", job, "Open result")
    else:
        notify(f"{title} did not finish.", job, "Show why")


def _is_open(job: Job) -> bool:
    """Whether the page in view shows the job or its result."""
    shown = {from_url(key) for key in (Key.JOB, Key.MODEL, Key.LIBRARY)}
    _, parameters = place_of(job)
    return job.id in shown or parameters.get(Key.MODEL) in shown


def _job(job_id: str) -> Job | None:
    try:
        return JobStore(cache()).get(job_id)
    except NotFoundError:  # removed, or no longer shared
        return None
