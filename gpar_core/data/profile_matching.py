"""Find the profiles in a table of genes: the landmark genes and the names of the profiles."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.gene_lists import refuse_directions
from gpar_core.data.gene_names import ID_KINDS, GeneMatch, dates_among, matched_by, no_genes
from gpar_core.data.profile_scale import Scale, detect
from gpar_core.data.profile_tables import DRUG_LABELS, MAX_PROFILES, Label, Table, cleaned
from gpar_core.data.replicates import drugs_by_name
from gpar_core.errors import FileFormatError, LandmarkError

BY_NAME: Final = "name"
"""`MatchReport.drugs_by` of profiles whose own names identify their drugs."""
UNNAMED: Final = frozenset({"", "na", "nan", fields.MISSING})


@dataclass(frozen=True)
class MatchReport:
    """A report on an uploaded file and how it was read, for the user to check.

    file_kind: 'CSV', 'CSV with semicolons', 'TSV', 'GCT' or 'GCTX'. genes_in: 'rows' or 'columns'.
    id_kind: 'symbol', 'entrez' or 'ensembl'. n_found: of the 978 landmark genes. missing: symbols
    of the others. duplicated: symbols of genes that the file has more than once; the mean of the
    repeats was taken. other_names: 'name (symbol)' of genes found by a newer name or an alias.
    dates: names of genes that Excel turned into dates, none of them a landmark. n_unknown: genes
    that are not landmarks, ignored. renamed: names shared by several profiles, made distinct by a
    number. empty: profiles without any value, left out. ignored: columns that were not used.
    drugs_by: heading of the label that names the drugs, `BY_NAME` if the names of the profiles
    identified replicates, else ''.
    """

    file_kind: str
    genes_in: str
    id_kind: str
    n_found: int
    missing: tuple[str, ...]
    duplicated: tuple[str, ...]
    other_names: tuple[str, ...]
    dates: tuple[str, ...]
    n_unknown: int
    renamed: tuple[str, ...]
    empty: tuple[str, ...]
    ignored: tuple[str, ...]
    drugs_by: str


@dataclass(frozen=True, eq=False)
class Draft:
    """Profiles as read, with nothing filled in.

    names: (n,) all different within a statistic. drug: (n,) name without case by which several
    profiles are one drug. statistics: (n,) for a result table, the statistic of each profile, best
    first; else all ''. values: (n, 978) float32, columns in the order of `fields.LANDMARK_IDS`, NaN
    where missing. totals: (n,) sum over all genes of the file, landmarks or not. scales: (n,) the
    kind of numbers in each profile.
    """

    names: tuple[str, ...]
    drug: tuple[str, ...]
    statistics: tuple[str, ...]
    values: np.ndarray
    totals: np.ndarray
    scales: tuple[Scale, ...]
    report: MatchReport

    @property
    def n_missing_values(self) -> int:
        """Gaps among the landmark genes found."""
        return int(np.isnan(self.values).sum()) - len(self.report.missing) * len(self.names)


@dataclass(frozen=True, eq=False)
class Genes:
    """Where the genes of a table are: its axis, the label of that axis, and the landmarks."""

    axis: str
    label: Label
    match: GeneMatch


def draft_of(table: Table, name: str) -> Draft:
    """The profiles of a table, genes in rows or in columns, whichever matches more landmarks.

    name: of the file, for a profile without a name. Raises LandmarkError if no landmark gene is
    found or the genes are of another species, FileFormatError for a gene list or too many profiles.
    """
    genes = find_genes(table)
    in_rows = genes.axis == "rows"
    values, labels = (table.values.T, table.columns) if in_rows else (table.values, table.rows)
    statistics = table.statistics if in_rows else ("",) * len(values)
    if len(values) > MAX_PROFILES:
        raise FileFormatError(
            f"it contains {len(values):,} profiles; the limit is {MAX_PROFILES:,} per upload. "
            "Upload it in parts."
        )
    given = [cleaned(one) for one in labels[0].cells]
    results = any(statistics)
    given = [one or (name if results else f"profile {i}") for i, one in enumerate(given, start=1)]
    drug_label = _drug_label(labels)
    kept = np.flatnonzero(~np.isnan(values).all(axis=1))
    if not len(kept):
        raise FileFormatError("it contains no numbers. It needs a value for each gene and profile.")
    names = given if results else made_distinct(given)
    drug, drugs_by = _drugs(labels, drug_label, given, name)
    position = genes.match.position
    landmarks = _by_landmark(values[kept], position)
    refuse_directions(landmarks)
    found = genes.match.landmarks
    empty = sorted(set(range(len(names))) - set(kept))
    report = MatchReport(
        file_kind=table.kind,
        genes_in=genes.axis,
        id_kind=genes.match.id_kind,
        n_found=len(found),
        missing=_symbols(np.setdiff1d(np.arange(fields.N_LANDMARKS), found)),
        duplicated=_symbols(i for i in found if (position == i).sum() > 1),
        other_names=tuple(map(cleaned, genes.match.renamed)),
        dates=tuple(map(cleaned, dates_among(genes.label.cells))),
        n_unknown=int((position < 0).sum()),
        renamed=() if results else tuple(one for one, n in Counter(given).items() if n > 1),
        empty=tuple(names[i] for i in empty),
        ignored=tuple(
            cleaned(heading)
            for heading in (
                *(label.heading for label in table.rows
                  if label not in (genes.label, labels[0], drug_label)),
                *table.set_aside,
            )
            if heading
        ),
        drugs_by=drugs_by,
    )  # fmt: skip
    return Draft(
        names=tuple(names[i] for i in kept),
        drug=tuple(drug[i] for i in kept),
        statistics=tuple(statistics[i] for i in kept),
        values=landmarks,
        totals=np.asarray(np.nansum(values[kept], axis=1, dtype=np.float64)),
        scales=tuple(detect(profile) for profile in landmarks),
        report=report,
    )


def find_genes(table: Table) -> Genes:
    """Where the genes are. Raises LandmarkError or FileFormatError, as `draft_of`."""
    candidates = [
        Genes(axis, label, matched_by(label.cells, id_kind))
        for axis, labels in (("rows", table.rows), ("columns", table.columns))
        for label in labels
        for id_kind in ID_KINDS
    ]
    best = max(candidates, key=_n_found)
    human = max((one for one in candidates if not one.match.species), key=_n_found)
    if _n_found(human) > _n_found(best) / 2:
        best = human
    elif foreign := [one for one in candidates if one.match.species]:
        # An id identifies the species more reliably than a symbol.
        raise _another_species(max(foreign, key=lambda one: one.match.id_kind == "ensembl"))
    if not _n_found(best):
        raise _no_landmarks(table)
    headings = [best.label.heading] if best.axis == "rows" else []
    if any(matched_by(headings, best.match.id_kind).position >= 0):
        raise FileFormatError(
            f"its first line starts with the gene '{cleaned(headings[0])}'. Add a header line "
            "above it, with a name for each profile."
        )
    return best


def _n_found(genes: Genes) -> int:
    return len(genes.match.landmarks)


def _another_species(genes: Genes) -> LandmarkError:
    shown = ", ".join(map(cleaned, genes.label.cells[:3]))
    return LandmarkError(
        f"its genes are of another species: {genes.match.species} (first: {shown}). The models "
        "know only human genes. Convert the genes to their one-to-one human orthologs (Ensembl "
        "BioMart, or orthogene or babelgene in R), and upload human symbols, Entrez or Ensembl "
        "ids."
    )


def _no_landmarks(table: Table) -> LandmarkError:
    if probes := next(filter(None, (no_genes(label.cells) for label in table.rows)), ""):
        return LandmarkError(probes)
    first = [", ".join(map(cleaned, labels[0].cells[:3])) for labels in (table.rows, table.columns)]
    return LandmarkError(
        f"none of the 978 landmark genes is among its rows (first: {first[0]}) or columns (first: "
        f"{first[1]}). Use gene symbols, such as DDIT4, Entrez ids, such as 54541, or Ensembl "
        "ids. Convert probe ids to genes first."
    )


def _by_landmark(values: np.ndarray, position: np.ndarray) -> np.ndarray:
    """(n, 978) float32 from (n, n_genes), the mean where a gene is repeated, NaN where missing."""
    known = position >= 0
    means = pd.DataFrame(values[:, known].T).groupby(position[known]).mean()
    ordered = means.reindex(range(fields.N_LANDMARKS)).to_numpy(np.float32)
    return np.ascontiguousarray(ordered.T)


def _drug_label(labels: Sequence[Label]) -> Label:
    """The label that names the drugs, else the one that names the profiles."""
    by_heading = {label.heading.casefold(): label for label in reversed(labels)}
    return next((by_heading[one] for one in DRUG_LABELS if one in by_heading), labels[0])


def _drugs(
    labels: Sequence[Label], named: Label, names: Sequence[str], file_name: str
) -> tuple[list[str], str]:
    """The drug of each profile, by a label or by the profiles' names, and which was used."""
    if named is not labels[0]:
        drugs = (cleaned(cell).casefold() for cell in named.cells)
        return [
            name.casefold() if drug in UNNAMED else drug
            for drug, name in zip(drugs, names, strict=True)
        ], cleaned(named.heading)
    drugs_found = [(drug or file_name).casefold() for drug in drugs_by_name(names)]
    guessed = len(set(drugs_found)) < len({name.casefold() for name in names})
    return drugs_found, BY_NAME if guessed else ""


def made_distinct(names: Sequence[str]) -> list[str]:
    """The names, with a second 'name' as 'name (2)'."""
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


def listed(what: str, names: Sequence[str]) -> str:
    """'what: 12 (the first ten of them, …)'."""
    return f"{what}: {len(names)} ({', '.join(names[:10])}{', …' if len(names) > 10 else ''})"
