"""The frame of every analysis page: form, running job, result and previous results."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial

import streamlit as st

from gpar_core.analyses.result import Analysis
from gpar_core.data.compendium import Compendium
from gpar_core.errors import GparError, RequestError
from gpar_core.jobs.store import JobStore
from gpar_core.storage.requests import Request
from gpar_core.upkeep import deletion
from pages._shared import deleting
from pages._shared.error_box import error_box, plain
from pages._shared.finished import show_example
from pages._shared.frame import job_or_form, name_in_use, note_if_simulated, simulated_note
from pages._shared.job_panel import finished_job
from pages._shared.loaders import load_analyses, load_analysis, load_compendium
from pages._shared.navigation import begin
from pages._shared.share import share_analysis
from pages._shared.sharing import sharing_popover
from pages._shared.state import Key, cache, from_url

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
    *,
    newest: bool = False,
) -> None:
    """Draw a whole page.

    form: queues a request of this kind. draw: shows its result. summary: a line on a previous
    result, which comes without its tables; with it, the newest result stands above the form.
    newest: whether the page opens on the newest result of the compendium in use, with the form one
    click away.
    """
    shown = _shown(kind, newest)
    begin(plain(shown.request.title) if shown else title)
    if shown is None:
        st.markdown(about)
    job_or_form(partial(_job, kind, draw), partial(_form, kind, form, draw, summary, newest))


def _shown(kind: type[Request], newest: bool) -> Analysis | None:
    """The result that bears the title of the page, None for a form or a job."""
    with suppress(GparError):
        if job_id := from_url(Key.JOB):
            done = load_analysis(job_id) if job_id in cache().analysis_ids() else None
            return done if done and isinstance(done.request, kind) else None
        if newest and not from_url(Key.ASK) and (name := name_in_use()):
            return _newest(kind, load_compendium(name))
    return None


def _newest(kind: type[Request], compendium: Compendium) -> Analysis | None:
    fresh = (each for each in load_analyses(kind, compendium.name) if _fresh(each, compendium))
    return next(fresh, None)


def _form(
    kind: type[Request],
    form: Form,
    draw: Draw,
    summary: Summary | None,
    newest: bool,
    compendium: Compendium,
) -> None:
    if newest and not from_url(Key.ASK) and (done := _newest(kind, compendium)):
        _result(kind, draw, done.analysis_id)
        return
    earlier = load_analyses(kind, compendium.name)[:MAX_EARLIER]
    if earlier and summary:
        _offer_newest(earlier.pop(0), summary)
    elif not earlier:
        show_example(kind)
    form(compendium)
    if earlier:
        st.header("Previous results", anchor=False)
        _list(earlier, compendium, summary)


def _offer_newest(done: Analysis, summary: Summary) -> None:
    with st.container(border=True), error_box():
        st.markdown("**Newest result**")
        st.caption(plain(summary(done)))
        if st.button("Open result", key=f"newest-{done.analysis_id}"):
            _open(done.analysis_id)


def _list(earlier: list[Analysis], compendium: Compendium, summary: Summary | None = None) -> None:
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
    if job_id in cache().analysis_ids():
        _result(kind, draw, job_id)
        return
    _offer_new()
    request = JobStore(cache()).get(job_id).request
    _check(kind, request)
    simulated = note_if_simulated(getattr(request, "compendium", ""))
    if finished_job(job_id, simulated=simulated):
        if job_id in cache().analysis_ids():
            st.rerun()
        st.warning("This result was deleted. Start a new analysis to see it.")


def _offer_new() -> None:
    if st.button("New analysis"):
        _open("")


def _result(kind: type[Request], draw: Draw, job_id: str) -> None:
    done = load_analysis(job_id)
    _check(kind, done.request)
    _buttons(kind, done)
    if done.simulated and from_url(Key.JOB):  # else the frame has said so
        simulated_note()
    draw(done)
    versions = ", ".join(f"{name} {number}" for name, number in done.versions.items())
    st.caption(
        plain(
            f"Compendium '{done.compendium}', {done.created_at[:16].replace('T', ' ')} UTC, "
            f"{done.seconds:.0f} s; {versions}."
        )
    )


def _buttons(kind: type[Request], done: Analysis) -> None:
    """A new analysis, previous ones, and what can be done with this one."""
    with st.container(horizontal=True):
        _offer_new()
        others = [
            each
            for each in load_analyses(kind, done.compendium)
            if each.analysis_id != done.analysis_id
        ][:MAX_EARLIER]
        if others:
            with st.popover("Open previous result"), error_box():
                _list(others, load_compendium(done.compendium))
        share_analysis(done)
        sharing_popover(cache().analysis(done.analysis_id))
        if cache().may_change(done.analysis_id) and st.button("Delete"):
            _confirm_deletion(done.analysis_id)


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
        st.query_params.pop(Key.ASK, None)
        st.query_params[Key.JOB] = job_id
    else:
        st.query_params.pop(Key.JOB, None)
        st.query_params[Key.ASK] = "new"
    st.rerun()
