"""A job on screen: its place in the queue, progress, folds as they come, cancel, and its end."""

import time

import streamlit as st

from gpar_core.charts.folds import fold_auroc
from gpar_core.jobs import engine
from gpar_core.jobs.events import read_events
from gpar_core.jobs.request import TrainRequest
from gpar_core.jobs.store import Job, JobStore, State
from gpar_core.progress import Progress
from pages._shared.error_box import error_box, plain
from pages._shared.state import OWNER, Key, cache

POLL_SECONDS = 1


def finished_job(job_id: str, *, simulated: bool = False) -> Job | None:
    """The job if it is done; else show how it stands and return None. Raises GparError.

    While it is active, one fragment polls; at the end the whole page runs once more.
    """
    job = engine.look(cache(), job_id)
    if job.active:
        st.fragment(_follow, run_every=POLL_SECONDS)(job_id, simulated)
        return None
    if job.state is State.DONE:
        return job
    if job.state is State.CANCELLED:
        st.info(f"**{plain(job.title)}** was cancelled.")
    else:
        st.error(f"**{plain(job.title)}** did not finish. {plain(job.error)}")
    if job.request is not None and st.button("Try again", type="primary"):
        engine.submit(cache(), job.request, OWNER)
        st.rerun()
    return None


def running_jobs() -> None:
    """Links in the sidebar to all jobs that are queued or running."""
    active = JobStore(cache()).active_jobs()
    if not active:
        return
    st.sidebar.markdown("**Running**")
    for job in active:
        page = "drug_prediction" if isinstance(job.request, TrainRequest) else "compendium"
        st.sidebar.page_link(
            f"pages/{page}.py", label=plain(job.title), query_params={Key.JOB.value: job.id}
        )


def _follow(job_id: str, simulated: bool) -> None:
    with error_box():
        job = engine.look(cache(), job_id)
        if not job.active:
            st.rerun()
        _show(job, simulated)


def _show(job: Job, simulated: bool) -> None:
    with st.container(border=True):
        title, button = st.columns([4, 1], vertical_alignment="center")
        title.markdown(f"#### {plain(job.title)}")
        if button.button(
            "Cancelling …" if job.cancel_requested else "Cancel",
            disabled=job.cancel_requested,
            width="stretch",
        ):
            engine.cancel(cache(), job.id)
            st.rerun()
        if job.state is State.QUEUED:
            place = JobStore(cache()).position(job.id)
            st.info(f"Waiting: number {place} in the queue. This page may be closed meanwhile.")
            return
        waited = f" · {time.time() - job.started_at:.0f} s" if job.started_at else ""
        events = [event.progress for event in read_events(cache().job(job.id))]
        st.progress(_share(events), text=plain(f"{job.stage or 'Starting'}{waited}"))
        st.caption(plain(job.message or "Starting the worker …"))
        _folds(events, simulated)


def _share(events: list[Progress]) -> float:
    """How much of the stage is done, 0 to 1, the part of a fold included."""
    if not events or events[-1].total == 0:
        return 0.0
    last = events[-1]
    return min((last.done + last.values.get("step_share", 0.0)) / last.total, 1.0)


def _folds(events: list[Progress], simulated: bool) -> None:
    validation = [event for event in events if event.stage == "Cross-validation"]
    auroc = {
        int(event.values["fold"]): event.values["auroc"]
        for event in validation
        if "auroc" in event.values
    }
    if not auroc:
        return
    mean = sum(auroc.values()) / len(auroc)
    k = int(next(event.values["k"] for event in validation if "auroc" in event.values))
    st.markdown(f"Mean AUROC so far **{mean:.2f}** over {len(auroc)} of {k} folds")
    st.altair_chart(fold_auroc(auroc, k, simulated=simulated), width="stretch")
