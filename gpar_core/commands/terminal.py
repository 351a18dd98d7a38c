"""Shared parts of the commands: options, checks and waiting for a job."""

import argparse
import re
import sys
from collections.abc import Iterable
from typing import Any

import pandas as pd

from gpar_core import fields
from gpar_core.analyses.method import Method
from gpar_core.data import compendium as compendia
from gpar_core.data.class_names import CHOICES, MOAS
from gpar_core.data.compendium import Compendium
from gpar_core.data.pert_types import others_in_words
from gpar_core.data.training_set import NEGATIVE_CHOICES, known_cells
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


def add_method(
    command: argparse.ArgumentParser,
    *,
    presets: Iterable[str] = PRESETS,
    negatives: str = Method.negatives,
) -> None:
    """Add the options of a `Method`. presets: the choices. negatives: the default."""
    command.add_argument("--cells", default="", metavar="A,B", help="cell lines (default: all)")
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
    cells = known_cells(compendium, options.cells)
    return Method(cells, options.preset, options.negatives, options.seed)


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


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows for JSON, which has no NaN."""
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]
