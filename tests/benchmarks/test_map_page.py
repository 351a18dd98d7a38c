"""What the benchmark of the map says of what it saw; the map at size is in tests/pages."""

from pathlib import Path

import pytest

from benchmarks import large_map
from benchmarks.map_page import View, figures
from gpar_core.analyses import result as analysis
from gpar_core.analyses.training import result as model
from gpar_core.data import compendium as compendia
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id


def test_ratios_are_of_the_same_round_and_a_limit_is_said() -> None:
    views = {
        "GPAR": [View(2.0, 1.0, 5_000_000, 9_000), View(4.0, 2.0, 5_000_000, 9_000)],
        "Altair": [View(60.0, 60.0, 1, 0), View(50.0, 48.0, 1, 1)],
        "Plotly": [View(10.0, 9.0, 1, 1), View(8.0, 7.0, 1, 1)],
    }
    found = {figure.name: figure for figure in figures(views, 100, patience=60.0)}
    assert found["map: times as fast as Altair"].values == (30.0, 12.5)
    assert found["map: times as fast as Altair, after the connection"].values == (60.0, 24.0)
    assert found["map: times as fast as Plotly"].values == (5.0, 2.0)
    assert found["map: times as fast as Plotly"].reached
    assert found["map: GPAR, bytes"].value == 5.0
    assert found["map: GPAR, highlight"].reached
    assert "MORE THAN" in found["map: Altair"].how
    assert "MORE THAN" not in found["map: Plotly"].how


@pytest.mark.parametrize("n", [10, 3000])
def test_a_large_map_is_one_that_the_app_can_read(tmp_path: Path, n: int) -> None:
    cache = Cache(tmp_path)
    request = large_map.build(cache, n)
    data = compendia.load(cache.existing_compendium(large_map.NAME))
    points = analysis.load(cache.existing_analysis(job_id(request))).tables["points"]
    assert data.n_signatures == len(points) == n
    assert set(data.signatures["pert_id"]) <= set(data.compounds["pert_id"])
    trained = model.load(cache.existing_model(large_map.add_model(cache, n)))
    assert len(trained.scores) == n
    assert trained.summary.fingerprint == data.fingerprint
