"""`predict-target` and `evaluate-targets`: which gene a compound acts on, and how often right."""

import argparse
import sys
from collections.abc import Mapping
from typing import Any

import pandas as pd

from gpar_core import fields
from gpar_core.analyses import result as analysis
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.target_prediction.library_evidence import NONE, library_of_targets
from gpar_core.analyses.target_prediction.plan import (
    missing_evidence,
    plan_target_evaluation,
    plan_target_prediction,
)
from gpar_core.commands.output import add_output, check_outputs, print_simulated, write_analysis
from gpar_core.commands.terminal import finish, seed
from gpar_core.commands.uploads import add_compound_or_profiles, uploaded
from gpar_core.data import compendium as compendia
from gpar_core.data.uploads import publish_profiles
from gpar_core.storage.cache import Cache
from gpar_core.targets.evaluate import FIRST, METHODS
from gpar_core.targets.evidence import LINES
from gpar_core.targets.verdict import hits_in_words, verdict

TOP = 10


def add(commands: Any) -> None:
    """Register the commands."""
    predict = commands.add_parser(
        "predict-target",
        help="rank the genes that a compound or uploaded profiles may act on",
        description=(
            "Rank genes by how much a compound resembles their loss (knock-downs, knock-outs, "
            "reversed over-expressions), by models of targets, and by the targets of the nearest "
            "drugs. Known targets of the compound are marked, and not used."
        ),
    )
    predict.set_defaults(command=_predict)
    predict.add_argument("--compendium", required=True, metavar="NAME")
    add_compound_or_profiles(predict)
    predict.add_argument("--top", type=int, default=TOP, metavar="N")
    evaluate = commands.add_parser(
        "evaluate-targets",
        help="count how often a known target is among the first genes of predict-target",
        description=(
            "Rank the genes for each compound with known targets, without using those, and count "
            "how often one is among the first 10 and 50, by each line of evidence and by plain "
            "baselines."
        ),
    )
    evaluate.set_defaults(command=_evaluate)
    evaluate.add_argument("--compendium", required=True, metavar="NAME")
    evaluate.add_argument("--seed", type=seed, default=0, help="seed of folds and intervals")
    for command in (predict, evaluate):
        command.add_argument(
            "--library", default="", metavar="ID",
            help=f"library of targets to use, or '{NONE}' (default: the one with most targets)",
        )  # fmt: skip
        add_output(command)


def _predict(options: argparse.Namespace, cache: Cache) -> None:
    check_outputs(options)
    compendium = compendia.load(cache.existing_compendium(options.compendium))
    library = library_of_targets(cache, compendium, options.library)
    if options.compound:
        request = plan_target_prediction(compendium, compound=options.compound, library=library)
    else:
        profiles = uploaded(options)
        for note in profiles.notes:
            print(f"note: {note}", file=sys.stderr)
        name = options.name or options.profiles.stem
        request = plan_target_prediction(compendium, profiles=profiles, name=name, library=library)
        publish_profiles(cache, profiles)
    for what in missing_evidence(compendium, library):
        print(f"note: {what}", file=sys.stderr)
    done = analysis.load(cache.analysis(finish(cache, request)))
    _print(done, options.top)
    write_analysis(options, done, done.tables["targets"])


def _evaluate(options: argparse.Namespace, cache: Cache) -> None:
    check_outputs(options)
    compendium = compendia.load(cache.existing_compendium(options.compendium))
    library = library_of_targets(cache, compendium, options.library)
    request = plan_target_evaluation(compendium, library=library, seed=options.seed)
    for what in missing_evidence(compendium, library):
        print(f"note: {what}", file=sys.stderr)
    done = analysis.load(cache.analysis(finish(cache, request)))
    print_simulated(done.simulated)
    (scope,) = done.tables["scope"].to_dict("records")
    print(
        f"{done.compendium}: {scope['n_molecules']:,} molecules with {scope['n_targets']:,} known "
        f"targets among {scope['n_genes']:,} genes; {done.seconds:.0f} s"
    )
    print(hits_in_words(done.tables["methods"]))
    print(f"\n{'known target among the first':<32}" + "".join(f"{k:>22}" for k in FIRST))
    for method, rows in done.tables["methods"].groupby("method", sort=False):
        cells = [f"{row.share:.3f} ({row.low:.3f}-{row.high:.3f})" for row in rows.itertuples()]
        print(f"{METHODS[str(method)]:<32}" + "".join(f"{cell:>22}" for cell in cells))
    if "reliability" in done.tables:
        print("\nprobability, mean      known targets")
        for row in done.tables["reliability"].to_dict("records"):
            print(f"{row['predicted']:>17.3f}      {row['observed']:.3f} of {row['n']:,}")
    write_analysis(options, done, done.tables["methods"])


def _print(done: Analysis, top: int) -> None:
    print_simulated(done.simulated)
    tables: Mapping[str, pd.DataFrame] = done.tables
    base_rate = float(tables["scope"]["base_rate"].iloc[0])
    for query, table in tables["targets"].groupby("query", sort=False):
        print(f"{query}: {verdict(table, base_rate)}")
        lines = [name for name in LINES if name in table and table[name].notna().any()]
        heads = "".join(f"{_head(name):>18}" for name in lines)
        print(f"{'':>5}{'gene':<14}{'prob':>7}{'genetic':>9}{'p':>9}{'FDR':>9}{heads}")
        for row in table.head(top).to_dict("records"):
            cells = "".join(f"{_number(row[name], '.2f'):>18}" for name in lines)
            print(
                f"{row['rank']:>4}{'*' if row['known'] else ' '}{row['gene'][:13]:<14}"
                f"{_number(row['probability'], '.3f'):>7}{_number(row['genetic'], '.2f'):>9}"
                f"{_number(row['p'], '.2g'):>9}{_number(row['fdr'], '.2g'):>9}{cells}"
            )
        known = table[table["known"]]
        if len(known):
            places = ", ".join(f"{row.gene} (rank {row.rank})" for row in known.itertuples())
            print(f"* known target, not used as evidence: {places} of {len(table):,}")
    near = tables["neighbors"].groupby("query", sort=False).head(5)
    for row in near.to_dict("records"):
        print(f"near {row['query']}: {row[fields.PERT_INAME]} ({row['similarity']:.1f}): "
              f"{row[fields.TARGET]}")  # fmt: skip


def _head(line: str) -> str:
    return LINES[line].replace("expression", "expr.").replace(", other lines", " other")


def _number(value: float, form: str) -> str:
    return "-" if pd.isna(value) else format(value, form)
