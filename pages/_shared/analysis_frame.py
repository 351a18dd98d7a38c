"""The frame of every analysis page: form, running job, result and previous results."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from gpar_core.analyses.result import Analysis
from gpar_core.data.compendium import Compendium
from gpar_core.errors import RequestError
from gpar_core.jobs.store import JobStore
from gpar_core.storage.requests import Request
from gpar_core.upkeep import deletion
from pages._shared import deleting
from pages._shared.error_box import error_box, plain
from pages._shared.frame import job_or_form, note_if_simulated, simulated_note
from pages._shared.job_panel import finished_job
from pages._shared.loaders import load_analyses, load_analysis
from pages._shared.navigation import begin
from pages._shared.share import share_analysis
from pages._shared.sharing import sharing_popover
from pages._shared.state import Key, cache

MAX_EARLIER = 10

Form = Callable[[Compendium], None]
Draw = Callable[[Analysis], None]
Summary = Callable[[Analysis], str]


def analysis_page(
    title: str,
    about: str,
    kind: type[Request],
    form: Form,
    draw: Draw,
    summary: Summary | None = None,
) -> None:
    """Draw a whole page.

    form: queues a request of this kind. draw: shows its result. summary: a line on a previous
    result, which comes without its tables.
    """
    begin(title)
    st.markdown(about)
    job_or_form(partial(_job, kind, draw), partial(_form, kind, form, summary))


def _form(kind: type[Request], form: Form, summary: Summary | None, compendium: Compendium) -> None:
    form(compendium)
    earlier = load_analyses(kind, compendium.name)[:MAX_EARLIER]
    if not earlier:
        return
    st.header("Previous results", anchor=False)
    for done in earlier:
        stale = "" if _fresh(done, compendium) else " · the compendium has changed since"
        if st.button(
            plain(f"{done.request.title} · {done.created_at[:16].replace('T', ' ')}{stale}"),
            key=f"earlier-{done.analysis_id}",
            type="tertiary",
        ):
            _open(done.analysis_id)
        if summary:
            with error_box():
                st.caption(plain(summary(done)))


def _fresh(done: Analysis, compendium: Compendium) -> bool:
    return getattr(done.request, "fingerprint", compendium.fingerprint) == compendium.fingerprint


def _job(kind: type[Request], draw: Draw, job_id: str) -> None:
    back, share, keep, delete = st.columns([2, 1, 1, 1])
    if back.button("New analysis"):
        _open("")
    if job_id in cache().analysis_ids():
        with keep:
            sharing_popover(cache().analysis(job_id))
        if cache().may_change(job_id) and delete.button("Delete", width="stretch"):
            _confirm_deletion(job_id)
        done = load_analysis(job_id)
        with share:
            share_analysis(done)
        _result(kind, draw, done)
        return
    request = JobStore(cache()).get(job_id).request
    _check(kind, request)
    simulated = note_if_simulated(getattr(request, "compendium", ""))
    if finished_job(job_id, simulated=simulated):
        if job_id in cache().analysis_ids():
            st.rerun()
        st.warning("This result was deleted. Start a new analysis to see it.")


def _result(kind: type[Request], draw: Draw, done: Analysis) -> None:
    _check(kind, done.request)
    st.header(plain(done.request.title), anchor=False)
    if done.simulated:
        simulated_note()
    draw(done)
    versions = ", ".join(f"{name} {number}" for name, number in done.versions.items())
    st.caption(
        plain(
            f"Compendium '{done.compendium}', {done.created_at[:16].replace('T', ' ')} UTC, "
            f"{done.seconds:.0f} s; {versions}."
        )
    )


def _check(kind: type[Request], request: Request | None) -> None:
    if not isinstance(request, kind):
        raise RequestError(
            "This link opens another kind of result. Start a new analysis on this page."
        )


@st.dialog("Delete this result?")
@error_box()
def _confirm_deletion(job_id: str) -> None:
    st.markdown(
        f"{deletion.outlook(cache(), cache().existing_analysis(job_id))} You can compute it again, "
        "with the same result, as long as its compendium exists."
    )
    if st.button("Delete", type="primary", key="confirm-deletion"):
        deleting.delete(cache().existing_analysis(job_id))
        _open("")


def _open(job_id: str) -> None:
    if job_id:
        st.query_params[Key.JOB] = job_id
    else:
        del st.query_params[Key.JOB]
    st.rerun()
