"""`compare`: two models, or two orders of one ranking, side by side."""

import argparse
import json
from typing import Any

from gpar_core import fields
from gpar_core.analyses.comparison.result import compare
from gpar_core.analyses.training import result as model
from gpar_core.commands.output import (
    add_output,
    check_outputs,
    print_simulated,
    records,
    write_output,
    write_table,
)
from gpar_core.data import compendium as compendia
from gpar_core.export import with_models
from gpar_core.rank.ranking import DEFAULT_ORDER, ORDERS
from gpar_core.storage.cache import Cache

N_SHOWN = 20


def add(commands: Any) -> None:
    """Register the command."""
    command = commands.add_parser(
        "compare", help="compare two models, or two sort orders of one ranking"
    )
    command.set_defaults(command=_compare)
    command.add_argument("first", metavar="MODEL_ID")
    command.add_argument("second", metavar="MODEL_ID")
    for option in ("--by", "--second-by"):
        command.add_argument(
            option, choices=list(ORDERS), default=DEFAULT_ORDER,
            help="sort order of the {} ranking (default: %(default)s)".format(
                "first" if option == "--by" else "second"
            ),
        )  # fmt: skip
    add_output(command, "compounds")


def _compare(options: argparse.Namespace, cache: Cache) -> None:
    check_outputs(options)
    first, second = (
        model.load(cache.existing_model(each)) for each in (options.first, options.second)
    )
    compendium = compendia.load(cache.existing_compendium(first.summary.compendium))
    found = compare(first, second, compendium.signatures, orders=(options.by, options.second_by))
    told = found.agreement
    print_simulated(first.summary.simulated)
    print(
        f"Spearman correlation {told.rho:.3f} (95% interval {told.low:.3f}-{told.high:.3f}) over "
        f"{told.n:,} compounds that both rank"
    )
    for row in found.overlap.to_dict("records"):
        print(f"first {row['top']}: {row['shared']} shared, {row['expected']:.1f} by chance")
    for row in found.settings.to_dict("records"):
        print(f"{row['what']}: {row['first']} | {row['second']}")
    print(f"\n{'first':>7} {'second':>7}  {'compound':<28} why")
    for row in found.compounds.head(N_SHOWN).to_dict("records"):
        ranks = (f"{row[rank]:>7.0f}" if row[rank] == row[rank] else f"{'-':>7}"
                 for rank in ("rank_first", "rank_second"))  # fmt: skip
        print(f"{' '.join(ranks)}  {row[fields.PERT_INAME][:28]:<28} {row['why']}")
    compounds = found.compounds.drop(columns=fields.DRUG)
    write_table(options, with_models(compounds, first.summary, second.summary))
    if options.json:
        content = {
            "first": first.summary.model_id,
            "second": second.summary.model_id,
            "data": "SIMULATED" if first.summary.simulated else "measured",
            "agreement": vars(told),
            **{
                name: records(getattr(found, name)) for name in ("settings", "overlap", "compounds")
            },
        }
        write_output(options.json, json.dumps(content, indent=1) + "\n")
        print(f"{len(found.compounds):,} compounds -> {options.json}")
