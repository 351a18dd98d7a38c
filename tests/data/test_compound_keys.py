"""A BRD id is its first 13 characters, whatever salt, batch and vendor stand behind them."""

import pandas as pd
import pytest

from gpar_core.data.compound_keys import core_id, core_ids


@pytest.mark.parametrize(
    ("text", "core"),
    [
        ("BRD-K10000000-001-01-2", "BRD-K10000000"),
        ("BRD-K10000000", "BRD-K10000000"),
        ("brd-a10000000-003-21-5", "BRD-A10000000"),
        (" BRD-K10000000-001-01-2 ", "BRD-K10000000"),
        ("BRD-K1000000", "BRD-K1000000"),
        ("BRD-K100000001", "BRD-K100000001"),
        ("BRD-K10000000 and more", "BRD-K10000000 and more"),
        ("DB00390", "DB00390"),
        ("3,3'-diindolylmethane", "3,3'-diindolylmethane"),
        ("", ""),
    ],
)
def test_the_core_of_an_id(text: str, core: str) -> None:
    assert core_id(text) == core
    assert core_ids(pd.Series([text])).tolist() == [core]


def test_ids_of_several_batches_become_one() -> None:
    ids = pd.Series(["BRD-K10000000-001-01-2", "BRD-K10000000-003-02-1", "DB00390"])
    assert core_ids(ids).tolist() == ["BRD-K10000000", "BRD-K10000000", "DB00390"]
    assert core_ids(pd.Series([], dtype=str)).empty
