"""Labels of models and jobs that can be told apart: those that coincide get what differs."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from gpar_core.analyses.cell_influence.request import CellInfluenceRequest
from gpar_core.analyses.method import Method
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.analyses.training.result import ModelSummary
from gpar_core.storage.requests import Request

Details = Mapping[str, str]
"""What is special about an item, in words, by what it is about; in the order in which it counts."""


def told_apart(labels: Sequence[str], details: Sequence[Details]) -> list[str]:
    """The labels, each with those of its details that differ among equal labels.

    >>> told_apart(["MEK", "MEK", "ER"], [{"seed": "seed 0"}, {"seed": "seed 1"}, {}])
    ['MEK · seed 0', 'MEK · seed 1', 'ER']
    """
    equal: dict[str, list[Details]] = defaultdict(list)
    for label, its in zip(labels, details, strict=True):
        equal[label].append(its)
    told = []
    for label, its in zip(labels, details, strict=True):
        others = equal[label]
        differing = [its[each] for each in its if len({o.get(each) for o in others}) > 1]
        told.append(" · ".join([label, *differing]))
    return told


def model_details(summary: ModelSummary) -> Details:
    """Of a model, up to when it was trained."""
    n_null = len(summary.null_auroc)
    trained = f"trained {summary.created_at[:16].replace('T', ' ')}"
    return _details(summary.compendium, summary.method, n_null) | {"trained": trained}


def job_details(request: Request | None) -> Details:
    """Of a job; empty unless its request has a method."""
    method = getattr(request, "method", None)
    if not isinstance(method, Method):
        return {}
    n_null = request.null_repeats if isinstance(request, TrainRequest) else 0
    details = _details(getattr(request, "compendium", ""), method, n_null)
    if isinstance(request, CellInfluenceRequest):
        lines = (" + ".join(cells) or "all cell lines" for cells in request.selections)
        details["cells"] = " against ".join(lines)
    return details


def _details(compendium: str, method: Method, n_null: int) -> dict[str, str]:
    return {
        "compendium": compendium,
        "cells": ", ".join(method.cells) or "all cell lines",
        "preset": method.preset,
        "negatives": f"{method.negatives} negatives",
        "seed": f"seed {method.seed}",
        "null": f"{n_null} permuted-label runs",
    }
