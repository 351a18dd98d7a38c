"""Home: the map of the compendium in use, three questions, and the latest results."""

import streamlit as st

from pages._home.latest import show_latest
from pages._home.map import show_map
from pages._home.questions import show_questions
from pages._shared.error_box import error_box
from pages._shared.frame import compendium_in_use
from pages._shared.navigation import begin

begin("Find drugs that act alike")
st.markdown(
    "GPAR learns what the L1000 signatures of known drugs have in common, and ranks all other "
    "compounds by it."
)
with error_box():
    compendium = compendium_in_use()
    if compendium is not None:
        picture, questions = st.columns([5, 3], gap="medium")
        with picture, st.container(key="home-map"), error_box():
            show_map(compendium)
        with questions:
            show_questions()
        with error_box():
            show_latest()

st.divider()
st.caption(
    "Method: Gao et al., BMC Bioinformatics 2021, 22:17 (GPAR). A ranking is a hypothesis, not a "
    "finding: p-values assume that a compound's signatures are independent, so they are optimistic."
)
