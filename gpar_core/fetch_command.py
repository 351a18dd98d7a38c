"""`fetch`: LINCS data from its publishers, and how to import it."""

import argparse
import sys
from pathlib import Path
from typing import Any

from gpar_core.cache import Cache
from gpar_core.data.fetched import Fetched, load_fetched
from gpar_core.data.meter import size_text
from gpar_core.data.sources import SOURCES
from gpar_core.planning_fetch import plan_fetch, size_in_words
from gpar_core.terminal import finish, names

OPTIONS = {
    "matrix": "--gctx",
    "sig_info": "--sig-info",
    "gene_info": "--gene-info",
    "sig_metrics": "--sig-metrics",
    "pert_info": "--pert-info",
    "moa": "--moa",
}
"""Of the command `import`, by the role of a file."""


def add(commands: Any) -> None:
    """Register the command."""
    command = commands.add_parser(
        "fetch",
        help="fetch real LINCS data",
        description="Fetch real LINCS data. Stopped, the same command goes on where it was.",
        epilog="\n".join(f"{each.name}: {each.title}. {each.about}" for each in SOURCES.values()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(command=_fetch)
    command.add_argument("source", choices=list(SOURCES), metavar="|".join(SOURCES))
    command.add_argument("--base-url", default="", metavar="U", help="mirror with the same files")
    command.add_argument("--cells", default="", metavar="A,B", help="cell lines (default: all)")
    command.add_argument(
        "--to", type=Path, metavar="DIR",
        help="folder for its files (default: in the cache); files there that are not right are "
        "fetched again",
    )  # fmt: skip


def _fetch(options: argparse.Namespace, cache: Cache) -> None:
    request = plan_fetch(
        options.source, base_url=options.base_url, cells=names(options.cells), to=options.to
    )
    source = SOURCES[request.source]
    print(f"{source.title}: {size_in_words(source)}", file=sys.stderr)
    finish(cache, request)
    _print(load_fetched(request.folder(cache)))


def _print(fetched: Fetched) -> None:
    saved = f", {size_text(fetched.n_saved)} left on the server" if fetched.n_saved else ""
    print(f"{fetched.source}: {size_text(fetched.n_fetched)} fetched{saved}")
    for file in fetched.files:
        print(f"  {', '.join(file.roles):<20} {size_text(file.n_bytes):>10}  {file.name}")
    if fetched.note:
        print(f"note: {fetched.note}")
    files = fetched.import_arguments()
    options = "".join(f' {OPTIONS[role]} "{path}"' for role, path in files.items())
    if "matrix" in files:
        print(f"import it: python -m gpar_core import --name {fetched.source}{options}")
    else:
        print(f"use it with: import{options}")
