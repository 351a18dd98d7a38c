"""Compare: two models, or two sort orders of one ranking, side by side."""

import streamlit as st

from gpar_core.analyses.training.result import ModelSummary
from gpar_core.data.compendium import Compendium
from pages._compare.view import show_comparison
from pages._model.ranking_view import ORDER_NAMES
from pages._shared.error_box import error_box
from pages._shared.frame import compendium_in_use
from pages._shared.loaders import load_model, load_summaries
from pages._shared.model_names import names_of
from pages._shared.navigation import begin
from pages._shared.state import Key, from_url, go


def choose(compendium: Compendium) -> None:
    """Choose two models of the compendium in use, kept in the URL, and the order of each."""
    models = {
        each.model_id: each
        for each in load_summaries()[0]
        if each.fingerprint == compendium.fingerprint
    }
    if not models:
        st.info("This compendium has no models yet. Train two with different drugs or settings.")
        if st.button("Open Drug prediction", type="primary"):
            go("drug_prediction")
        return
    left, right = st.columns(2, gap="large")
    with left:
        first, order_first = _side("First", Key.MODEL, models, 0)
    with right:
        second, order_second = _side("Second", Key.SECOND, models, min(1, len(models) - 1))
    if first == second and order_first == order_second:
        st.info("Choose another model or another sort order on one side.")
        return
    show_comparison(load_model(first), load_model(second), compendium, (order_first, order_second))


def _side(title: str, key: Key, models: dict[str, ModelSummary], default: int) -> tuple[str, str]:
    ids, names = list(models), names_of(models.values())
    wanted = from_url(key)
    chosen = st.selectbox(
        title,
        ids,
        index=ids.index(wanted) if wanted in models else default,
        format_func=names.__getitem__,
        key=f"compare-{title}",
    )
    st.query_params[key] = chosen
    order = st.selectbox(
        "Sorted by", list(ORDER_NAMES), format_func=ORDER_NAMES.get, key=f"compare-order-{title}"
    )
    return chosen, order


begin("Compare")
st.markdown(
    "Compare two models: see **which compounds both find**, which ones moved, and in which cell "
    "lines their scores changed."
)
with error_box():
    if (in_use := compendium_in_use()) is not None:
        choose(in_use)
