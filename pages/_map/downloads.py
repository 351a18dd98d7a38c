"""The map as files: its points as a table, its signatures, and its graph."""

from functools import partial

from gpar_core.analyses.map.request import MapRequest
from gpar_core.analyses.map.table import described_points
from gpar_core.analyses.result import Analysis
from gpar_core.data.compendium import Compendium
from gpar_core.export import with_analysis
from gpar_core.formats.graph import has_graph, map_graph
from pages._shared.downloads import download_menu, table_files
from pages._shared.signature_files import graph_files, signature_files

N_COLUMNS = 14


def download_map(compendium: Compendium, done: Analysis) -> None:
    """Draw the download menu. compendium: with the perturbagens of the map."""
    points = done.tables["points"]
    files = [
        *table_files(
            lambda: with_analysis(described_points(compendium, points), done),
            len(points) * N_COLUMNS,
        ),
        *signature_files(done.analysis_id, len(points)),
    ]
    if isinstance(done.request, MapRequest) and has_graph(done.request):
        files += graph_files(partial(map_graph, compendium, done))
    title = done.request.title
    download_menu("Download map", files, "map", title, simulated=done.simulated)
