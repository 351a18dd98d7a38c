"""What runs, and what was done last: links to models, libraries and other results."""

from collections.abc import Callable
from datetime import UTC, datetime

import streamlit as st

from gpar_core.jobs.job import Job
from gpar_core.jobs.store import JobStore
from pages._shared.finished import finished_jobs, open_link
from pages._shared.job_words import titles
from pages._shared.loaders import load_summaries
from pages._shared.state import cache

MAX_SHOWN = 6


def show_latest() -> None:
    """List the active jobs, and beside them the newest results; nothing where there are none."""
    lists = (
        ("Running", JobStore(cache()).active_jobs(), _progress),
        ("Latest results", finished_jobs(), _outcome()),
    )
    shown = [each for each in lists if each[1]]
    for place, (title, jobs, note) in zip(st.columns(max(len(shown), 1)), shown, strict=False):
        with place:
            _list(title, jobs[:MAX_SHOWN], note)


def _list(title: str, jobs: list[Job], note: Callable[[Job], str]) -> None:
    st.header(title, anchor=False)
    called = titles(jobs)
    for job in jobs:
        open_link(job, f"{called[job.id]} · {note(job)}")


def _progress(job: Job) -> str:
    return f"{job.fraction:.0%}" if job.started_at else "waiting"


def _outcome() -> Callable[[Job], str]:
    """What to say of a finished job: the quality of a model, and when it was done."""
    auroc = {each.model_id: each.metrics.mean_auroc for each in load_summaries()[0]}

    def outcome(job: Job) -> str:
        quality = f"AUROC {auroc[job.id]:.2f} · " if job.id in auroc else ""
        return f"{quality}{datetime.fromtimestamp(job.finished_at or 0, UTC):%Y-%m-%d %H:%M} UTC"

    return outcome
