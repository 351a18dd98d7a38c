"""A job on screen: position in the queue, progress, finished folds, Cancel, and the outcome."""

from dataclasses import replace
from itertools import chain

import streamlit as st

from gpar_core.analyses.library import result as libraries
from gpar_core.analyses.library.request import LibraryRequest
from gpar_core.analyses.training.charts.folds import fold_auroc
from gpar_core.jobs import engine
from gpar_core.jobs.events import read_events
from gpar_core.jobs.job import Job, State
from gpar_core.progress import Progress
from gpar_core.storage.requests import Request
from pages._shared.cached_charts import chart_once
from pages._shared.class_choice import class_column
from pages._shared.error_box import error_box, plain
from pages._shared.job_words import pausable, progress_of, waiting_text
from pages._shared.loaders import load_library
from pages._shared.state import Key, cache
from pages._shared.tables import savable
from pages._shared.terms import explained

POLL_SECONDS = 1
STOPPING_POLL_SECONDS = 0.3
"""While a job stops, which takes at most a second or two."""


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
        every = STOPPING_POLL_SECONDS if job.cancel_requested else POLL_SECONDS
        st.fragment(_follow, run_every=every)(job_id, simulated)
        return None
    if job.state is State.DONE:
        return job
    if job.state is State.CANCELLED and pausable(job):
        st.info(f"**{plain(job.title)}** is paused. Downloaded data are kept.")
    elif job.state is State.CANCELLED:
        st.info(f"**{plain(job.title)}** was canceled.")
    else:
        st.error(f"**{plain(job.title)}** did not finish. {plain(job.error)}")
    again_button(job)
    return None


@error_box()
def _follow(job_id: str, simulated: bool) -> None:
    job = engine.look(cache(), job_id)
    if not job.active:
        st.rerun()
    _show(job, simulated)


def _show(job: Job, simulated: bool) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"#### {plain(job.title)}", width="stretch")
            stop_button(job)
        if job.state is State.QUEUED:
            st.info(f"{waiting_text(job)} You can close this page; the job keeps running.")
            return
        log = read_events(cache().job(job.id))
        share, line, message = progress_of(job, log)
        st.progress(share, text=plain(line))
        st.caption(plain(message))
        if isinstance(job.request, LibraryRequest):
            _moas(job, simulated)
        _folds([event.progress for event in log], simulated)


def stop_button(job: Job) -> None:
    """A button that cancels an active job, or pauses one that resumes."""
    stop, stopping = ("Pause", "Pausing …") if pausable(job) else ("Cancel", "Canceling …")
    why_not = engine.why_not_cancelled(cache(), job.id)
    if st.button(
        stopping if job.cancel_requested else stop,
        disabled=job.cancel_requested or bool(why_not),
        help=why_not or None,
        key=f"stop-{job.id}",
    ):
        engine.cancel(cache(), job.id)
        st.rerun()


def again_button(job: Job) -> None:
    """A button that queues a job once more that was stopped or did not finish."""
    again = "Resume" if pausable(job) else "Try again"
    if job.request is not None and st.button(again, type="primary", key=f"again-{job.id}"):
        engine.submit(cache(), job.request)
        st.rerun()


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
