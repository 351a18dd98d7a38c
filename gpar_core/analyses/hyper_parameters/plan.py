"""Plan a sweep over network sizes, ready to be queued."""

from collections.abc import Iterable
from dataclasses import replace

from gpar_core.analyses.hyper_parameters import compute as sweeps
from gpar_core.analyses.hyper_parameters.request import SweepRequest
from gpar_core.analyses.method import DrugSet, Method
from gpar_core.analyses.training.plan import plan_cross_validation
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet
from gpar_core.errors import RequestError
from gpar_core.learn.presets import PAPER

MAX_STEPS = 20_000


def plan_sweep(
    compendium: Compendium,
    drug_set: DrugSet,
    method: Method = Method(),
    *,
    layers: Iterable[int] = sweeps.LAYERS,
    nodes: Iterable[int] = sweeps.NODES,
    steps: int = 2000,
) -> tuple[SweepRequest, TrainingSet]:
    """Check a sweep over depths and widths before it starts: the request, and its training set.

    layers and nodes: within the range of the paper. The preset of the method is ignored. Raises
    RequestError, NotFoundError or TrainingSetError.
    """
    layers, nodes = tuple(sorted(set(layers))), tuple(sorted(set(nodes)))
    for what, numbers, known in (
        ("hidden layers", layers, sweeps.LAYERS),
        ("nodes per layer", nodes, sweeps.NODES),
    ):
        low, high = known[0], known[-1]
        if not numbers or numbers[0] < low or numbers[-1] > high:
            raise RequestError(
                f"The numbers of {what} are {', '.join(map(str, numbers)) or 'none'}. Give at "
                f"least one, from {low} to {high:,}."
            )
    if not 1 <= steps <= MAX_STEPS:
        raise RequestError(f"The number of training steps is {steps:,}. Choose 1 to {MAX_STEPS:,}.")
    method = replace(method, preset=PAPER)
    drug_set, method, training_set = plan_cross_validation(compendium, drug_set, method)
    method = replace(method, preset=Method.preset)
    request = SweepRequest(
        compendium.name, compendium.fingerprint, drug_set, layers, nodes, steps, method
    )
    return request, training_set
