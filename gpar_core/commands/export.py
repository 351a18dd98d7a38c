"""`export`: a compendium, the ranking of a model or a map, as a file of another tool."""

import argparse
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.sparse import coo_array

from gpar_core.analyses import result as analysis
from gpar_core.analyses.map.request import MapRequest
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.training import result as model
from gpar_core.commands.output import check_output, print_simulated, refused
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.errors import RequestError, in_words
from gpar_core.formats.anndata_files import write_h5ad
from gpar_core.formats.gct import write_gct, write_gctx
from gpar_core.formats.graph import Graph, map_graph, write_cyjs, write_graphml
from gpar_core.formats.signature_table import ranked_signatures
from gpar_core.storage.cache import Cache

GRAPHS: Final = {".graphml": write_graphml, ".cyjs": write_cyjs}
MATRICES: Final = {".gct": write_gct, ".gctx": write_gctx}
ENDINGS: Final = (".h5ad", *MATRICES, *GRAPHS)


def add(commands: Any) -> None:
    """Register the command."""
    command = commands.add_parser(
        "export",
        help="write a compendium, a ranking or a map for other tools",
        description=(
            "The ending of the file decides its format: .h5ad (AnnData), .gctx or .gct, and for an "
            "L1000FWD graph also .graphml or .cyjs (Cytoscape). A model gives the signatures of "
            "all ranked drugs with their scores, a map those that it shows with their places."
        ),
    )
    command.set_defaults(command=_export)
    command.add_argument(
        "what", metavar="ITEM", help="name of a compendium, id of a model, or id of a map"
    )
    command.add_argument("out", type=Path, metavar="OUT", help=f"file, {', '.join(ENDINGS)}")


def _export(options: argparse.Namespace, cache: Cache) -> None:
    check_output(options.out)
    ending = options.out.suffix.lower()
    if ending not in ENDINGS:
        raise RequestError(f"'{options.out}' must end in one of {', '.join(ENDINGS)}.")
    try:
        compendium, n = _write(options.what, options.out, ending, cache)
    except OSError as error:
        raise refused(options.out, in_words(error)) from error
    print_simulated(compendium.simulated)
    print(f"{n:,} signatures -> {options.out}")


def _write(what: str, out: Path, ending: str, cache: Cache) -> tuple[Compendium, int]:
    """Returns the compendium of what was written, and the number of signatures."""
    if what in cache.analysis_ids():
        return _map(analysis.load(cache.existing_analysis(what)), out, ending, cache)
    if ending in GRAPHS:
        raise RequestError("Only an L1000FWD graph can be written as a graph. Give the id of one.")
    if what in cache.model_ids():
        trained = model.load(cache.existing_model(what))
        compendium = _same(trained.summary.compendium, trained.summary.fingerprint, cache)
        rows, obs = ranked_signatures(compendium, trained)
    else:
        compendium = compendia.load(cache.existing_compendium(what))
        compendium = compendium.of_kinds(compendium.stored_kinds)
        rows = np.arange(compendium.n_signatures)
        obs = pd.DataFrame(index=range(len(rows)))
    if ending in MATRICES:
        MATRICES[ending](out, compendium, rows, obs)
    else:
        write_h5ad(out, compendium, rows, obs=obs)
    return compendium, len(rows)


def _map(done: Analysis, out: Path, ending: str, cache: Cache) -> tuple[Compendium, int]:
    request = done.request
    if not isinstance(request, MapRequest):
        raise RequestError("This analysis is not a map. Write its tables with --csv or --json.")
    compendium = _same(request.compendium, request.fingerprint, cache)
    compendium = compendium.of_kinds(request.perturbagens)
    points = done.tables["points"]
    rows, places = points["row"].to_numpy(), points[["x", "y"]]
    if ending in GRAPHS:
        GRAPHS[ending](out, map_graph(compendium, done))
    elif ending in MATRICES:
        MATRICES[ending](out, compendium, rows, places)
    else:
        has_edges = request.method == "fwd" and not request.model
        write_h5ad(
            out,
            compendium,
            rows,
            obsm={f"X_{request.method}": places.to_numpy(np.float32)},
            obsp=_connectivities(map_graph(compendium, done)) if has_edges else None,
        )
    return compendium, len(rows)


def _connectivities(graph: Graph) -> dict[str, Any]:
    """Cosines of the edges as scanpy keeps them: (n, n) CSR, symmetric."""
    n = len(graph.nodes)
    (a, b), values = graph.pairs.T, graph.similarity
    both = (np.concatenate([values, values]), (np.concatenate([a, b]), np.concatenate([b, a])))
    return {"connectivities": coo_array(both, shape=(n, n)).tocsr()}


def _same(name: str, fingerprint: str, cache: Cache) -> Compendium:
    """The compendium of a result. Raises NotFoundError, or RequestError if it has changed."""
    compendium = compendia.load(cache.existing_compendium(name))
    if compendium.fingerprint != fingerprint:
        raise RequestError(
            f"The compendium '{name}' has changed since this was computed. Compute it again."
        )
    return compendium
