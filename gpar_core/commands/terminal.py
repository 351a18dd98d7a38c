"""Shared parts of the commands: options, checks and waiting for a job."""

import argparse
import re
import sys
from collections.abc import Iterable

import pandas as pd

from gpar_core import fields
from gpar_core.analyses.method import DrugSet, Method
from gpar_core.data import compendium as compendia
from gpar_core.data.class_names import CHOICES, MOAS, joined, target_class
from gpar_core.data.compendium import Compendium
from gpar_core.data.name_lists import read_drugs, read_names
from gpar_core.data.pert_types import others_in_words
from gpar_core.data.training_set import NEGATIVE_CHOICES, known_cells
from gpar_core.errors import RequestError
from gpar_core.jobs import engine
from gpar_core.jobs.events import Event
from gpar_core.learn.presets import PRESETS
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import Request


def seed(text: str) -> int:
    """The type of an option: a whole number, 0 or more."""
    if not re.fullmatch("[0-9]+", text):
        raise argparse.ArgumentTypeError("must be a whole number, 0 or more")
    return int(text)


def print_kept_name(given: str, kept: str) -> None:
    """Print a note if the name of a compendium differs from the one given."""
    if kept != given:
        print(
            f"note: the compendium is named '{kept}', because names are lower case", file=sys.stderr
        )


def finish(cache: Cache, request: Request, *, cluster: str | None = None) -> str:
    """Run the job to its end with progress on stderr; returns its id. Raises JobError.

    cluster: as in `engine.submit`.
    """
    live = sys.stderr.isatty()
    last = ""

    def show(event: Event) -> None:
        nonlocal last
        progress = event.progress
        # A transfer reports its bytes twice a second; a log gets one message per percent.
        transfer = "bytes" in progress.values
        share = f" {progress.done}/{progress.total}" if progress.total and not transfer else ""
        if live:
            loss = progress.values.get("loss")
            detail = progress.message + (f"  loss {loss:.3f}" if loss is not None else "")
            print(f"\r\x1b[K{progress.stage}{share}  {detail}", end="", file=sys.stderr, flush=True)
        line = f"{progress.stage}: {progress.message}"
        step = line
        if transfer and progress.total:
            step = f"{progress.stage} {100 * progress.done // progress.total}"
        if "auroc" in progress.values or (progress.message and not live and step != last):
            print(("\r\x1b[K" if live else "") + line, file=sys.stderr, flush=True)
            last = step

    try:
        return engine.finish(cache, request, show, cluster=cluster)
    finally:
        if live:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def add_drugs(command: argparse.ArgumentParser) -> argparse._MutuallyExclusiveGroup:
    """Add the options of a `DrugSet`; returns the group of which one must be given."""
    chosen = command.add_mutually_exclusive_group()
    chosen.add_argument(
        "--drugs", default="", metavar="A,B,C",
        help=(
            "names or pert_ids, separated by commas or semicolons; compound names that contain "
            "commas are recognized"
        ),
    )  # fmt: skip
    command.add_argument(
        "--drug", action="append", default=[], metavar="NAME",
        help="one name or pert_id, taken literally; repeat the option for more drugs",
    )  # fmt: skip
    chosen.add_argument(
        "--moa", action="append", default=[], metavar="MOA",
        help="all drugs with this MOA; repeat the option for more MOAs",
    )  # fmt: skip
    chosen.add_argument(
        "--target", action="append", default=[], metavar="GENE",
        help="all drugs with this target, for example DRD2; repeat the option for more targets",
    )  # fmt: skip
    command.add_argument("--label", default="", metavar="NAME", help="what to call a set of drugs")
    return chosen


def drug_set_of(options: argparse.Namespace, compendium: Compendium) -> DrugSet:
    """The drug set of the options of `add_drugs`."""
    drugs = (*read_drugs(compendium, options.drugs), *options.drug)
    moa = joined(options.moa or map(target_class, options.target))
    return DrugSet(drugs, moa, label=options.label)


def numbers(text: str, kind: type[int] | type[float] = int) -> list[float]:
    """The numbers of a list. Raises RequestError."""
    try:
        return [kind(item) for item in read_names(text)]
    except ValueError as error:
        what = "whole numbers" if kind is int else "numbers"
        raise RequestError(
            f"'{text[:40]}' is not a list of {what}. Separate them by commas: 10,50."
        ) from error


def whole_numbers(text: str) -> list[int]:
    """The whole numbers of a list. Raises RequestError."""
    return [int(number) for number in numbers(text)]


def add_method(
    command: argparse.ArgumentParser,
    *,
    presets: Iterable[str] = PRESETS,
    negatives: str = Method.negatives,
    cells: bool = True,
) -> None:
    """Add the options of a `Method`.

    presets: the choices; none for no such option. negatives: the default. cells: whether cell lines
    can be chosen.
    """
    if cells:
        command.add_argument("--cells", default="", metavar="A,B", help="cell lines (default: all)")
    if presets:
        command.add_argument("--preset", choices=sorted(presets), default=Method.preset)
    command.add_argument(
        "--negatives", choices=NEGATIVE_CHOICES, default=negatives,
        help=(
            "inactive: unannotated compounds with low TAS; others: all compounds without the MOA; "
            "auto: others, but inactive with the preset 'paper' "
            "(default: %(default)s)"
        ),
    )  # fmt: skip
    command.add_argument("--seed", type=seed, default=Method.seed)


def method_of(options: argparse.Namespace, compendium: Compendium) -> Method:
    """The method of the options of `add_method`. Raises NotFoundError."""
    cells = known_cells(compendium, getattr(options, "cells", ""))
    preset = getattr(options, "preset", Method.preset)
    return Method(cells, preset, options.negatives, options.seed)


def add_classes(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--classes", choices=CHOICES, default=MOAS,
        help="classes of drugs: those of one MOA, of one target, or all (default: %(default)s)",
    )  # fmt: skip


def add_dask(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--dask", metavar="tcp://HOST:PORT",
        help="train on the workers of this Dask scheduler (default: GPAR_DASK, or this computer)",
    )  # fmt: skip


def print_compendium(cache: Cache, name: str, findings: bool = True) -> None:
    """Print one line on a compendium, and optionally what its import found."""
    manifest = compendia.read_manifest(cache.existing_compendium(name))
    mark = "  SIMULATED" if manifest["simulated"] else ""
    print(
        f"{name}: {manifest['n_signatures']} signatures, {manifest['n_drugs']} drugs "
        f"({manifest['n_compounds']} compound ids), "
        f"{manifest['n_cell_lines']} cell lines, {manifest['n_moas']} MOAs, fingerprint "
        f"{manifest['fingerprint'][:12]}{mark}"
    )
    if others := others_in_words(manifest["kinds"]):
        print(f"  and {others}")
    for finding in manifest["report"].get("findings", []) if findings else []:
        names = "; ".join(finding["names"][:5]) + ("; …" if len(finding["names"]) > 5 else "")
        print(f"  {finding['count']} {finding['what']}{': ' + names if names else ''}")


def print_with_classes(table: pd.DataFrame, head: str, lines: Iterable[str]) -> None:
    """Print a line for each row of a table of drugs, with its MOA, and its target if the table has
    targets, at the end."""
    has_targets = fields.TARGET in table
    print(f"{head}  {'MOA':<30}  target" if has_targets else f"{head}  MOA")
    for line, row in zip(lines, table.to_dict("records"), strict=True):
        moa = row[fields.MOA]
        print(f"{line}  {moa[:30]:<30}  {row[fields.TARGET]}" if has_targets else f"{line}  {moa}")
