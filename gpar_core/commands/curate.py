"""`curate`: find outliers among the training drugs of a model."""

import argparse
import json
from typing import Any

from gpar_core.analyses.curation.plan import REPEATS, plan_curation
from gpar_core.analyses.training import result as model
from gpar_core.commands.output import (
    add_output,
    check_outputs,
    print_simulated,
    records,
    write_output,
    write_table,
)
from gpar_core.commands.terminal import add_dask, finish
from gpar_core.export import with_provenance
from gpar_core.storage.cache import Cache


def add(commands: Any) -> None:
    """Register the command."""
    command = commands.add_parser(
        "curate",
        help="find outliers among the training drugs of a model",
        description=(
            "Repeat the cross-validation without each drug: a drug does not look like the others "
            "if the mean AUROC rises by more than chance explains."
        ),
    )
    command.set_defaults(command=_curate)
    command.add_argument("model_id", metavar="MODEL_ID")
    command.add_argument(
        "--repeats", type=int, default=REPEATS, metavar="N",
        help="cross-validations on different folds (default: %(default)s)",
    )  # fmt: skip
    add_dask(command)
    add_output(command, "drugs")


def _curate(options: argparse.Namespace, cache: Cache) -> None:
    from gpar_core.analyses.curation import result as curations  # noqa: PLC0415

    check_outputs(options)
    summary = model.load_summary(cache.existing_model(options.model_id))
    request = plan_curation(summary, repeats=options.repeats)
    saved = curations.load(cache.curation(finish(cache, request, cluster=options.dask)))
    found = saved.curation
    print_simulated(summary.simulated)
    print(f"mean AUROC of the whole set {found.mean_auroc:.3f}, sd over repeats {found.spread:.3f}")
    print(f"{'without':<32} {'AUROC':>6} {'effect':>7} {'chance':>7}")
    for row in found.drugs.to_dict("records"):
        mark = "  OUTLIER" if row["suspect"] else ""
        print(
            f"{row['pert_iname'][:32]:<32} {row['auroc_without']:>6.3f} {row['effect']:>+7.3f} "
            f"{row['noise']:>7.3f}{mark}"
        )
    write_table(options, with_provenance(found.drugs, summary))
    if options.json:
        content = {
            **vars(saved.provenance),
            "mean_auroc": found.mean_auroc,
            "spread": found.spread,
            "repeats": found.repeats,
            "drugs": records(found.drugs),
        }
        write_output(options.json, json.dumps(content, indent=1) + "\n")
        print(f"{len(found.drugs)} drugs -> {options.json}")
