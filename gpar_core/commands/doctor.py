"""`python -m gpar_core doctor`: check the installation and a cache, repair it, and report."""

import argparse
import shutil
import textwrap
import time
from contextlib import suppress
from typing import Any, Final

from gpar_core.data import compendium as compendia
from gpar_core.data.pert_types import counted_in_words
from gpar_core.errors import DataError, JobError
from gpar_core.storage.cache import Cache
from gpar_core.upkeep import installation
from gpar_core.upkeep.doctor import Finding, Remedy, examine, repair

HEALTHY, REPAIRED, NEEDS_A_PERSON = 0, 1, 2

WIDEST: Final = 100
"""Columns of the facts, at most."""


def add(commands: Any) -> None:
    """Register the command."""
    parser = commands.add_parser(
        "doctor",
        help="check the installation and the cache, and repair the cache",
        description=(
            "Print what a bug report needs, check the installation, list the signatures of each "
            "compendium, check the cache and repair it. GPAR can keep "
            "running. None of your data is deleted: unreadable files are moved to the folder "
            "'damaged' in the cache. Exit status: 0 healthy, 1 repaired (or, with --dry-run, "
            "repairable), 2 something needs your attention."
        ),
    )
    parser.set_defaults(command=_doctor, any_cache=True)
    parser.add_argument(
        "--dry-run", action="store_true", help="only report problems, change nothing"
    )
    parser.add_argument(
        "--remove-unused", action="store_true",
        help=(
            "also delete uploads that no job needs, partial results of stopped imports and "
            "analyses, and files set aside as damaged"
        ),
    )  # fmt: skip


def _doctor(options: argparse.Namespace, cache: Cache) -> int:
    lines = installation.examine(cache.root)
    _print_facts(lines)
    print()
    for name in cache.compendium_names():
        with suppress(DataError):  # told below, with what to do
            kinds = compendia.read_manifest(cache.compendium(name))["kinds"]
            print(f"{name}: {counted_in_words(kinds)}")
    found = examine(cache, time.time())
    left, done = sum(bool(line.problem) for line in lines), 0
    for finding in found:
        if finding.remedy is Remedy.DELETE and not options.remove_unused:
            continue
        if options.dry_run or finding.remedy is Remedy.PERSON:
            print(f"{finding.path}: {finding.what}. To do: {finding.remedy}.")
            done += finding.remedy is not Remedy.PERSON
            left += finding.remedy is Remedy.PERSON
            continue
        said = _repaired(cache, finding)
        print(f"{finding.path}: {finding.what}. {said or 'The problem has already gone away'}.")
        done += not said.startswith(FAILED)
        left += said.startswith(FAILED)
    unused = [] if options.remove_unused else [f for f in found if f.remedy is Remedy.DELETE]
    for finding in unused:
        print(f"{finding.path}: {finding.what}. Kept. Use --remove-unused to delete it.")
    print(_summary(done, left, dry_run=options.dry_run))
    return NEEDS_A_PERSON if left else REPAIRED if done else HEALTHY


def _print_facts(lines: list[installation.Line]) -> None:
    """Print a table of two columns, as wide as the terminal."""
    width = max(len(line.name) for line in lines) + 2
    for line in lines:
        told = [line.value, *([f"To do: {line.problem}"] if line.problem else [])]
        for name, text in zip([line.name, ""], told, strict=False):
            print(
                textwrap.fill(
                    text,
                    min(shutil.get_terminal_size().columns, WIDEST),
                    initial_indent=name.ljust(width),
                    subsequent_indent=" " * width,
                    break_long_words=False,  # a path is copied whole
                    break_on_hyphens=False,
                )
            )


FAILED: Final = "This could not be repaired"


def _repaired(cache: Cache, finding: Finding) -> str:
    try:
        return repair(cache, finding).capitalize()
    except (JobError, OSError) as error:
        return f"{FAILED} ({error})"


def _summary(done: int, left: int, *, dry_run: bool) -> str:
    if not done and not left:
        return "The cache is healthy."
    verb = "to repair" if dry_run else "repaired"
    return f"{done} {verb}, {left} need your attention."
