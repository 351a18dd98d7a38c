"""GPAR dashboard: `streamlit run streamlit_app.py`."""

import streamlit as st

from pages._shared import boot
from pages._shared.error_box import error_box
from pages._shared.navigation import navigation

boot.once()
st.set_page_config(page_title="GPAR", page_icon="🧬", layout="wide")
with error_box():
    navigation().run()
