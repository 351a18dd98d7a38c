"""`fetch`: LINCS data from its publishers, and how to import it."""

import argparse
import sys
from pathlib import Path
from typing import Any

from gpar_core.commands.importing import add_pert_types
from gpar_core.commands.terminal import finish, print_compendium, print_kept_name
from gpar_core.data.fetching.fetched import Fetched, load_fetched
from gpar_core.data.fetching.meter import size_text
from gpar_core.data.fetching.plan import plan_fetch, plan_import_of, size_in_words
from gpar_core.data.fetching.sources import SOURCES
from gpar_core.data.pert_types import COMPOUNDS
from gpar_core.storage.cache import Cache

OPTIONS = {
    "matrix": "--gctx",
    "sig_info": "--sig-info",
    "gene_info": "--gene-info",
    "sig_metrics": "--sig-metrics",
    "pert_info": "--pert-info",
}
"""Options of the command `import`, by the role of a file."""


def add(commands: Any) -> None:
    """Register the command."""
    command = commands.add_parser(
        "fetch",
        help="fetch real LINCS data",
        description="Fetch real LINCS data. Run the same command again to resume a stopped fetch.",
        epilog="\n".join(f"{each.name}: {each.title}. {each.about}" for each in SOURCES.values()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(command=_fetch)
    command.add_argument("source", choices=list(SOURCES), metavar="|".join(SOURCES))
    command.add_argument(
        "--base-url", default="", metavar="U", help="address of a mirror with the same files"
    )
    command.add_argument("--cells", default="", metavar="A,B", help="cell lines (default: all)")
    add_pert_types(command)
    command.add_argument(
        "--to", type=Path, metavar="DIR",
        help=(
            "folder for the files (default: in the cache); files that fail their checks are "
            "fetched again"
        ),
    )  # fmt: skip
    command.add_argument(
        "--import-as",
        default="",
        metavar="NAME",
        help="import the data into a compendium with this name",
    )


def _fetch(options: argparse.Namespace, cache: Cache) -> None:
    request = plan_fetch(
        options.source,
        base_url=options.base_url,
        cells=options.cells,
        to=options.to,
        pert_types=options.pert_types,
    )
    source = SOURCES[request.source]
    print(f"{source.title}: {size_in_words(source, request.pert_types)}", file=sys.stderr)
    finish(cache, request)
    fetched = load_fetched(request.folder(cache))
    _print(fetched)
    if options.import_as:
        importing = plan_import_of(cache, [fetched], name=options.import_as)
        print_kept_name(options.import_as, importing.name)
        finish(cache, importing)
        print_compendium(cache, importing.name)


def _print(fetched: Fetched) -> None:
    saved = f", {size_text(fetched.n_saved)} left on the server" if fetched.n_saved else ""
    print(f"{fetched.source}: {size_text(fetched.n_fetched)} fetched{saved}")
    for file in fetched.files:
        print(f"  {', '.join(file.roles):<20} {size_text(file.n_bytes):>10}  {file.name}")
    if fetched.note:
        print(f"note: {fetched.note}")
    series = fetched.series
    given = {option: getattr(series, role, None) for role, option in OPTIONS.items()}
    lines = [f"{option} '{path}'" for option, path in given.items() if path]
    if fetched.pert_types != COMPOUNDS:
        lines.append("--pert-types " + " ".join(fetched.pert_types))
    if tables := fetched.compound_tables:
        lines.append("--moa " + " ".join(f"'{path}'" for path in tables))
    start = f"python -m gpar_core import --name {fetched.source}" if series else "import ..."
    print("To import it: " + " \\\n    ".join([start, *lines]))
