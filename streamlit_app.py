"""GPAR dashboard: `streamlit run streamlit_app.py`."""

import streamlit as st

from pages._shared import boot
from pages._shared.identity import require_sign_in
from pages._shared.navigation import navigation

boot.once()
st.set_page_config(page_title="GPAR", page_icon="🧬", layout="wide")
require_sign_in()
boot.check_cache()
navigation().run()
