"""`map`: signatures in the plane."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from gpar_core.analyses import result as analysis
from gpar_core.analyses.map.coordinates import read_coordinates
from gpar_core.analyses.map.plan import plan_map
from gpar_core.analyses.map.table import described_points
from gpar_core.analyses.training import result as model
from gpar_core.commands.importing import add_pert_types
from gpar_core.commands.output import add_output, check_outputs, print_simulated, write_analysis
from gpar_core.commands.terminal import add_dask, finish, seed
from gpar_core.data import compendium as compendia
from gpar_core.data.uploads import publish_table
from gpar_core.errors import FileFormatError
from gpar_core.maps import MAPS
from gpar_core.storage.cache import Cache


def add(commands: Any) -> None:
    """Register the command."""
    command = commands.add_parser("map", help="build a map of signatures")
    command.set_defaults(command=_map)
    command.add_argument("--compendium", required=True, metavar="NAME")
    command.add_argument(
        "--method", choices=list(MAPS), default=next(iter(MAPS)),
        help="how signatures are placed (default: %(default)s)",
    )  # fmt: skip
    command.add_argument("--cells", default="", metavar="A,B", help="cell lines (default: all)")
    command.add_argument(
        "--moas", nargs="+", action="extend", default=[], metavar="MOA",
        help="only these MOAs, targets by 'target: GENE' (default: all signatures)",
    )  # fmt: skip
    command.add_argument(
        "--representatives", action="store_true", help="one signature per compound and cell line"
    )
    add_pert_types(command)
    command.add_argument(
        "--model", default="", metavar="MODEL_ID",
        help="place signatures by the last hidden layer of this model (default: by z-scores)",
    )  # fmt: skip
    command.add_argument(
        "--coordinates", type=Path, metavar="FILE", help="table of sig_id, x and y for 'file'"
    )
    command.add_argument("--seed", type=seed, default=0)
    add_dask(command)
    add_output(command, "signatures")


def _map(options: argparse.Namespace, cache: Cache) -> None:
    check_outputs(options)
    compendium = compendia.load(cache.existing_compendium(options.compendium))
    path = options.coordinates
    if path and not path.is_file():
        raise FileFormatError(f"There is no file '{path}'. Check its name and folder.")
    coordinates = read_coordinates(path.read_bytes(), path.name) if path else None
    request = plan_map(
        compendium,
        method=options.method,
        cells=options.cells,
        moas="\n".join(options.moas),
        representatives=options.representatives,
        model=model.load_summary(cache.existing_model(options.model)) if options.model else None,
        coordinates=coordinates,
        seed=options.seed,
        perturbagens=options.pert_types,
    )
    if coordinates is not None:
        publish_table(cache, coordinates)
    done = analysis.load(cache.analysis(finish(cache, request, cluster=options.dask)))
    points, (quality,) = done.tables["points"], done.tables["quality"].to_dict("records")
    print_simulated(done.simulated)
    print(f"{request.title}: {quality['n_shown']:,} of {quality['n']:,} signatures")
    print("Show it on the page Map, where it is among the previous results.")
    rows = described_points(compendium.of_kinds(request.perturbagens), points)
    told = {name: done.tables[name] for name in ("quality", "dropped", "purity")}
    write_analysis(options, replace(done, tables={"points": rows, **told}), rows)
