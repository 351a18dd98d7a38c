"""`genes`: which landmark genes a model uses, and how many it needs."""

import argparse
from pathlib import Path
from typing import Any

from gpar_core.analyses import result as analysis
from gpar_core.analyses.genes.request import GeneCountRequest
from gpar_core.analyses.training import result as model
from gpar_core.commands.output import (
    add_output,
    check_output,
    check_outputs,
    print_simulated,
    write_analysis,
    write_output,
)
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
from gpar_core.export import gene_sets
from gpar_core.storage.cache import Cache

N_SHOWN = 20


def add(commands: Any) -> None:
    """Register both commands."""
    genes = commands.add_parser(
        "genes", help="show which landmark genes a model uses, or how many it needs"
    )
    actions = genes.add_subparsers(required=True, metavar="ACTION")
    importance = actions.add_parser(
        "importance", help="rank the landmark genes by importance for a trained model"
    )
    importance.set_defaults(command=_importance)
    importance.add_argument("model_id", metavar="MODEL_ID")
    importance.add_argument(
        "--gmt", type=Path, metavar="OUT",
        help="write the most important genes, up and down, to a GMT file",
    )  # fmt: skip
    counts = actions.add_parser(
        "counts", help="cross-validate on fewer landmark genes, random or most important ones"
    )
    counts.set_defaults(command=_counts)
    counts.add_argument("--compendium", required=True, metavar="NAME")
    add_drugs(counts)
    counts.add_argument(
        "--counts", default="", metavar="N,N",
        help="numbers of genes (default: those of Gao et al. 2021, and all)",
    )  # fmt: skip
    counts.add_argument(
        "--repeats", type=int, default=GeneCountRequest.repeats, metavar="N",
        help="random draws of each number (default: %(default)s)",
    )  # fmt: skip
    add_method(counts)
    for command, rows in ((importance, "genes"), (counts, "cross-validations")):
        add_dask(command)
        add_output(command, rows)


def _importance(options: argparse.Namespace, cache: Cache) -> None:
    from gpar_core.analyses.genes.plan import plan_gene_importance  # noqa: PLC0415

    check_outputs(options)
    check_output(options.gmt)
    summary = model.load_summary(cache.existing_model(options.model_id))
    compendium = compendia.load(cache.existing_compendium(summary.compendium))
    request = plan_gene_importance(compendium, summary)
    done = analysis.load(cache.analysis(finish(cache, request, cluster=options.dask)))
    genes = done.tables["genes"]
    print_simulated(done.simulated)
    print(f"{'':>4} {'gene':<12} {'':<4} {'attribution':>11} {'by regression':>13} {'mean z':>7}")
    for row in genes.head(N_SHOWN).to_dict("records"):
        print(
            f"{row['ig_rank']:>4.0f} {row['symbol']:<12} {row['direction']:<4} "
            f"{row['ig']:>+11.3f} {row['lr_rank']:>13.0f} {row['z_positive']:>+7.2f}"
        )
    write_analysis(options, done, genes)
    if options.gmt:
        from gpar_core.learn.gene_selection import N_SELECTED  # noqa: PLC0415

        first = genes.head(N_SELECTED)
        by_direction = {
            f"{summary.label} {name}": first.loc[first["direction"] == name, "symbol"]
            for name in ("up", "down")
        }
        write_output(options.gmt, gene_sets(by_direction))
        print(f"{len(first):,} genes -> {options.gmt}")


def _counts(options: argparse.Namespace, cache: Cache) -> None:
    # Imported late: other commands do not need what these import.
    from gpar_core.analyses.genes.counts import DEFAULT_COUNTS, curves  # noqa: PLC0415
    from gpar_core.analyses.genes.plan import plan_gene_counts  # noqa: PLC0415

    check_outputs(options)
    compendium = compendia.load(cache.existing_compendium(options.compendium))
    request, _ = plan_gene_counts(
        compendium,
        drug_set_of(options, compendium),
        method_of(options, compendium),
        counts=whole_numbers(options.counts) or DEFAULT_COUNTS,
        repeats=options.repeats,
    )
    done = analysis.load(cache.analysis(finish(cache, request, cluster=options.dask)))
    auroc = done.tables["auroc"]
    print_simulated(done.simulated)
    print(f"{'genes':>6} {'chosen':<10} {'AUROC':>6}")
    for row in curves(auroc).to_dict("records"):
        print(f"{row['n_genes']:>6} {row['way']:<10} {row['auroc']:>6.3f}")
    write_analysis(options, done, auroc)
