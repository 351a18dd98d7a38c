"""`hyper-parameters`: how deep and how wide the paper's network should be."""

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
    whole_numbers,
)
from gpar_core.data import compendium as compendia
from gpar_core.storage.cache import Cache


def add(commands: Any) -> None:
    """Register the command."""
    command = commands.add_parser(
        "hyper-parameters",
        help="cross-validate depths and widths of the paper's network on the same folds",
    )
    command.set_defaults(command=_sweep)
    command.add_argument("--compendium", required=True, metavar="NAME")
    add_drugs(command)
    command.add_argument(
        "--layers", default="", metavar="N,N", help="numbers of hidden layers (default: 2 to 5)"
    )
    command.add_argument(
        "--nodes", default="", metavar="N,N",
        help="numbers of nodes in each layer (default: six from 10 to 2,048)",
    )  # fmt: skip
    command.add_argument(
        "--steps", type=int, default=2000, metavar="N",
        help="training steps (default: %(default)s)",
    )  # fmt: skip
    add_method(command, presets=())
    add_dask(command)
    add_output(command, "settings")


def _sweep(options: argparse.Namespace, cache: Cache) -> None:
    # Imported late: other commands do not need what these import.
    from gpar_core.analyses.hyper_parameters.compute import LAYERS, NODES  # noqa: PLC0415
    from gpar_core.analyses.hyper_parameters.plan import plan_sweep  # noqa: PLC0415

    check_outputs(options)
    compendium = compendia.load(cache.existing_compendium(options.compendium))
    request, _ = plan_sweep(
        compendium,
        drug_set_of(options, compendium),
        method_of(options, compendium),
        layers=whole_numbers(options.layers) or LAYERS,
        nodes=whole_numbers(options.nodes) or NODES,
        steps=options.steps,
    )
    done = analysis.load(cache.analysis(finish(cache, request, cluster=options.dask)))
    settings = done.tables["settings"]
    print_simulated(done.simulated)
    print(f"{'hidden layers':<28} {'AUROC':>6} {'95% interval':>13} {'AP':>6} {'folds':>8}")
    for row in settings.to_dict("records"):
        interval = f"{row['low']:.3f}-{row['high']:.3f}"
        folds = f"{row['n_folds']} of {row['k']}"
        print(
            f"{row['hidden'][:28]:<28} {row['auroc']:>6.3f} {interval:>13} {row['ap']:>6.3f} "
            f"{folds:>8}{'  stopped early' if row['stopped'] else ''}"
        )
    print("The best of many settings looks better than it is: test it on other drugs.")
    write_analysis(options, done, settings)
