"""The maps that other pages can show."""

from gpar_core.analyses.map.request import MapRequest
from gpar_core.analyses.result import Analysis
from gpar_core.fields import COMPOUND_PERT_TYPE
from pages._shared.loaders import load_analyses


def maps_of(compendium: str, fingerprint: str, kind: str = COMPOUND_PERT_TYPE) -> list[Analysis]:
    """Maps of a compendium with this fingerprint that show a kind of perturbagen, newest first.

    compendium: its name.
    """
    return [
        each
        for each in load_analyses(MapRequest, compendium)
        if isinstance(each.request, MapRequest)
        and each.request.fingerprint == fingerprint
        and kind in each.request.perturbagens
    ]
