"""Signatures, and graphs of them, as files of other tools: choices of a download menu."""

import shlex
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from gpar_core.formats.gct import MAX_COLUMNS
from gpar_core.formats.graph import GRAPHS, Graph
from gpar_core.formats.items import file_bytes, write_item
from gpar_core.report.calls import PROGRAM
from pages._shared.downloads import GRAPH, SIGNATURES, Command, File
from pages._shared.state import cache

MAX_SIGNATURES: Final = 30_000
"""Of a file made for a page: 120 MB, which the server keeps in memory for a while."""

MATRICES: Final = {
    ".h5ad": ("AnnData", "Signatures for scanpy and other tools in Python (.h5ad)."),
    ".gctx": ("GCTX", "Signatures for the tools of CMap: cmapPy, cmapR."),
    ".gct": ("GCT", "Signatures as text: Morpheus, GenePattern."),
}
ABOUT_GRAPHS: Final = {
    ".graphml": ("GraphML", "The graph for Cytoscape, Gephi, igraph and NetworkX."),
    ".cyjs": ("Cytoscape (.cyjs)", "The graph for Cytoscape and Cytoscape.js."),
}


def signature_files(item: str, n: int) -> list[File | Command]:
    """The signatures of an item as AnnData, GCTX and GCT, or how to get them if there are many.

    item: as for `write_item`. n: its signatures.
    """
    if n > MAX_SIGNATURES:
        why = (
            f"For its {n:,} signatures as AnnData, use the command line; at most "
            f"{MAX_SIGNATURES:,} can be downloaded."
        )
        command = shlex.join([*PROGRAM, "export", item, "FILE.h5ad"])
        return [Command(why, command, SIGNATURES)]
    write = partial(write_item, cache(), item)
    too_many = f"A GCT takes at most {MAX_COLUMNS:,} signatures; here are {n:,}. Use GCTX."
    return [
        File(
            label,
            ending[1:],
            partial(file_bytes, write, ending),
            about,
            too_many if ending == ".gct" and n > MAX_COLUMNS else "",
            holds=SIGNATURES,
        )
        for ending, (label, about) in MATRICES.items()
    ]


def graph_files(make: Callable[[], Graph]) -> list[File]:
    """A graph as GraphML and for Cytoscape. make: called on a click."""

    def write(ending: str, path: Path) -> None:
        GRAPHS[ending](path, make())

    return [
        File(
            label,
            ending[1:],
            partial(file_bytes, partial(write, ending), ending),
            about,
            holds=GRAPH,
        )
        for ending, (label, about) in ABOUT_GRAPHS.items()
    ]
