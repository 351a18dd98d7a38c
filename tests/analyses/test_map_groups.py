"""Which MOAs are closest together on a map."""

from pathlib import Path

import numpy as np
import pandas as pd

from gpar_core.analyses.map.groups import closest_moas
from tests.synthetic import build, drugs_of


def test_moas_in_one_place_come_first_and_scattered_or_small_ones_are_left_out(
    tmp_path: Path,
) -> None:
    moas = {"tight": 6, "loose": 6, "scattered": 6, "two drugs": 2}
    drugs = [drug for moa, n in moas.items() for drug in drugs_of(moa, n)]
    data = build(tmp_path / "data", [*drugs, *drugs_of("", 60)])
    moa = data.signatures["drug"].map(data.compound_moas.set_index("drug")["moa"])
    rng = np.random.default_rng(0)
    n = len(moa)
    place = rng.uniform(-100, 100, (n, 2))
    place[moa == "tight"] = rng.normal(500, 1, ((moa == "tight").sum(), 2))
    half = np.flatnonzero(moa == "loose")[::2]
    place[half] = rng.normal(-500, 1, (len(half), 2))
    place[moa == "two drugs"] = (500, -500)
    for spot, row in enumerate(np.flatnonzero(moa == "scattered")):
        place[row] = (1000 + 400 * spot, 0)
        beside = np.flatnonzero(moa.isna())[10 * spot : 10 * spot + 10]
        place[beside] = place[row] + rng.normal(0, 1, (len(beside), 2))
    points = pd.DataFrame({"row": np.arange(n), "x": place[:, 0], "y": place[:, 1]})
    found = closest_moas(points, data, 12)
    assert found[:2] == ["tight", "loose"]
    assert "two drugs" not in found
    assert closest_moas(points, data, 1) == ["tight"]
