"""How models are called on screen: their own names, and what tells those of one label apart."""

from collections.abc import Iterable

from gpar_core.analyses.told_apart import model_details, told_apart
from gpar_core.analyses.training.result import ModelSummary
from pages._shared.state import cache


def called(summary: ModelSummary) -> str:
    """A model's own name with its positive set, or its positive set alone."""
    return _called(summary, cache().access.record(summary.model_id).name)


def names_of(summaries: Iterable[ModelSummary]) -> dict[str, str]:
    """The same of several models by id, with what differs between those of the same name."""
    listed, own = list(summaries), cache().access.names()
    labels = [_called(each, own.get(each.model_id, "")) for each in listed]
    told = told_apart(labels, [model_details(each) for each in listed])
    return dict(zip([each.model_id for each in listed], told, strict=True))


def _called(summary: ModelSummary, own: str) -> str:
    return f"{own} ({summary.label})" if own else summary.label
