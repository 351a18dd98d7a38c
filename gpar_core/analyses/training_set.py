"""Resolve a request to drugs, cell lines and training sets of a compendium."""

from collections.abc import Sequence
from dataclasses import replace

from gpar_core.analyses.method import DrugSet, Method
from gpar_core.data.class_names import classes_in, joined
from gpar_core.data.compendium import Compendium
from gpar_core.data.name_lists import read_drugs
from gpar_core.data.profiles import Profiles, profiles_id
from gpar_core.data.training_set import (
    TrainingSet,
    drugs_of_moa,
    known_cells,
    known_drugs,
    known_moas,
    select,
)
from gpar_core.errors import RequestError
from gpar_core.learn.presets import PAPER, preset

MAX_SHOWN = 3


def known_drug_set(
    compendium: Compendium, drug_set: DrugSet, uploaded: Profiles | None = None
) -> DrugSet:
    """The drug set as the compendium spells it. Raises RequestError or NotFoundError.

    uploaded: the profiles that are the set in place of drugs.
    """
    asked = read_drugs(compendium, drug_set.drugs)
    if bool(asked) + bool(drug_set.moa) + (uploaded is not None) != 1:
        raise RequestError("Choose what to train on: drugs, MOAs, targets, or uploaded profiles.")
    if uploaded is not None:
        return replace(drug_set, drugs=(), profiles=profiles_id(uploaded))
    if drug_set.moa:
        classes = known_moas(compendium, classes_in(drug_set.moa))
        moa = joined(classes)
        return DrugSet(drugs_of_moa(compendium, moa), moa, label=" + ".join(classes))
    drugs = known_drugs(compendium, asked)
    return DrugSet(drugs, label=drug_set.label or usual_label(drugs))


def usual_label(drugs: Sequence[str]) -> str:
    """What a set of drugs is called that was given no name."""
    more = f" and {len(drugs) - MAX_SHOWN} more" if len(drugs) > MAX_SHOWN else ""
    return ", ".join(drugs[:MAX_SHOWN]) + more


def known_method(compendium: Compendium, method: Method) -> Method:
    """The method with its cell lines as the compendium spells them, sorted.

    Raises RequestError or NotFoundError.
    """
    if method.seed < 0:
        raise RequestError(f"The seed is {method.seed}. It must be a whole number, 0 or more.")
    preset(method.preset)
    return replace(method, cells=known_cells(compendium, method.cells))


def training_set_of(
    compendium: Compendium, drug_set: DrugSet, method: Method, uploaded: Profiles | None = None
) -> TrainingSet:
    """The training set of a known drug set and method. Raises as `data.training_set.select`.

    With 'auto', the negatives are all others, but inactive ones for the paper's network: a model
    that learns from inactive ones recognizes active compounds, not those of one mechanism.
    """
    negatives = method.negatives
    if negatives == "auto" and method.preset != PAPER:
        negatives = "others"
    return select(
        compendium,
        drug_set.drugs,
        cells=method.cells,
        moa=drug_set.moa,
        negatives=negatives,
        uploaded=uploaded,
    )
