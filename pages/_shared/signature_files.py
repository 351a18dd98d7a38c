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
from pages._shared.downloads import Command, File
from pages._shared.state import cache

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
    if n > MAX_COLUMNS:
        why = (
            f"For its {n:,} signatures as AnnData, use the command line; at most {MAX_COLUMNS:,} "
            "can be downloaded."
        )
        return [Command(why, shlex.join([*PROGRAM, "export", item, "FILE.h5ad"]))]
    view = cache()
    return [
        File(label, ending[1:], partial(file_bytes, partial(write_item, view, item), ending), about)
        for ending, (label, about) in MATRICES.items()
    ]


def graph_files(make: Callable[[], Graph]) -> list[File]:
    """A graph as GraphML and for Cytoscape. make: called on a click."""

    def write(ending: str, path: Path) -> None:
        GRAPHS[ending](path, make())

    return [
        File(label, ending[1:], partial(file_bytes, partial(write, ending), ending), about)
        for ending, (label, about) in ABOUT_GRAPHS.items()
    ]
