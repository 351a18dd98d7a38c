"""GPAR dashboard: `streamlit run streamlit_app.py`."""

import streamlit as st

from gpar_core.upkeep.migration import bring_up_to_date
from pages._app import boot, sign_in
from pages._shared.error_box import error_box
from pages._shared.navigation import navigation
from pages._shared.state import cache
from pages._shared.terms import words_of
from pages._shared.visitor import known

boot.once()
st.set_page_config(page_title="GPAR", page_icon="🧬", layout="wide")
with error_box():
    is_known = known()
    page = navigation(listed=is_known)
    if is_known:
        sign_in.show_visitor()
        bring_up_to_date(cache())
        page.run()
        words_of(page.title)
    else:
        sign_in.ask_to_sign_in()
