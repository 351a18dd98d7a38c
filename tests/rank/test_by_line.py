import numpy as np
import pandas as pd
import pytest

from gpar_core.rank.by_line import by_cell_line


def test_percentiles_of_cell_lines_against_loops() -> None:
    rng = np.random.default_rng(0)
    n = 60
    signatures = pd.DataFrame(
        {
            "drug": rng.choice(["a", "b", "c"], n),
            "cell_id": rng.choice(["MCF7", "A375", "PC3"], n),
            "rank": rng.permutation(n) + 1,
        }
    )
    found = by_cell_line(signatures, n).set_index(["drug", "cell_id"])["percentile"]
    ranks = signatures["rank"].to_numpy()
    for (drug, cell), own in signatures.groupby(["drug", "cell_id"]):
        lower = [np.sum(ranks > rank) / (n - 1) for rank in own["rank"]]
        assert found[drug, cell] == pytest.approx(np.mean(lower))
    assert len(found) == signatures.groupby(["drug", "cell_id"]).ngroups
    assert found.index.is_monotonic_increasing
    some = by_cell_line(signatures[signatures["drug"] != "b"], n)
    pd.testing.assert_series_equal(
        some.set_index(["drug", "cell_id"])["percentile"], found.drop("b", level="drug")
    )


def test_a_single_signature_has_the_highest_percentile() -> None:
    one = pd.DataFrame({"drug": ["a"], "cell_id": ["PC3"], "rank": [1]})
    assert by_cell_line(one, 1)["percentile"].tolist() == [1.0]
