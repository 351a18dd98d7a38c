"""The space of a compendium: for each molecule, an embedding learned without it.

The molecules are split into blocks, and for each block an embedding is learned without that block
(`embedding`). As this uses no MOA, the same few embeddings serve every MOA, any set of drugs and
any folds: a held-out compound is scored in the embedding learned without it, and compared with
compounds of the other folds only. This is exact, not an approximation.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from threadpoolctl import threadpool_limits

from gpar_core import fields
from gpar_core.data.chosen_rows import ChosenRows, let_go
from gpar_core.data.compact_matrix import Matrix
from gpar_core.data.compendium import Compendium
from gpar_core.data.derived_files import unmapped
from gpar_core.errors import RequestError
from gpar_core.learn.codes import coded, places
from gpar_core.learn.embedding import Embedding, Moments, embedding, moments, together
from gpar_core.learn.presets import MatchingSettings
from gpar_core.progress import Progress, Report, silent
from gpar_core.rank.neighbors import unit
from gpar_core.rank.scoring import BLOCK_ROWS

STAGE = "Learning the space"
N_BLOCKS = 10
MAX_SIGNATURES = 20_000
"""Signatures that embeddings are learned from; with more, a seeded sample of drugs is drawn."""

POOLED_DRUGS = 32_768
"""Drugs pooled at once, 128 MB: every further part reads where all signatures are once more."""

EMBEDDED_DRUGS = 8192
"""Drugs embedded at once: it takes two copies of what they are made of."""


@dataclass(frozen=True, eq=False)
class Space:
    """Embeddings of a compendium.

    settings: those they were learned with. cells: (n_cells,) names of its cell lines, sorted. drug:
    (n_drugs,) names of all drugs, sorted. block: (n_drugs,) for each drug, the number of the
    embedding that has not seen it. embeddings: for each block, the one learned without it; last,
    that of all drugs. learned_from: rows of the compendium.
    """

    settings: MatchingSettings
    cells: np.ndarray
    drug: np.ndarray
    block: np.ndarray
    embeddings: tuple[Embedding, ...]
    learned_from: np.ndarray

    def codes(self, cell: np.ndarray) -> np.ndarray:
        """(n,) names of cell lines to their (n,) positions; n_cells for an unknown one."""
        place = places(cell, self.cells)
        return np.where(place >= 0, place, len(self.cells))

    def places(self, drug: np.ndarray) -> np.ndarray:
        """(n,) names of drugs of the compendium to their (n,) positions in `drug`."""
        return places(drug, self.drug)


def space_of(
    compendium: Compendium,
    settings: MatchingSettings,
    *,
    seed: int,
    threads: int = 1,
    report: Report = silent,
) -> Space:
    """Learn the space of a compendium, from one signature of each drug in each of its cell lines.

    threads: embeddings learned at once; the result does not depend on it. report: may raise to
    stop. Raises RequestError for fewer than 2 drugs.
    """
    signatures = compendium.signatures
    names, drug = coded(signatures[fields.DRUG].to_numpy())
    lines, cell = coded(signatures[fields.CELL_ID].to_numpy())
    representative = np.flatnonzero(signatures[fields.REPRESENTATIVE].to_numpy())
    rows = _thinned(representative, drug, seed)
    x, of_drug, of_cell = np.asarray(unmapped(compendium)[rows], np.float32), drug[rows], cell[rows]
    drugs = np.unique(of_drug)
    if len(drugs) < 2:
        raise RequestError(
            f"The space of '{compendium.name}' cannot be learned: it needs signatures of at least "
            f"2 compounds, and there are those of {len(drugs)}. Choose another score or method."
        )
    n_blocks = min(N_BLOCKS, len(drugs))
    block = np.full(len(names), n_blocks)
    block[drugs] = np.random.default_rng([seed, 0xB10C]).permutation(len(drugs)) % n_blocks

    def of_block(number: int) -> Moments:
        report(Progress(STAGE, 0, n_blocks))
        ours = block[of_drug] == number
        return moments(x[ours], of_drug[ours], of_cell[ours], len(lines))

    def learned_without(number: int) -> Embedding:
        report(Progress(STAGE, number, n_blocks))
        # Not subtracted from the sum of all, so that held-out drugs do not even affect rounding
        # errors.
        return embedding(together([*parts[:number], *parts[number + 1 :]]), settings)

    # Multithreaded products would compete for cores, and differ in the last bits.
    with threadpool_limits(1), ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(of_block, range(n_blocks)))
        of_all = pool.submit(embedding, together(parts), settings)
        embeddings = (*pool.map(learned_without, range(n_blocks)), of_all.result())
    return Space(settings, lines, names, block, embeddings, rows)


def embedding_without(space: Space, compendium: Compendium, drugs: set[str]) -> Embedding:
    """An embedding that has not seen these drugs, of any block."""
    signatures = compendium.signatures.iloc[space.learned_from]
    kept = ~signatures[fields.DRUG].isin(drugs).to_numpy()
    if kept.all():
        return space.embeddings[-1]
    rows, signatures = space.learned_from[kept], signatures[kept]
    drug = space.places(signatures[fields.DRUG].to_numpy())
    cell = space.codes(signatures[fields.CELL_ID].to_numpy())
    with threadpool_limits(1):
        x = np.asarray(unmapped(compendium)[rows], np.float32)
        return embedding(moments(x, drug, cell, len(space.cells)), space.settings)


def pooled(
    matrix: Matrix | ChosenRows,
    rows: np.ndarray,
    group: np.ndarray,
    code: np.ndarray,
    n_groups: int,
    n_cells: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Sums of the signatures of each group, and their numbers by cell line.

    matrix: (n_signatures, n_genes) z-scores. rows: (n,) of the matrix. group, code: (n,) below
    n_groups and n_cells + 1, as `Space.codes` gives them; rows of group -1 are not read. Returns
    (n_groups, n_genes) float32 and (n_groups, n_cells + 1) float32.
    """
    total = np.zeros((n_groups, matrix.shape[1]), np.float32)
    counts = np.zeros((n_groups, n_cells + 1), np.float32)
    ours = group >= 0
    np.add.at(counts, (group[ours], code[ours]), 1)
    # Blocks do not depend on which groups are read, so that neither do rounding errors.
    for start in range(0, len(rows), BLOCK_ROWS):
        read = start + np.flatnonzero(ours[start : start + BLOCK_ROWS])
        if not len(read):
            continue
        groups, place = np.unique(group[read], return_inverse=True)
        belongs = csr_array(
            (np.ones(len(place), np.float32), (place, np.arange(len(place)))),
            shape=(len(groups), len(place)),
        )
        total[groups] += belongs @ np.asarray(matrix[rows[read]], np.float32)
        if not isinstance(matrix, ChosenRows):
            let_go(matrix)
    return total, counts


def pooled_drugs(space: Space, compendium: Compendium) -> tuple[np.ndarray, np.ndarray]:
    """Pool the representative signatures of each drug of `space.drug`; returns as `pooled`."""
    rows, drug, code = _representatives(space, compendium)
    return pooled(compendium.matrix, rows, drug, code, len(space.drug), len(space.cells))


def pooled_in_parts(
    space: Space, compendium: Compendium, cells: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Pool the signatures of all drugs in some cell lines, at most `POOLED_DRUGS` drugs at once.

    The signatures are the representative ones in these cell lines or, where a drug has none there,
    in others. cells: positions of cell lines. Yields the (m,) places in `space.drug` of some drugs,
    ordered by block, then their sums and numbers as `pooled` returns them.
    """
    rows, drug, code = _representatives(space, compendium)
    inside = np.isin(code, cells)
    kept = inside | ~np.isin(drug, drug[inside])
    rows, drug, code = rows[kept], drug[kept], code[kept]
    by_block = np.argsort(space.block, kind="stable")
    for start in range(0, len(by_block), POOLED_DRUGS):
        ours = by_block[start : start + POOLED_DRUGS]
        group = np.full(len(by_block), -1)
        group[ours] = np.arange(len(ours))
        n_cells = len(space.cells)
        yield ours, *pooled(compendium.matrix, rows, group[drug], code, len(ours), n_cells)


def embedded(of: Embedding, total: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """(n, d) float32 of length 1: embedded pooled signatures, without the effect of cell lines.

    total, counts: as `pooled` gives them.
    """
    mean = np.concatenate([of.center + of.shift, of.center[None]])
    blocks = [
        slice(start, start + EMBEDDED_DRUGS)
        for start in range(0, max(len(total), 1), EMBEDDED_DRUGS)
    ]
    return np.concatenate(
        [
            unit((total[rows] - counts[rows].astype(np.float32) @ mean) @ of.matrix)
            for rows in blocks
        ]
    )


def one_hot(code: np.ndarray, n: int) -> np.ndarray:
    """(m,) whole numbers below n to (m, n) float32: the `counts` of single signatures."""
    counts = np.zeros((len(code), n), np.float32)
    counts[np.arange(len(code)), code] = 1
    return counts


def _representatives(
    space: Space, compendium: Compendium
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of the representative signatures, and the places of their drugs and cell lines."""
    signatures = compendium.signatures
    rows = np.flatnonzero(signatures[fields.REPRESENTATIVE].to_numpy())
    drug = space.places(signatures[fields.DRUG].to_numpy()[rows])
    return rows, drug, space.codes(signatures[fields.CELL_ID].to_numpy()[rows])


def _thinned(rows: np.ndarray, drug: np.ndarray, seed: int) -> np.ndarray:
    """If there are too many rows, those of a sample of drugs. drug: of each row, by number."""
    if len(rows) <= MAX_SIGNATURES:
        return rows
    place = np.random.default_rng([seed, 0x5EED]).permutation(int(drug.max()) + 1)[drug[rows]]
    return np.sort(rows[np.argsort(place, kind="stable")[:MAX_SIGNATURES]])
