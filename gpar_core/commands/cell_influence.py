"""`cell-influence`: in which cell lines the same drugs are recognized best."""

import argparse
from typing import Any

from gpar_core.analyses import result as analysis
from gpar_core.commands.output import add_output, check_outputs, print_simulated, write_analysis
from gpar_core.commands.terminal import (
    add_dask,
    add_drugs,
    add_method,
    drug_set_of,
    finish,
    method_of,
)
from gpar_core.data import compendium as compendia
from gpar_core.data.name_lists import read_drugs
from gpar_core.storage.cache import Cache

ALL = "all"
"""A selection of all cell lines."""


def add(commands: Any) -> None:
    """Register the command."""
    command = commands.add_parser(
        "cell-influence",
        help="compare how well drugs are recognized in different cell lines",
        description=(
            "Cross-validate the same drugs on several selections of cell lines, and show which "
            "differences are more than noise."
        ),
    )
    command.set_defaults(command=_compare)
    command.add_argument("--compendium", required=True, metavar="NAME")
    add_drugs(command)
    command.add_argument(
        "--selection", action="append", default=[], metavar="A,B",
        help=f"cell lines, or '{ALL}'; repeat the option for each selection to compare",
    )  # fmt: skip
    command.add_argument(
        "--every-cell-line", action="store_true", help="also compare every single cell line"
    )
    command.add_argument(
        "--left-out", metavar="A,B",
        help=(
            "drugs of the set to leave out, '' for none (default: those without a signature in "
            "some selection)"
        ),
    )  # fmt: skip
    add_method(command, cells=False)
    add_dask(command)
    add_output(command, "selections")


def _compare(options: argparse.Namespace, cache: Cache) -> None:
    from gpar_core.analyses.cell_influence.plan import plan_cell_influence  # noqa: PLC0415

    check_outputs(options)
    compendium = compendia.load(cache.existing_compendium(options.compendium))
    left_out = options.left_out
    request, _ = plan_cell_influence(
        compendium,
        drug_set_of(options, compendium),
        method_of(options, compendium),
        selections=["" if each == ALL else each for each in options.selection],
        every_cell_line=options.every_cell_line,
        left_out=None if left_out is None else read_drugs(compendium, left_out),
    )
    done = analysis.load(cache.analysis(finish(cache, request, cluster=options.dask)))
    selections = done.tables["selections"]
    print_simulated(done.simulated)
    print(f"{'cell lines':<40} {'AUROC':>6} {'95% interval':>13} {'drugs':>6} {'AP':>6}")
    for row in selections.to_dict("records"):
        interval = f"{row['low']:.3f}-{row['high']:.3f}"
        print(
            f"{row['selection'][:40]:<40} {row['auroc']:>6.3f} {interval:>13} "
            f"{row['n_drugs']:>6} {row['ap']:>6.3f}"
        )
    for row in done.tables["differences"].to_dict("records"):
        verdict = "within noise" if row["within_noise"] else "more than noise"
        print(
            f"{row['first']} against {row['second']}: {row['difference']:+z.3f} "
            f"({row['low']:+z.3f} to {row['high']:+z.3f}), {verdict}"
        )
    for row in done.tables["left_out"].to_dict("records"):
        print(f"left out: {row['selection']}: {row['reason']}")
    write_analysis(options, done, selections)
