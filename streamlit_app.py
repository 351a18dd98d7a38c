"""GPAR dashboard: `streamlit run streamlit_app.py`."""

import streamlit as st

from pages._shared import boot

boot.once()
st.set_page_config(page_title="GPAR", page_icon="🧬", layout="wide")
st.navigation(
    [
        st.Page("pages/home.py", title="Home", default=True),
        st.Page("pages/drug_prediction.py", title="Drug prediction"),
        st.Page("pages/models.py", title="Models"),
        st.Page("pages/compendium.py", title="Compendium"),
    ]
).run()
