"""`evaluate`: every method on every MOA, or on every class of a table of labels."""

import argparse
import json
from pathlib import Path
from typing import Any

import pandas as pd

from gpar_core.analyses import result as analysis
from gpar_core.commands.output import (
    add_output,
    check_outputs,
    print_simulated,
    records,
    write_output,
    write_table,
)
from gpar_core.commands.terminal import (
    add_classes,
    add_dask,
    add_method,
    finish,
    method_of,
)
from gpar_core.compare.methods import DRUG, METHODS, MIN_DRUGS, PROTOCOLS, USUAL
from gpar_core.data import compendium as compendia
from gpar_core.data.labels import read_labels
from gpar_core.data.name_lists import read_names
from gpar_core.errors import FileFormatError
from gpar_core.export import with_analysis
from gpar_core.learn.presets import LINEAR, PRESETS
from gpar_core.storage.cache import Cache


def add(commands: Any) -> None:
    """Register the command."""
    command = commands.add_parser("evaluate", help="compare methods on identical folds")
    command.set_defaults(command=_evaluate)
    command.add_argument("--compendium", required=True, metavar="NAME")
    command.add_argument(
        "--moas", nargs="+", action="extend", default=[], metavar="MOA",
        help="only these classes, targets by 'target: GENE' (default: all of --classes)",
    )  # fmt: skip
    add_classes(command)
    command.add_argument(
        "--labels", type=Path, metavar="FILE",
        help="table of class labels (CSV or TSV) to use instead of the MOAs",
    )  # fmt: skip
    command.add_argument(
        "--methods", default=",".join(USUAL), metavar="A,B",
        help=f"one or more of {', '.join(METHODS)} (default: %(default)s)",
    )  # fmt: skip
    command.add_argument(
        "--protocol", choices=PROTOCOLS, default=DRUG,
        help="rank drugs, or pairs of drugs as in the paper (for methods that compare pairs)",
    )  # fmt: skip
    command.add_argument("--min-drugs", type=int, default=MIN_DRUGS, metavar="N")
    add_method(
        command,
        presets=[name for name in PRESETS if PRESETS[name] != LINEAR],
        negatives="others",
    )
    add_dask(command)
    add_output(command, "figures of each class")


def _evaluate(options: argparse.Namespace, cache: Cache) -> None:
    # Imported late: other commands do not need the classifiers that these import.
    from gpar_core.analyses.evaluation.evaluate import of_protocol, summary, verdict  # noqa: PLC0415
    from gpar_core.analyses.evaluation.plan import plan_evaluation  # noqa: PLC0415
    from gpar_core.compare.retrieval import by_level, in_words  # noqa: PLC0415
    from gpar_core.data.uploads import publish_table  # noqa: PLC0415

    check_outputs(options)
    labels = _labels(options.labels) if options.labels else None
    compendium = compendia.load(cache.existing_compendium(options.compendium))
    request = plan_evaluation(
        compendium,
        method_of(options, compendium),
        classes=[] if options.moas == ["all"] else "\n".join(options.moas),
        among=options.classes,
        methods=read_names(options.methods),
        min_drugs=options.min_drugs,
        labels=labels,
    )
    if labels is not None:
        publish_table(cache, labels)
    done = analysis.load(cache.analysis(finish(cache, request, cluster=options.dask)))
    measures = of_protocol(done.tables["measures"], options.protocol)
    write_table(options, with_analysis(measures, done))
    overall = summary(measures)
    if options.json:
        retrieval = done.tables.get("retrieval", pd.DataFrame())
        retrieved = by_level(retrieval) if len(retrieval) else retrieval
        text = _json(measures, overall, retrieved, options.protocol, done)
        write_output(options.json, text)
        print(f"{measures['class'].nunique()} classes -> {options.json}")
    _print(measures, overall, verdict(measures), options.protocol, done)
    for line in in_words(done.tables):
        print(line)


def _labels(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise FileFormatError(f"There is no file '{path}'. Check its name and folder.")
    return read_labels(path.read_bytes(), path.name)


def _json(
    measures: pd.DataFrame,
    overall: pd.DataFrame,
    retrieved: pd.DataFrame,
    protocol: str,
    done: analysis.Analysis,
) -> str:
    content = {
        "analysis_id": done.analysis_id,
        "compendium": done.compendium,
        "data": "SIMULATED" if done.simulated else "measured",
        "protocol": protocol,
        "seconds": done.seconds,
        "versions": dict(done.versions),
        "summary": records(overall),
        "classes": records(measures),
        "retrieval": records(retrieved),
        "left_out": records(done.tables["left_out"]),
    }
    return json.dumps(content, indent=1) + "\n"


def _print(
    measures: pd.DataFrame,
    overall: pd.DataFrame,
    about: str,
    protocol: str,
    done: analysis.Analysis,
) -> None:
    print_simulated(done.simulated)
    n = measures["class"].nunique()
    print(f"{n} classes of {done.compendium}, protocol '{protocol}', {done.seconds:.0f} s")
    print(about)
    for row in records(done.tables["left_out"]):
        print(f"left out: {row['class']}: {row['reason']}")
    width = max(len(METHODS[name].label) for name in overall["method"])
    print(
        f"{'method':<{width}} {'mean':>6} {'se':>6} {'median':>6} {'>=0.6':>6} {'AP':>6} "
        f"{'gain':>7} {'p':>9} {'seconds':>8}"
    )
    for row in records(overall):
        error = "" if row["se"] is None else f"{row['se']:.3f}"
        gain = "" if row["p"] is None else f"{row['difference']:>+7.3f} {row['p']:>9.2g}"
        print(
            f"{METHODS[row['method']].label:<{width}} {row['mean']:>6.3f} {error:>6} "
            f"{row['median']:>6.3f} {row['reach_line']:>6.2f} {row['ap']:>6.3f} {gain:>17} "
            f"{row['seconds']:>8.0f}"
        )
