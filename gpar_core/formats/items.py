"""Write a compendium, the ranking of a model or a map as a file of another tool."""

import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from gpar_core.analyses import result as analysis
from gpar_core.analyses.map.request import MapRequest
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.training import result as model
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.errors import RequestError
from gpar_core.formats.anndata_files import write_h5ad
from gpar_core.formats.gct import write_gct, write_gctx
from gpar_core.formats.graph import GRAPHS, Graph, has_graph, map_graph
from gpar_core.formats.signature_table import ranked_signatures
from gpar_core.storage.cache import Cache

MATRICES: Final = {".gct": write_gct, ".gctx": write_gctx}
ENDINGS: Final = (".h5ad", *MATRICES, *GRAPHS)

_turn = threading.BoundedSemaphore(1)


def file_bytes(write: Callable[[Path], object], ending: str) -> bytes:
    """The content of the file that `write` writes; others that are asked for meanwhile wait.

    ending: of the file. Raises the errors of `write`.
    """
    with _turn, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{ending}"
        write(path)
        return path.read_bytes()


def write_item(cache: Cache, item: str, out: Path) -> tuple[Compendium, int]:
    """Write an item in the format of the file's ending.

    item: name of a compendium, id of a model, or id of a map. Returns the compendium of what was
    written, and the number of signatures. Raises RequestError, NotFoundError or OSError.
    """
    ending = out.suffix.lower()
    if ending not in ENDINGS:
        raise RequestError(f"'{out}' must end in one of {', '.join(ENDINGS)}.")
    if item in cache.analysis_ids():
        return _map(analysis.load(cache.existing_analysis(item)), out, ending, cache)
    if ending in GRAPHS:
        raise RequestError("Only an L1000FWD graph can be written as a graph. Give the id of one.")
    if item in cache.model_ids():
        trained = model.load(cache.existing_model(item))
        compendium = _same(trained.summary.compendium, trained.summary.fingerprint, cache)
        rows, obs = ranked_signatures(compendium, trained)
    else:
        compendium = compendia.load(cache.existing_compendium(item))
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
        write_h5ad(
            out,
            compendium,
            rows,
            obsm={f"X_{request.method}": places.to_numpy(np.float32)},
            obsp=_connectivities(map_graph(compendium, done)) if has_graph(request) else None,
        )
    return compendium, len(rows)


def _connectivities(graph: Graph) -> dict[str, Any]:
    """Cosines of the edges as scanpy keeps them: (n, n) CSR, symmetric."""
    from scipy.sparse import coo_array  # noqa: PLC0415 -- pages start without it

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
