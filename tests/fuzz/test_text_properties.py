"""Any text at all, as a table, a list or a name: Hypothesis looks for the one that breaks."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gpar_core import fields
from gpar_core.analyses.map.coordinates import read_coordinates
from gpar_core.analyses.registry import from_json
from gpar_core.data.changes import read_changes
from gpar_core.data.compendium import Compendium
from gpar_core.data.gene_sets import read_gene_list
from gpar_core.data.labels import read_labels
from gpar_core.data.moa_tables import read_moa_table
from gpar_core.data.profiles import read_profiles
from gpar_core.data.training_set import known_cells, known_drugs, known_moas, match_drugs
from gpar_core.errors import DataError, GparError
from gpar_core.search.batch_lists import read_batch
from gpar_core.storage.cache import Cache
from tests.fuzz.verdict import outcome

CASES = settings(max_examples=150)
CELL = st.one_of(
    st.text(max_size=12),
    st.floats().map(str),
    st.integers().map(str),
    st.sampled_from((*fields.LANDMARK_SYMBOLS[:5], "", "NA", "-666", "1e400", '"', "name", "x")),
)
HEADERS = st.sampled_from(
    ("name", "label", "moa", "pert_iname", "pert_id", "broad_id", "inchi_key", "sig_id", "x", "y",
     "id", *fields.LANDMARK_SYMBOLS[:4])
)  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    """A header that may be right, and rows that need not fit it."""
    header = draw(st.lists(HEADERS, min_size=1, max_size=5))
    rows = draw(st.lists(st.lists(CELL, max_size=6), max_size=5))
    separator = draw(st.sampled_from(",\t;"))
    encoding = draw(st.sampled_from(("utf-8", "utf-8-sig", "utf-16", "latin-1")))
    text = "\n".join(separator.join(row) for row in (header, *rows))
    return text.encode(encoding, "replace")


@CASES
@given(st.one_of(tables(), st.binary(max_size=300)))
@example(b"\xff\xfe")
@example(b"#1.3\n1\t1\t0\t0\n")
def test_every_reader_of_tables(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "table"
    path.write_bytes(content)
    outcome(lambda: read_profiles(path, "mine.csv"), content)
    outcome(lambda: read_changes(path, "mine.csv"), content)
    outcome(lambda: read_gene_list(path, "mine.csv"), content)
    outcome(lambda: read_batch(path, "mine.gmt"), content)
    outcome(lambda: read_labels(content, "mine.csv"), content)
    outcome(lambda: read_coordinates(content, "mine.csv"), content)
    outcome(lambda: read_moa_table(path), content)


@CASES
@given(st.lists(st.text(max_size=30), max_size=6))
@example(["../..", "\0", "a" * 5_000])
def test_pasted_names(tiny: Compendium, names: list[str]) -> None:
    match = match_drugs(tiny, names)
    assert set(match.found) <= set(tiny.compounds[fields.DRUG])
    for known in (known_drugs, known_cells, known_moas):
        outcome(lambda known=known: known(tiny, names), names)


@CASES
@given(st.text(max_size=70))
@example("con")
@example("../../etc/passwd")
@example("a\n")
@example("a" * 65)
def test_ids_lead_nowhere_but_into_the_cache(tmp_path: Path, name: str) -> None:
    cache = Cache(tmp_path / "cache")
    for folder in (cache.compendium, cache.model, cache.library, cache.job, cache.analysis):
        path = outcome(lambda folder=folder: folder(name), name)
        if not isinstance(path, GparError):
            assert path.resolve().parent.parent == cache.root.resolve()


@CASES
@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=5), st.lists))
def test_any_json_as_a_request(content: object) -> None:
    import json

    for text in (json.dumps(content), json.dumps({"kind": "map", "cells": content})):
        outcome(lambda text=text: from_json(text), text)


@given(st.text())
@CASES
def test_an_error_is_printable_whatever_a_file_is_called(name: str) -> None:
    said = str(DataError(f"'{name}' is no table."))
    assert all(sign.isprintable() or sign == "\n" for sign in said)
    said.encode("utf-8")


def test_hypothesis_sees_a_reader_that_breaks() -> None:
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        outcome(lambda: 1 // 0)
