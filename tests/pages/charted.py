"""Maps for tests of pages, as a job leaves them: two genes in place of a layout."""

import numpy as np
import pandas as pd

from gpar_core.analyses import result as analysis
from gpar_core.analyses.map.packing import pack, to_tables
from gpar_core.analyses.map.plan import plan_map
from gpar_core.analyses.map.request import MapRequest
from gpar_core.analyses.map.selection import selected_rows
from gpar_core.analyses.result import Analysis
from gpar_core.data import compendium as compendia
from gpar_core.storage.cache import Cache, publishing
from gpar_core.storage.requests import job_id


def charted(
    cache: Cache,
    compendium: str = "demo",
    *,
    dropped: int = 0,
    quality: dict[str, float] | None = None,
    **settings: object,
) -> MapRequest:
    """A finished map. dropped: signatures left out. quality: figures beside the usual ones."""
    data = compendia.load(cache.compendium(compendium))
    request = plan_map(data, **settings)
    data = data.of_kinds(request.perturbagens)
    rows = selected_rows(
        data, cells=request.cells, moas=request.moas, representatives=request.representatives
    )
    shown = rows[dropped:]
    place = np.asarray(data.matrix[shown, :2])
    figures = {
        "n": len(rows),
        "n_shown": len(shown),
        "trustworthiness": 0.912,
        "trustworthiness_se": 0.003,
        "knn_recall": 0.43,
        "knn_recall_se": 0.005,
        "chance": 0.02,
        "k": 15,
        "n_sampled": 150,
        **(quality or {"purity_after": np.nan}),
    }
    reasons = pd.DataFrame({"reason": ["in a small component"], "count": [dropped]})
    points = pd.DataFrame({"row": shown, "x": place[:, 0], "y": place[:, 1]})
    done = Analysis(
        analysis_id=job_id(request),
        request=request,
        compendium=data.name,
        simulated=data.simulated,
        seconds=1.0,
        created_at="2024-01-01T00:00:00+00:00",
        versions={"gpar": "0.1.0"},
        tables={
            "points": points,
            "quality": pd.DataFrame([figures]),
            "dropped": reasons[reasons["count"] > 0],
            **to_tables(pack(points, data)),
        },
    )
    with publishing(cache.analysis(done.analysis_id)) as folder:
        analysis.save(done, folder)
    return request
