"""What things are called, from what they say of themselves."""

import json
from pathlib import Path

import pytest

from gpar_core.analyses.library.request import LibraryRequest
from gpar_core.analyses.map.request import MapRequest
from gpar_core.data.fetching.sources import SOURCES
from gpar_core.storage.cache import MANIFEST
from gpar_core.storage.requests import to_json
from gpar_core.storage.room import KINDS
from gpar_core.upkeep.titles import title

MANIFESTS = {
    "models": ({"summary": {"label": "SSRI"}}, "SSRI"),
    "libraries": (
        {"request": to_json(LibraryRequest(compendium="demo", fingerprint="f", moas=("a", "b")))},
        "Library of 2",
    ),
    "analyses": ({"request": to_json(MapRequest("demo", "f"))}, "UMAP of 'demo'"),
    "curations": ({"provenance": {"label": "SSRI"}}, "Outlier drugs of SSRI"),
    "predictions": ({"prediction": {"label": "mine"}}, "MOAs of mine"),
    "profiles": ({"names": ["a", "b", "c"]}, "a, b and 1 more"),
}


@pytest.mark.parametrize("kind", MANIFESTS)
def test_a_result_is_called_what_its_manifest_says(tmp_path: Path, kind: str) -> None:
    manifest, expected = MANIFESTS[kind]
    (tmp_path / MANIFEST).write_text(json.dumps(manifest))
    assert title(kind, tmp_path).startswith(expected)


@pytest.mark.parametrize("kind", MANIFESTS)
@pytest.mark.parametrize("content", ["", "[]", "{}", "1", '{"request": "x", "names": 3}'])
def test_what_cannot_be_read_says_so(tmp_path: Path, kind: str, content: str) -> None:
    (tmp_path / MANIFEST).write_text(content)
    assert title(kind, tmp_path) == "Cannot be read"


def test_things_without_a_manifest_are_called_by_their_files(tmp_path: Path) -> None:
    (tmp_path / "m-gctx").mkdir()
    (tmp_path / "m-gctx" / "level5.gctx").touch()
    assert title("uploads", tmp_path) == "level5.gctx"
    assert title("sources", tmp_path / "gse70138") == SOURCES["gse70138"].title
    assert title("compendia", tmp_path / "lab") == "lab"
    assert title("tables", tmp_path) == "Uploaded table"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_title_even_of_an_empty_folder(tmp_path: Path, kind: str) -> None:
    assert isinstance(title(kind, tmp_path), str)
