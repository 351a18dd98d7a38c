"""Command line: `python -m gpar_core`."""

import argparse
import json
import os
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gpar_core.analyses.library import result as library
from gpar_core.analyses.method import DrugSet
from gpar_core.analyses.moa_prediction import result as prediction
from gpar_core.analyses.moa_prediction.plan import plan_prediction
from gpar_core.analyses.training import result as model
from gpar_core.analyses.training.plan import plan_training
from gpar_core.commands import doctor as doctor_command
from gpar_core.commands import evaluate as evaluate_command
from gpar_core.commands import evaluate_search as evaluate_search_command
from gpar_core.commands import fetch as fetch_command
from gpar_core.commands import gene as gene_command
from gpar_core.commands import importing as import_command
from gpar_core.commands import library as library_command
from gpar_core.commands import report as report_command
from gpar_core.commands import search as search_command
from gpar_core.commands import select as select_command
from gpar_core.commands import targets as targets_command
from gpar_core.commands.output import check_output, write_output
from gpar_core.commands.terminal import (
    add_dask,
    add_method,
    finish,
    method_of,
    print_compendium,
    print_with_classes,
)
from gpar_core.commands.uploads import add_compound_or_profiles, uploaded
from gpar_core.data import compendium as compendia
from gpar_core.data.class_names import target_class
from gpar_core.data.name_lists import read_drugs
from gpar_core.data.requests import DemoRequest
from gpar_core.data.uploads import publish_profiles
from gpar_core.errors import GparError
from gpar_core.export import moas_csv, ranking_csv
from gpar_core.learn.learning_curves import expected
from gpar_core.rank.moa_prediction import DEFAULT_ORDER, SUPPORTED, TOP
from gpar_core.rank.moa_prediction import ORDERS as MOA_ORDERS
from gpar_core.rank.ranking import DEFAULT_ORDER as DEFAULT_RANKING
from gpar_core.rank.ranking import MAX_P, MIN_SIGNATURES, ORDERS, filtered, order_by
from gpar_core.storage.cache import Cache
from gpar_core.upkeep.migration import bring_up_to_date

DEFAULT_CACHE = Path(__file__).resolve().parent.parent / "cache"


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns its exit status: 0, or 2 after printing an error."""
    options = _parser().parse_args(arguments)
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


def _train(options: argparse.Namespace, cache: Cache) -> None:
    check_output(options.json)
    compendium = compendia.load(cache.existing_compendium(options.compendium))
    request, training_set = plan_training(
        compendium,
        DrugSet(
            (*read_drugs(compendium, options.drugs), *options.drug),
            options.moa or target_class(options.target),
        ),
        method_of(options, compendium),
        null_repeats=options.null,
    )
    if training_set.note:
        print(f"note: {training_set.note}", file=sys.stderr)
    if expectation := expected(training_set):
        print(expectation.sentence, file=sys.stderr)
    model_id = finish(cache, request, cluster=options.dask)
    result = _result(model.load_summary(cache.existing_model(model_id)))
    if options.json:
        write_output(options.json, json.dumps(result, indent=1) + "\n")
        print(f"{model_id}  mean AUROC {result['mean_auroc']:.3f}  -> {options.json}")
    else:
        print(json.dumps(result, indent=1))


def _rank(options: argparse.Namespace, cache: Cache) -> None:
    check_output(options.csv)
    trained = model.load(cache.existing_model(options.model_id))
    ranking = filtered(
        order_by(trained.ranking, options.by),
        min_signatures=options.min_signatures,
        max_p=options.max_p,
    )
    if options.csv:
        write_output(options.csv, ranking_csv(ranking, trained.summary))
        print(f"{len(ranking)} of {len(trained.ranking)} compounds -> {options.csv}")
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


def _predict_moa(options: argparse.Namespace, cache: Cache) -> None:
    check_output(options.csv)
    compendium = compendia.load(cache.existing_compendium(options.compendium))
    asked = library.chosen(cache, compendium, options.library)
    if options.compound:
        found = prediction.of_compound(cache, asked, compendium, options.compound)
    else:
        profiles = uploaded(options)
        publish_profiles(cache, profiles)
        request = plan_prediction(asked, profiles, options.profiles.stem[:80])
        found = prediction.load(cache.prediction(finish(cache, request)))
    tables = prediction.ranked(found, by=options.by)
    if options.csv:
        write_output(options.csv, moas_csv(tables, found))
        print(f"{len(tables)} rows -> {options.csv}")
        return
    for note in found.notes:
        print(f"note: {note}", file=sys.stderr)
    if found.simulated:
        print("SIMULATED data: no laboratory measured the signatures of this compendium.")
    noun = found.noun
    for name, table in tables.groupby("name", sort=False):
        n = int(table["n_signatures"].iloc[0])
        print(f"{name} ({n} signature{'' if n == 1 else 's'})")
        print(
            f"{'':>5}{noun.title:<48} {'evid':>7} {'FDR':>7} {'pctl':>6} {'prob':>6} {'calib':>6} "
            f"{'agree':>6}  scored by"
        )
        for place, row in enumerate(table.head(options.top).itertuples(), start=1):
            by = "held-out fold" if row.held_out else "model"
            print(
                f"{place:>3}{'*' if row.supported else ' '} {str(row.moa)[:48]:<48} "
                f"{row.evidence:>7.3g} {row.fdr:>7.2g} {row.percentile:>6.1%} "
                f"{row.mean_probability:>6.3f} {row.calibrated:>6.3f} {row.agreement:>6.2f}  {by}"
            )
        print(f"* supported: FDR of {SUPPORTED:g} or less over all {noun.counted(len(table))}")


def _result(summary: model.ModelSummary) -> dict[str, Any]:
    """The output of `train`: figures of the model, without nesting."""
    values = asdict(summary)
    metrics = values.pop("metrics")
    verdict = summary.verdict
    return {
        **values,
        **metrics,
        "chance": verdict.chance.p,
        "verdict": verdict.name,
        "verdict_why": verdict.why,
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m gpar_core",
        description="Find drugs that share a mechanism of action from L1000 signatures.",
    )
    parser.add_argument(
        "--cache", type=Path, default=DEFAULT_CACHE, metavar="DIR",
        help="folder of compendia, models and jobs (default: %(default)s)",
    )  # fmt: skip
    parser.set_defaults(any_cache=False)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="build the simulated demo compendium")
    demo.set_defaults(command=_demo)

    import_command.add(commands)
    select_command.add(commands)

    fetch_command.add(commands)

    train = commands.add_parser("train", help="train a model and rank all compounds")
    train.set_defaults(command=_train)
    train.add_argument("--compendium", required=True, metavar="NAME")
    chosen = train.add_mutually_exclusive_group()
    chosen.add_argument(
        "--drugs", default="", metavar="A,B,C",
        help=(
            "names or pert_ids, separated by commas or semicolons; compound names that contain "
            "commas are recognized"
        ),
    )  # fmt: skip
    train.add_argument(
        "--drug", action="append", default=[], metavar="NAME",
        help="one name or pert_id, taken literally; repeat the option for more drugs",
    )  # fmt: skip
    chosen.add_argument("--moa", default="", help="all drugs with this MOA")
    chosen.add_argument(
        "--target", default="", metavar="GENE", help="all drugs with this target, for example DRD2"
    )
    add_method(train)
    train.add_argument(
        "--null",
        type=int,
        default=0,
        metavar="N",
        help=(
            "number of full training runs with permuted labels; with 19 or more, they decide the "
            "verdict"
        ),
    )
    add_dask(train)
    train.add_argument("--json", type=Path, metavar="OUT", help="write the metrics to a JSON file")

    rank = commands.add_parser("rank", help="show the ranked list of a model")
    rank.set_defaults(command=_rank)
    rank.add_argument("model_id", metavar="MODEL_ID")
    rank.add_argument("--min-signatures", type=int, default=MIN_SIGNATURES, metavar="K")
    rank.add_argument("--max-p", type=float, default=MAX_P, metavar="P")
    rank.add_argument("--by", choices=list(ORDERS), default=DEFAULT_RANKING)
    rank.add_argument("--csv", type=Path, metavar="OUT")

    library_command.add(commands)
    _prediction_options(commands)
    evaluate_command.add(commands)
    evaluate_search_command.add(commands)
    report_command.add(commands)
    search_command.add(commands)
    targets_command.add(commands)
    gene_command.add(commands)
    doctor_command.add(commands)

    models = commands.add_parser("models", help="list trained models")
    models.set_defaults(command=_models)
    compendia_parser = commands.add_parser("compendia", help="list compendia")
    compendia_parser.set_defaults(command=_compendia)
    return parser


def _prediction_options(commands: Any) -> None:
    predict = commands.add_parser(
        "predict-moa", help="predict the MOA of a compound or of uploaded profiles"
    )
    predict.set_defaults(command=_predict_moa)
    predict.add_argument("--compendium", required=True, metavar="NAME")
    add_compound_or_profiles(predict)
    predict.add_argument(
        "--library", default="", metavar="ID", help="library to use (default: the best)"
    )
    predict.add_argument(
        "--by", choices=sorted(MOA_ORDERS), default=DEFAULT_ORDER,
        help="order of the MOAs; 'paper' is by mean probability (default: %(default)s)",
    )  # fmt: skip
    predict.add_argument("--top", type=int, default=TOP, metavar="N")
    predict.add_argument(
        "--csv", type=Path, metavar="OUT", help="write all MOAs for all profiles to a CSV file"
    )


if __name__ == "__main__":
    ended_with = main()
    for stream in (sys.stdout, sys.stderr):
        with suppress(BrokenPipeError):
            stream.flush()
    # Python's own exit sometimes aborts while threads of Arrow or TensorFlow are still waiting.
    os._exit(ended_with)
