"""The transcriptional activity score, by hand."""

import numpy as np
import pytest

from gpar_core.data.tas import activity_score, signature_strength


def test_strength_counts_strong_genes_after_scaling_by_replicates() -> None:
    z = np.zeros((3, 978))
    z[0, :3] = [2.0, -2.0, 1.99]
    z[1, :3] = [1.0, -1.0, 0.99]  # four replicates double them
    z[2, :2] = [2.5, -1.0]
    np.testing.assert_array_equal(signature_strength(z, np.array([1, 4, 1])), [2, 2, 1])


@pytest.mark.parametrize(
    ("strength", "correlation", "expected"),
    [
        (978, 1.0, 1.0),
        (489, 0.5, 0.5),
        (100, 0.3, np.sqrt(30 / 978)),
        (100, -0.2, 0.0),
        (978, 1.2, 1.0),
        (np.nan, 0.5, np.nan),
        (100, np.nan, np.nan),
    ],
)
def test_activity_score_by_hand(strength: float, correlation: float, expected: float) -> None:
    found = activity_score(np.array([strength]), np.array([correlation]))
    np.testing.assert_allclose(found, [expected])
