"""`select`: a compendium from those signatures of another one that pass a filter."""

import argparse
from typing import Any

from gpar_core.commands.terminal import finish, print_compendium, print_kept_name
from gpar_core.data import compendium as compendia
from gpar_core.data.kind_names import plural
from gpar_core.data.name_lists import read_names
from gpar_core.data.plan_select import plan_select
from gpar_core.data.quality import QualityFilter
from gpar_core.data.selecting import counts, kept_of_other_kinds
from gpar_core.errors import RequestError
from gpar_core.storage.cache import Cache


def add(commands: Any) -> None:
    """Register the command."""
    command = commands.add_parser(
        "select",
        help="filter a compendium by signature quality into a new one, or store it compactly",
    )
    command.set_defaults(command=_select)
    command.add_argument("--compendium", required=True, metavar="NAME")
    command.add_argument("--name", required=True, help="name of the new compendium")
    add_filter(command)
    add_compact(command)
    command.add_argument(
        "--replace", action="store_true", help="replace an existing compendium with that name"
    )


def add_compact(command: argparse.ArgumentParser) -> None:
    """Add the choice of how z-scores are stored."""
    command.add_argument(
        "--compact",
        action="store_true",
        help="store z-scores in 8 bits, rounded to 0.08 and at most ±10: a quarter of the disk",
    )


def add_filter(command: argparse.ArgumentParser) -> None:
    """Add the options of a filter. A signature with an unknown value does not meet a criterion."""
    for option, kind, text in (
        (
            "--min-tas",
            float,
            "minimum TAS, 0-1; 0.2 leaves no inactive compounds, the negatives of 'paper'",
        ),
        ("--min-cc-q75", float, "minimum replicate correlation, 0-1"),
        ("--min-replicates", int, "minimum number of replicates"),
        ("--min-dose", float, "lowest dose in µM"),
        ("--max-dose", float, "highest dose in µM"),
    ):
        command.add_argument(option, type=kind, metavar="X", help=text)
    command.add_argument(
        "--exemplars-only",
        action="store_true",
        help="only the signatures that the source marks as its best",
    )
    command.add_argument(
        "--times", default="", metavar="6,24", help="time points in hours (default: all)"
    )
    command.add_argument("--cells", default="", metavar="A,B", help="cell lines (default: all)")


def filter_of(options: argparse.Namespace) -> QualityFilter:
    """The filter of the options. Raises RequestError."""
    try:
        times = tuple(float(time) for time in read_names(options.times))
    except ValueError as error:
        raise RequestError(f"--times is '{options.times}'. Give hours, such as 6,24.") from error
    return QualityFilter(
        min_tas=options.min_tas,
        min_cc_q75=options.min_cc_q75,
        min_replicates=options.min_replicates,
        exemplars_only=options.exemplars_only,
        min_dose=options.min_dose,
        max_dose=options.max_dose,
        times=times,
        cells=tuple(read_names(options.cells)),
    )


def _select(options: argparse.Namespace, cache: Cache) -> None:
    source = compendia.load(cache.existing_compendium(options.compendium))
    request = plan_select(
        cache,
        source,
        name=options.name,
        quality=filter_of(options),
        replace=options.replace,
        compact=options.compact,
    )
    figures = ("signatures", "compounds", "inactive", "moas", "unknown")
    print(f"{'':<40}" + "".join(f"{figure:>11}" for figure in figures))
    for row in counts(source.signatures, source.compounds, request.quality).to_dict("records"):
        left = "".join(f"{row[f'n_{figure}']:>11}" for figure in figures)
        print(f"{row['filter'][:40]:<40}{left}")
    for kind, n, n_kept in kept_of_other_kinds(source, request.quality).itertuples(index=False):
        print(f"{n_kept} of {n} signatures of {plural(kind)} are kept")
    print_kept_name(options.name, request.name)
    finish(cache, request)
    print_compendium(cache, request.name)
