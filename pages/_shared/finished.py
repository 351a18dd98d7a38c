"""Finished results that can be opened: the latest ones, and an example where there is nothing."""

import streamlit as st

from gpar_core.analyses import results
from gpar_core.analyses.registry import kind_of
from gpar_core.data import demo
from gpar_core.jobs.job import Job, State
from gpar_core.jobs.store import JobStore
from gpar_core.storage.requests import Request
from pages._shared.error_box import plain
from pages._shared.job_words import place_of
from pages._shared.state import cache

MAX_JOBS = 100
"""How many jobs are looked through: those whose result was deleted are left out."""


def finished_jobs() -> list[Job]:
    """The latest jobs whose result is still there, newest first. Raises JobError."""
    return [job for job in JobStore(cache()).recent(MAX_JOBS) if _has_result(job)]


def open_link(job: Job, label: str) -> None:
    """Show a link to the page of a job. label: as plain text."""
    page, parameters = place_of(job)
    st.page_link(f"pages/{page}.py", label=plain(label), query_params=parameters)


def show_example(kind: type[Request]) -> None:
    """Link to the latest result of this kind on the demo; nothing if there is none.

    For pages that would otherwise show an empty form. Raises JobError.
    """
    for job in finished_jobs():
        if isinstance(job.request, kind) and getattr(job.request, "compendium", "") == demo.NAME:
            open_link(job, f"See an example: {job.title} (simulated)")
            return


def _has_result(job: Job) -> bool:
    """Whether it made a result that is still there; data are no result."""
    if job.state is not State.DONE or job.request is None:
        return False
    is_result = kind_of(job.request).folder not in ("compendia", "sources")
    return is_result and cache().has(results.folder_of(cache(), job.request))
