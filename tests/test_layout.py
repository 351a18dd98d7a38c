"""The folders of tests are those of `gpar_core`, and the lists of test files name real ones."""

from pathlib import Path

import gpar_core
from tests.conftest import LONGEST

TESTS = Path(__file__).parent
CORE = Path(gpar_core.__file__).parent
BESIDE = {"benchmarks", "faults", "fuzz", "pages"}
"""Folders of tests that belong to no package of the core."""


def _folders(root: Path) -> set[str]:
    return {path.parent.name for path in root.glob("*/*.py")}


def test_the_longest_files_exist() -> None:
    assert [name for name in LONGEST if not (TESTS / name).is_file()] == []


def test_every_folder_of_tests_is_named_after_a_package() -> None:
    assert _folders(TESTS) - BESIDE <= _folders(CORE)


def test_every_package_has_tests() -> None:
    assert _folders(CORE) <= _folders(TESTS)
