"""A job on screen: position in the queue, progress, finished folds, Cancel, and the outcome."""

import time
from dataclasses import replace
from itertools import chain

import streamlit as st

from gpar_core.analyses.curation.request import CurationRequest
from gpar_core.analyses.library import result as libraries
from gpar_core.analyses.library.request import LibraryRequest
from gpar_core.analyses.registry import kind_of
from gpar_core.analyses.training.charts.folds import fold_auroc
from gpar_core.jobs import engine
from gpar_core.jobs.events import Event, read_events
from gpar_core.jobs.job import Job, State
from gpar_core.jobs.store import JobStore
from gpar_core.progress import Progress
from gpar_core.storage.requests import Request
from pages._shared.cached_charts import chart_once
from pages._shared.class_choice import class_column
from pages._shared.error_box import error_box, plain
from pages._shared.loaders import load_library
from pages._shared.state import Key, cache
from pages._shared.tables import savable
from pages._shared.terms import explained

POLL_SECONDS = 1

REREAD_SECONDS = 5


def start(request: Request) -> None:
    """Queue a request and show its job on this page. Raises JobError or WorkerError."""
    st.query_params[Key.JOB] = engine.submit(cache(), request).id
    st.rerun()


def finished_job(job_id: str, *, simulated: bool = False) -> Job | None:
    """Return the job if it is done; else show its state and return None. Raises GparError.

    While it is active, one fragment polls; at the end the whole page runs once more.
    """
    job = engine.look(cache(), job_id)
    if job.active:
        st.fragment(_follow, run_every=POLL_SECONDS)(job_id, simulated)
        return None
    if job.state is State.DONE:
        return job
    if job.state is State.CANCELLED and _pausable(job):
        st.info(f"**{plain(job.title)}** is paused. Downloaded data are kept.")
    elif job.state is State.CANCELLED:
        st.info(f"**{plain(job.title)}** was cancelled.")
    else:
        st.error(f"**{plain(job.title)}** did not finish. {plain(job.error)}")
    again = "Resume" if _pausable(job) else "Try again"
    if job.request is not None and st.button(again, type="primary"):
        engine.submit(cache(), job.request)
        st.rerun()
    return None


def _pausable(job: Job) -> bool:
    """Whether a stopped job resumes where it stopped, to the byte."""
    return job.request is not None and kind_of(job.request).resumes


def running_jobs() -> None:
    """Links in the sidebar to all jobs that are queued or running."""
    active = JobStore(cache()).active_jobs()
    if not active:
        return
    st.sidebar.markdown("**Running**")
    for job in active:
        page, parameters = _place(job)
        st.sidebar.page_link(f"pages/{page}.py", label=plain(job.title), query_params=parameters)


def _place(job: Job) -> tuple[str, dict[str, str]]:
    """The page that shows a job, and its URL parameters."""
    if isinstance(job.request, CurationRequest):
        return "models", {Key.MODEL.value: job.request.model}
    page = kind_of(job.request).page if job.request else "compendium"
    return page, {Key.JOB.value: job.id}


@error_box()
def _follow(job_id: str, simulated: bool) -> None:
    job = engine.look(cache(), job_id)
    if not job.active:
        st.rerun()
    _show(job, simulated)


def _show(job: Job, simulated: bool) -> None:
    with st.container(border=True):
        title, button = st.columns([4, 1], vertical_alignment="center")
        title.markdown(f"#### {plain(job.title)}")
        stop, stopping = ("Pause", "Pausing …") if _pausable(job) else ("Cancel", "Cancelling …")
        why_not = engine.why_not_cancelled(cache(), job.id)
        if button.button(
            stopping if job.cancel_requested else stop,
            disabled=job.cancel_requested or bool(why_not),
            help=why_not or None,
            width="stretch",
        ):
            engine.cancel(cache(), job.id)
            st.rerun()
        if job.state is State.QUEUED:
            place = JobStore(cache()).position(job.id)
            st.info(
                f"Waiting: number {place} in the queue. "
                "You can close this page; the job keeps running."
            )
            return
        waited = f" · {max(0, time.time() - job.started_at):.0f} s" if job.started_at else ""
        log = read_events(cache().job(job.id))
        events = [event.progress for event in log]
        of_library = isinstance(job.request, LibraryRequest)
        left = _time_left(log, time.time()) if job.request and kind_of(job.request).in_parts else ""
        # The events, not the job's own row, which is written less often.
        now = events[-1] if events else Progress("Starting", message="Starting the worker …")
        st.progress(_share(events), text=plain(f"{now.stage}{waited}{left}"))
        st.caption(plain(now.message))
        if of_library:
            _moas(job, simulated)
        _folds(events, simulated)


def _share(events: list[Progress]) -> float:
    """Share of the stage that is done, 0 to 1, including part of a fold."""
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
    chart_once(
        "folds so far",
        (k, simulated, *chain.from_iterable(auroc.items())),
        lambda: fold_auroc(auroc, k, simulated=simulated),
    )


def _time_left(log: list[Event], now: float) -> str:
    """Estimate the time left from the parts done in this run; '' before the first.

    Parts that an earlier run finished are only read again, all within the first seconds.
    """
    stage = [event for event in log if event.progress.stage == log[-1].progress.stage]
    if not stage:
        return ""
    start = [event for event in stage if event.time <= stage[0].time + REREAD_SECONDS][-1]
    latest = stage[-1].progress
    done = latest.done - start.progress.done
    if done <= 0:
        return ""
    seconds = (now - start.time) / done * (latest.total - latest.done)
    return f" · about {seconds / 60:.0f} min left" if seconds > 90 else " · about a minute left"


def _moas(job: Job, simulated: bool) -> None:
    """Show the classes done so far, the latest first."""
    if job.id not in cache().library_ids():
        return
    library = load_library(job.id)
    done = [entry for entry in library.entries if entry.summary]
    done.sort(key=lambda entry: entry.summary.created_at, reverse=True)
    st.markdown(
        f"**{len(done)} of {len(library.entries)}** {library.noun.many} trained, "
        f"{len(library.asked)} with a mean AUROC of 0.60 or more"
    )
    if not done:
        return
    shown = libraries.table(replace(library, entries=tuple(done)))
    st.dataframe(
        savable(shown[["moa", "n_drugs", "mean_auroc", "verdict"]], simulated=simulated),
        hide_index=True,
        height=min(35 * (len(done) + 1) + 2, 280),
        column_config={
            "moa": class_column(library.noun),
            "n_drugs": "Drugs",
            "mean_auroc": st.column_config.NumberColumn(
                "Mean AUROC", format="%.3f", help=explained("mean-auroc")
            ),
            "verdict": "Verdict",
        },
        placeholder="—",
    )
