"""`export`: a compendium, the ranking of a model or a map, as a file of another tool."""

import argparse
from pathlib import Path
from typing import Any

from gpar_core.commands.output import check_output, print_simulated, refused
from gpar_core.errors import in_words
from gpar_core.formats.items import ENDINGS, write_item
from gpar_core.storage.cache import Cache


def add(commands: Any) -> None:
    """Register the command."""
    command = commands.add_parser(
        "export",
        help="write a compendium, a ranking or a map for other tools",
        description=(
            "The ending of the file decides its format: .h5ad (AnnData), .gctx or .gct, and for an "
            "L1000FWD graph also .graphml or .cyjs (Cytoscape). A model gives the signatures of "
            "all ranked drugs with their scores, a map those that it shows with their places."
        ),
    )
    command.set_defaults(command=_export)
    command.add_argument(
        "what", metavar="ITEM", help="name of a compendium, id of a model, or id of a map"
    )
    command.add_argument("out", type=Path, metavar="OUT", help=f"file, {', '.join(ENDINGS)}")


def _export(options: argparse.Namespace, cache: Cache) -> None:
    check_output(options.out)
    try:
        compendium, n = write_item(cache, options.what, options.out)
    except OSError as error:
        raise refused(options.out, in_words(error)) from error
    print_simulated(compendium.simulated)
    print(f"{n:,} signatures -> {options.out}")
