"""The log of a job, for administrators: its events and what its worker wrote."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import streamlit as st

from gpar_core.jobs.events import read_events
from gpar_core.jobs.job import Job
from gpar_core.jobs.workers import WORKER_LOG
from pages._shared.state import cache
from pages._shared.tables import savable

MAX_EVENTS = 200
MAX_BYTES = 20_000


def log_of(job: Job) -> None:
    """Draw a button that opens the log; nothing for other visitors."""
    if not cache().visitor.admin:
        return
    key = f"log-{job.id}"
    with st.popover("Show log", key=key, on_change="rerun") as opened:
        if not opened.open:
            return
        st.caption(f"Job {job.id}, attempt {job.attempt}, process {job.pid or 'not started'}")
        events = read_events(cache().job(job.id))[-MAX_EVENTS:]
        if events:
            st.dataframe(savable(_table(events), simulated=False), hide_index=True, placeholder="—")
        st.code(_last_words(cache().job(job.id) / WORKER_LOG) or "No output", language=None)


def _table(events: list) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "At": [f"{datetime.fromtimestamp(each.time, UTC):%H:%M:%S}" for each in events],
            "Stage": [each.progress.stage for each in events],
            "Progress": [f"{each.progress.done} of {each.progress.total}" for each in events],
            "Message": [each.progress.message for each in events],
        }
    )


def _last_words(path: Path) -> str:
    try:
        with path.open("rb") as file:
            file.seek(max(path.stat().st_size - MAX_BYTES, 0))
            return file.read().decode("utf-8", errors="replace").strip()
    except FileNotFoundError:
        return ""
