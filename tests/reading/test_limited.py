"""The child that reads an upload: what it gives back, and what becomes of one asking too much."""

import json
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gpar_core.analyses.map.coordinates import read_coordinates
from gpar_core.data.changes import read_changes
from gpar_core.data.gene_sets import read_gene_list
from gpar_core.data.labels import read_labels
from gpar_core.errors import AnnotationError, FileFormatError, LandmarkError, ReadingError
from gpar_core.reading.exchange import ORDER, RESULT, SOURCE
from gpar_core.reading.limited import read_upload
from gpar_core.reading.uploads import CHANGES, GENES, LABELS, PLACES, PROFILES, SETS
from gpar_core.search.batch_lists import read_batch
from gpar_core.server import limited_child
from gpar_core.server.limits import ServerLimits
from tests.data.uploads import NAMES, Z, text_of
from tests.data.uploads import read_upload as read_here
from tests.waiting import PATIENCE

LIMITS = ServerLimits(reading_seconds=int(PATIENCE))


def test_profiles_are_those_that_a_direct_reading_gives(tmp_path: Path) -> None:
    gap = Z.copy()
    gap[1, 5] = np.nan
    text = text_of(gap, ("a", "a", "über"), separator="\t")
    here = read_here(tmp_path, text, "mine.csv")
    there = read_upload(PROFILES, text.encode(), "mine.csv", LIMITS)
    assert there.report == here.report
    assert (there.names, there.drug) == (here.names, here.drug)
    np.testing.assert_array_equal(there.values, here.values)
    np.testing.assert_array_equal(there.totals, here.totals)


def test_tables_are_those_that_a_direct_reading_gives() -> None:
    labels = "name,label\nα-tocopherol,vitamin\n".encode()
    places = b"sig_id,x,y\na,0.1,-2\nb,3,1e-3\n"
    pd.testing.assert_frame_equal(
        read_upload(LABELS, labels, "a.csv", LIMITS), read_labels(labels, "a.csv")
    )
    pd.testing.assert_frame_equal(
        read_upload(PLACES, places, "a.csv", LIMITS), read_coordinates(places, "a.csv")
    )


def test_queries_are_those_that_a_direct_reading_gives(tmp_path: Path) -> None:
    path = tmp_path / "mine"
    path.write_text("TP53,up\nJUN,down\nα,up", "utf-8")
    assert read_upload(GENES, path.read_bytes(), "mine", LIMITS) == read_gene_list(path, "mine")
    path.write_text("a_UP\tx\tTP53\na_DN\tx\tJUN\nb\tx\tFOO", "utf-8")
    pd.testing.assert_frame_equal(
        read_upload(SETS, path.read_bytes(), "mine", LIMITS), read_batch(path, "mine")
    )
    path.write_text("gene,logFC,PValue\nTP53,1,0.1\nFOO,NA,0.2\nAARS1,-2,0", "utf-8")
    there, here = read_upload(CHANGES, path.read_bytes(), "m", LIMITS), read_changes(path, "m")
    for name, value in vars(here).items():
        np.testing.assert_array_equal(getattr(there, name), value)


@pytest.mark.parametrize(
    ("kind", "content", "error"),
    [
        (PROFILES, b"gene,a\nfoo,1\nbar,2\n", LandmarkError),
        (GENES, b"TP53,sideways\n", FileFormatError),
        (LABELS, b"gene,score\nA,1\n", AnnotationError),
    ],
)
def test_what_the_child_refuses_is_refused_in_its_words(
    kind: object, content: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error, match=r"'mine\.csv'"):
        read_upload(kind, content, "mine.csv", LIMITS)


def test_a_name_of_any_signs_can_be_told_to_the_child() -> None:
    name = "../\0\ud800\n[x](http://evil/)" + 500 * "x"
    with pytest.raises(FileFormatError, match=r"\.\./ \[x\]"):
        read_upload(PROFILES, b"", name, LIMITS)


def test_a_child_that_takes_too_much_memory_is_ended() -> None:
    few = replace(LIMITS, reading_mb=90)  # less than its libraries take
    with pytest.raises(ReadingError, match=r"more than 90 MB of memory .*GPAR_READING_MB"):
        read_upload(PROFILES, text_of(Z).encode(), "mine.csv", few)


def test_what_the_reading_itself_takes_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The parent does not look: the system's own limit refuses the memory."""
    monkeypatch.setattr(limited_child, "_resident", lambda pid: 0)
    lines = b"name,label\n" + b"a" * 50 + b",b\n"
    content = lines + b"".join(b"%d,class %d\n" % (i, i) for i in range(900_000))
    few = replace(LIMITS, reading_mb=500)
    with pytest.raises(ReadingError, match="more than 500 MB of memory"):
        read_upload(LABELS, content, "mine.csv", few)


def test_a_child_that_takes_too_long_is_ended() -> None:
    none = replace(LIMITS, reading_seconds=0)
    with pytest.raises(ReadingError, match=r"more than 0 seconds .*GPAR_READING_SECONDS"):
        read_upload(PROFILES, text_of(Z).encode(), "mine.csv", none)


def test_a_reader_that_breaks_down_is_told_of() -> None:
    with pytest.raises(ReadingError, match=r"'mine\.csv' could not be read: the reader crashed"):
        read_upload(replace(LABELS, name="no such kind"), b"", "mine.csv", LIMITS)


def test_a_child_that_cannot_be_started_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited_child.sys, "executable", "/no/such/python")
    with pytest.raises(ReadingError, match="is short of disk space or processes"):
        read_upload(LABELS, b"", "mine.csv", LIMITS)


def test_nothing_of_an_upload_stays_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    read_upload(LABELS, b"name,label\na,b\n", "mine.csv", LIMITS)
    with pytest.raises(AnnotationError):
        read_upload(LABELS, b"", "mine.csv", LIMITS)
    assert not list(tmp_path.iterdir())


def test_the_child_bounds_itself_where_the_system_can(tmp_path: Path) -> None:
    """So that one whose parent was killed ends too."""
    resource = pytest.importorskip("resource")
    order = {"kind": PROFILES.name, "name": "mine.csv"}
    (tmp_path / ORDER).write_text(json.dumps(order), encoding="utf-8")
    (tmp_path / SOURCE).write_text(text_of(Z), encoding="utf-8")
    (tmp_path / RESULT).mkdir()
    code = (
        "import resource, sys\n"
        "from gpar_core.reading.__main__ import main\n"
        "assert main(sys.argv[1:]) == 0\n"
        "print(*(resource.getrlimit(getattr(resource, f'RLIMIT_{w}'))[1] "
        "for w in ('AS', 'CPU', 'CORE')))\n"
        "heavy = {'tensorflow', 'keras', 'umap', 'streamlit', 'sklearn', 'cmapPy', 'distributed'}\n"
        "print(*heavy & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), "1500", "60"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    limits, heavy = done.stdout.split("\n")[:2]
    if sys.platform == "linux":
        assert limits == f"{1500 * 2**20} 60 0"
    assert resource.getrlimit(resource.RLIMIT_CPU)[1] != 60
    assert heavy == "", "the start of the child would be slow"
    assert PROFILES.load(tmp_path / RESULT).names == NAMES
