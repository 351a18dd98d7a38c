"""The frame of every page: the compendium in use, and a note if it is simulated."""

import logging
from collections.abc import Callable
from contextlib import suppress

import streamlit as st

from gpar_core.data import demo
from gpar_core.data.compendium import Compendium, read_manifest
from gpar_core.data.requests import DemoRequest
from gpar_core.errors import DataError, GparError, NotFoundError
from gpar_core.jobs import engine
from gpar_core.jobs.examples import queue_examples
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.storage.requests import job_id as id_of
from pages._shared import deleting
from pages._shared.error_box import error_box, plain
from pages._shared.job_panel import finished_job
from pages._shared.loaders import load_compendium
from pages._shared.state import Key, cache, from_url, go
from pages._shared.terms import explained

log = logging.getLogger("gpar")


def choose_compendium() -> None:
    """Choose the compendium in the sidebar; show its kind and size. Nothing if there is none.

    `navigation.begin` calls it before each page.
    """
    names = cache().compendium_names()
    if not names or _missing(names):
        return
    if (wanted := st.session_state.pop(Key.WANTED, "")) in names:
        st.session_state[Key.COMPENDIUM] = wanted
    default = names.index(demo.NAME) if demo.NAME in names else 0
    name = st.sidebar.selectbox(
        "Compendium",
        names,
        index=default,
        help=explained("compendium"),
        key=Key.COMPENDIUM,
        bind="query-params",
    )
    with suppress(DataError):  # pages that use it say what is wrong
        manifest = read_manifest(cache().existing_compendium(name))
        kind = "Simulated" if manifest["simulated"] else "Real"
        st.sidebar.caption(
            f"{kind} data · {manifest['n_signatures']:,} signatures",
            help=explained("simulated") if manifest["simulated"] else None,
        )


def compendium_in_use() -> Compendium | None:
    """Return the compendium chosen in the sidebar; build the demo first if there is none.

    Returns None while there is none to show, or if the requested one is missing: another one
    replaces it only when the user chooses it. Raises NotFoundError.
    """
    names = cache().compendium_names()
    if not names:
        _build_demo()
        return None
    if missing := _missing(names):
        _offer_others(missing, names)
        return None
    name = st.session_state[Key.COMPENDIUM]
    try:
        compendium = load_compendium(name)
    except DataError as error:
        _offer_deletion(name, str(error))
        return None
    st.session_state[Key.IN_USE] = name
    if compendium.simulated:
        simulated_note()
    try:
        queue_examples(cache(), compendium)
    except GparError as error:  # nobody asked for them
        log.warning("No finished results come with the demo: %s", error)
    return compendium


def name_in_use() -> str:
    """Name of the compendium that the sidebar is about to show as chosen, '' if there is none.

    Titles name it, so a visitor who may see nothing gets '' and is told why by the page itself.
    """
    names: list[str] = []
    with suppress(GparError):
        names = cache().compendium_names()
    wanted = (st.session_state.get(Key.WANTED), from_url(Key.COMPENDIUM))
    asked = (*wanted, st.session_state.get(Key.COMPENDIUM), demo.NAME, *names)
    return next((name for name in asked if name in names), "")


def _missing(names: list[str]) -> str:
    """Return the compendium that is wanted if it does not exist; else ''.

    It is that of the last call of `go`, of the URL, or the last one in use.

    One that the user has put aside does not count as missing until another one is in use.
    """
    name = st.session_state.get(Key.WANTED) or from_url(Key.COMPENDIUM)
    if not name and st.session_state.get(Key.COMPENDIUM) not in names:
        name = st.session_state.get(Key.IN_USE, "")
    if not name or name in names:
        st.session_state.pop(Key.PUT_ASIDE, None)
        return ""
    return "" if name == st.session_state.get(Key.PUT_ASIDE) else name


def _offer_others(missing: str, names: list[str]) -> None:
    """Say that a compendium was not found, and let the user choose or import one."""
    st.session_state[Key.IN_USE] = missing
    st.error(
        plain(
            f"There is no compendium '{missing[:80]}' here. It may have been deleted or renamed, "
            "it may be on another server, or it may not be shared with you. Choose another one or "
            "import it."
        )
    )
    default = names.index(demo.NAME) if demo.NAME in names else 0
    name = st.selectbox("Compendium", names, index=default, key="compendium-instead")
    use, bring, _ = st.columns([1, 1, 2])
    arguments = (missing, name)
    use.button(
        "Use this compendium", on_click=_use, args=arguments, type="primary", width="stretch"
    )
    if bring.button("Import or download data", width="stretch"):
        put_aside(missing)
        go("compendium", compendium=name, tab="Download data")


@error_box()
def _use(missing: str, name: str) -> None:
    put_aside(missing)
    st.session_state[Key.COMPENDIUM] = name


def put_aside(name: str) -> None:
    """Note that the user knows that a compendium is gone: another one may replace it."""
    st.session_state[Key.PUT_ASIDE] = name


def job_or_form(show_job: Callable[[str], None], form: Callable[[Compendium], None]) -> None:
    """The job that the URL names, or else the form for the compendium in use."""
    with error_box():
        if job_id := from_url(Key.JOB):
            show_job(job_id)
        elif (compendium := compendium_in_use()) is not None:
            form(compendium)


def _offer_deletion(name: str, why: str) -> None:
    """Offer to delete a compendium that cannot be read, or to rebuild it if it is the demo."""
    st.error(plain(why))
    if st.button("Rebuild demo" if name == demo.NAME else "Delete compendium", type="primary"):
        deleting.delete(cache().existing_compendium(name))
        put_aside(name)
        if name == demo.NAME:
            engine.submit(cache(), DemoRequest())
        st.rerun()


def _build_demo() -> None:
    """Build the demo and show the job; one that failed or was canceled waits for the user."""
    st.info("Building the simulated demo compendium. This happens once and takes a few seconds.")
    demo_id = id_of(DemoRequest())
    try:
        state = JobStore(cache()).get(demo_id).state
    except NotFoundError:
        state = State.DONE
    if state is State.DONE:  # or never started: in both cases there is no demo
        engine.submit(cache(), DemoRequest())
    if finished_job(demo_id):
        st.rerun()


def note_if_simulated(name: str) -> bool:
    """Show a note if the compendium `name` exists and is simulated; return whether it is."""
    if name not in cache().compendium_names():
        return False
    simulated = bool(read_manifest(cache().compendium(name))["simulated"])
    if simulated:
        simulated_note()
    return simulated


def simulated_note() -> None:
    """Say below the title that the data are simulated, once however often it is called."""
    with st.session_state[Key.NOTE].container(key="simulated"):
        st.warning(
            "**Simulated data:** real drug names, invented values. Only for learning and testing."
        )
