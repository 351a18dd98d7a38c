"""Whatever has become of a file of the cache, its reader says so, and the doctor sets it aside."""

import json
from pathlib import Path

import pytest

from gpar_core.__main__ import main
from gpar_core.analyses.registry import STORED as EXAMINED
from gpar_core.errors import DataError
from gpar_core.storage.cache import MANIFEST, Cache
from tests.faults.kinds import KINDS, write


def _wrong(content: bytes) -> dict[str, bytes | None]:
    """None: the file is gone."""
    return {
        "gone": None,
        "empty": b"",
        "one byte": content[:1],
        "half": content[: len(content) // 2],
        "all but one byte": content[:-1],
        "zeros": bytes(len(content)),
        "another file": b"\x00\xffnot at all\n" * 20,
        "list": b"[1, 2]",
        "number": b"7",
    }


def _restore(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)


@pytest.mark.parametrize("kind", KINDS)
def test_every_reader_says_what_it_cannot_read(tmp_path: Path, kind: str) -> None:
    folder = write(Cache(tmp_path), kind)
    read = KINDS[kind][1]
    read(folder)
    for path in sorted(folder.iterdir()):
        whole = path.read_bytes()
        for how, content in _wrong(whole).items():
            _restore(path, content)
            try:
                read(folder)
            except DataError as error:
                assert "'it' cannot be read" in str(error) or kind == "compendia"
            else:
                pytest.fail(f"{path.name}, {how}, was read")
        path.write_bytes(whole)
    read(folder)


@pytest.mark.parametrize("kind", KINDS)
def test_every_reader_says_that_it_is_of_another_version(tmp_path: Path, kind: str) -> None:
    folder = write(Cache(tmp_path), kind)
    manifest = json.loads((folder / MANIFEST).read_text())
    for version in (manifest["format_version"] + 1, 0, "x", None):
        (folder / MANIFEST).write_text(json.dumps(manifest | {"format_version": version}))
        with pytest.raises(DataError):
            KINDS[kind][1](folder)


def test_the_doctor_knows_every_kind(tmp_path: Path) -> None:
    assert set(EXAMINED) == set(KINDS)
    cache = Cache(tmp_path)
    doctor = ["--cache", str(cache.root), "doctor"]
    folders = [write(cache, kind) for kind in KINDS]
    assert main(doctor) == 0
    for folder in folders:
        largest = max(folder.iterdir(), key=lambda path: path.stat().st_size)
        largest.write_bytes(largest.read_bytes()[:-1])
    assert main(doctor) == 1
    assert not any(folder.exists() for folder in folders)
    assert len(list((cache.root / "damaged").iterdir())) == len(folders)
    assert main(doctor) == 0
