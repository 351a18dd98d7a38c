"""Select the signatures that pass a quality filter, and count what is left."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data import compendium as compendia
from gpar_core.data.compact_matrix import LIMIT, STEP
from gpar_core.data.compendium import Compendium
from gpar_core.data.compound_tables import ACTIVITY_QUANTILE, moas_of
from gpar_core.data.findings import Finding, as_json, summed
from gpar_core.data.quality import EVERYTHING, QualityFilter
from gpar_core.data.stored_matrix import BLOCK_ROWS, StoredMatrix
from gpar_core.data.training_set import is_inactive
from gpar_core.errors import RequestError
from gpar_core.progress import Progress, Report, silent

LEARNABLE: Final = 3
"""A MOA with this many drugs can have a model in a library."""

DOSE_TOLERANCE: Final = 1e-3
"""Doses that differ by no more than this share are equal: some files have 9.99999 for 10 um."""

MICROMOLAR: Final = {"nm": 1e-3, "um": 1.0, "\u00b5m": 1.0, "\u03bcm": 1.0, "mm": 1e3}
HOURS: Final = {"h": 1.0, "d": 24.0}


def shown_unit(unit: object) -> str:
    """A unit of dose for display: 'µM' for every spelling of it, '' if missing."""
    if not isinstance(unit, str):
        return ""
    return "µM" if MICROMOLAR.get(unit.casefold()) == 1.0 else unit


@dataclass(frozen=True, eq=False)
class Criterion:
    """One criterion of a filter: in words; whether each signature meets it, and is known."""

    words: str
    met: np.ndarray
    known: np.ndarray


def criteria(signatures: pd.DataFrame, quality: QualityFilter) -> Iterator[Criterion]:
    """The criteria of the filter, one by one. signatures: `fields.SIGNATURE_COLUMNS`.

    A signature of a changed gene has no dose and meets every limit of it.
    """
    dose, time = micromolar(signatures), hours(signatures)
    dosed = ~signatures[fields.PERT_TYPE].isin(fields.GENETIC).to_numpy()
    for limit, column, words in (
        (quality.min_tas, fields.TAS, "TAS"),
        (quality.min_cc_q75, fields.CC_Q75, "correlation of replicates"),
        (quality.min_replicates, fields.N_REPLICATES, "replicates"),
    ):
        if limit is not None:
            values = signatures[column].to_numpy(dtype=float)
            yield Criterion(f"{words} at least {limit:g}", values >= limit, ~np.isnan(values))
    if quality.exemplars_only:
        exemplar = signatures[fields.EXEMPLAR]
        yes = exemplar.fillna(False).to_numpy(dtype=bool)
        yield Criterion("exemplars", yes, exemplar.notna().to_numpy())
    if quality.min_dose is not None:
        met = dose >= quality.min_dose * (1 - DOSE_TOLERANCE)
        words = f"dose at least {quality.min_dose:g} µM"
        yield Criterion(words, met | ~dosed, ~np.isnan(dose) | ~dosed)
    if quality.max_dose is not None:
        met = dose <= quality.max_dose * (1 + DOSE_TOLERANCE)
        words = f"dose at most {quality.max_dose:g} µM"
        yield Criterion(words, met | ~dosed, ~np.isnan(dose) | ~dosed)
    if quality.times:
        words = f"time {', '.join(f'{time:g}' for time in quality.times)} h"
        yield Criterion(words, np.isin(time, quality.times), ~np.isnan(time))
    if quality.cells:
        wanted = {cell.casefold() for cell in quality.cells}
        there = signatures[fields.CELL_ID]
        named = [cell for cell in there.unique() if cell.casefold() in wanted]
        met = there.isin(named).to_numpy(dtype=bool)
        yield Criterion(f"cell lines {', '.join(quality.cells)}", met, np.ones(len(met), bool))


def kept(signatures: pd.DataFrame, quality: QualityFilter) -> np.ndarray:
    """(n,) bool: whether a signature meets all criteria of the filter."""
    met = np.ones(len(signatures), dtype=bool)
    for criterion in criteria(signatures, quality):
        met &= criterion.met
    return met


def counts(
    signatures: pd.DataFrame, compounds: pd.DataFrame, quality: QualityFilter
) -> pd.DataFrame:
    """The signatures left after each criterion of the filter in turn.

    signatures: pert_id, tas and the columns that the filter needs. compounds: pert_id, drug, moa,
    annotated. Returns one row for all signatures and one for each criterion: filter (in words),
    n_signatures, n_compounds (one per molecule), n_inactive (inactive drugs without MOA annotation,
    the negatives of a training), n_moas (with at least `LEARNABLE` drugs), and n_unknown
    (signatures left out by the criterion because their value is unknown).
    """
    signatures = signatures[signatures[fields.PERT_TYPE] == fields.COMPOUND_PERT_TYPE]
    by_id = compounds.set_index(fields.PERT_ID)[fields.DRUG]
    drug, drugs = pd.factorize(by_id.loc[signatures[fields.PERT_ID]].to_numpy())
    annotated = compounds.groupby(fields.DRUG)[fields.ANNOTATED].any().loc[drugs].to_numpy()
    moas = moas_of(compounds)[[fields.MOA, fields.DRUG]].drop_duplicates()
    tas = signatures[fields.TAS].to_numpy(dtype=float)
    left = np.ones(len(signatures), dtype=bool)
    rows = [("all signatures", *_left(left, drug, drugs, tas, annotated, moas), 0)]
    for criterion in criteria(signatures, quality):
        n_unknown = int((left & ~criterion.known).sum())
        left = left & criterion.met
        rows.append((criterion.words, *_left(left, drug, drugs, tas, annotated, moas), n_unknown))
    columns = ["filter", "n_signatures", "n_compounds", "n_inactive", "n_moas", "n_unknown"]
    return pd.DataFrame(rows, columns=columns)


def counts_of_kinds(compendium: Compendium) -> pd.DataFrame:
    """One row per kind of perturbagen on disk: pert_type, n_signatures, n_perturbagens.

    All signatures of one molecule, or of one gene and kind, count as one perturbagen.
    """
    whole = compendium.of_kinds(compendium.stored_kinds)
    groups = whole.signatures.groupby(fields.PERT_TYPE)[fields.DRUG]
    return groups.agg(n_signatures="size", n_perturbagens="nunique").reset_index()


def kept_of_other_kinds(compendium: Compendium, quality: QualityFilter) -> pd.DataFrame:
    """One row per kind on disk but compounds: pert_type, n_signatures, n_kept by the filter."""
    kinds = set(compendium.stored_kinds) - {fields.COMPOUND_PERT_TYPE}
    if not kinds:
        return pd.DataFrame(columns=[fields.PERT_TYPE, "n_signatures", "n_kept"])
    signatures = compendium.of_kinds(kinds).signatures
    left = pd.Series(kept(signatures, quality).astype(np.int64), signatures.index)
    groups = left.groupby(signatures[fields.PERT_TYPE])
    return groups.agg(n_signatures="size", n_kept="sum").reset_index()


def choose(signatures: pd.DataFrame, quality: QualityFilter) -> tuple[np.ndarray, list[Finding]]:
    """(n,) bool of the signatures kept, and how many each criterion left out.

    Raises RequestError if none is kept.
    """
    left = np.ones(len(signatures), dtype=bool)
    findings = []
    for criterion in criteria(signatures, quality):
        unknown, failed = left & ~criterion.known, left & criterion.known & ~criterion.met
        left = left & criterion.met
        what = f"signatures left out by the filter: {criterion.words}"
        findings.append(Finding(what, int(failed.sum())))
        findings.append(Finding(f"{what} (value unknown)", int(unknown.sum())))
    findings = [finding for finding in findings if finding.count]
    if not left.any():
        found = "; ".join(f"{each.count:,} {each.what}" for each in findings)
        raise RequestError(
            f"The filter keeps none of the {len(signatures):,} signatures: {found}. Relax the "
            "limits."
        )
    return left, findings


def times_of(signatures: pd.DataFrame) -> list[float]:
    """Times of the signatures in hours, rising."""
    times = np.unique(_in_unit(signatures, fields.TIME, fields.TIME_UNIT, HOURS))
    return [float(time) for time in times if not np.isnan(time)]


def check_cells(signatures: pd.DataFrame, quality: QualityFilter) -> None:
    """Raises RequestError if no signature is from a cell line of the filter."""
    there = signatures[fields.CELL_ID].unique()
    known = {cell.casefold() for cell in there}
    if absent := [cell for cell in quality.cells if cell.casefold() not in known]:
        raise RequestError(
            f"No signature is from '{', '.join(absent)[:80]}'. Choose from: "
            f"{', '.join(sorted(there)[:20])}."
        )


def usable(signatures: pd.DataFrame, compounds: pd.DataFrame) -> list[Finding]:
    """Counts of drugs and MOAs to train with. signatures, compounds: as in `counts`."""
    left = counts(signatures, compounds, QualityFilter()).iloc[0]
    return [
        Finding(
            "inactive drugs without MOA annotation left, to use as negatives", int(left.n_inactive)
        ),
        Finding(f"MOAs with at least {LEARNABLE} drugs left", int(left.n_moas)),
    ]


def at_limit(matrix: StoredMatrix) -> list[Finding]:
    """How many z-scores of a compact matrix are the largest that it can hold, or were larger."""
    if not matrix.compact:
        return []
    limit = LIMIT - float(STEP) / 2
    n = sum(np.count_nonzero(np.abs(matrix[rows]) > limit) for rows in matrix.blocks())
    return summed([Finding(f"z-scores of ±{LIMIT:g} or beyond, stored as ±{LIMIT:g}", int(n))])


def select_compendium(
    source: Compendium,
    quality: QualityFilter,
    folder: Path,
    *,
    name: str,
    compact: bool = False,
    report: Report = silent,
) -> None:
    """Write the signatures of `source` that pass the filter as the compendium `name` in `folder`.

    Representatives are chosen again among them. compact: store the z-scores in 8 bits; from a
    compact source they always are. Raises RequestError if none is kept.
    """
    n_shown = source.n_signatures
    source = source.of_kinds(source.stored_kinds)
    left, findings = choose(source.signatures, quality)
    rows = np.flatnonzero(left)
    compact |= source.compact
    shape = (len(rows), fields.N_LANDMARKS)
    matrix = StoredMatrix.create(folder / compendia.MATRIX, shape, compact=compact)
    columns = np.arange(fields.N_LANDMARKS)
    for start in range(0, len(rows), BLOCK_ROWS):
        report(Progress("Copying signatures", start, len(rows), f"{len(rows):,} signatures"))
        block = rows[start : start + BLOCK_ROWS]
        matrix.put(start + np.arange(len(block)), columns, source.matrix[block])
    report(Progress("Writing the compendium", 0, 1, "Choosing representatives"))
    signatures = source.signatures.iloc[rows]
    found = [
        Finding(f"signatures of '{source.name}'", source.n_signatures),
        *(
            [Finding("of them signatures of compounds", n_shown)]
            if n_shown < source.n_signatures
            else []
        ),
        Finding("signatures kept", len(rows)),
        *findings,
        *at_limit(matrix),
        *usable(signatures, source.compounds),
    ]
    before = [
        {**finding, "what": f"before, in '{source.name}': {finding['what']}"}
        for finding in source.report.get("findings", [])
    ]
    made = "copied" if quality == EVERYTHING else "selected"
    compendia.write(
        folder,
        name=name,
        source=f"{source.source}; {made} from '{source.name}'",
        simulated=source.simulated,
        signatures=signatures,
        annotation=source.compounds,
        report={"findings": [*as_json(found)["findings"], *before]},
        filters=(*source.filters, *([] if quality == EVERYTHING else [quality])),
    )


def _left(
    left: np.ndarray,
    drug: np.ndarray,
    drugs: np.ndarray,
    tas: np.ndarray,
    annotated: np.ndarray,
    moas: pd.DataFrame,
) -> tuple[int, int, int, int]:
    """Signatures, drugs, inactive drugs and learnable MOAs among the signatures left."""
    activity = pd.Series(tas[left]).groupby(drug[left]).quantile(ACTIVITY_QUANTILE)
    there = pd.DataFrame(
        {fields.ANNOTATED: annotated[activity.index], fields.TAS: activity.to_numpy()}
    )
    of_there = moas[moas[fields.DRUG].isin(drugs[activity.index])]
    n_drugs = of_there[fields.MOA].value_counts()
    n_learnable = int((n_drugs >= LEARNABLE).sum())
    return int(left.sum()), len(there), int(is_inactive(there).sum()), n_learnable


def micromolar(signatures: pd.DataFrame) -> np.ndarray:
    """(n,) doses in micromolar, NaN where dose or unit is unknown."""
    return _in_unit(signatures, fields.DOSE, fields.DOSE_UNIT, MICROMOLAR)


def hours(signatures: pd.DataFrame) -> np.ndarray:
    """(n,) times in hours, NaN where time or unit is unknown."""
    return _in_unit(signatures, fields.TIME, fields.TIME_UNIT, HOURS)


def _in_unit(
    signatures: pd.DataFrame, value: str, unit: str, factors: dict[str, float]
) -> np.ndarray:
    """(n,) values in one unit; NaN where value or unit is unknown."""
    units = signatures[unit]
    factor = {each: factors.get(each.strip().casefold(), np.nan) for each in units.unique()}
    return (signatures[value] * units.map(factor)).to_numpy(dtype=float)
