"""From what a user asks for to a library that can be queued."""

from collections.abc import Iterable

from gpar_core.analyses.library.request import LibraryRequest
from gpar_core.analyses.library.result import MIN_DRUGS
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import (
    known_cells,
    with_enough_drugs,
)
from gpar_core.errors import RequestError
from gpar_core.learn.presets import preset as known_preset


def plan_library(
    compendium: Compendium,
    *,
    moas: Iterable[str] = (),
    min_drugs: int = MIN_DRUGS,
    cells: Iterable[str] = (),
    preset: str = "fast",
    negatives: str = "auto",
    seed: int = 0,
) -> LibraryRequest:
    """The request for a model of each MOA with at least `min_drugs` drugs.

    moas: the MOAs to choose among; none for all. Raises RequestError or NotFoundError.
    """
    if seed < 0 or min_drugs < 2:
        raise RequestError(
            f"The seed is {seed} and the least number of drugs {min_drugs}; needed are at least 0 "
            "and 2: with one drug of a MOA there is none to hold out."
        )
    known_preset(preset)
    return LibraryRequest(
        compendium=compendium.name,
        fingerprint=compendium.fingerprint,
        moas=with_enough_drugs(compendium, moas, min_drugs),
        cells=known_cells(compendium, cells),
        preset=preset,
        negatives=negatives,
        seed=seed,
    )
