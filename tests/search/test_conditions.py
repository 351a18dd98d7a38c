"""Connectivity by condition, against scipy's interval, one group at a time."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from gpar_core import fields
from gpar_core.search.conditions import by_condition, spread


@pytest.fixture
def signatures() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    n = 60
    return pd.DataFrame(
        {
            fields.DRUG: rng.choice(["a", "b", "c"], n),
            fields.CELL_ID: rng.choice(["PC3", "A375"], n),
            fields.DOSE: rng.choice([10.0, 0.5, np.nan], n),
            fields.DOSE_UNIT: "uM",
            fields.TIME: rng.choice([6.0, 24.0, 144.0], n),
            fields.TIME_UNIT: "h",
            fields.PERT_INAME: rng.choice(["one name", "another"], n),
            "connectivity": rng.normal(size=n),
        }
    )


@pytest.mark.parametrize("by", [fields.CELL_ID, fields.DOSE, fields.TIME])
def test_means_and_intervals_are_those_of_scipy(signatures: pd.DataFrame, by: str) -> None:
    found = by_condition(signatures, {"a": "A", "b": "B"}, by)
    assert set(found["drug"]) == {"a", "b"}
    assert set(found[fields.PERT_INAME]) == {"A", "B"}
    for row in found.itertuples():
        value = row.condition if by == fields.CELL_ID else row.amount
        own = signatures[(signatures["drug"] == row.drug) & (signatures[by] == value)]
        values = own["connectivity"]
        assert row.n == len(values)
        assert row.mean == pytest.approx(values.mean())
        if row.n < 3:
            assert np.isnan([row.low, row.high]).all()
            continue
        wanted = stats.t.interval(0.95, len(values) - 1, values.mean(), stats.sem(values))
        assert (row.low, row.high) == pytest.approx(wanted)
    known = signatures[signatures["drug"].isin(["a", "b"])][by].notna()
    assert found["n"].sum() == known.sum()


def test_amounts_rise_and_have_their_unit(signatures: pd.DataFrame) -> None:
    times = by_condition(signatures, {"a": "A"}, fields.TIME)
    assert times["condition"].tolist() == ["6 h", "24 h", "144 h"]
    assert by_condition(signatures, {"a": "A"}, fields.DOSE)["condition"].tolist() == [
        "0.5 µM",
        "10 µM",
    ]


def test_two_signatures_have_no_interval_and_none_no_row(signatures: pd.DataFrame) -> None:
    two = signatures.head(2).assign(**{fields.DRUG: "a"})
    found = by_condition(two.assign(**{fields.CELL_ID: "PC3"}), {"a": "A"}, fields.CELL_ID)
    assert found["n"].tolist() == [2]
    assert found[["low", "high"]].isna().all(axis=None)
    unknown = two.assign(**{fields.DOSE: np.nan})
    assert by_condition(unknown, {"a": "A"}, fields.DOSE).empty


def test_the_spread_of_a_cell_line_is_that_of_its_signatures(signatures: pd.DataFrame) -> None:
    found = spread(signatures)
    assert found[fields.CELL_ID].tolist() == ["A375", "PC3"]
    own = signatures.loc[signatures[fields.CELL_ID] == "PC3", "connectivity"]
    last = found.iloc[1]
    assert last["n"] == len(own)
    for name, share in (("low", 0.05), ("median", 0.5), ("three_quarters", 0.75)):
        assert last[name] == pytest.approx(np.quantile(own, share))
