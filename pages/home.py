"""Home: what GPAR does, which compendium is in use, where to start."""

import streamlit as st

from pages._shared.error_box import error_box, plain
from pages._shared.frame import compendium_in_use, size_of
from pages._shared.loaders import load_summaries
from pages._shared.model_names import names_of
from pages._shared.navigation import begin
from pages._shared.state import go

STARTS = (
    ("Find similar drugs", "Choose drugs or a MOA, train a model, and read the ranked list.",
     "Open Drug prediction", "drug_prediction"),
    ("Predict a mechanism", "Score a compound, or your own profile, with models of many MOAs.",
     "Open MOA prediction", "moa_prediction"),
    ("Follow the paper", "Run its examples with one click and compare the figures.",
     "Open Case studies", "case_studies"),
    ("Use real data", "Download LINCS signatures from GEO or clue.io, or import your own files.",
     "Open Compendium", "compendium"),
)  # fmt: skip

begin("GPAR")
st.markdown(
    "Find drugs that share a **mechanism of action** (MOA) from L1000 gene-expression signatures. "
    "Choose drugs you know: GPAR learns what their signatures have in common, reports how well it "
    "recognizes them, and ranks all other compounds. Or start from the other end: "
    "predict the mechanism of a compound or of your own profile."
)
with error_box():
    compendium = compendium_in_use()
    if compendium is not None:
        st.header(f"In use: {plain(compendium.name)}", anchor=False)
        st.caption(plain(compendium.source))
        size_of(compendium)

        st.header("Start here", anchor=False)
        for column, (title, text, label, page) in zip(st.columns(4), STARTS, strict=True):
            with column.container(border=True, height="stretch"):
                st.markdown(f"**{title}**")
                st.caption(text)
                kind = "primary" if page == "drug_prediction" else "secondary"
                if st.button(label, type=kind, width="stretch"):
                    go(page)

        models, _ = load_summaries()
        if not models:
            st.info("New to GPAR? The tour takes two minutes and ends with a finished prediction.")
            if st.button("Take the tour"):
                go("learn")
        if models:
            st.header("Latest models", anchor=False)
        names = names_of(models[:5])
        for summary in models[:5]:
            st.page_link(
                "pages/models.py",
                label=plain(
                    f"{names[summary.model_id]} · AUROC {summary.metrics.mean_auroc:.2f} · "
                    f"{summary.compendium}" + (" (simulated)" if summary.simulated else "")
                ),
                query_params={"model": summary.model_id},
            )

st.divider()
st.caption(
    "Method: Gao et al., BMC Bioinformatics 2021, 22:17 (GPAR). A ranking is a hypothesis, not a "
    "finding: p-values assume that a compound's signatures are independent, so they are optimistic."
)
