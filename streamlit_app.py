"""GPAR dashboard: `streamlit run streamlit_app.py`."""

import streamlit as st

from pages._shared import boot, identity
from pages._shared.navigation import navigation

boot.once()
st.set_page_config(page_title="GPAR", page_icon="🧬", layout="wide")
page = navigation(listed=identity.known())
if identity.known():
    identity.show_visitor()
    boot.check_cache()
    page.run()
else:
    identity.ask_to_sign_in()
