"""The heat map of a sweep: every setting with its value, the stopped ones gray and marked."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from gpar_core.analyses.hyper_parameters.charts import MEASURES, heat_map
from gpar_core.charts.style import GRAY, SIMULATED

SETTINGS = pd.DataFrame(
    {
        "setting": ["2 x 100", "3 x 100", "978-512-256", "2 x 10"],
        "hidden": ["100-100", "100-100-100", "978-512-256", "10-10"],
        "layers": [2, 3, 3, 2],
        "nodes": pd.array([100, 100, None, 10], dtype="Int64"),
        "auroc": [0.9, 0.88, 0.91, 0.55],
        "sd": 0.1,
        "low": 0.5,
        "high": 0.95,
        "ap": [0.5, 0.6, 0.55, 0.05],
        "n_folds": [10, 10, 10, 3],
        "k": 10,
        "stopped": [False, False, False, True],
        "limit": [np.nan, 0.1, 0.1, 0.2],
    }
)


def drawn(settings: pd.DataFrame, measure: str = "auroc", simulated: bool = False) -> Any:
    return heat_map(settings, measure, simulated=simulated).to_dict()


def rows(chart: Any) -> list[dict[str, Any]]:
    (table,) = chart["datasets"].values()
    return table  # type: ignore[no-any-return]


@pytest.mark.parametrize("simulated", [True, False])
@pytest.mark.parametrize("measure", MEASURES)
def test_simulated_data_say_so(measure: str, simulated: bool) -> None:
    title = drawn(SETTINGS, measure, simulated)["title"]
    assert title["subtitle"] == ([SIMULATED] if simulated else [])
    assert title["text"] == MEASURES[measure]


def test_the_papers_setting_is_not_on_the_grid() -> None:
    assert {row["setting"] for row in rows(drawn(SETTINGS))} == {"2 x 100", "3 x 100", "2 x 10"}


def test_each_setting_says_its_value() -> None:
    values = {row["setting"]: row["value"] for row in rows(drawn(SETTINGS, "ap"))}
    assert values == {"2 x 100": "0.500", "3 x 100": "0.600", "2 x 10": "0.050"}


def test_a_stopped_setting_is_gray_and_says_after_how_many_folds() -> None:
    chart = drawn(SETTINGS)
    marks = {row["setting"]: row["mark"] for row in rows(chart)}
    assert marks == {"2 x 100": "", "3 x 100": "", "2 x 10": "stopped|3 of 10"}
    colored, gray = chart["layer"][:2]
    assert colored["transform"] == [{"filter": "!datum.stopped"}]
    assert gray["transform"] == [{"filter": "datum.stopped"}]
    assert gray["mark"]["color"] == GRAY
    assert "color" not in gray["encoding"]


def test_colors_span_the_settings_that_were_done() -> None:
    assert drawn(SETTINGS, "ap")["layer"][0]["encoding"]["color"]["scale"]["domain"] == [0.5, 0.6]
    alike = drawn(SETTINGS)["layer"][0]["encoding"]["color"]["scale"]["domain"]
    assert alike == pytest.approx([0.8, 0.9])


def test_a_grid_that_was_stopped_altogether_is_drawn() -> None:
    chart = drawn(SETTINGS.assign(stopped=True))
    assert len(rows(chart)) == 3
