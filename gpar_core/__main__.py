"""Command line: `python -m gpar_core`."""

import argparse
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final, NoReturn

from gpar_core import __version__
from gpar_core.analyses.training import result as model
from gpar_core.commands import app as app_command
from gpar_core.commands import cell_influence as cell_influence_command
from gpar_core.commands import compare as compare_command
from gpar_core.commands import compound as compound_command
from gpar_core.commands import curate as curate_command
from gpar_core.commands import doctor as doctor_command
from gpar_core.commands import evaluate as evaluate_command
from gpar_core.commands import evaluate_search as evaluate_search_command
from gpar_core.commands import export as export_command
from gpar_core.commands import fetch as fetch_command
from gpar_core.commands import gene as gene_command
from gpar_core.commands import genes as genes_command
from gpar_core.commands import hyper_parameters as hyper_parameters_command
from gpar_core.commands import importing as import_command
from gpar_core.commands import library as library_command
from gpar_core.commands import map as map_command
from gpar_core.commands import predict_moa as predict_moa_command
from gpar_core.commands import report as report_command
from gpar_core.commands import search as search_command
from gpar_core.commands import select as select_command
from gpar_core.commands import serve as serve_command
from gpar_core.commands import targets as targets_command
from gpar_core.commands import token as token_command
from gpar_core.commands import train as train_command
from gpar_core.commands.output import (
    add_table_output,
    check_outputs,
    write_table,
    writes_table,
)
from gpar_core.commands.terminal import finish, print_compendium, print_with_classes
from gpar_core.data.requests import DemoRequest
from gpar_core.errors import GparError
from gpar_core.export import ranking_table
from gpar_core.rank.ranking import DEFAULT_ORDER as DEFAULT_RANKING
from gpar_core.rank.ranking import MAX_P, MIN_SIGNATURES, ORDERS, filtered, order_by
from gpar_core.storage import folders
from gpar_core.storage.cache import Cache
from gpar_core.upkeep.migration import bring_up_to_date

BY_PYTHON: Final = "python -m gpar_core"


def main(arguments: list[str] | None = None, *, name: str = BY_PYTHON) -> int:
    """Run one command. Returns its exit status: 0, or 2 after printing an error."""
    parser = _parser(name)
    options, unknown = parser.parse_known_args(arguments)
    if unknown and not options.passes_on:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    options.passed_on = unknown
    try:
        cache = Cache(options.cache.resolve())
        if not options.any_cache:
            bring_up_to_date(cache)
        return options.command(options, cache) or 0
    except GparError as error:
        print(f"gpar: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("gpar: stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader (head, less) has closed the pipe; Python must not complain again at exit.
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
    return 0


def _demo(options: argparse.Namespace, cache: Cache) -> None:
    finish(cache, DemoRequest())
    print_compendium(cache, "demo")


def _rank(options: argparse.Namespace, cache: Cache) -> None:
    check_outputs(options)
    trained = model.load(cache.existing_model(options.model_id))
    ranking = filtered(
        order_by(trained.ranking, options.by),
        min_signatures=options.min_signatures,
        max_p=options.max_p,
    )
    if writes_table(options):
        print(f"{len(ranking):,} of {len(trained.ranking):,} compounds")
        write_table(options, ranking_table(ranking, trained.summary))
        return
    if trained.summary.simulated:
        print("SIMULATED data: no laboratory measured these signatures.")
    print_with_classes(
        ranking,
        f"{'rank':>5} {'compound':<28} {'k':>4} {'ES':>6} {'p':>8} {'FDR':>8}",
        [
            f"{place:>5} {str(row.pert_iname)[:28]:<28} {row.k:>4} {row.es:>6.3f} {row.p:>8.4f} "
            f"{row.fdr:>8.2g}"
            for place, row in enumerate(ranking.itertuples(), start=1)
        ],
    )


def _models(options: argparse.Namespace, cache: Cache) -> None:
    for model_id in cache.model_ids():
        s = model.load_summary(cache.model(model_id))
        mark = "  SIMULATED" if s.simulated else ""
        print(
            f"{model_id}  {s.metrics.mean_auroc:.3f}  {s.compendium}  {s.preset}  {s.label}{mark}"
        )


def _compendia(options: argparse.Namespace, cache: Cache) -> None:
    for name in cache.compendium_names():
        print_compendium(cache, name, findings=False)


def _parser(name: str = BY_PYTHON) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=name,
        description="Find drugs that share a mechanism of action from L1000 signatures.",
    )
    parser.add_argument(
        "--cache", type=Path, default=folders.default_cache(), metavar="DIR",
        help="folder of compendia, models and jobs (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=f"GPAR {__version__}")
    parser.set_defaults(any_cache=False, passes_on=False)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    app_command.add(commands)

    demo = commands.add_parser("demo", help="build the simulated demo compendium")
    demo.set_defaults(command=_demo)

    import_command.add(commands)
    select_command.add(commands)

    fetch_command.add(commands)

    train_command.add(commands)

    rank = commands.add_parser("rank", help="show the ranked list of a model")
    rank.set_defaults(command=_rank)
    rank.add_argument("model_id", metavar="MODEL_ID")
    rank.add_argument("--min-signatures", type=int, default=MIN_SIGNATURES, metavar="K")
    rank.add_argument("--max-p", type=float, default=MAX_P, metavar="P")
    rank.add_argument("--by", choices=list(ORDERS), default=DEFAULT_RANKING)
    add_table_output(rank, "compounds that pass")

    library_command.add(commands)
    predict_moa_command.add(commands)
    curate_command.add(commands)
    compare_command.add(commands)
    compound_command.add(commands)
    evaluate_command.add(commands)
    evaluate_search_command.add(commands)
    report_command.add(commands)
    search_command.add(commands)
    targets_command.add(commands)
    gene_command.add(commands)
    genes_command.add(commands)
    cell_influence_command.add(commands)
    hyper_parameters_command.add(commands)
    map_command.add(commands)
    export_command.add(commands)
    doctor_command.add(commands)
    serve_command.add(commands)
    token_command.add(commands)

    models = commands.add_parser("models", help="list trained models")
    models.set_defaults(command=_models)
    compendia_parser = commands.add_parser("compendia", help="list compendia")
    compendia_parser.set_defaults(command=_compendia)
    return parser


def end(ended_with: int) -> NoReturn:
    """End the process with an exit status."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(BrokenPipeError):
            stream.flush()
    # Python's own exit sometimes aborts while threads of Arrow or TensorFlow are still waiting.
    os._exit(ended_with)


def gpar() -> NoReturn:
    """The console script `gpar`."""
    end(main(name="gpar"))


if __name__ == "__main__":
    end(main())
