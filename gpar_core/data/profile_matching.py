"""The profiles in a table of genes: which genes are landmarks, what the profiles are called."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.profile_scale import detect
from gpar_core.data.profile_tables import (
    ID_KINDS,
    MAX_PROFILES,
    Label,
    Table,
    cleaned,
    landmark_positions,
)
from gpar_core.errors import FileFormatError, LandmarkError

DRUG_LABELS: Final = (fields.PERT_INAME, "cmap_name", fields.DRUG)
"""Headings of the drug's name, best first."""
UNNAMED: Final = frozenset({"", "na", "nan", fields.MISSING})


@dataclass(frozen=True)
class MatchReport:
    """What a file holds and what was made of it, for the user to check.

    file_kind: 'CSV', 'CSV with semicolons', 'TSV', 'GCT' or 'GCTX'. genes_in: 'rows' or 'columns'.
    id_kind: 'symbol' or 'entrez'. n_found: of the 978 landmark genes. missing: symbols of the
    others. duplicated: symbols of genes that the file has more than once; the mean of the repeats
    was taken. n_unknown: genes that are no landmarks, ignored. n_missing_values: gaps among the
    landmark genes found. renamed: names that several profiles bear, made distinct by a number.
    empty: profiles without a single value, left out. ignored: columns of text that were not used.
    scale: 'z-scores', 'counts', 'log-values' or 'unclear'; scale_reason: why, in a few words.
    """

    file_kind: str
    n_profiles: int
    genes_in: str
    id_kind: str
    n_found: int
    missing: tuple[str, ...]
    duplicated: tuple[str, ...]
    n_unknown: int
    n_missing_values: int
    renamed: tuple[str, ...]
    empty: tuple[str, ...]
    ignored: tuple[str, ...]
    scale: str
    scale_reason: str


@dataclass(frozen=True, eq=False)
class Draft:
    """Profiles as read, nothing filled in.

    names: (n,) all different. drug: (n,) name without case by which several profiles are one drug.
    values: (n, 978) float32, columns in the order of `fields.LANDMARK_IDS`, NaN where missing.
    totals: (n,) sum over all genes of the file, landmarks or not.
    """

    names: tuple[str, ...]
    drug: tuple[str, ...]
    values: np.ndarray
    totals: np.ndarray
    report: MatchReport


@dataclass(frozen=True, eq=False)
class _Genes:
    """Where the genes are. position: of each among the landmarks, -1 for another gene."""

    axis: str
    label: Label
    id_kind: str
    position: np.ndarray

    @property
    def landmarks(self) -> np.ndarray:
        """Those found, rising, each once."""
        return np.unique(self.position[self.position >= 0])


def draft_of(table: Table) -> Draft:
    """The profiles of a table, genes in rows or in columns, whichever matches more landmarks.

    Raises LandmarkError where no landmark gene is found, FileFormatError for too many profiles.
    """
    genes = _find_genes(table)
    in_rows = genes.axis == "rows"
    values, labels = (table.values.T, table.columns) if in_rows else (table.values, table.rows)
    if len(values) > MAX_PROFILES:
        raise FileFormatError(
            f"it holds {len(values):,} profiles; at most {MAX_PROFILES:,} are taken at once. "
            "Upload it in parts."
        )
    given = [cleaned(name) or f"profile {i}" for i, name in enumerate(labels[0].cells, start=1)]
    drug_label = _drug_label(labels)
    kept = np.flatnonzero(~np.isnan(values).all(axis=1))
    if not len(kept):
        raise FileFormatError("it holds no numbers. Needed is a value for each gene and profile.")
    names, drug = _made_distinct(given), _drug_names(drug_label.cells, given)
    empty = sorted(set(range(len(names))) - set(kept))
    if empty:
        values = values[kept]
    landmarks = _by_landmark(values, genes.position)
    found = genes.landmarks
    scale = detect(landmarks)
    report = MatchReport(
        file_kind=table.kind,
        n_profiles=len(kept),
        genes_in=genes.axis,
        id_kind=genes.id_kind,
        n_found=len(found),
        missing=_symbols(np.setdiff1d(np.arange(fields.N_LANDMARKS), found)),
        duplicated=_symbols(i for i in found if (genes.position == i).sum() > 1),
        n_unknown=int((genes.position < 0).sum()),
        n_missing_values=int(np.isnan(landmarks[:, found]).sum()),
        renamed=tuple(name for name, times in Counter(given).items() if times > 1),
        empty=tuple(names[i] for i in empty),
        ignored=tuple(
            cleaned(label.heading)
            for label in table.rows
            if label.heading and label not in (genes.label, labels[0], drug_label)
        ),
        scale=scale.kind,
        scale_reason=scale.reason,
    )
    return Draft(
        names=tuple(names[i] for i in kept),
        drug=tuple(drug[i] for i in kept),
        values=landmarks,
        totals=np.asarray(np.nansum(values, axis=1, dtype=np.float64)),
        report=report,
    )


def _find_genes(table: Table) -> _Genes:
    candidates = [
        _Genes(axis, label, id_kind, landmark_positions(label.cells, id_kind))
        for axis, labels in (("rows", table.rows), ("columns", table.columns))
        for label in labels
        for id_kind in ID_KINDS
    ]
    best = max(candidates, key=lambda genes: len(genes.landmarks))
    if not len(best.landmarks):
        first = [
            ", ".join(map(cleaned, labels[0].cells[:3])) for labels in (table.rows, table.columns)
        ]
        raise LandmarkError(
            "none of the 978 landmark genes is among its rows "
            f"(first: {first[0]}) or columns (first: {first[1]}). Needed are gene symbols, such as "
            "DDIT4, or Entrez ids, such as 54541; Ensembl and probe ids must be translated first."
        )
    headings = [best.label.heading] if best.axis == "rows" else []
    if any(landmark_positions(headings, best.id_kind) >= 0):
        raise FileFormatError(
            f"its first line starts with the gene '{cleaned(headings[0])}'. Needed is a header "
            "line first, with a name for each profile."
        )
    return best


def _by_landmark(values: np.ndarray, position: np.ndarray) -> np.ndarray:
    """(n, 978) float32 from (n, n_genes), the mean where a gene is repeated, NaN where it lacks."""
    known = position >= 0
    means = pd.DataFrame(values[:, known].T).groupby(position[known]).mean()
    ordered = means.reindex(range(fields.N_LANDMARKS)).to_numpy(np.float32)
    return np.ascontiguousarray(ordered.T)


def _drug_label(labels: Sequence[Label]) -> Label:
    """The label that names the drugs, else the one that names the profiles."""
    by_heading = {label.heading.casefold(): label for label in reversed(labels)}
    return next((by_heading[one] for one in DRUG_LABELS if one in by_heading), labels[0])


def _drug_names(cells: Sequence[str], names: Sequence[str]) -> list[str]:
    """The drug of each profile, the profile's own name where the file names none."""
    drugs = (cleaned(cell).casefold() for cell in cells)
    return [
        name.casefold() if drug in UNNAMED else drug
        for drug, name in zip(drugs, names, strict=True)
    ]


def _made_distinct(names: Sequence[str]) -> list[str]:
    """The names, a second 'name' as 'name (2)'."""
    taken = set(names)
    numbers: dict[str, Iterator[int]] = defaultdict(lambda: count(2))
    seen: set[str] = set()
    distinct = []
    for name in names:
        new = name
        while new in seen or (name in seen and new in taken):
            new = f"{name} ({next(numbers[name])})"
        seen.add(new)
        distinct.append(new)
    return distinct


def _symbols(positions: Iterable[int]) -> tuple[str, ...]:
    return tuple(fields.LANDMARK_SYMBOLS[i] for i in positions)
