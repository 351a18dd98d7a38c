"""Graphs of similar signatures for Cytoscape: GraphML and .cyjs."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.analyses.map.request import MapRequest
from gpar_core.analyses.map.selection import selected_rows
from gpar_core.analyses.result import Analysis
from gpar_core.data.compendium import Compendium
from gpar_core.errors import RequestError
from gpar_core.formats.signature_table import described

NODE_COLUMNS = (fields.PERT_INAME, fields.MOA, fields.TARGET, fields.CELL_ID, fields.TAS)
CONTROL = dict.fromkeys(range(32), " ")
"""Characters that XML cannot hold."""


@dataclass(frozen=True, eq=False)
class Graph:
    """nodes: `NODE_COLUMNS`, and x and y if they have places, by sig_id. pairs: (m, 2) positions of
    nodes. similarity: (m,) cosines."""

    nodes: pd.DataFrame
    pairs: np.ndarray
    similarity: np.ndarray


def has_graph(request: MapRequest) -> bool:
    """Whether a map has edges: an L1000FWD graph of z-scores."""
    return request.method == "fwd" and not request.model


def map_graph(compendium: Compendium, done: Analysis) -> Graph:
    """The graph of an L1000FWD-style map, with the places of its nodes.

    compendium: with the perturbagens of the map. Raises RequestError for any other kind of map.
    """
    from gpar_core.maps import fwd  # noqa: PLC0415 -- scikit-learn, for which no command waits

    request = done.request
    if not isinstance(request, MapRequest) or not has_graph(request):
        raise RequestError(
            "Only an L1000FWD graph of z-scores has edges. Build a map with this method, or write "
            "an .h5ad file."
        )
    asked = selected_rows(
        compendium,
        cells=request.cells,
        moas=request.moas,
        representatives=request.representatives,
    )
    graph = fwd.strongest(compendium.matrix[asked], seed=request.seed)
    points = done.tables["points"]
    rows = points["row"].to_numpy()
    place = pd.Index(rows).get_indexer(asked)
    shown = (place[graph.pairs] >= 0).all(axis=1)
    nodes = described(compendium, rows)[list(NODE_COLUMNS)]
    nodes = nodes.assign(x=points["x"].to_numpy(), y=points["y"].to_numpy())
    return Graph(nodes, place[graph.pairs[shown]], graph.cosine[shown])


def write_graphml(path: Path, graph: Graph) -> None:
    """Write nodes and undirected edges with their attributes. Raises OSError."""
    root = ElementTree.Element("graphml", xmlns="http://graphml.graphdrawing.org/xmlns")
    kinds = {name: "double" if _number(graph, name) else "string" for name in map(str, graph.nodes)}
    for name, kind in kinds.items():
        key = {"id": name, "for": "node", "attr.name": name, "attr.type": kind}
        ElementTree.SubElement(root, "key", key)
    key = {"id": "similarity", "for": "edge", "attr.name": "similarity", "attr.type": "double"}
    ElementTree.SubElement(root, "key", key)
    body = ElementTree.SubElement(root, "graph", edgedefault="undirected")
    for sig_id, values in _nodes(graph):
        node = ElementTree.SubElement(body, "node", id=sig_id)
        for name, value in values.items():
            ElementTree.SubElement(node, "data", key=name).text = str(value)
    for source, target, similarity in _edges(graph):
        edge = ElementTree.SubElement(body, "edge", source=source, target=target)
        ElementTree.SubElement(edge, "data", key="similarity").text = str(similarity)
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def write_cyjs(path: Path, graph: Graph) -> None:
    """Write the JSON of Cytoscape and Cytoscape.js, with positions if known. Raises OSError."""
    nodes = [
        {
            "data": {"id": sig_id, "name": values[fields.PERT_INAME], **values},
            **({"position": {"x": values["x"], "y": values["y"]}} if "x" in values else {}),
        }
        for sig_id, values in _nodes(graph)
    ]
    edges = [
        {"data": {"id": str(number), "source": a, "target": b, "similarity": similarity}}
        for number, (a, b, similarity) in enumerate(_edges(graph))
    ]
    content = {"data": {"name": "GPAR"}, "elements": {"nodes": nodes, "edges": edges}}
    path.write_text(json.dumps(content), encoding="utf-8")


GRAPHS: Final = {".graphml": write_graphml, ".cyjs": write_cyjs}
"""What writes each format, by the ending of the file."""


def _number(graph: Graph, name: str) -> bool:
    return pd.api.types.is_numeric_dtype(graph.nodes[name])


def _nodes(graph: Graph) -> Iterable[tuple[str, dict[str, str | float]]]:
    """The id and the attributes of each node, without those that are unknown."""
    rows = graph.nodes.astype(object).to_dict("records")
    for sig_id, row in zip(graph.nodes.index, rows, strict=True):
        known = {str(name): value for name, value in row.items() if pd.notna(value)}
        yield (
            _text(sig_id),
            {
                name: _text(value) if isinstance(value, str) else float(value)
                for name, value in known.items()
            },
        )


def _edges(graph: Graph) -> Iterable[tuple[str, str, float]]:
    ids = [_text(sig_id) for sig_id in graph.nodes.index]
    for (a, b), similarity in zip(graph.pairs.tolist(), graph.similarity.tolist(), strict=True):
        yield ids[a], ids[b], similarity


def _text(value: str) -> str:
    return value.translate(CONTROL)
