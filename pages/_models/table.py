"""The table of trained models."""

import pandas as pd
import streamlit as st

from gpar_core.analyses.training.result import ModelSummary
from pages._shared.loaders import load_summaries
from pages._shared.state import Key, go
from pages._shared.tables import HOW_TO_OPEN, SELECTION, opened_row, savable
from pages._shared.terms import explained


def table(summaries: list[ModelSummary]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Positive set": [s.label for s in summaries],
            "Mean AUROC": [s.metrics.mean_auroc for s in summaries],
            "95% interval": ["{:.3f}–{:.3f}".format(*s.metrics.interval) for s in summaries],
            "Drugs": [s.n_positive_compounds for s in summaries],
            "Verdict": [s.verdict.name for s in summaries],
            "Cell lines": [", ".join(s.cells) or "all" for s in summaries],
            "Compendium": [
                s.compendium + (" (simulated)" if s.simulated else "") for s in summaries
            ],
            "Preset": [s.preset for s in summaries],
            "Trained": [s.created_at[:16].replace("T", " ") for s in summaries],
        }
    )


def show_all() -> None:
    summaries, damaged = load_summaries()
    for model_id in damaged:
        st.page_link(
            "pages/models.py",
            label=f"⚠️ The model {model_id} cannot be read. Open it to see why or to delete it",
            query_params={Key.MODEL.value: model_id},
        )
    if not summaries:
        st.info("No models yet. Choose drugs or a MOA to train one.")
        if st.button("Open Drug prediction", type="primary"):
            go("drug_prediction")
        return
    st.caption(HOW_TO_OPEN)
    selection = st.dataframe(
        savable(table(summaries), simulated=False),
        hide_index=True,
        on_select="rerun",
        selection_mode=SELECTION,
        key="models-table",
        column_config={
            "Mean AUROC": st.column_config.NumberColumn(format="%.3f", help=explained("mean-auroc"))
        },
        placeholder="—",
    )
    listed = [summary.model_id for summary in summaries]
    clicked_in = st.session_state.get(Key.LISTED, listed)  # a model may have been added since
    st.session_state[Key.LISTED] = listed
    labels = {summary.model_id: summary.label for summary in summaries}
    names = [labels.get(model_id, model_id) for model_id in clicked_in]
    row = opened_row(selection, names, clicked_in)
    if row is not None:
        st.query_params[Key.MODEL] = clicked_in[row]
        st.rerun()
