"""Plan a map, ready to be queued."""

from collections.abc import Iterable

import pandas as pd

from gpar_core import fields
from gpar_core.analyses.map.request import MapRequest
from gpar_core.analyses.map.selection import selected_rows
from gpar_core.analyses.training.result import ModelSummary
from gpar_core.data.compendium import Compendium
from gpar_core.data.kind_names import in_words
from gpar_core.data.pert_types import known_pert_types
from gpar_core.data.training_set import (
    known_cells,
    known_moas,
)
from gpar_core.data.uploaded_table import table_id
from gpar_core.errors import RequestError, check_seed
from gpar_core.learn.presets import LINEAR
from gpar_core.learn.presets import preset as known_preset
from gpar_core.maps import FROM_FILE, MAPS


def plan_map(
    compendium: Compendium,
    *,
    method: str = "umap",
    cells: Iterable[str] = (),
    moas: Iterable[str] = (),
    representatives: bool = False,
    model: ModelSummary | None = None,
    coordinates: pd.DataFrame | None = None,
    seed: int = 0,
    perturbagens: Iterable[str] = (fields.COMPOUND_PERT_TYPE,),
) -> MapRequest:
    """The request for a map of signatures.

    method: a key of `maps.MAPS`. moas: none for all signatures, including those without a MOA.
    model: the one whose last hidden layer defines neighbors, None for z-scores. coordinates: for
    'file', from `read_coordinates`. perturbagens: kinds that the compendium has; the space of a
    model shows compounds alone. Raises RequestError or NotFoundError.
    """
    if method not in MAPS:
        raise RequestError(f"There is no map '{method[:40]}'. Choose from: {', '.join(MAPS)}.")
    check_seed(seed)
    if (method == FROM_FILE) != (coordinates is not None):
        raise RequestError(
            "A map from a file needs a table of sig_id, x and y; other maps use no table. Upload "
            "one, or choose another map."
        )
    if model is not None and model.fingerprint != compendium.fingerprint:
        raise RequestError(
            f"The model of {model.label} was trained on '{model.compendium}' as it was then, "
            f"which is not the same as '{compendium.name}' today. Train the model again, or "
            "choose its compendium."
        )
    if model is not None and known_preset(model.preset) == LINEAR:
        raise RequestError(
            f"The model of {model.label} is linear and has no hidden layer to map. Choose a model "
            "of another preset, or use the z-scores."
        )
    kinds = known_pert_types(perturbagens)
    if model is not None and kinds != (fields.COMPOUND_PERT_TYPE,):
        raise RequestError(
            f"The space of a model shows compounds alone, and {in_words(kinds)} were chosen. "
            "Choose compounds, or use the z-scores."
        )
    if absent := set(kinds) - set(compendium.stored_kinds):
        raise RequestError(
            f"'{compendium.name}' has no {in_words(sorted(absent))}. It has "
            f"{in_words(compendium.stored_kinds)}."
        )
    shown = compendium.of_kinds(kinds)
    request = MapRequest(
        compendium=compendium.name,
        fingerprint=compendium.fingerprint,
        method=method,
        cells=known_cells(shown, cells),
        moas=known_moas(compendium, moas),
        representatives=representatives,
        model="" if model is None else model.model_id,
        coordinates="" if coordinates is None else table_id(coordinates),
        seed=seed,
        perturbagens=kinds,
    )
    n = len(
        selected_rows(
            shown, cells=request.cells, moas=request.moas, representatives=representatives
        )
    )
    if n < MAPS[method].min_signatures:
        raise RequestError(
            f"{n} signatures are chosen, but {MAPS[method].label} needs "
            f"{MAPS[method].min_signatures}. Choose more cell lines or MOAs, or another map."
        )
    return request
