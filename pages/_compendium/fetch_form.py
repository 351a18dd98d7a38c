"""Real data from their publishers: what to fetch, what was fetched, and its import."""

import shutil
from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from gpar_core.data.fetching.fetched import Fetched
from gpar_core.data.fetching.meter import size_text
from gpar_core.data.fetching.plan import all_fetched, plan_fetch, plan_import_of, size_in_words
from gpar_core.data.fetching.request import FetchRequest
from gpar_core.data.fetching.sources import SOURCES
from gpar_core.jobs.store import JobStore
from pages._shared import deleting
from pages._shared.error_box import plain
from pages._shared.job_panel import start
from pages._shared.name_field import name_field
from pages._shared.state import cache, mirror


def show_fetch() -> None:
    """Choose a source and queue its fetch; import what is there. Raises GparError."""
    st.markdown(
        "L1000 data from GEO and clue.io, fetched by the computer that GPAR runs on. A fetch can "
        "be paused and resumes where it stopped, also after a broken connection. What comes is "
        "checked before it is used."
    )
    fetched = all_fetched(cache())
    for each in fetched:
        show_fetched(each, fetched)
    name = st.radio(
        "Source",
        list(SOURCES),
        format_func=lambda name: SOURCES[name].title,
        captions=[source.about for source in SOURCES.values()],
        key="fetch-source",
    )
    source = SOURCES[name]
    cells = ""
    if source.cell_column:
        cells = st.text_input(
            "Cell lines to fetch",
            placeholder="MCF7, PC3; empty for all, for the starter for those above",
            key="fetch-cells",
        )
    free = shutil.disk_usage(cache().root).free
    st.caption(plain(f"{size_in_words(source)} Free on the disk: {size_text(free)}."))
    begun = 0 if name in {each.source for each in fetched} else _begun(name)
    if begun:
        st.caption(plain(f"{size_text(begun)} of it came before and are used."))
    resume, delete = st.columns([3, 1])
    if resume.button("Resume" if begun else "Download", type="primary", width="stretch"):
        start(plan_fetch(name, base_url=mirror(), cells=cells))
    folder = cache().source(name)
    if (
        begun
        and not _is_fetching(name)
        and cache().may_change(cache().thing_of(folder))
        and delete.button("Delete what came", width="stretch")
    ):
        deleting.delete(cache().source(name))
        st.rerun()


def show_fetched(fetched: Fetched, there: Sequence[Fetched]) -> None:
    """One source that is there: its size, its import, and how to free its space.

    there: all that may be imported together with it.
    """
    source = SOURCES[fetched.source]
    with st.container(border=True):
        st.markdown(f"**{plain(source.title)}** is here")
        day = datetime.fromisoformat(fetched.fetched_at).date()
        parts = [f"Fetched {day}", size_text(sum(file.n_bytes for file in fetched.files))]
        parts += [f"cell lines: {', '.join(fetched.cells)}"] if fetched.cells else []
        parts += [f"{size_text(fetched.n_saved)} left on the server"] if fetched.n_saved else []
        st.caption(plain(" · ".join([*parts, fetched.note] if fetched.note else parts)))
        if fetched.series is None:
            st.caption("Its tables are used whenever something that was fetched is imported.")
            name = ""
        else:
            name = name_field(
                "Name of the compendium", fetched.source, key=f"fetched-name-{fetched.source}"
            )
            others = {
                SOURCES[each.source].title: each
                for each in there
                if each.series and each.source != fetched.source
            }
            together = st.multiselect(
                "Together with",
                list(others),
                placeholder="Nothing else",
                help="In one compendium; what is in several is taken from the first.",
                key=f"fetched-together-{fetched.source}",
                disabled=not others,
            )
            replace = st.checkbox(
                "Replace a compendium of this name", key=f"fetched-replace-{fetched.source}"
            )
        use, delete = st.columns([3, 1])
        if name and use.button(
            "Import", type="primary", width="stretch", key=f"fetched-import-{fetched.source}"
        ):
            sources = [fetched, *(others[title] for title in together)]
            start(plan_import_of(cache(), sources, name=name, replace=replace))
        own = fetched.folder == cache().source(fetched.source)  # not a folder of the user's
        own = own and cache().may_change(cache().thing_of(fetched.folder))
        if (
            own
            and not _is_fetching(fetched.source)
            and delete.button(
                "Delete files", width="stretch", key=f"fetched-delete-{fetched.source}"
            )
        ):
            deleting.delete(fetched.folder)
            st.rerun()


def _begun(name: str) -> int:
    """Bytes of a source that are there, though not all."""
    folder = cache().source(name)
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _is_fetching(name: str) -> bool:
    return any(
        isinstance(job.request, FetchRequest) and job.request.source == name
        for job in JobStore(cache()).active_jobs()
    )
