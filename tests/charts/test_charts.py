"""Every chart is valid, honest about simulated data, and small enough for a page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import pytest

from gpar_core.analyses.comparison import charts as comparison
from gpar_core.analyses.moa_prediction import charts as moas
from gpar_core.analyses.training.charts import curves, drivers, folds, ranks, reliability
from gpar_core.charts import overview, scatter
from gpar_core.charts.style import GRAY, RED, SIMULATED, YELLOW
from gpar_core.data.compendium import Compendium

N = 3000


@dataclass(frozen=True)
class Case:
    """A chart of much data, and how many rows it may send to the browser."""

    name: str
    draw: Callable[..., alt.Chart | alt.LayerChart]
    most: int


def signatures(n: int) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "pert_iname": [f"drug {i}" for i in range(n)],
            "cell_id": [f"CELL{i % 100}" for i in range(n)],
            "pert_dose": 10.0,
            "pert_dose_unit": "um",
            "pert_time": 24.0,
            "rank": np.arange(1, n + 1),
            "score": rng.random(n),
            "logistic_score": rng.random(n),
            "positive": rng.random(n) < 0.2,
            "role": rng.choice(["negative", "predicted", "training"], n),
            "x": rng.normal(size=n),
            "y": rng.normal(size=n),
        }
    )


COMPOUNDS = pd.DataFrame(
    {"tas": np.linspace(0, 1, N), "annotated": np.arange(N) % 2 == 0, "pert_id": "x"}
)
MANY = signatures(N)
DRIVERS = pd.DataFrame({"symbol": [f"G{i}" for i in range(N)], "contribution": 0.1, "z": 1.0})
LIBRARY = pd.DataFrame(
    {
        "moa": [f"moa {i}" for i in range(80)],
        "n_drugs": 5,
        "mean_auroc": [np.nan, *np.linspace(0.3, 1, 79)],
        "low": 0.2,
        "high": 1.0,
        "chance": 0.01,
        "verdict": "uncertain",
    }
)
ORIGINS = pd.DataFrame(
    [(f"moa {i}", f"CELL{j}", i / 10, 2) for i in range(10) for j in range(60)],
    columns=["moa", "origin", "percentile", "n_signatures"],
)
BINS = pd.DataFrame(
    {
        "predicted": [0.002, 0.4],
        "observed": [0.0, 0.5],
        "low": [0.0, 0.1],
        "high": [0.01, 0.9],
        "n": [1234, 4],
        "n_positive": [0, 2],
    }
)
BOTH = pd.DataFrame(
    {
        "pert_iname": [f"drug {i}" for i in range(N)],
        "moa": "",
        "rank_first": np.arange(1, N + 1),
        "rank_second": np.roll(np.arange(1, N + 1), 3),
        "shift": -3,
        "k": 5,
        "why": "most in MCF7 (of 2 cell lines)",
    }
)
CASES = [
    Case("roc", lambda **how: curves.roc(MANY, **how), 2 * curves.MAX_POINTS + 2),
    Case(
        "precision and recall",
        lambda **how: curves.precision_recall(MANY, **how),
        2 * curves.MAX_POINTS + 1,
    ),
    Case("folds", lambda **how: folds.fold_auroc({1: 0.9, 2: 0.4}, 5, **how), 3),
    Case("cell lines", lambda **how: overview.cell_lines(MANY, **how), overview.MAX_CELL_LINES),
    Case("activity", lambda **how: overview.activity(COMPOUNDS, **how), 2 * 40 + 1),
    Case("drivers", lambda **how: drivers.drivers_chart(DRIVERS, **how), drivers.N_SHOWN),
    Case("rank strip", lambda **how: ranks.rank_strip(MANY[:40], N, "x", **how), 41),
    Case("MOAs", lambda **how: moas.auroc(LIBRARY, **how), 79 + 1),
    Case("percentiles", lambda **how: moas.percentile_map(ORIGINS, **how), 600),
    Case("reliability", lambda **how: reliability.reliability(BINS, **how), 2 * 2 + 2),
    Case(
        "rank shifts",
        lambda **how: comparison.rank_shifts(BOTH, "the first", "the second", **how),
        comparison.MOST + comparison.NAMED + 2,
    ),
    Case("map", lambda **how: scatter.training_map(MANY[:500], **how), 500),
]


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    return request.param


def spec(case: Case, *, simulated: bool) -> dict[str, Any]:
    # `to_dict` validates against the schema of Vega-Lite.
    return case.draw(simulated=simulated).to_dict()


def test_a_chart_of_simulated_data_says_so(case: Case) -> None:
    assert spec(case, simulated=True)["title"]["subtitle"] == [SIMULATED]
    assert SIMULATED == "Simulated data"


def test_a_chart_of_measured_data_does_not(case: Case) -> None:
    assert "imulated" not in str(spec(case, simulated=False)["title"])


def test_a_chart_sends_few_rows(case: Case) -> None:
    sent = sum(len(rows) for rows in spec(case, simulated=True)["datasets"].values())
    assert 0 < sent <= case.most


def test_a_map_paints_training_red_predicted_yellow_and_the_rest_gray() -> None:
    scale = scatter.training_map(MANY[:500], simulated=False).to_dict()["encoding"]["color"][
        "scale"
    ]
    color = dict(zip(scale["domain"], scale["range"], strict=True))
    assert color == {"Training drugs": RED, "Predicted (top 30)": YELLOW, "Negative set": GRAY}


def test_a_map_draws_the_training_drugs_last() -> None:
    (rows,) = scatter.training_map(MANY[:500], simulated=False).to_dict()["datasets"].values()
    roles = [row["role"] for row in rows]
    assert roles == sorted(roles)  # negative, predicted, training


def test_a_map_without_predictions_has_no_empty_legend() -> None:
    points = MANY[MANY["role"] != "predicted"]
    scale = scatter.training_map(points, simulated=False).to_dict()["encoding"]["color"]["scale"]
    assert "Predicted (top 30)" not in scale["domain"]


def test_a_thinned_curve_keeps_its_ends() -> None:
    _, lines = curves.roc(MANY, simulated=False).layer
    for _, curve in lines.data.groupby("method"):
        assert curve[["x", "y"]].iloc[0].tolist() == [0, 0]
        assert curve[["x", "y"]].iloc[-1].tolist() == [1, 1]


def test_the_axis_of_folds_holds_all_folds_before_they_are_done() -> None:
    points = folds.fold_auroc({1: 0.9}, 10, simulated=False).to_dict()["layer"][1]
    assert points["encoding"]["x"]["axis"]["values"] == list(range(1, 11))


def test_a_rank_strip_spans_all_ranks() -> None:
    strip = ranks.rank_strip(MANY[:3], N, "digoxin", simulated=False).to_dict()
    assert strip["title"]["text"] == "Signatures of digoxin"
    assert all(layer["encoding"]["x"]["scale"]["domain"] == [1, N] for layer in strip["layer"])


def test_the_largest_cell_lines_are_kept() -> None:
    many = pd.concat([MANY, MANY[MANY["cell_id"] == "CELL77"]])
    (rows,) = overview.cell_lines(many, simulated=False).to_dict()["datasets"].values()
    assert rows[0] == {"cell line": "CELL77", "signatures": 60}


def test_activity_counts_every_drug_once(tiny: Compendium) -> None:
    datasets = overview.activity(tiny.drugs, simulated=False).to_dict()["datasets"].values()
    counted = sum(row["drugs"] for rows in datasets for row in rows if "drugs" in row)
    assert counted == tiny.n_drugs


def test_compounds_of_unknown_activity_are_left_out() -> None:
    unknown = COMPOUNDS.assign(tas=[np.nan, *COMPOUNDS["tas"][1:]])
    datasets = overview.activity(unknown, simulated=False).to_dict()["datasets"].values()
    assert sum(row.get("drugs", 0) for rows in datasets for row in rows) == N - 1


def test_moas_are_drawn_from_the_best_to_the_worst_and_those_not_trained_are_not() -> None:
    intervals = moas.auroc(LIBRARY, simulated=False).to_dict()["layer"][1]
    order = intervals["encoding"]["y"]["sort"]
    assert order == [f"moa {i}" for i in range(79, 0, -1)]


def test_a_percentile_map_keeps_the_order_of_its_table() -> None:
    encoding = moas.percentile_map(ORIGINS, simulated=False).to_dict()["encoding"]
    assert encoding["y"]["sort"] == [f"moa {i}" for i in range(10)]
    assert encoding["x"]["sort"] == [f"CELL{j}" for j in range(60)]
    color = encoding["color"]["scale"]
    assert len(color["range"]) == len(color["domain"])


def test_a_percentile_at_a_limit_has_the_color_above_it() -> None:
    table = pd.DataFrame({"moa": "a", "origin": ["x", "y", "z"], "percentile": [0.4, 0.95, 1.0]})
    (rows,) = (
        moas.percentile_map(table.assign(n_signatures=1), simulated=False)
        .to_dict()["datasets"]
        .values()
    )
    assert [row["band"] for row in rows] == ["below 50%", "95–99%", "99% or more"]


def test_a_bin_without_positives_has_a_place_on_the_axis_of_reliability() -> None:
    layers = reliability.reliability(BINS, simulated=False).to_dict()["layer"]
    assert {layer["encoding"]["y"].get("scale", {}).get("type") for layer in layers} <= {
        "symlog",
        None,
    }
    assert layers[2]["encoding"]["y"]["scale"]["type"] == "symlog"


def test_names_of_compounds_that_stand_together_do_not_cover_each_other() -> None:
    together = pd.DataFrame(
        {
            "rank_first": [1, 1, 1, 900],
            "rank_second": [800, 801, 802, 1],
            "shift": 1,
            "k": 1,
            "moa": "",
            "why": "",
        }
    ).assign(pert_iname=list("abcd"))
    drawn = comparison.rank_shifts(together, "x", "y", simulated=False)
    names = drawn.layer[2].data["name"].tolist()
    assert "d" in names
    assert len(names) == 2
