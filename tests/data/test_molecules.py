"""Which compounds are one molecule, against loops over all pairs."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpar_core.data.molecules import Molecules, copies_of, molecules_of
from gpar_core.data.stored_matrix import StoredMatrix

KEY = "{}-UHFFFAOYSA-N"


def _compounds(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    """pert_id, pert_iname, first block of the InChIKey, SMILES."""
    return pd.DataFrame(
        {
            "pert_id": [row[0] for row in rows],
            "pert_iname": [row[1] for row in rows],
            "annotated": False,
            "inchi_key": [KEY.format(row[2]) if row[2] else "" for row in rows],
            "canonical_smiles": [row[3] for row in rows],
        }
    )


def _molecules(table: pd.DataFrame) -> Molecules:
    """With one signature of each compound."""
    return molecules_of(table, table[["pert_id"]])


def test_names_ids_and_structures_make_one_molecule() -> None:
    table = _compounds(
        ("BRD-K11111111-001-01-2", "one", "", ""),
        ("BRD-K11111111-003-02-9", "one hydrochloride", "", ""),
        ("BRD-K22222222", "two", "B" * 14, ""),
        ("BRD-K33333333", "two, (R)-isomer", "B" * 14, ""),
        ("X4", "Three  Drugs", "", ""),
        ("X5", "three drugs", "", ""),
        ("X6", "salt", "", "CN1CCCN=C1C=Cc1cccs1.Cl"),
        ("X7", "free base", "", "CN1CCCN=C1C=Cc1cccs1"),
        ("X8", "alone", "C" * 14, ""),
    )
    found = _molecules(table)
    assert found.drug.tolist() == [
        "one", "one", "two", "two", "three  drugs", "three  drugs", "salt", "salt", "alone",
    ]  # fmt: skip
    (finding,) = found.findings
    assert finding.count == 4
    assert "two: two; two, (R)-isomer (BRD-K22222222, BRD-K33333333)" in finding.names


def test_what_is_one_with_a_third_is_one() -> None:
    table = _compounds(("a", "x", "A" * 14, ""), ("b", "x", "B" * 14, ""), ("c", "y", "B" * 14, ""))
    assert len(set(_molecules(table).drug)) == 1


def test_a_molecule_goes_by_an_annotated_word_and_the_shortest() -> None:
    table = _compounds(
        ("BRD-K11111111", "BRD-K11111111", "A" * 14, ""),
        ("b", "MK-0001", "A" * 14, ""),
        ("c", "drugine hydrochloride", "A" * 14, ""),
        ("d", "Drugine", "A" * 14, ""),
    )
    assert set(_molecules(table).drug) == {"drugine"}
    often = pd.DataFrame({"pert_id": ["c", "c", "d"]})
    assert set(molecules_of(table, often).drug) == {"drugine"}
    epimers = _compounds(("a", "alphadrug", "A" * 14, ""), ("b", "betadrug", "A" * 14, ""))
    assert set(_molecules(epimers).drug) == {"betadrug"}
    often = pd.DataFrame({"pert_id": ["a", "a", "b"]})
    assert set(molecules_of(epimers, often).drug) == {"alphadrug"}
    only = table.assign(annotated=table["pert_id"] == "b")
    assert set(_molecules(only).drug) == {"mk-0001"}


def test_identical_values_make_one_molecule_whatever_the_names() -> None:
    table = _compounds(("a", "x", "", ""), ("b", "y", "", ""), ("c", "z", "", ""))
    copies = pd.DataFrame({"pert_id": ["a", "b", "c", "a"], "copy": [0, 0, 2, 3]})
    assert molecules_of(table, copies).drug.tolist() == ["x", "x", "z"]


def _by_loops(compounds: pd.DataFrame) -> list[set[int]]:
    rows = compounds.to_dict("records")
    groups = [{i} for i in range(len(rows))]
    for i, one in enumerate(rows):
        for j, other in enumerate(rows[:i]):
            same = one["pert_iname"].casefold() == other["pert_iname"].casefold()
            same |= bool(one["inchi_key"]) and one["inchi_key"] == other["inchi_key"]
            if same:
                a, b = (next(group for group in groups if k in group) for k in (i, j))
                if a is not b:
                    groups.remove(b)
                    a |= b
    return groups


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=14))
def test_the_molecules_are_those_of_all_pairs(drawn: list[tuple[int, int]]) -> None:
    table = _compounds(
        *((f"P{i}", f"n{name}", "ABCDEFGH"[key - 1] * 14 if key else "", "")
          for i, (name, key) in enumerate(drawn))
    )  # fmt: skip
    drug = _molecules(table).drug
    found = {frozenset(np.flatnonzero(drug == each)) for each in set(drug)}
    assert found == {frozenset(group) for group in _by_loops(table)}


@settings(max_examples=50)
@given(st.lists(st.integers(0, 6), max_size=30))
def test_copies_are_found_value_by_value(kinds: list[int]) -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(7, 10)).astype(np.float32)
    values[5], values[6] = 0.0, 2.5  # nobody's copies
    matrix = values[np.array(kinds, dtype=int)]
    expected = [kinds.index(kind) if kind < 5 else i for i, kind in enumerate(kinds)]
    assert copies_of(matrix).tolist() == expected


def test_copies_are_found_on_disk_and_over_blocks(tmp_path: Path) -> None:
    matrix = np.random.default_rng(0).normal(size=(9000, 4)).astype(np.float32)
    matrix[8999] = matrix[3]
    matrix[8500] = matrix[8999]
    np.save(tmp_path / "m.npy", matrix)
    found = copies_of(StoredMatrix(tmp_path / "m.npy"))
    assert np.flatnonzero(found != np.arange(9000)).tolist() == [8500, 8999]
    assert found[[8500, 8999]].tolist() == [3, 3]


@pytest.mark.parametrize("gene", [0, 3])
def test_one_bit_makes_a_difference(gene: int) -> None:
    matrix = np.ones((2, 4), np.float32) * np.arange(1, 5, dtype=np.float32)
    matrix[1, gene] = np.nextafter(matrix[1, gene], np.float32(9))
    assert copies_of(matrix).tolist() == [0, 1]
