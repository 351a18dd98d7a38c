"""Share a result: its link, the command and the call from Python that give it, and its methods."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import streamlit as st

from gpar_core.analyses.result import Analysis
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.analyses.training.result import ModelSummary
from gpar_core.data.compendium import read_manifest
from gpar_core.errors import GparError
from gpar_core.jobs.store import JobStore
from gpar_core.storage.requests import Request
from pages._shared.error_box import error_box
from pages._shared.loaders import load_compendium
from pages._shared.state import cache

if TYPE_CHECKING:
    from gpar_core.report.calls import Call

NOT_RECORDED = (
    "There is no command: this result is of a kind without one, from another version of GPAR, or "
    "from an upload that is no longer recorded."
)
OTHER_DATA = (
    "There is no text: the compendium has changed since, was deleted, or is not shared with you."
)


@dataclass(frozen=True)
class Shared:
    """What is shared of a result.

    call, request: None where they are not known, or the result is no job's. compendium,
    fingerprint: its data; the fingerprint is '' where it is not recorded. summary: of a model.
    """

    call: "Call | None"
    compendium: str
    request: Request | None = None
    fingerprint: str = ""
    versions: Mapping[str, str] | None = None
    summary: ModelSummary | None = None


def share_analysis(done: Analysis) -> None:
    """Draw the popover of an analysis."""
    share_request(done.analysis_id, done.request, done.compendium, done.versions)


def share_request(
    result_id: str,
    request: Request | None,
    compendium: str,
    versions: Mapping[str, str] | None = None,
) -> None:
    """Draw the popover of the result of any request, None for that of its job."""

    def shared() -> Shared:
        from gpar_core.report.calls import call_of, has_call  # noqa: PLC0415

        known = request or _of_job(result_id)
        if known is None or not has_call(known):
            return Shared(None, compendium)
        fingerprint = getattr(known, "fingerprint", "")
        call = _short(call_of(known, compendium), fingerprint)
        return Shared(call, compendium, known, fingerprint, versions)

    share_popover(result_id, shared)


def share_model(summary: ModelSummary) -> None:
    """Draw the popover of a model."""

    def shared() -> Shared:
        from gpar_core.report.calls import call_of  # noqa: PLC0415 -- pages start without it
        from gpar_core.report.origins import training_request  # noqa: PLC0415

        request = training_request(summary) or _of_job(summary.model_id)
        known = request or TrainRequest(
            summary.compendium, summary.fingerprint, summary.drug_set, summary.method
        )
        return Shared(
            call_of(request) if request else None,
            summary.compendium,
            known,
            summary.fingerprint,
            summary.versions,
            summary,
        )

    share_popover(summary.model_id, shared)


def share_popover(result_id: str, shared: Callable[[], Shared]) -> None:
    """Draw a button that opens what can be copied. shared: called once it is open."""
    popover = st.popover("Share", key=f"share-{result_id}", on_change="rerun")
    if popover.open:
        with popover, error_box():
            _show(shared())


def _show(shared: Shared) -> None:
    from gpar_core.report.calls import command_of, python_of, uses_file  # noqa: PLC0415

    st.caption("Point at a text, then press the button at its right to copy it.")
    _copied("Copy link", link())
    if shared.call is None:
        st.caption(NOT_RECORDED)
    else:
        if uses_file(shared.call):
            st.caption("Replace FILE with the name of the file that you uploaded.")
        _copied("Copy as command", command_of(shared.call))
        code = f"from gpar_core import Workspace\n\nhere = Workspace()\n{python_of(shared.call)}"
        _copied("Copy as Python", code)
    if shared.request is not None:
        methods = _methods(shared)
        if methods:
            _copied("Methods, for a paper", methods)
        else:
            st.caption(OTHER_DATA)


def _short(call: "Call", fingerprint: str) -> "Call":
    """The call without the names of all classes, if the compendium is still the same."""
    from gpar_core.report.all_classes import with_all_classes  # noqa: PLC0415

    try:
        compendium = load_compendium(call.compendium)
    except GparError:
        return call
    return with_all_classes(call, compendium) if compendium.fingerprint == fingerprint else call


def _copied(title: str, text: str) -> None:
    st.markdown(f"**{title}**")
    # The colors of a language are too pale to read.
    st.code(text, language=None, wrap_lines=True)


def link() -> str:
    """The address of what is shown."""
    parameters = urlencode(st.query_params.to_dict())
    return f"{st.context.url or ''}{'?' * bool(parameters)}{parameters}"


def _methods(shared: Shared) -> str:
    """The paragraph, '' if the compendium is no longer the one of the result."""
    from gpar_core.report.methods import methods_of  # noqa: PLC0415 -- pages start without it

    try:
        data = read_manifest(cache().existing_compendium(shared.compendium))
    except GparError:
        return ""
    if shared.request is None or shared.fingerprint not in ("", data["fingerprint"]):
        return ""
    return methods_of(shared.request, data, shared.versions or {}, shared.summary)


def _of_job(result_id: str) -> Request | None:
    """The request of the job that gave a result, if it is still listed."""
    try:
        return JobStore(cache()).get(result_id).request
    except GparError:
        return None
