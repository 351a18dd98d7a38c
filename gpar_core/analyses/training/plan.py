"""From what a user asks for to a training that can be queued."""

from collections.abc import Iterable

from gpar_core.analyses.training.request import TrainRequest
from gpar_core.data.compendium import Compendium
from gpar_core.data.name_lists import read_cells, read_drugs
from gpar_core.data.profiles import Profiles, profiles_id
from gpar_core.data.training_set import (
    TrainingSet,
    drugs_of_moa,
    known_cells,
    known_drugs,
    moa_key,
    select,
)
from gpar_core.errors import RequestError
from gpar_core.learn.folds import assign_folds
from gpar_core.learn.presets import preset as known_preset
from gpar_core.rank.ranking import rows_to_rank


def check_several_drugs(training_set: TrainingSet) -> None:
    """Raises RequestError where no drug can be held out."""
    if training_set.n_positive_compounds < 2:
        raise RequestError(
            "The positive set has 1 drug; to hold drugs out, 2 are needed. Choose more drugs or "
            "cell lines."
        )


def plan_training(
    compendium: Compendium,
    *,
    drugs: Iterable[str] = (),
    moa: str = "",
    cells: Iterable[str] = (),
    preset: str = "fast",
    negatives: str = "auto",
    seed: int = 0,
    null_repeats: int = 0,
    uploaded: Profiles | None = None,
    label: str = "",
    ranked: bool = True,
) -> tuple[TrainRequest, TrainingSet]:
    """Check a training before it starts: the request, and the training set it will use.

    Give one of drugs, a MOA, or uploaded profiles with the label they are shown under. Lists of
    names may come as a text, which `name_lists.read_names` takes apart.
    ranked: whether the model will rank compounds, so that some must be left to rank.
    Raises RequestError, NotFoundError or TrainingSetError.
    """
    drugs = read_drugs(compendium, drugs)
    cells = read_cells(compendium, cells)
    if seed < 0:
        raise RequestError(f"The seed is {seed}; needed is a whole number from 0 on.")
    if bool(drugs) + bool(moa) + (uploaded is not None) != 1:
        raise RequestError("Name either drugs or one MOA to train on, or upload profiles.")
    known_preset(preset)
    chosen: tuple[str, ...] = ()
    if uploaded is None:
        chosen = drugs_of_moa(compendium, moa) if moa else known_drugs(compendium, drugs)
    if moa:
        names = compendium.compound_moas["moa"].unique()
        moa = next(name for name in names if name.casefold() == moa_key(moa))
    training_set = select(
        compendium, chosen, cells=cells, moa=moa, negatives=negatives, uploaded=uploaded
    )
    if ranked:
        rows_to_rank(compendium, training_set)
    assign_folds(training_set.positive, training_set.drug, seed=seed)
    request = TrainRequest(
        compendium=compendium.name,
        fingerprint=compendium.fingerprint,
        label=moa or label or _label(chosen),
        drugs=chosen,
        moa=moa,
        cells=known_cells(compendium, cells),
        preset=preset,
        negatives=negatives,
        seed=seed,
        null_repeats=null_repeats,
        profiles="" if uploaded is None else profiles_id(uploaded),
    )
    return request, training_set


def _label(drugs: tuple[str, ...]) -> str:
    shown = ", ".join(drugs[:3])
    return shown if len(drugs) <= 3 else f"{shown} and {len(drugs) - 3} more"
