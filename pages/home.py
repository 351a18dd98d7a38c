"""Home: what this is, which compendium is in use, where to start."""

import streamlit as st

from pages._shared.error_box import error_box, plain
from pages._shared.frame import compendium_in_use, size_of
from pages._shared.loaders import load_summaries
from pages._shared.navigation import begin
from pages._shared.state import go

begin("GPAR")
st.markdown(
    "Find drugs that share a **mechanism of action** (MOA) from L1000 gene-expression signatures. "
    "Name drugs you know; a neural network learns what their signatures have in common, tells you "
    "how well it can, and ranks every other compound."
)
with error_box():
    compendium = compendium_in_use()
    if compendium is not None:
        st.subheader(f"In use: {plain(compendium.name)}", anchor=False)
        st.caption(plain(compendium.source))
        size_of(compendium)

        st.subheader("Start here", anchor=False)
        starts = st.columns(3)
        with starts[0].container(border=True, height="stretch"):
            st.markdown("**Find drugs like these**")
            st.caption("Choose drugs or a MOA, train, read the ranked list.")
            if st.button("Drug prediction", type="primary", width="stretch"):
                go("drug_prediction")
        with starts[1].container(border=True, height="stretch"):
            st.markdown("**Look again**")
            st.caption("Every model you trained is kept and opens at once.")
            if st.button("Models", width="stretch"):
                go("models")
        with starts[2].container(border=True, height="stretch"):
            st.markdown("**Bring your own data**")
            st.caption("See what is inside, or import LINCS Level 5 files.")
            if st.button("Compendium", width="stretch"):
                go("compendium")

        models, _ = load_summaries()
        if models:
            st.subheader("Latest models", anchor=False)
        for summary in models[:5]:
            st.page_link(
                "pages/models.py",
                label=plain(
                    f"{summary.label} · AUROC {summary.metrics.mean_auroc:.2f} · "
                    f"{summary.compendium}" + (" (simulated)" if summary.simulated else "")
                ),
                query_params={"model": summary.model_id},
            )

st.divider()
st.caption(
    "Method: Gao et al., BMC Bioinformatics 2021, 22:17 (GPAR). A ranking is a hypothesis, not a "
    "finding: p-values take a compound's signatures as independent and are optimistic."
)
