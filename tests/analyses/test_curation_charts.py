"""The chart of a curation: honest about simulated data, suspects in their color, small."""

import pytest

from gpar_core.analyses.curation.charts import MAX_DRUGS, SUSPECT, effects
from gpar_core.charts.style import RED, SIMULATED
from tests.saved_curation import drugs


@pytest.mark.parametrize("simulated", [True, False])
def test_simulated_data_say_so(simulated: bool) -> None:
    title = effects(drugs(), simulated=simulated).to_dict()["title"]
    assert title["subtitle"] == ([SIMULATED] if simulated else [])


def test_suspects_are_red_and_the_worst_is_on_top() -> None:
    chart = effects(drugs(), simulated=False).to_dict()
    encoding = chart["layer"][-1]["encoding"]
    scale = encoding["color"]["scale"]
    assert dict(zip(scale["domain"], scale["range"], strict=True))[SUSPECT] == RED
    assert encoding["y"]["sort"] == ["VER-155008", "alvespimycin", "PU-H71"]
    verdicts = [row["verdict"] for row in max(chart["datasets"].values(), key=len)]
    assert verdicts == ["suspect", "belongs", "belongs"]


def test_no_more_drugs_are_drawn_than_can_be_read() -> None:
    many = drugs(tuple(f"drug {i}" for i in range(3 * MAX_DRUGS)))
    datasets = effects(many, simulated=False).to_dict()["datasets"].values()
    assert sum(len(rows) for rows in datasets) == MAX_DRUGS + 1
