"""Recognize the kind of numbers in a profile, and compute z-scores from expression levels."""

from dataclasses import dataclass
from typing import Final

import numpy as np

Z_SCORES: Final = "z-scores"
COUNTS: Final = "counts"
LOG_VALUES: Final = "log-values"
UNCLEAR: Final = "unclear"

MIN_MAD: Final = 0.1
"""Minimum variability of a gene, as in the LINCS pipeline."""
MAX_Z: Final = 10.0
MAX_LOG: Final = 50.0
"""No logarithm of an expression level is larger."""


@dataclass(frozen=True)
class Scale:
    """kind: 'z-scores', 'counts', 'log-values' or 'unclear'. reason: why, in a few words."""

    kind: str
    reason: str


def detect(values: np.ndarray) -> Scale:
    """The scale of (n, 978) values, NaN where missing.

    'counts' are any levels that are not logarithms: read counts, TPM, intensities.
    """
    seen = values[np.isfinite(values)].astype(np.float64)
    if not seen.size or (seen == seen[0]).all():
        return Scale(UNCLEAR, "all values are the same")
    low, high, median = float(seen.min()), float(seen.max()), float(np.median(seen))
    negative = float((seen < 0).mean())
    spread = 1.4826 * float(np.median(np.abs(seen - median)))
    extent = f"they lie between {low:.4g} and {high:.4g}, median {median:.3g}"
    if low >= 0 and high >= 20 and (seen == np.round(seen)).all():
        return Scale(COUNTS, f"all are whole numbers and none is negative; {extent}")
    if low >= 0 and high > MAX_LOG:
        return Scale(COUNTS, f"none is negative and some are too large for logarithms; {extent}")
    if negative < 0.01 and median > 0.5:
        return Scale(LOG_VALUES, f"(almost) none is negative; {extent}")
    around = f"{negative:.0%} are negative, median {median:.3g}, robust spread {spread:.3g}"
    if 0.05 < negative < 0.95 and abs(median) < 0.5 and 0.2 <= spread <= 5:
        return Scale(Z_SCORES, around)
    return Scale(UNCLEAR, around)


def log_cpm(counts: np.ndarray, totals: np.ndarray) -> np.ndarray:
    """log2(counts per million + 1) of (n, 978) counts. totals: (n,) counts of all genes, > 0."""
    return np.asarray(np.log2(counts / totals[:, None] * 1e6 + 1), dtype=np.float32)


def z_scores(values: np.ndarray) -> np.ndarray:
    """Robust z-scores of each gene across (n, 978) profiles, clipped; NaN stays NaN."""
    measured = ~np.isnan(values).all(axis=0)
    levels = values[:, measured].astype(np.float64)
    median = np.nanmedian(levels, axis=0)
    mad = np.nanmedian(np.abs(levels - median), axis=0)
    z = np.full(values.shape, np.nan, dtype=np.float32)
    z[:, measured] = np.clip((levels - median) / (1.4826 * np.maximum(mad, MIN_MAD)), -MAX_Z, MAX_Z)
    return z
