"""`predict-moa`: likely mechanisms of a compound or of profiles."""

import argparse
import sys
from typing import Any

from gpar_core.analyses.library import result as library
from gpar_core.analyses.moa_prediction import result as prediction
from gpar_core.analyses.moa_prediction.plan import plan_prediction
from gpar_core.commands.output import (
    add_table_output,
    check_outputs,
    print_simulated,
    write_table,
    writes_table,
)
from gpar_core.commands.terminal import finish
from gpar_core.commands.uploads import add_compound_or_profiles, uploaded
from gpar_core.data import compendium as compendia
from gpar_core.data.uploads import publish_profiles
from gpar_core.export import moas_table
from gpar_core.rank.moa_prediction import DEFAULT_ORDER, ORDERS, SUPPORTED, TOP
from gpar_core.storage.cache import Cache


def add(commands: Any) -> None:
    """Register the command."""
    command = commands.add_parser(
        "predict-moa", help="predict the MOA of a compound or of uploaded profiles"
    )
    command.set_defaults(command=_predict)
    command.add_argument("--compendium", required=True, metavar="NAME")
    add_compound_or_profiles(command)
    command.add_argument(
        "--library", default="", metavar="ID", help="library to use (default: the best)"
    )
    command.add_argument(
        "--by", choices=sorted(ORDERS), default=DEFAULT_ORDER,
        help="order of the MOAs; 'paper' is by mean probability (default: %(default)s)",
    )  # fmt: skip
    command.add_argument("--top", type=int, default=TOP, metavar="N")
    add_table_output(command, "MOAs for all profiles")


def _predict(options: argparse.Namespace, cache: Cache) -> None:
    check_outputs(options)
    compendium = compendia.load(cache.existing_compendium(options.compendium))
    asked = library.chosen(cache, compendium, options.library)
    if options.compound:
        found = prediction.of_compound(cache, asked, compendium, options.compound)
    else:
        profiles = uploaded(options)
        publish_profiles(cache, profiles)
        name = options.name or options.profiles.stem
        request = plan_prediction(asked, profiles, name[:80])
        found = prediction.load(cache.prediction(finish(cache, request)))
    tables = prediction.ranked(found, by=options.by)
    if writes_table(options):
        write_table(options, moas_table(tables, found))
        return
    for note in found.notes:
        print(f"note: {note}", file=sys.stderr)
    print_simulated(found.simulated)
    noun = found.noun
    for name, table in tables.groupby("name", sort=False):
        n = int(table["n_signatures"].iloc[0])
        print(f"{name!s} ({n} signature{'' if n == 1 else 's'})")
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
