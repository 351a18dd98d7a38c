"""Jobs that have ended: a table, and one of them with its result, its error and its log."""

from datetime import UTC, datetime
from hashlib import sha256

import pandas as pd
import streamlit as st

from gpar_core.analyses import results
from gpar_core.data.fetching.meter import time_text
from gpar_core.jobs.job import Job, State
from gpar_core.jobs.store import JobStore
from gpar_core.storage.access import LOCAL
from pages._jobs.log import log_of
from pages._shared.error_box import plain
from pages._shared.job_panel import again_button
from pages._shared.job_words import STATES, place_of, titles
from pages._shared.running import is_mine
from pages._shared.state import cache, go
from pages._shared.tables import SELECTION, chosen_row, savable

MAX_LISTED = 500
ROW_PIXELS, MAX_ROWS = 35, 20


def show_ended(*, only_mine: bool) -> None:
    """List the jobs that have ended, the latest first; a click on one shows it."""
    jobs = [
        job
        for job in JobStore(cache()).recent(MAX_LISTED)
        if not job.active and (not only_mine or is_mine(job))
    ]
    if not jobs:
        return
    jobs.sort(key=lambda job: job.finished_at or 0.0, reverse=True)
    st.header("Finished", anchor=False)
    named = titles(jobs)
    find, outcome = st.columns([3, 2], vertical_alignment="bottom")
    sought = find.text_input("Find", placeholder="Part of a title", key="jobs-find").strip()
    states = outcome.pills(
        "Outcome",
        [state for state in STATES if any(job.state is state for job in jobs)],
        format_func=STATES.__getitem__,
        selection_mode="multi",
        key="jobs-outcome",
    )
    shown = [
        job
        for job in jobs
        if sought.casefold() in named[job.id].casefold() and (not states or job.state in states)
    ]
    if not shown:
        st.info("No finished job matches. Change what you look for.")
        return
    st.caption("Click a row to open its result or to run it again.")
    order = sha256(" ".join(job.id for job in shown).encode()).hexdigest()[:12]
    row = chosen_row(
        st.dataframe(
            savable(_table(shown, named), simulated=False),
            hide_index=True,
            on_select="rerun",
            selection_mode=SELECTION,
            height=ROW_PIXELS * (min(len(shown), MAX_ROWS) + 1) + 3,
            key=f"jobs-{order}",
            column_config={"Job": st.column_config.TextColumn(width=440)},
            placeholder="—",
        ),
        len(shown),
    )
    if row is not None:
        _show(shown[row], named[shown[row].id])


def _table(jobs: list[Job], named: dict[str, str]) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "Outcome": [STATES[job.state] for job in jobs],
            "Job": [named[job.id] for job in jobs],
            "Ended (UTC)": [_moment(job.finished_at) for job in jobs],
            "Took": [_took(job) for job in jobs],
        }
    )
    if cache().visitor.admin and cache().visitor != LOCAL:
        table["Owner"] = [job.owner for job in jobs]
    return table


def _show(job: Job, title: str) -> None:
    """Show one job: its error, its result, and what can be done about it."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            heading = st.container(width="stretch")
            heading.markdown(f"**{plain(title)}** · {STATES[job.state]}")
            log_of(job)
            if job.state is not State.DONE:
                again_button(job)
            elif job.request is None or not results.is_there(cache(), job.request):
                heading.caption("The result was deleted.")
                again_button(job)
            elif st.button("Open result", type="primary", key=f"open-{job.id}"):
                page, parameters = place_of(job)
                go(page, **parameters)
        if job.error:
            st.error(plain(job.error))


def _moment(seconds: float | None) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}" if seconds else ""


def _took(job: Job) -> str:
    return time_text(job.finished_at - job.started_at) if job.finished_at and job.started_at else ""
