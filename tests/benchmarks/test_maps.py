"""The benchmark of the maps runs, at a tiny size."""

from pathlib import Path

from benchmarks import maps


def test_a_map_is_measured(tmp_path: Path) -> None:
    found = {figure.name: figure for figure in maps.measure("tsne", 400, tmp_path)}
    assert len(found) == 4
    assert found["maps: tsne"].value > 0
    assert "400 of them shown" in found["maps: tsne"].how
    assert 0.5 < found["maps: tsne, trustworthiness"].value <= 1
