"""Plan an evaluation, ready to be queued."""

from collections.abc import Iterable

import pandas as pd

from gpar_core.analyses.evaluation.request import EvaluationRequest
from gpar_core.analyses.method import Method
from gpar_core.analyses.training_set import known_method
from gpar_core.compare.methods import METHODS, MIN_DRUGS, USUAL
from gpar_core.data import labels as class_labels
from gpar_core.data.class_names import MOAS
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import with_enough_drugs
from gpar_core.data.uploaded_table import table_id
from gpar_core.errors import RequestError
from gpar_core.learn.presets import LINEAR, preset


def plan_evaluation(
    compendium: Compendium,
    method: Method = Method(negatives="others"),
    *,
    classes: Iterable[str] = (),
    among: str = MOAS,
    methods: Iterable[str] = USUAL,
    min_drugs: int = MIN_DRUGS,
    labels: pd.DataFrame | None = None,
) -> EvaluationRequest:
    """The request to compare methods on each class with at least `min_drugs` drugs.

    method: GPAR's; every method uses its cell lines and negatives. classes: MOAs and targets, or
    classes of `labels` if given; none for all of `among`: 'moas', 'targets' or 'all'. methods: keys
    of `METHODS`. Raises RequestError, NotFoundError or AnnotationError.
    """
    chosen = list(dict.fromkeys(methods))
    if unknown := [name for name in chosen if name not in METHODS]:
        raise RequestError(
            f"There is no method '{unknown[0][:40]}'. Choose from: {', '.join(METHODS)}."
        )
    if not chosen:
        raise RequestError("No method was chosen. Choose at least one to evaluate.")
    if min_drugs < 2:
        raise RequestError(
            f"The minimum number of drugs is {min_drugs}. It must be at least 2: a class with one "
            "drug has none to hold out."
        )
    method = known_method(compendium, method)
    if preset(method.preset) == LINEAR:
        raise RequestError(
            f"With the preset '{method.preset}', GPAR is the same as the method "
            "'balanced_logistic'. Leave that method out, or choose another preset."
        )
    if labels is not None:
        if among != MOAS:
            raise RequestError("Choose either MOAs or targets as classes, or labels from a table.")
        compendium, _ = class_labels.relabelled(compendium, labels)
    return EvaluationRequest(
        compendium.name,
        compendium.fingerprint,
        with_enough_drugs(compendium, classes, min_drugs, among=among, labelled=labels is not None),
        tuple(name for name in METHODS if name in chosen),
        labels="" if labels is None else table_id(labels),
        method=method,
    )
