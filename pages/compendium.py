"""Compendium: overview of the one in use; filter, download, import and delete."""

from functools import partial

import streamlit as st

from gpar_core.data import demo
from gpar_core.data.compendium import Compendium
from gpar_core.data.fetching.fetched import load_fetched
from gpar_core.data.fetching.plan import all_fetched
from gpar_core.data.fetching.request import FetchRequest
from gpar_core.data.importing.request import ImportRequest
from gpar_core.data.requests import DemoRequest, SelectRequest
from gpar_core.errors import RequestError
from gpar_core.jobs.store import JobStore
from gpar_core.upkeep import deletion
from pages._compendium.downloads import download_signatures
from pages._compendium.fetch_form import show_fetch, show_fetched
from pages._compendium.filter_form import show_choose
from pages._compendium.import_form import show_import
from pages._compendium.overview import show_findings, show_inside, show_size
from pages._shared import deleting
from pages._shared.cached_charts import drawn_once
from pages._shared.error_box import error_box, plain
from pages._shared.frame import job_or_form, name_in_use, put_aside
from pages._shared.job_panel import finished_job
from pages._shared.navigation import begin
from pages._shared.sharing import sharing_popover
from pages._shared.state import Key, cache, go
from pages._shared.tabs import tabs

OVERVIEW = "Overview"


@st.dialog("Delete this compendium?")
@error_box()
def confirm_deletion(compendium: Compendium) -> None:
    st.markdown(
        f"**{plain(compendium.name)}** has {compendium.n_signatures:,} signatures. Models trained "
        "on it are kept, but you need the compendium to train them again."
    )
    folder = cache().existing_compendium(compendium.name)
    st.markdown(deletion.outlook(cache(), folder))
    if st.button("Delete", type="primary"):
        deleting.delete(folder)
        put_aside(compendium.name)
        st.rerun()


def show_import_job(job_id: str) -> None:
    """Show a running download, import or filter; when it is done, open its compendium.

    Downloaded files are offered for import.
    """
    if st.button("Back to the compendium"):
        del st.query_params[Key.JOB]
        st.rerun()
    request = JobStore(cache()).get(job_id).request
    if not isinstance(request, ImportRequest | SelectRequest | FetchRequest | DemoRequest):
        raise RequestError("This link does not open an import. Go back to the compendium.")
    if not finished_job(job_id):
        return
    if isinstance(request, FetchRequest):
        show_fetched(load_fetched(request.folder(cache())), all_fetched(cache()))
    else:
        name = demo.NAME if isinstance(request, DemoRequest) else request.name
        st.session_state[Key.TAB] = OVERVIEW  # the tab that started the job was open
        go("compendium", compendium=name)


def overview(compendium: Compendium) -> None:
    show_size(compendium)
    download_signatures(compendium)
    drawn_once("inside", identity(compendium), lambda: show_inside(compendium))


def import_report(compendium: Compendium) -> None:
    drawn_once("findings", identity(compendium), lambda: show_findings(compendium))


def identity(compendium: Compendium) -> tuple[str, str]:
    return compendium.name, compendium.fingerprint


def show_deletion(compendium: Compendium) -> None:
    folder = cache().compendium(compendium.name)
    sharing_popover(folder)
    st.caption(f"Frees the disk space of {plain(compendium.name)}. Its models are kept.")
    if not cache().may_change(cache().thing_of(folder)):
        st.caption("Only its owner or an administrator can delete it.")
    elif st.button("Delete compendium"):
        confirm_deletion(compendium)


def show(compendium: Compendium) -> None:
    forms = {
        "Filter": partial(show_choose, compendium),
        "Download data": show_fetch,
        "Import": show_import,
    }
    tabs(
        {
            OVERVIEW: partial(overview, compendium),
            "Import report": partial(import_report, compendium),
            **forms,
            "Delete": partial(show_deletion, compendium),
        },
        kept=forms,
    )


begin(plain(f"Compendium {name_in_use()}".strip()))
job_or_form(show_import_job, show)
