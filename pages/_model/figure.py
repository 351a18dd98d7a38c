"""The ranked list as a figure: a map of the compendium beside the first predictions."""

import streamlit as st

from gpar_core import fields
from gpar_core.analyses.training.result import Model
from gpar_core.rank.ranking import TOP_PREDICTIONS, top_predictions
from pages._map.view import draw_beside_list
from pages._model.map import build_map, finished_maps
from pages._model.ranked.component import ranked_list
from pages._model.ranked.rows import NO_MOA, list_of
from pages._shared.error_box import error_box
from pages._shared.loaders import load_analysis, load_lines

MAP_AND_LIST = [1.6, 1.0]


def show_figure(model: Model) -> None:
    """Show training drugs and first predictions on a map, and the predictions in a list beside it.

    The map and the list light up each other in the browser. Raises GparError.
    """
    summary = model.summary
    maps = finished_maps(summary)
    if not maps:
        st.markdown(
            "A map of the compendium with the training drugs in red and the first "
            f"{TOP_PREDICTIONS} predictions in yellow, beside their list. You can save both as one "
            "figure for print. This compendium has no map yet; building one takes seconds to "
            "minutes."
        )
        if st.button("Build map", type="primary", key=f"figure-{summary.model_id}"):
            build_map(summary, "umap")
        return
    first = top_predictions(model.ranking)
    first = first.assign(rank=range(1, len(first) + 1))
    left, right = st.columns(MAP_AND_LIST)
    with left, error_box():
        texts = [
            f"{rank}  {name} \N{MIDDLE DOT} {moa.replace(fields.MOA_SEPARATOR, ', ') or NO_MOA}"
            for rank, name, moa in zip(
                first["rank"], first[fields.PERT_INAME], first[fields.MOA], strict=True
            )
        ]
        listed = list(zip(first[fields.DRUG], texts, strict=True))
        draw_beside_list(model, load_analysis(maps[0].analysis_id), listed)
    with right:
        key = f"figure-{'-'.join(summary.identity)}"
        rows = list_of(
            first,
            load_lines(model, first[fields.DRUG]),
            model,
            smiles=None,
            chosen=[],
            n_passing=len(first),
        )
        ranked_list(rows, key=key, linked=True)
        st.caption(
            f"The first {len(first)} predictions by score. Point at a row or a dot to see both; "
            "click to keep it ringed. PNG and SVG save map and list at print size, 180 mm wide."
        )
