"""Plan a library, ready to be queued."""

from collections.abc import Iterable

from gpar_core.analyses.library.request import LibraryRequest
from gpar_core.analyses.library.result import MIN_DRUGS
from gpar_core.analyses.method import Method
from gpar_core.analyses.training_set import known_method
from gpar_core.data.class_names import MOAS
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import with_enough_drugs
from gpar_core.errors import RequestError


def plan_library(
    compendium: Compendium,
    method: Method = Method(),
    *,
    moas: Iterable[str] = (),
    among: str = MOAS,
    min_drugs: int = MIN_DRUGS,
) -> LibraryRequest:
    """The request for a model for each MOA or target with at least `min_drugs` drugs.

    moas: the MOAs and targets to choose among; none for all of `among`: 'moas', 'targets' or 'all'.
    Raises RequestError or NotFoundError.
    """
    if min_drugs < 2:
        raise RequestError(
            f"The minimum number of drugs is {min_drugs}. It must be at least 2: a class with "
            "one drug has none to hold out."
        )
    method = known_method(compendium, method)
    moas = with_enough_drugs(compendium, moas, min_drugs, among=among)
    return LibraryRequest(compendium.name, compendium.fingerprint, moas, method)
