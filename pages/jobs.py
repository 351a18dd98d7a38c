"""Jobs: what is computed in the background, now and before."""

import streamlit as st

from gpar_core.storage.access import LOCAL
from pages._jobs.active import show_active
from pages._jobs.ended import show_ended
from pages._shared.error_box import error_box
from pages._shared.navigation import begin
from pages._shared.state import cache

begin("Jobs")
st.markdown(
    "What GPAR computes in the background. You can close this page; jobs keep running. Short jobs, "
    "such as a search or a training, go before long ones that are still waiting."
)
with error_box():
    only_mine = cache().visitor != LOCAL and st.checkbox("Only mine", key="jobs-mine")
    show_active(only_mine=only_mine)
    show_ended(only_mine=only_mine)
