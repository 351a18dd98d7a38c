"""A curation comes back from disk as it went, or is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from gpar_core.analyses.curation import result as curations
from gpar_core.analyses.curation.result import DRUGS
from gpar_core.errors import DataError
from gpar_core.storage.cache import MANIFEST
from tests.saved_curation import saved


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    curations.save(saved(), tmp_path)
    return tmp_path


def test_a_curation_comes_back_as_it_was_saved(folder: Path) -> None:
    loaded, before = curations.load(folder), saved()
    assert loaded.provenance == before.provenance
    found = loaded.curation
    assert (found.mean_auroc, found.spread, found.repeats) == (0.84, 0.05, 5)
    pd.testing.assert_frame_equal(found.drugs, before.curation.drugs, check_dtype=False)
    assert found.suspects["pert_iname"].tolist() == ["VER-155008"]


def _cut(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


@pytest.mark.parametrize("name", [MANIFEST, DRUGS])
@pytest.mark.parametrize("harm", [Path.unlink, _cut, lambda path: path.write_bytes(b"")])
def test_a_missing_or_damaged_file_is_a_data_error(
    folder: Path, name: str, harm: Callable[[Path], None]
) -> None:
    harm(folder / name)
    with pytest.raises(DataError, match=r"cannot be read .*Delete it and run it again"):
        curations.load(folder)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format_version": 9}, f"format 9, this GPAR reads {curations.FORMAT_VERSION}"),
        ({"provenance": {"label": "half of it"}}, "missing"),
        ({"provenance": []}, "cannot be read"),
        ({"mean_auroc": None}, "cannot be read"),
    ],
)
def test_a_manifest_of_another_kind_is_refused(
    folder: Path, change: dict[str, object], words: str
) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps(manifest | change))
    with pytest.raises(DataError, match=words):
        curations.load(folder)


def test_a_table_that_lacks_a_column_is_refused(folder: Path) -> None:
    saved().curation.drugs.drop(columns="noise").to_parquet(folder / DRUGS)
    with pytest.raises(DataError, match="noise"):
        curations.load(folder)
