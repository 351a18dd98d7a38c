"""`import`: LINCS files, of one series or several, to a compendium."""

import argparse
from pathlib import Path
from typing import Any

from gpar_core import fields
from gpar_core.commands.select import add_compact, add_filter, filter_of
from gpar_core.commands.terminal import finish, print_compendium, print_kept_name
from gpar_core.data.importing.import_files import ImportFiles, in_series
from gpar_core.data.importing.plan import plan_import
from gpar_core.data.kind_names import plural
from gpar_core.data.pert_types import COMPOUNDS
from gpar_core.storage.cache import Cache


def add(commands: Any) -> None:
    """Register the command."""
    command = commands.add_parser(
        "import",
        help="import LINCS files in GEO layout",
        description=(
            "For several series, give the files in the same order: --gctx F1 F2 --sig-info S1 S2. "
            "One --gene-info can serve all series; use '-' for a table that a series lacks. "
            "Signatures found in several series are taken from the first. --add-to adds series to "
            "those of a compendium, whose own files are not needed."
        ),
    )
    command.set_defaults(command=_import)
    command.add_argument(
        "--name", required=True, help="name of the compendium: letters, digits, '-', '_'"
    )
    for option, needed, text in (
        ("--gctx", True, "Level 5 matrix, GCTX, GCT or AnnData, plain or gzipped"),
        ("--sig-info", False, "sig_info table; not needed if the matrix has its own metadata"),
        ("--gene-info", False, "gene_info table; not needed if the rows are Entrez ids"),
        ("--sig-metrics", False, "sig_metrics table, for TAS"),
        ("--pert-info", False, "pert_info table, for PubChem CIDs and InChIKeys"),
    ):
        command.add_argument(
            option, type=Path, nargs="+", default=[], required=needed, metavar="FILE", help=text
        )
    command.add_argument(
        "--series", nargs="+", default=[], metavar="NAME",
        help="names of the series (default: from the file names of the matrices)",
    )  # fmt: skip
    command.add_argument(
        "--moa", type=Path, nargs="+", default=[], metavar="FILE",
        help="MOA tables: repurposing_drugs and repurposing_samples, compoundinfo, or your own",
    )  # fmt: skip
    add_pert_types(command)
    command.add_argument(
        "--fill-missing", action="store_true", help="set missing landmark genes to 0"
    )
    add_filter(command)
    add_compact(command)
    command.add_argument(
        "--add-to", default="", metavar="COMPENDIUM",
        help="add the series to those of this compendium, with its filter and perturbagens; give "
        "its name as --name, with --replace, to replace it",
    )  # fmt: skip
    command.add_argument(
        "--replace", action="store_true", help="replace an existing compendium with that name"
    )


def add_pert_types(command: argparse.ArgumentParser) -> None:
    """Add the choice of kinds of perturbagens."""
    kinds = ", ".join(f"{kind} ({plural(kind)})" for kind in fields.PERT_TYPES)
    command.add_argument(
        "--pert-types", nargs="+", default=list(COMPOUNDS), metavar="TYPE",
        help=f"kinds of perturbagens to take: {kinds}, or all (default: compounds)",
    )  # fmt: skip


def _import(options: argparse.Namespace, cache: Cache) -> None:
    names = ("gctx", "sig_info", "gene_info", "sig_metrics", "pert_info", "series")
    series = in_series(**{name: getattr(options, name) for name in names})
    request = plan_import(
        cache,
        ImportFiles(series, tuple(options.moa)),
        name=options.name,
        fill_missing=options.fill_missing,
        quality=filter_of(options),
        replace=options.replace,
        pert_types=options.pert_types,
        compact=options.compact,
        add_to=options.add_to,
    )
    print_kept_name(options.name, request.name)
    finish(cache, request)
    print_compendium(cache, request.name)
