"""GPAR dashboard: `streamlit run streamlit_app.py`."""

from pathlib import Path

import streamlit as st

from gpar_core.upkeep.migration import bring_up_to_date
from pages._app import boot, page_time, sign_in
from pages._shared.error_box import error_box
from pages._shared.navigation import navigation
from pages._shared.state import cache
from pages._shared.visitor import known

STYLES = Path(__file__).parent / "pages" / "_app"

boot.once()
st.set_page_config(page_title="GPAR", page_icon="🧬", layout="wide")
st.html(STYLES / "style.css")
st.html(STYLES / "print.css")
if st.context.theme.type == "dark":
    st.html(STYLES / "print_dark.css")
with error_box():
    is_known = known()
    page = navigation(listed=is_known)
    if is_known:
        sign_in.show_visitor()
        bring_up_to_date(cache())
        with page_time.noted(page.title):
            page.run()
    else:
        sign_in.ask_to_sign_in()
