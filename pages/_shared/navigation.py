"""The pages in their order, and the first call of each."""

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages._shared.deleting import offer_undo
from pages._shared.error_box import error_box
from pages._shared.frame import choose_compendium
from pages._shared.running import running_jobs
from pages._shared.state import Key


def _groups() -> dict[str, list[tuple[StreamlitPage, ...]]]:
    """The pages by section of the sidebar; each that it lists is followed by those beside it."""
    return {
        "": [(st.Page("pages/home.py", title="Home", default=True),)],
        "Which drugs act alike?": [
            (st.Page("pages/drug_prediction.py", title="Drug prediction"),),
            (
                st.Page("pages/moa_prediction.py", title="MOA prediction"),
                st.Page("pages/target_prediction.py", title="Which target?", visibility="hidden"),
            ),
            (st.Page("pages/signature_search.py", title="Signature search"),),
            (
                st.Page("pages/map.py", title="Map"),
                st.Page("pages/compound.py", title="Compound", visibility="hidden"),
                st.Page("pages/gene.py", title="Gene", visibility="hidden"),
            ),
        ],
        "How good are the models?": [
            (
                st.Page("pages/models.py", title="Models"),
                st.Page("pages/library.py", title="Library", visibility="hidden"),
                st.Page("pages/compare.py", title="Compare", visibility="hidden"),
                st.Page("pages/jobs.py", title="Jobs", visibility="hidden"),
            ),
            (
                st.Page("pages/evaluation.py", title="Evaluation"),
                st.Page("pages/cell_influence.py", title="Cell influence", visibility="hidden"),
                st.Page("pages/genes.py", title="Genes", visibility="hidden"),
                st.Page("pages/hyper_parameters.py", title="Hyper-parameters", visibility="hidden"),
            ),
        ],
        "What are the data?": [
            (
                st.Page("pages/compendium.py", title="Compendium"),
                st.Page("pages/storage.py", title="Storage", visibility="hidden"),
            ),
        ],
        "How does it work?": [
            (
                st.Page("pages/learn.py", title="Learn"),
                st.Page("pages/case_studies.py", title="Case studies", visibility="hidden"),
            ),
        ],
    }


def navigation(*, listed: bool = True) -> StreamlitPage:
    """Register the pages, in the sidebar if `listed`; return the requested one."""
    st.session_state[Key.ENTERED] = True
    sections = _groups()
    page = st.navigation(
        {name: [page for group in groups for page in group] for name, groups in sections.items()},
        position="sidebar" if listed else "hidden",
        expanded=True,
    )
    st.session_state[Key.PAGE] = page.title
    groups = (group for each in sections.values() for group in each)
    st.session_state[Key.BESIDE] = next(
        group for group in groups if page.title in {each.title for each in group}
    )
    return page


def name_page(title: str) -> None:
    """Replace the title of the page by that of what it shows."""
    st.session_state[Key.TITLE].title(title, anchor=False)


def begin(title: str) -> None:
    """Show the title, links to the pages beside this one, and the sidebar; every page's first call.

    If the first request to a new server is a page's own address, Streamlit runs the file in pages/
    without the app around it, until `st.navigation` has been called once.
    """
    if Key.ENTERED not in st.session_state:
        navigation()
        st.rerun()
    if len(pages := st.session_state[Key.BESIDE]) > 1:
        with st.container(horizontal=True, key="beside"):
            for each in pages:
                st.page_link(each)
    st.session_state[Key.TITLE] = st.empty()
    name_page(title)
    st.session_state[Key.NOTE] = st.empty()
    with error_box():
        choose_compendium()
        running_jobs()
    offer_undo()
