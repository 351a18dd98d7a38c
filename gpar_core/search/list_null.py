"""p of single signatures by theory, for scores that are sums over the genes of two lists.

Such a score is s = sum_g d_g x_g, with d_g = 1, -1 or 0 as a gene is up, down or in no list. If the
lists are drawn at random, d is a random permutation, and s has a mean and a variance that are known
exactly (Wald and Wolfowitz 1944, doi:10.1214/aoms/1177731207); its law is close to normal. With one
list and ranks for x this is the test of Mann and Whitney.

Connection strength and XSum are such sums. For other scores, and for compounds, whose score is a
quantile over signatures that resemble each other, no law is known: `significance.p_values` draws
random lists.
"""

from collections.abc import Callable

import numpy as np

from gpar_core.data.compendium import Compendium
from gpar_core.data.derived_files import unmapped
from gpar_core.progress import Progress, Report, silent
from gpar_core.rank.scoring import BLOCK_ROWS
from gpar_core.search.layers import limits
from gpar_core.search.query import Query

STAGE = "p of signatures"


def _signed_ranks(z: np.ndarray) -> np.ndarray:
    from gpar_core.search.ranks import signed_ranks  # noqa: PLC0415 -- numba

    return signed_ranks(z).T


def _extremes(z: np.ndarray) -> np.ndarray:
    low, high = limits(z)[..., None]
    return np.where((z <= low) | (z >= high), z, 0)


TERMS: dict[str, Callable[[np.ndarray], np.ndarray]] = {"zhang": _signed_ranks, "xsum": _extremes}
"""Score -> (n, 978) z-scores to (n, 978) terms x, up to a factor."""


def signature_p(
    compendium: Compendium, query: Query, score: str, *, report: Report = silent
) -> np.ndarray:
    """(n,) two-sided p of each signature by a score of `TERMS`. report: may raise to stop."""
    matrix, n = unmapped(compendium), compendium.n_signatures
    found = np.empty(n)
    for start in range(0, n, BLOCK_ROWS):
        report(Progress(STAGE, start, n, f"{start:,} of {n:,} signatures"))
        block = slice(start, start + BLOCK_ROWS)
        x = TERMS[score](np.asarray(matrix[block], np.float32))
        found[block] = list_p(x, query.direction)
    return found


def list_p(x: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """(n,) two-sided p of sum_g d_g x_g if d is permuted at random, by the normal approximation.

    x: (n, g) terms of n signatures. direction: (g,) d.

    E = g mean(d) mean(x), Var = (sum d^2 - g mean(d)^2) (sum x^2 - g mean(x)^2) / (g - 1)

    are exact; the normal tail is good to a tenth from 10 genes on, down to a p of about 0.001. A
    signature that does not vary has a p of 1.
    """
    from scipy.special import ndtr  # noqa: PLC0415 -- pages start without it

    x, d = np.asarray(x, np.float64), np.asarray(direction, np.float64)
    around = d - d.mean()
    squares = np.einsum("ng,ng->n", x, x) - x.shape[1] * x.mean(axis=1) ** 2
    variance = (around**2).sum() * squares / (x.shape[1] - 1)
    varies = (np.ptp(x, axis=1) > 0) & (variance > 0)
    # As around adds up to 0, this is s - E.
    far = np.abs(x @ around) / np.sqrt(np.where(varies, variance, 1))
    return np.where(varies, 2 * ndtr(-far), 1.0)
