"""How strongly each compound answers reference queries, kept with the compendium.

The reference queries are representative signatures of the compendium itself, by their most changed
genes as lists. They depend on the compendium alone, so that their answers are computed once for
each score.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.data.derived_files import REFERENCE, derived_path, keep_rows, unmapped
from gpar_core.data.stored_matrix import StoredMatrix
from gpar_core.errors import DataError
from gpar_core.progress import Progress, Report, silent, standing_at
from gpar_core.search.query import TOP_GENES, Query, of_profile
from gpar_core.storage.saved_arrays import read_array

STAGE = "Reference queries"
N_REFERENCE = 500
"""Reference queries at most; tau has steps of 0.2."""
SEED = 0
AUTOMATIC, AUTOMATIC_SLOW = 25_000, 5_000
SLOW = ("wtcs", "spearman")
"""With at most so many signatures a search computes tau unasked, by a slow score and by others: the
first search takes seconds longer (docs/benchmarks.md). The demo is below the limit."""
AT_ONCE = 2**24
"""Scores of signatures that are held in memory together."""
READ_AT_ONCE = 2**23
"""Answers that are read from the disk together."""
FORMAT_VERSION = 2
"""Raise this with any change of the reference queries or of a score."""

Answers = Callable[[Sequence[Query], Report], tuple[np.ndarray, np.ndarray]]
"""q queries to the ncs of compounds in one cell line, (m, q), and of compounds, (d, q)."""


@dataclass(frozen=True)
class Reference:
    """|ncs| by N reference queries: (N, m + d) float16, of compounds in one cell line, then of
    compounds. NaN where the query is a signature of the same compound."""

    answers: np.ndarray | StoredMatrix

    def blocks(self, report: Report = silent) -> Iterator[np.ndarray]:
        """Some rows at a time. report: may raise to stop."""
        n, width = self.answers.shape
        at_once = max(1, READ_AT_ONCE // max(width, 1))
        for first in range(0, n, at_once):
            report(Progress(STAGE, first, n, f"Comparing with {n} queries"))
            yield self.answers[first : first + at_once]


def is_automatic(compendium: Compendium, score: str) -> bool:
    """Whether the compendium is small enough to compute tau by a score unasked."""
    return compendium.n_signatures <= (AUTOMATIC_SLOW if score in SLOW else AUTOMATIC)


def reference_rows(compendium: Compendium, n: int = N_REFERENCE, *, seed: int = SEED) -> np.ndarray:
    """Rows of up to n representative signatures, equally many of each cell line, rising.

    Cell lines with few are used up. Inactive signatures (TAS below 0.2) serve only where no other
    has a TAS, as their most changed genes are noise.
    """
    signatures = compendium.signatures
    eligible = signatures[fields.REPRESENTATIVE].to_numpy()
    active = eligible & ~(signatures[fields.TAS].to_numpy(float) < fields.INACTIVE_TAS)
    rows = np.flatnonzero(active if active.any() else eligible)
    rows = np.random.default_rng([seed, 0x7A0]).permutation(rows)
    in_line = signatures.iloc[rows].groupby(fields.CELL_ID).cumcount().to_numpy()
    return np.sort(rows[np.argsort(in_line, kind="stable")[:n]])


def reference_queries(compendium: Compendium, rows: np.ndarray) -> list[Query]:
    """A query of two lists for each row, named by its compound. Rows that are all 0 have none."""
    names = compendium.signatures[fields.DRUG].to_numpy()[rows]
    profiles = np.asarray(unmapped(compendium)[rows], np.float32)
    found = []
    for profile, name in zip(profiles, names, strict=True):
        if profile.any():
            lists = of_profile(str(name), profile, n_genes=TOP_GENES)
            found.append(Query(lists.name, lists.up, lists.down))
    return found


def known_reference(
    compendium: Compendium,
    score: str,
    answers: Answers,
    drugs: np.ndarray,
    drug_of: np.ndarray,
    *,
    report: Report = silent,
) -> Reference:
    """The saved answers to the reference queries; without them, compute and save them.

    A query of another number of genes, or of a whole profile, is compared with them too, as ncs are
    relative to the mean of their sign: of exemplars cut to 13 + 28 genes, 4 to 5% of compounds have
    a p_reference below 0.05.

    score: its key, which `answers` computes. drugs: (d,) names of compounds. drug_of: (m,) int, the
    compound of each row of `line`. report: may raise to stop.
    """
    path = derived_path(compendium, REFERENCE, FORMAT_VERSION, score)
    width = len(drug_of) + len(drugs)
    if kept := _saved(path, width):
        return kept
    queries = reference_queries(compendium, reference_rows(compendium))
    at_once = max(1, AT_ONCE // compendium.n_signatures)

    def blocks() -> Iterator[np.ndarray]:
        for first in range(0, len(queries), at_once):
            some = queries[first : first + at_once]
            now = Progress(STAGE, first, len(queries), f"{first} of {len(queries)} queries")
            line, drug = answers(some, standing_at(now, report))
            own = np.array([query.name for query in some])[:, None] == drugs.astype(str)
            yield np.concatenate(
                [_strength(line.T, own[:, drug_of]), _strength(drug.T, own)], axis=1
            )

    if path and keep_rows(path, (len(queries), width), np.float16, blocks()):
        return Reference(StoredMatrix(path))
    return Reference(np.concatenate([np.empty((0, width), np.float16), *blocks()]))


def _strength(score: np.ndarray, own: np.ndarray) -> np.ndarray:
    return np.where(own, np.nan, np.abs(score)).astype(np.float16)


def _saved(path: Path | None, width: int) -> Reference | None:
    """None if there is none or it cannot be read."""
    if path is None or not path.is_file():
        return None
    try:
        found = read_array(path, mapped=True)
    except DataError:
        return None
    fits = found.ndim == 2 and found.shape[1] == width and found.dtype == np.float16
    return Reference(StoredMatrix(path)) if fits else None
