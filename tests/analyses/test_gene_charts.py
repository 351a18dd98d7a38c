"""Charts of genes: honest about simulated data, small, and true to their tables."""

from collections.abc import Callable

import altair as alt
import numpy as np
import pandas as pd
import pytest

from gpar_core.analyses.genes import charts
from gpar_core.charts.style import BLUE, RED, SIMULATED

N = 978


def genes() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    ig, lr = rng.normal(size=(2, N))
    return pd.DataFrame(
        {
            "symbol": [f"GENE{i}" for i in range(N)],
            "ig": ig,
            "ig_se": 0.5,
            "ig_rank": np.argsort(np.argsort(-np.abs(ig))) + 1,
            "ig_share": 0.8,
            "lr": lr,
            "lr_se": 0.1,
            "lr_rank": np.argsort(np.argsort(-np.abs(lr))) + 1,
            "lr_share": 0.9,
            "direction": np.where(np.arange(N) % 3, "up", "down"),
            "z_positive": rng.normal(size=N),
            "z_negative": 0.0,
        }
    )


def heat(n: int = 60, n_genes: int = 40) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    signature = np.repeat(np.arange(2 * n), n_genes)
    return pd.DataFrame(
        {
            "signature": signature.astype(str),
            "drug": [f"drug {i // 3}" for i in signature],
            "cell_id": ["MCF7" if i % 2 else "PC3" for i in signature],
            "positive": signature < n,
            "symbol": np.tile([f"GENE{i}" for i in range(n_genes)], 2 * n),
            "z": rng.normal(size=len(signature)) + np.tile(np.arange(n_genes), 2 * n) / 10,
        }
    )


CURVES = pd.DataFrame(
    {
        "way": ["random", "random", "important"],
        "n_genes": [10, 978, 10],
        "n": [10, 1, 1],
        "auroc": [0.6, 0.9, 0.7],
        "low": [0.5, 0.9, 0.5],
        "high": [0.7, 0.9, 0.9],
    }
)
SUMMARY = pd.DataFrame(
    {
        "n_genes": [10, 978],
        "draws": [10, 1],
        **dict.fromkeys(("within", "between", "distance"), 0.3),
        **{f"{name}_sd": 0.1 for name in ("within", "between", "distance")},
    }
)
FIRST = [f"GENE{i}" for i in range(100)]
DRAW: list[tuple[Callable[..., alt.LayerChart], int]] = [
    (lambda **how: charts.importance(genes(), FIRST, **how), 2 * charts.MAX_GENES),
    (lambda **how: charts.heat_map(heat(), **how), 2 * 60 * 40 + 1),
    (lambda **how: charts.auroc_by_count(CURVES, **how), 4),
    (lambda **how: charts.similarity_by_count(SUMMARY, **how), 4),
    (lambda **how: charts.distance_by_count(SUMMARY, **how), 2),
]


@pytest.mark.parametrize(("draw", "most"), DRAW)
def test_a_chart_is_small_and_says_whether_data_are_simulated(
    draw: Callable[..., alt.LayerChart], most: int
) -> None:
    chart = draw(simulated=True).to_dict()
    assert chart["title"]["subtitle"] == [SIMULATED]
    assert 0 < sum(len(rows) for rows in chart["datasets"].values()) <= most
    assert "imulated" not in str(draw(simulated=False).to_dict()["title"])


def test_importance_is_relative_to_the_first_gene_of_its_way_shown_or_not() -> None:
    table = genes()
    order = table.sort_values("lr_rank")["symbol"].tolist()
    chart = charts.importance(table, order[5:], simulated=False).to_dict()
    (rows,) = chart["datasets"].values()
    assert chart["layer"][0]["encoding"]["y"]["sort"] == order[5:30]
    for row in rows:
        way = "ig" if row["way"] == charts.WAY_NAMES["ig"] else "lr"
        gene = table.set_index("symbol").loc[row["symbol"]]
        assert row["relative"] == pytest.approx(abs(gene[way]) / table[way].abs().max())
        assert 0 <= row["low"] <= row["relative"] <= row["high"]


def test_up_is_red_and_down_is_blue() -> None:
    scale = charts.importance(genes(), FIRST, simulated=False).to_dict()["layer"][0]["encoding"][
        "color"
    ]["scale"]
    assert dict(zip(scale["domain"], scale["range"], strict=True)) == {"up": RED, "down": BLUE}


def test_the_heat_map_has_a_column_for_each_signature_and_its_line_after_the_positives() -> None:
    table = heat()
    chart = charts.heat_map(table, simulated=False).to_dict()
    cells, line = chart["layer"]
    columns = cells["encoding"]["x"]["sort"]
    assert len(columns) == len(set(columns)) == 120
    assert columns[0] == "drug 0 PC3"
    (edge,) = chart["datasets"][line["data"]["name"]]
    assert columns.index(edge["label"]) == 60
    order = cells["encoding"]["y"]["sort"]
    of_positives = table[table["positive"]].groupby("symbol")["z"].mean()
    assert order == of_positives.sort_values(ascending=False).index.tolist()


def test_of_one_cell_line_the_name_of_the_drug_is_enough() -> None:
    chart = charts.heat_map(heat().assign(cell_id="MCF7"), simulated=False).to_dict()
    assert chart["layer"][0]["encoding"]["x"]["sort"][:3] == ["drug 0", "drug 0 2", "drug 0 3"]


def test_a_heat_map_of_no_change_can_be_drawn() -> None:
    charts.heat_map(heat().assign(z=0.0), simulated=False).to_dict()


def test_a_band_below_one_half_is_not_cut_off() -> None:
    low = CURVES.assign(low=0.2)
    layers = charts.auroc_by_count(low, simulated=False).to_dict()["layer"]
    assert layers[1]["encoding"]["y"]["scale"]["domain"] == [0.2, 1.0]
