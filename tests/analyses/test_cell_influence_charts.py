"""Charts of cell influence: intervals with their n, and what is more than noise in red."""

import pandas as pd
import pytest

from gpar_core.analyses.cell_influence.charts import BEYOND, WITHIN, auroc, differences
from gpar_core.charts.style import RED, SIMULATED

SELECTIONS = pd.DataFrame(
    {
        "selection": ["HT29 + MCF7", "A549 + PC3"],
        "auroc": [0.95, 0.55],
        "low": [0.9, 0.4],
        "high": [1.0, 0.7],
        "ap": [0.8, 0.1],
        "base_rate": 0.05,
        "n_drugs": [8, 2],
        "n_signatures": [16, 3],
    }
)
PAIRS = pd.DataFrame(
    {
        "first": ["A549 + PC3", "VCAP"],
        "second": "HT29 + MCF7",
        "difference": [-0.4, -0.01],
        "low": [-0.6, -0.2],
        "high": [-0.1, 0.1],
        "n_drugs": [8, 7],
        "within_noise": [False, True],
    }
)


def rows(chart: dict[str, object]) -> list[dict[str, object]]:
    return max(chart["datasets"].values(), key=lambda table: len(table[0]))  # type: ignore[attr-defined]


@pytest.mark.parametrize("simulated", [True, False])
def test_simulated_data_say_so(simulated: bool) -> None:
    said = [SIMULATED] if simulated else []
    drawn = auroc(SELECTIONS, simulated=simulated)
    assert drawn.to_dict()["title"]["subtitle"] == said
    drawn = differences(PAIRS, "HT29 + MCF7", simulated=simulated)
    assert drawn.to_dict()["title"]["subtitle"] == said


def test_selections_stand_in_their_order_with_interval_and_n() -> None:
    chart = auroc(SELECTIONS, simulated=False).to_dict()
    interval = chart["layer"][1]["encoding"]
    assert interval["y"]["sort"] == ["HT29 + MCF7", "A549 + PC3"]
    assert (interval["x"]["field"], interval["x2"]["field"]) == ("low", "high")
    assert interval["x"]["scale"] == {"domain": [0.4, 1]}
    assert [row["n"] for row in rows(chart)] == ["n = 8", "n = 2"]


def test_what_is_more_than_noise_is_red() -> None:
    chart = differences(PAIRS, "HT29 + MCF7", simulated=False).to_dict()
    scale = chart["layer"][-1]["encoding"]["color"]["scale"]
    assert dict(zip(scale["domain"], scale["range"], strict=True))[BEYOND] == RED
    assert [row["verdict"] for row in rows(chart)] == [BEYOND, WITHIN]
    assert chart["title"]["text"] == "Difference from HT29 + MCF7"
