"""How well the same drugs are recognized in different cell lines (Gao et al. 2021, Figure 1d)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet, select
from gpar_core.errors import NotFoundError, TrainingSetError
from gpar_core.learn.engine import Pool
from gpar_core.learn.folds import Folds, assign_folds
from gpar_core.learn.held_out import held_out_scores, space_for
from gpar_core.learn.metrics import Metrics, evaluate
from gpar_core.learn.paired import HeldOut, differences
from gpar_core.learn.presets import Settings
from gpar_core.learn.side_by_side import side_by_side
from gpar_core.learn.space import Space
from gpar_core.progress import Progress, Remember, Report, Tables, silent, uncached

STAGE = "Cell influence"
MIN_DRUGS = 2
"""Drugs needed in a selection of cell lines: with one, there is none to hold out."""

ALL_CELLS = "all cell lines"


@dataclass(frozen=True, eq=False)
class _Selection:
    training_set: TrainingSet
    folds: Folds


def named(cells: Sequence[str]) -> str:
    """The name of a selection of cell lines; an empty one means all cell lines."""
    return " + ".join(cells) or ALL_CELLS


def drugs_with_signatures(
    compendium: Compendium, drugs: Sequence[str], selections: Sequence[Sequence[str]]
) -> list[set[str]]:
    """For each selection of cell lines, the drugs that have a representative signature there."""
    signatures = compendium.signatures
    ours = signatures[fields.REPRESENTATIVE] & signatures[fields.DRUG].isin(set(drugs))
    found = signatures.loc[ours, [fields.DRUG, fields.CELL_ID]]
    return [
        set(found.loc[found[fields.CELL_ID].isin(cells) if cells else slice(None), fields.DRUG])
        for cells in selections
    ]


def too_few(n_drugs: int, n_wanted: int, name: str) -> str:
    """Why a selection with signatures of this many drugs cannot be cross-validated, '' if it can.

    n_wanted: all drugs that were chosen. name: of the selection.
    """
    if n_drugs >= MIN_DRUGS:
        return ""
    have = "has a signature" if n_drugs == 1 else "have signatures"
    return (
        f"{n_drugs} of the {n_wanted} drugs {have} in {name}; {MIN_DRUGS} are needed so that one "
        "can be held out."
    )


def cell_influence(
    compendium: Compendium,
    drugs: Sequence[str],
    selections: Sequence[Sequence[str]],
    settings: Settings,
    *,
    left_out: Sequence[str] = (),
    moa: str = "",
    negatives: str = "others",
    seed: int,
    pool: Pool,
    report: Report = silent,
    remember: Remember = uncached,
) -> Tables:
    """Cross-validate the same drugs on each selection of cell lines; each result is saved when
    done.

    drugs: names without case. selections: cell lines, none for all. left_out: drugs that are
    neither positive nor negative. The folds and networks of a selection are those of
    `training.train` for it with the same seed.

    Returns
    selections: selection, auroc with low and high (95%, resampling drugs), ap, base_rate, n_drugs,
        n_signatures, n_negative_drugs, n_negative_signatures, k (folds), the highest auroc first.
    differences: of each pair of selections, the better one first, as in `paired.differences`.
    drugs: selection, drug, pert_iname, n_signatures, beats_negatives (share of the negative
        signatures of its fold that score lower, mean over its signatures; a tie counts half).
    left_out: selection and reason, of those that cannot be cross-validated.

    Raises TrainingSetError if fewer than two selections can be, WorkerError where a process dies.
    """
    chosen, reasons = _chosen(compendium, drugs, selections, left_out, moa, negatives, seed)
    if len(chosen) < 2:
        raise TrainingSetError(
            f"{len(chosen)} of the {len(selections)} selections of cell lines can be "
            f"cross-validated, but a comparison needs two. {next(iter(reasons.values()))}"
        )

    space = space_for(compendium, settings, seed=seed, threads=pool.processes, report=report)

    def answer(name: str, report: Report) -> Tables:
        return remember(
            name,
            lambda: {
                "scores": _scores(compendium, chosen[name], settings, seed, pool, report, space)
            },
        )

    def tell(done: Mapping[str, Tables], share: float) -> None:
        message = f"{len(done)} of {len(chosen)} selections done"
        if done:
            last = list(done)[-1]
            auroc = _held_out(chosen[last], done[last]).mean_auroc()
            message += f"; {last}: AUROC {auroc:.2f}"
        report(Progress(STAGE, len(done), len(chosen), message, {"step_share": share}))

    answers = side_by_side({name: partial(answer, name) for name in chosen}, tell)
    held_out = {name: _held_out(chosen[name], answers[name]) for name in chosen}
    measures = _measures(chosen, held_out, seed)
    pairs = combinations(measures["selection"], 2)
    told = [_of_drugs(compendium, name, chosen[name], held_out[name]) for name in chosen]
    return {
        "selections": measures,
        "differences": differences(held_out, pairs, seed=seed),
        "drugs": pd.concat(told, ignore_index=True),
        "left_out": pd.DataFrame(reasons.items(), columns=["selection", "reason"], dtype=str),
    }


def _chosen(
    compendium: Compendium,
    drugs: Sequence[str],
    selections: Sequence[Sequence[str]],
    left_out: Sequence[str],
    moa: str,
    negatives: str,
    seed: int,
) -> tuple[dict[str, _Selection], dict[str, str]]:
    """The selections that can be cross-validated, and why the others cannot."""
    chosen, reasons = {}, {}
    for cells in selections:
        name = named(cells)
        try:
            # Includes those left out: what shares a MOA with them is not a negative either.
            with_all = select(
                compendium, [*drugs, *left_out], cells=cells, moa=moa, negatives=negatives
            )
            chosen[name] = _dealt(_without(with_all, left_out), name, len(drugs), seed)
        except (TrainingSetError, NotFoundError) as error:
            reasons[name] = str(error)
    return chosen, reasons


def _dealt(training_set: TrainingSet, name: str, n_wanted: int, seed: int) -> _Selection:
    if reason := too_few(training_set.n_positive_compounds, n_wanted, name):
        raise TrainingSetError(reason)
    folds = assign_folds(training_set.positive, training_set.drug, seed=seed)
    return _Selection(training_set, folds)


def _without(training_set: TrainingSet, left_out: Sequence[str]) -> TrainingSet:
    return training_set.only(~np.isin(training_set.drug.astype(str), list(left_out)))


def _scores(
    compendium: Compendium,
    selection: _Selection,
    settings: Settings,
    seed: int,
    pool: Pool,
    report: Report,
    space: Space | None,
) -> pd.DataFrame:
    training_set = selection.training_set
    score = held_out_scores(
        compendium,
        training_set,
        selection.folds,
        settings,
        seed=seed,
        pool=pool,
        report=report,
        space=space,
    )
    return pd.DataFrame({"score": score})


def _held_out(selection: _Selection, answer: Tables) -> HeldOut:
    training_set = selection.training_set
    return HeldOut(
        training_set.positive,
        answer["scores"]["score"].to_numpy(),
        selection.folds.fold,
        training_set.drug.astype(str),
    )


def _measures(
    chosen: Mapping[str, _Selection], held_out: Mapping[str, HeldOut], seed: int
) -> pd.DataFrame:
    rows = []
    for name, selection in chosen.items():
        each, training_set = held_out[name], selection.training_set
        found: Metrics = evaluate(each.positive, each.score, each.fold, each.drug, seed=seed)
        rows.append(
            {
                "selection": name,
                "auroc": found.mean_auroc,
                "low": found.interval[0],
                "high": found.interval[1],
                "ap": found.average_precision,
                "base_rate": found.base_rate,
                "n_drugs": training_set.n_positive_compounds,
                "n_signatures": training_set.n_positive_signatures,
                "n_negative_drugs": training_set.n_negative_compounds,
                "n_negative_signatures": training_set.n_negative_signatures,
                "k": selection.folds.k,
            }
        )
    table = pd.DataFrame(rows)
    return table.sort_values("auroc", ascending=False, kind="stable", ignore_index=True)


def _of_drugs(
    compendium: Compendium, name: str, selection: _Selection, held_out: HeldOut
) -> pd.DataFrame:
    """How each positive drug scored."""
    rows = np.flatnonzero(held_out.positive)
    beaten = np.empty(len(rows))
    for place, row in enumerate(rows):
        rivals = held_out.score[~held_out.positive & (held_out.fold == held_out.fold[row])]
        beaten[place] = np.mean(
            (rivals < held_out.score[row]) + 0.5 * (rivals == held_out.score[row])
        )
    names = selection.training_set.described(compendium, [fields.PERT_INAME])[fields.PERT_INAME]
    table = pd.DataFrame(
        {
            fields.DRUG: held_out.drug[rows],
            fields.PERT_INAME: names.to_numpy()[rows],
            "beats_negatives": beaten,
        }
    )
    told = table.groupby(fields.DRUG, as_index=False).agg(
        pert_iname=(fields.PERT_INAME, "first"),
        n_signatures=("beats_negatives", "size"),
        beats_negatives=("beats_negatives", "mean"),
    )
    told.insert(0, "selection", name)
    return told
