"""Download real data from their publishers and import them."""

import shutil
from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from gpar_core.data.fetching.fetched import Fetched
from gpar_core.data.fetching.meter import size_text
from gpar_core.data.fetching.plan import all_fetched, plan_fetch, plan_import_of, size_in_words
from gpar_core.data.fetching.request import FetchRequest
from gpar_core.data.fetching.sources import SOURCES
from gpar_core.data.kind_names import in_words
from gpar_core.data.pert_types import COMPOUNDS
from gpar_core.jobs.store import JobStore
from pages._compendium.pert_types import choose_pert_types
from pages._shared import deleting
from pages._shared.error_box import plain
from pages._shared.job_panel import start
from pages._shared.name_field import name_field
from pages._shared.state import cache, mirror


def show_fetch() -> None:
    """Choose a source to download, and import downloaded data. Raises GparError."""
    st.markdown(
        "Download L1000 data from GEO and clue.io to the computer that GPAR runs on. You can pause "
        "a download; it resumes where it stopped, even after a broken connection. GPAR checks all "
        "files before it uses them."
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
    cells, pert_types = "", list(COMPOUNDS)
    if source.cell_column:
        cells = st.text_input(
            "Cell lines to download",
            placeholder="MCF7, PC3; leave empty for all (starter: for those above)",
            key="fetch-cells",
        )
        pert_types = choose_pert_types("fetch-pert-types")
    free = shutil.disk_usage(cache().root).free
    size = size_in_words(source, pert_types) if pert_types else "Choose perturbagens."
    st.caption(plain(f"{size} Free disk space: {size_text(free)}."))
    begun = 0 if name in {each.source for each in fetched} else _begun(name)
    if begun:
        st.caption(plain(f"{size_text(begun)} are already downloaded and will be reused."))
    resume, delete = st.columns([3, 1])
    if resume.button("Resume" if begun else "Download", type="primary", width="stretch"):
        start(plan_fetch(name, base_url=mirror(), cells=cells, pert_types=pert_types))
    folder = cache().source(name)
    if (
        begun
        and not _is_fetching(name)
        and cache().may_change(cache().thing_of(folder))
        and delete.button("Delete downloaded files", width="stretch")
    ):
        deleting.delete(cache().source(name))
        st.rerun()


def show_fetched(fetched: Fetched, there: Sequence[Fetched]) -> None:
    """Show a downloaded source: its size, its import, and the button that deletes it.

    there: all sources that can be imported together with it.
    """
    source = SOURCES[fetched.source]
    with st.container(border=True):
        st.markdown(f"**{plain(source.title)}** is downloaded")
        day = datetime.fromisoformat(fetched.fetched_at).date()
        parts = [f"Downloaded {day}", size_text(sum(file.n_bytes for file in fetched.files))]
        parts += [f"cell lines: {', '.join(fetched.cells)}"] if fetched.cells else []
        parts += [in_words(fetched.pert_types)] if fetched.pert_types != COMPOUNDS else []
        parts += [f"{size_text(fetched.n_saved)} not downloaded"] if fetched.n_saved else []
        st.caption(plain(" · ".join([*parts, fetched.note] if fetched.note else parts)))
        if fetched.series is None:
            st.caption("Its tables are used for every import of downloaded data.")
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
                help="Combines the sources in one compendium. Signatures in several sources are "
                "taken from the first.",
                key=f"fetched-together-{fetched.source}",
                disabled=not others,
            )
            replace = st.checkbox(
                "Replace an existing compendium of this name",
                key=f"fetched-replace-{fetched.source}",
            )
        use, delete = st.columns([3, 1])
        if name and use.button(
            "Import", type="primary", width="stretch", key=f"fetched-import-{fetched.source}"
        ):
            sources = [fetched, *(others[title] for title in together)]
            start(plan_import_of(cache(), sources, name=name, replace=replace))
        own = fetched.folder == cache().source(fetched.source)  # not one of the user's folders
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
    """Number of bytes of a source that are already downloaded."""
    folder = cache().source(name)
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _is_fetching(name: str) -> bool:
    return any(
        isinstance(job.request, FetchRequest) and job.request.source == name
        for job in JobStore(cache()).active_jobs()
    )
