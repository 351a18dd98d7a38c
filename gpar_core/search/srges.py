"""Reversal of gene lists: RGES of signatures and sRGES of compounds.

Chen et al. 2017, Nature Communications 8:16022, doi:10.1038/ncomms16022. Both are below 0 where the
lists are reversed and above 0 where they are mimicked, as in the paper.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.data.derived_files import unmapped
from gpar_core.data.selecting import DOSE_TOLERANCE, hours, micromolar
from gpar_core.progress import Progress, Report, silent
from gpar_core.rank.enrichment import scores_of_ranks
from gpar_core.rank.scoring import BLOCK_ROWS
from gpar_core.search.query import Query

STAGE = "sRGES"
DOSE, TIME = 10.0, 24.0
"""Micromolar and hours to which RGES is adjusted."""
MIN_PAIRS = 10
"""With fewer pairs of signatures, a condition is not adjusted."""
UNKNOWN, TARGET = "unknown", "10 µM or more, 24 h or more"
CONDITIONS = (
    "below 10 µM, below 24 h",
    "10 µM or more, below 24 h",
    "below 10 µM, 24 h or more",
    TARGET,
    UNKNOWN,
)


@dataclass(frozen=True, eq=False)
class Reversal:
    """signature: (n,) RGES. drug: (d,) sRGES, NaN where no cell line has a weight. adjustments:
    condition, n_signatures, n_pairs, adjustment; one row for each of `CONDITIONS`."""

    signature: np.ndarray
    drug: np.ndarray
    adjustments: pd.DataFrame


def reversal(
    compendium: Compendium,
    query: Query,
    line_of: np.ndarray,
    drug_of: np.ndarray,
    *,
    weights: Mapping[str, float] | None = None,
    threads: int = 1,
    report: Report = silent,
) -> Reversal:
    """RGES of every signature, and sRGES of every compound.

    With r the RGES of a signature and b its adjustment (`adjustments`),

    sRGES = sum_l w_l mean_{i in l}(r_i + b_i) / sum_l w_l

    over the cell lines l of a compound.

    line_of: (n,) int, compound and cell line of each signature. drug_of: (m,) int, the compound of
    each of those. weights: above 0, of cell lines, the others count as 0; None for equal ones. The
    paper takes the correlation of each line with the disease.

    Deviations from the paper: its code averages over signatures, and divides by their number and
    the largest weight; here a cell line counts once however many signatures it has, and weights add
    up to 1, so that a compound does not look weaker for the lines it was tested in.
    """
    signature = rges(compendium, query, threads=threads, report=report)
    condition = conditions(compendium.signatures)
    adjusted, table = adjustments(signature, line_of, condition, is_target(compendium.signatures))
    in_line = np.bincount(line_of, signature + adjusted) / np.bincount(line_of)
    weight = np.ones(len(drug_of))
    if weights is not None:
        cell = np.empty(len(drug_of), object)
        cell[line_of] = compendium.signatures[fields.CELL_ID].to_numpy()
        weight = np.array([max(weights.get(str(each), 0.0), 0.0) for each in cell])
    total = np.bincount(drug_of, weight)
    drug = np.bincount(drug_of, weight * in_line) / np.where(total > 0, total, np.nan)
    return Reversal(signature, drug, table)


def rges(
    compendium: Compendium, query: Query, *, threads: int = 1, report: Report = silent
) -> np.ndarray:
    """(n,) RGES of each signature, -2 to 2: ES_up - ES_down.

    The genes of a signature have the ranks 1 (most up-regulated) to 978; for the t genes of a list,
    of ranks V(1) < ... < V(t),

    a = max_j(j/t - V(j)/978), b = max_j(V(j)/978 - (j - 1)/t), ES = a if a > b else -b.

    Unlike the connectivity score of Lamb et al. 2006, RGES is not set to 0 if both ES have the same
    sign. An empty list has an ES of 0. Ties share their mean rank. A list of one gene counts, where
    the paper's code ignores it.
    """
    from gpar_core.search.gene_ranks import doubled_ranks  # noqa: PLC0415 -- numba

    matrix = unmapped(compendium)
    n, n_genes = matrix.shape
    found = np.zeros(n)
    genes = np.concatenate([query.up, query.down])

    def fill(start: int) -> None:
        block = slice(start, start + BLOCK_ROWS)
        ranks = doubled_ranks(matrix[block], genes)
        for own, sign in ((ranks[:, : len(query.up)], 1), (ranks[:, len(query.up) :], -1)):
            if own.shape[1]:
                found[block] += sign * scores_of_ranks(np.sort(own, axis=1), 2 * n_genes)

    with ThreadPoolExecutor(threads) as pool:
        for start in range(0, n, threads * BLOCK_ROWS):
            report(Progress(STAGE, start, n, f"{start:,} of {n:,} signatures"))
            list(pool.map(fill, range(start, min(start + threads * BLOCK_ROWS, n), BLOCK_ROWS)))
    return found


def conditions(signatures: pd.DataFrame) -> np.ndarray:
    """(n,) int, the place of each signature's dose and time in `CONDITIONS`."""
    dose, time = micromolar(signatures), hours(signatures)
    high = dose >= DOSE * (1 - DOSE_TOLERANCE)
    number = high + 2 * (time >= TIME)
    return np.where(np.isnan(dose) | np.isnan(time), CONDITIONS.index(UNKNOWN), number)


def is_target(signatures: pd.DataFrame) -> np.ndarray:
    """(n,) bool: whether a signature is of 10 uM and 24 h."""
    close = np.isclose(micromolar(signatures), DOSE, rtol=DOSE_TOLERANCE, atol=0)
    return close & (hours(signatures) == TIME)


def adjustments(
    score: np.ndarray, group: np.ndarray, condition: np.ndarray, target: np.ndarray
) -> tuple[np.ndarray, pd.DataFrame]:
    """What is added to each RGES to make up for low doses and short times.

    b_c = mean(r_x - r_y) over all pairs of signatures of one compound in one cell line, x of 10 uM
    and 24 h and y of the condition c: how much stronger the same compound reverses there.

    score: (n,) r. group: (n,) int, compound and cell line. condition: (n,), from `conditions`.
    target: (n,) bool, from `is_target`. Returns (n,) b and the table of `Reversal`.

    10 uM and 24 h or more is not adjusted, nor is what is unknown or has fewer than `MIN_PAIRS`
    pairs (the paper has no such limit). A condition has a difference of its own; the published R
    code adds that of high doses and long times for high doses and short times, and that of high
    doses and short times for low doses and long times.
    """
    size = int(group.max()) + 1
    n_targets = np.bincount(group, target, size)
    sums = np.bincount(group, target * score, size)
    pairs = np.where(target, 0, n_targets[group])
    difference = np.where(target, 0, sums[group] - n_targets[group] * score)
    n_pairs = np.bincount(condition, pairs, len(CONDITIONS)).astype(int)
    mean = np.bincount(condition, difference, len(CONDITIONS)) / np.maximum(n_pairs, 1)
    fixed = np.isin(CONDITIONS, (TARGET, UNKNOWN))
    by_condition = np.where(fixed | (n_pairs < MIN_PAIRS), 0.0, mean)
    table = pd.DataFrame(
        {
            "condition": CONDITIONS,
            "n_signatures": np.bincount(condition, minlength=len(CONDITIONS)),
            "n_pairs": n_pairs,
            "adjustment": by_condition,
        }
    )
    return by_condition[condition], table
