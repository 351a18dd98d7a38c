"""Several series become one, against a slow and obvious reference."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from gpar_core.data.importing.series import SOURCE, arranged, united
from gpar_core.data.importing.signature_tables import NO_REPLICATES, REPLICATE_SET
from gpar_core.data.tables import TEXT

Row = tuple[str, str, str, str, int]
TEXTS = ("sig_id", "pert_id", "pert_iname", "cell_id")


def _table(rows: list[Row]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=[*TEXTS, REPLICATE_SET])
    table[REPLICATE_SET] = table[REPLICATE_SET].astype(np.uint64)
    return table.astype(dict.fromkeys(TEXTS, TEXT)).assign(pert_type="trt_cp")


def _reference(tables: list[list[Row]]) -> tuple[list[tuple[str, ...]], int, int]:
    """Sorted rows with their series and one name for each compound, and what was left out."""
    kept: list[tuple[Row, int]] = []
    n_same_id = n_same_profiles = 0
    for number, rows in enumerate(tables):
        earlier = [row for row, _ in kept]
        for row in rows:
            if any(row[0] == other[0] for other in earlier):
                n_same_id += 1
            elif row[4] != NO_REPLICATES and any(row[4] == other[4] for other in earlier):
                n_same_profiles += 1
            else:
                kept.append((row, number))
    kept.sort(key=lambda each: (each[0][3], each[0][1], each[0][0]))
    name: dict[str, str] = {}
    for row, _ in kept:
        if row[2]:
            name.setdefault(row[1], row[2])
    rows_named = [
        (row[0], row[1], name.get(row[1], row[1]), row[3], f"series {number}", number)
        for row, number in kept
    ]
    return rows_named, n_same_id, n_same_profiles


def _rows(prefix: str) -> st.SearchStrategy[list[Row]]:
    row = st.tuples(
        st.sampled_from([*"abcdef", "é", "B", prefix]),
        st.sampled_from(["P1", "P2", "p1"]),
        st.sampled_from(["", "one", "One", "two"]),
        st.sampled_from(["A375", "a549", "MCF7"]),
        st.integers(0, 4),
    )
    return st.lists(row, max_size=8, unique_by=lambda each: each[0])


@settings(max_examples=60)
@given(first=_rows("x"), second=_rows("y"), third=_rows("z"))
def test_series_are_united_as_the_loops_do(
    first: list[Row], second: list[Row], third: list[Row]
) -> None:
    given_rows = [[("0", "P0", "zero", "A375", 0), *first], second, third]
    names = [f"series {number}" for number in range(3)]
    tables = [_table(rows) for rows in given_rows]
    every, findings = united(tables, names)
    found = arranged(every.copy())[0]
    rows, n_same_id, n_same_profiles = _reference(given_rows)
    columns = [*TEXTS, "series", SOURCE]
    assert list(found[columns].itertuples(index=False, name=None)) == rows
    assert sum(f.count for f in findings if "with the sig_id" in f.what) == n_same_id
    assert sum(f.count for f in findings if "same replicates" in f.what) == n_same_profiles
    before, of_before = united(tables[:2], names[:2])
    added, of_added = united(tables[2:], names[2:], before.drop(columns=SOURCE))
    assert (added[SOURCE] == (every[SOURCE] == len(tables) - 1)).all()
    pd.testing.assert_frame_equal(added.drop(columns=SOURCE), every.drop(columns=SOURCE))
    assert [*of_before, *of_added] == findings


def test_what_is_left_out_is_named() -> None:
    first = _table([("a", "P1", "one", "A375", 7), ("b", "P1", "one", "A375", 0)])
    second = _table([("b", "P1", "1", "A375", 0), ("c", "P1", "1", "A375", 7),
                     ("d", "P1", "1", "A375", 0)])  # fmt: skip
    every, findings = united([first, second], ["GSE92742", "GSE70138"])
    found, of_names = arranged(every)
    named = {finding.what: finding.names for finding in (*findings, *of_names) if finding.count}
    assert named == {
        "signatures with the sig_id of one of an earlier series, left out": ("b",),
        "signatures made of the same replicates as one of an earlier series, left out": ("c",),
        "compounds with more than one name; one name is kept": ("one",),
    }
    assert found["series"].tolist() == ["GSE92742", "GSE92742", "GSE70138"]


def test_one_series_may_have_the_same_replicates_twice() -> None:
    table = _table([("a", "P1", "one", "A375", 7), ("b", "P1", "one", "A375", 7)])
    found, _ = united([table], ["s"])
    assert found["sig_id"].tolist() == ["a", "b"]
