"""Plan a compendium of the signatures that pass a filter, ready to be queued."""

from dataclasses import replace as with_values

from gpar_core.data.compendium import Compendium
from gpar_core.data.importing.plan import check_free
from gpar_core.data.quality import EVERYTHING, QualityFilter
from gpar_core.data.requests import SelectRequest
from gpar_core.data.selecting import choose
from gpar_core.data.training_set import (
    known_cells,
)
from gpar_core.errors import RequestError
from gpar_core.storage.cache import Cache, compendium_name


def plan_select(
    cache: Cache,
    compendium: Compendium,
    *,
    name: str,
    quality: QualityFilter = EVERYTHING,
    replace: bool = False,
    compact: bool = False,
) -> SelectRequest:
    """The request for a compendium of the signatures that pass a filter.

    compact: store the z-scores in 8 bits, for which no filter is needed. Cell lines may
    be in any case. Raises RequestError or NotFoundError.
    """
    name = compendium_name(name)
    if name == compendium.name:
        raise RequestError(
            f"The new compendium cannot have the name of its source, '{name}'. Choose another name."
        )
    if compact and compendium.compact:
        raise RequestError(
            f"'{compendium.name}' is compact already, and so is every compendium made from it."
        )
    if quality == EVERYTHING and not compact:
        raise RequestError("The filter has no limits. Set at least one.")
    whole = compendium.of_kinds(compendium.stored_kinds)
    quality = with_values(
        quality,
        cells=known_cells(whole, quality.cells),
        times=tuple(sorted(set(quality.times))),
    )
    choose(whole.signatures, quality)
    request = SelectRequest(
        compendium.name, compendium.fingerprint, name, quality, replace, compact
    )
    check_free(cache, request)
    return request
