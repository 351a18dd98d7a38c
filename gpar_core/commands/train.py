"""`train`: learn what some drugs have in common, and rank all others."""

import argparse
import json
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from gpar_core.analyses.training import result as model
from gpar_core.analyses.training.plan import plan_training
from gpar_core.commands.output import check_output, write_output
from gpar_core.commands.terminal import (
    add_dask,
    add_drugs,
    add_method,
    drug_set_of,
    finish,
    method_of,
)
from gpar_core.commands.uploads import add_profiles, uploaded
from gpar_core.data import compendium as compendia
from gpar_core.data.uploads import publish_profiles
from gpar_core.learn.learning_curves import expected
from gpar_core.storage.cache import Cache


def add(commands: Any) -> None:
    """Register the command."""
    command = commands.add_parser("train", help="train a model and rank all compounds")
    command.set_defaults(command=_train)
    command.add_argument("--compendium", required=True, metavar="NAME")
    add_profiles(command, add_drugs(command))
    add_method(command)
    command.add_argument(
        "--null",
        type=int,
        default=0,
        metavar="N",
        help=(
            "number of full training runs with permuted labels; with 19 or more, they decide the "
            "verdict"
        ),
    )
    add_dask(command)
    command.add_argument(
        "--json", type=Path, metavar="OUT", help="write the metrics to a JSON file"
    )


def _train(options: argparse.Namespace, cache: Cache) -> None:
    check_output(options.json)
    compendium = compendia.load(cache.existing_compendium(options.compendium))
    profiles = uploaded(options) if options.profiles else None
    for note in profiles.notes if profiles else ():
        print(f"note: {note}", file=sys.stderr)
    drug_set = drug_set_of(options, compendium)
    if profiles and not drug_set.label:
        drug_set = replace(drug_set, label=options.profiles.stem)
    request, training_set = plan_training(
        compendium,
        drug_set,
        method_of(options, compendium),
        null_repeats=options.null,
        uploaded=profiles,
    )
    if profiles:
        publish_profiles(cache, profiles)
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


def _result(summary: model.ModelSummary) -> dict[str, Any]:
    """Figures of the model, without nesting."""
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
