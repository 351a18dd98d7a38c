"""`compound`: the drugs most similar to a compound, their graph, and the genes it changes."""

import argparse
from pathlib import Path
from typing import Any

from gpar_core import fields
from gpar_core.analyses.compound.result import find, neighbors
from gpar_core.commands.output import (
    add_table_output,
    check_output,
    check_outputs,
    print_simulated,
    refused,
    write_output,
    write_table,
)
from gpar_core.commands.terminal import print_with_classes
from gpar_core.data import compendium as compendia
from gpar_core.errors import RequestError, in_words
from gpar_core.export import gene_sets, with_data
from gpar_core.formats.graph import GRAPHS
from gpar_core.formats.neighborhood import neighborhood_graph
from gpar_core.search.query import TOP_GENES, of_compound
from gpar_core.storage.cache import Cache

N_SHOWN = 20


def add(commands: Any) -> None:
    """Register the command."""
    command = commands.add_parser(
        "compound",
        help="show the drugs most similar to a compound",
        description=(
            "Print the drugs whose representative signatures are most similar to those of a "
            "compound. Can also write their graph and the genes that the compound changes most."
        ),
    )
    command.set_defaults(command=_compound)
    command.add_argument("name", metavar="COMPOUND", help="name or pert_id")
    command.add_argument("--compendium", required=True, metavar="NAME")
    add_table_output(command, "similar drugs")
    command.add_argument(
        "--graph", type=Path, metavar="OUT",
        help="write the signatures of the compound and their nearest ones as a graph for "
        f"Cytoscape, {' or '.join(GRAPHS)}",
    )  # fmt: skip
    command.add_argument(
        "--gmt", type=Path, metavar="OUT",
        help="write the genes that the mean of its signatures changes most, up and down, to a GMT "
        "file",
    )  # fmt: skip
    command.add_argument(
        "--genes", type=int, default=TOP_GENES, metavar="N",
        help="genes in each of the two gene sets (default: %(default)s)",
    )  # fmt: skip


def _compound(options: argparse.Namespace, cache: Cache) -> None:
    check_outputs(options)
    check_output(options.graph)
    check_output(options.gmt)
    if options.graph and options.graph.suffix.lower() not in GRAPHS:
        raise RequestError(f"'{options.graph}' must end in {' or '.join(GRAPHS)}.")
    compendium = compendia.load(cache.existing_compendium(options.compendium))
    compound = find(compendium, options.name)
    near = neighbors(compound, compendium)
    print_simulated(compendium.simulated)
    shown = near.head(N_SHOWN)
    print_with_classes(
        shown,
        f"{'drug':<34} {'cosine':>6} {'near':>5}",
        [
            f"{row[fields.PERT_INAME][:34]:<34} {row['cosine']:>6.3f} {row['n_near']:>5}"
            for row in shown.to_dict("records")
        ],
    )
    table = near.assign(drug=compound.name)
    write_table(options, with_data(table, compendium.name, simulated=compendium.simulated))
    if options.graph:
        graph = neighborhood_graph(compound, compendium)
        try:
            GRAPHS[options.graph.suffix.lower()](options.graph, graph)
        except OSError as error:
            raise refused(options.graph, in_words(error)) from error
        print(f"{len(graph.nodes):,} signatures, {len(graph.pairs):,} edges -> {options.graph}")
    if options.gmt:
        query = of_compound(compendium, compound.drug, n_genes=options.genes)
        sets = {
            f"{compound.name} {side}": [fields.LANDMARK_SYMBOLS[gene] for gene in genes]
            for side, genes in (("up", query.up), ("down", query.down))
        }
        write_output(options.gmt, gene_sets(sets))
        print(f"{len(query.genes):,} genes -> {options.gmt}")
