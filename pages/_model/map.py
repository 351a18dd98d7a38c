"""The signatures of a model on the two maps of the paper: among negatives and among all."""

import streamlit as st

from gpar_core.analyses.map.request import MapRequest
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.training.result import Model, ModelSummary
from gpar_core.charts.scatter import training_map
from gpar_core.errors import RequestError
from gpar_core.jobs import engine
from pages._map.finished import maps_of
from pages._map.view import draw_with_drugs_of
from pages._shared.cached_charts import chart_once
from pages._shared.loaders import load_analysis, load_compendium
from pages._shared.state import cache, go

ALONE, AMONG_ALL = "Among negatives (t-SNE)", "Among all signatures (graph)"


def show_maps(model: Model) -> None:
    """Show training drugs and the 30 top-ranked compounds. Raises GparError."""
    summary = model.summary
    way = st.segmented_control(
        "Training drugs and top 30",
        (ALONE, AMONG_ALL),
        default=ALONE,
        required=True,
        key=f"maps-{summary.model_id}",
    )
    maps = finished_maps(summary)
    if way == AMONG_ALL:
        _among_all(model, [each for each in maps if _is_whole_graph(each)])
        return
    chart_once(
        "training map",
        summary.identity,
        lambda: training_map(model.map, simulated=summary.simulated),
    )
    st.caption(
        "t-SNE (scikit-learn defaults) of representative signatures: the training drugs, the "
        "30 top-ranked compounds, and up to 150 negatives. Distances between distant groups "
        "mean nothing."
    )
    if st.button("Show on a map of the compendium", key=f"map-{summary.model_id}"):
        job = {"job": maps[0].analysis_id} if maps else {}
        go("map", compendium=summary.compendium, model=summary.model_id, **job)


def _among_all(model: Model, graphs: list[Analysis]) -> None:
    if graphs:
        draw_with_drugs_of(model, load_analysis(graphs[0].analysis_id))
        return
    st.markdown(
        "A graph of the strongest similarities between all signatures, as in L1000FWD, with the "
        "training drugs in red and the predicted drugs in yellow. GPAR builds it once per "
        "compendium, which takes minutes."
    )
    if st.button("Build graph", type="primary", key=f"graph-{model.summary.model_id}"):
        build_map(model.summary, "fwd")


def finished_maps(summary: ModelSummary) -> list[Analysis]:
    """Maps of the model's compendium as it was in training, whole ones and the newest first."""
    found = maps_of(summary.compendium, summary.fingerprint)
    return sorted(found, key=lambda each: not _is_whole(each.request))


def build_map(summary: ModelSummary, method: str) -> None:
    """Start a map of the compendium and open it, with the drugs of the model. Raises GparError.

    method: as in `plan_map`.
    """
    # Imported late: it loads classifiers, which a model's page does not need.
    from gpar_core.analyses.map.plan import plan_map  # noqa: PLC0415

    compendium = load_compendium(summary.compendium)
    if compendium.fingerprint != summary.fingerprint:
        raise RequestError(
            f"'{summary.compendium}' has changed since this model was trained. Train it again to "
            "see its drugs among all signatures."
        )
    job = engine.submit(cache(), plan_map(compendium, method=method))
    go("map", compendium=summary.compendium, model=summary.model_id, job=job.id)


def _is_whole(request: object) -> bool:
    return isinstance(request, MapRequest) and not (request.cells or request.moas or request.model)


def _is_whole_graph(done: Analysis) -> bool:
    request = done.request
    of_compounds = isinstance(request, MapRequest) and request.noun == "compound"
    return of_compounds and _is_whole(request) and request.method == "fwd"
