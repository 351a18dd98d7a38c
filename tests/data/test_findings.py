"""Findings of several series are told as one."""

import pandas as pd
import pytest

from gpar_core.data.findings import MAX_NAMES, Finding, as_json, summed


@pytest.mark.parametrize("kind", [list, pd.Series, pd.Index])
def test_only_the_first_names_of_a_long_list_are_kept(kind: type) -> None:
    finding = Finding.of("things", kind([str(i) for i in range(1000)]))
    assert (finding.count, len(finding.names)) == (1000, MAX_NAMES)
    assert finding.names[:2] == ("0", "1")


def test_the_same_of_several_series_is_added_up_and_nothing_is_left_out() -> None:
    first = Finding.of("x", [str(i) for i in range(MAX_NAMES - 1)])
    second = Finding.of("x", ["a", "b"])
    found = summed([first, Finding("none", 0), Finding("y", 2), second])
    assert [(each.what, each.count) for each in found] == [("x", MAX_NAMES + 1), ("y", 2)]
    assert found[0].names == (*first.names, "a")


def test_a_manifest_holds_them_as_json() -> None:
    assert as_json([Finding.of("x", ["a"])]) == {
        "findings": [{"what": "x", "count": 1, "names": ("a",)}]
    }
