"""Charts of a search: what is drawn, against the tables behind it."""

import numpy as np
import pandas as pd
import pytest

from gpar_core.analyses.signature_search import charts


def drawn(chart: object) -> list[pd.DataFrame]:
    """The data of each layer."""
    return [layer.data for layer in chart.layer]


@pytest.fixture
def heat() -> pd.DataFrame:
    rows = [
        (drug, name, side, gene, direction, z)
        for drug, name, side in (("a", "one", "mimic"), ("b", "one", "reverse"))
        for gene, direction, z in (("TP53", "up", 1.5), ("MYC", "down", -2.0))
    ]
    columns = ["drug", "pert_iname", "side", "symbol", "direction", "z"]
    return pd.DataFrame(rows, columns=columns)


def test_compounds_of_one_name_have_columns_of_their_own(heat: pd.DataFrame) -> None:
    chart = charts.heat_map(heat, simulated=True)
    content = chart.to_dict()
    sort = content["layer"][0]["encoding"]["x"]["sort"]
    assert sort == ["Query", "one (a)", "one (b)"]
    assert content["layer"][0]["encoding"]["y"]["sort"] == ["TP53", "MYC"]
    cells, directions, sides = drawn(chart)
    assert len(cells) == 4
    assert set(directions["label"]) == {"Query"}
    assert dict(zip(directions["symbol"], directions["direction"], strict=True)) == {
        "TP53": "up in the query",
        "MYC": "down in the query",
    }
    assert sides["side"].tolist() == ["mimics", "reverses"]
    assert content["title"]["subtitle"] == ["Simulated data"]


def test_a_running_sum_is_drawn_where_it_turns() -> None:
    member = np.zeros(20_000, bool)
    member[[3, 4, 900, 19_999]] = True
    points = pd.DataFrame(
        {"rank": np.arange(1, 20_001), "running_sum": np.linspace(0, 1, 20_000), "member": member}
    )
    chart = charts.running_sum(points, "X inhibitor", simulated=False)
    _, line, ticks = drawn(chart)
    # Each member, the compounds before and after it, and both ends.
    assert line["rank"].tolist() == [1, 3, 4, 5, 6, 900, 901, 902, 19_999, 20_000]
    assert ticks["rank"].tolist() == [4, 5, 901, 20_000]
    chart.to_dict()


def chosen(*conditions: str, amount: float = np.nan) -> pd.DataFrame:
    rows = [
        (drug, name, condition, amount, 2, 0.5, 0.2, 0.8)
        for drug, name in (("a", "one"), ("b", "two"))
        for condition in conditions
    ]
    columns = ["drug", "pert_iname", "condition", "amount", "n", "mean", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def test_only_cell_lines_of_the_compounds_are_drawn() -> None:
    names = ["A375", "MCF7", "PC3"]
    spread = pd.DataFrame({"cell_id": names, "n": 9}).assign(
        low=-1.0, quarter=-0.5, median=0.0, three_quarters=0.5, high=1.0
    )
    chart = charts.cell_lines(spread, chosen("PC3", "A375"), simulated=False)
    content = chart.to_dict()
    boxes = drawn(chart)[1]
    assert boxes["condition"].tolist() == ["A375", "PC3"]
    colors = content["layer"][-1]["encoding"]["color"]["scale"]
    assert colors == {"domain": ["one", "two"], "range": list(charts.COLORS[:2])}


def test_amounts_rise_from_top_to_bottom() -> None:
    table = pd.concat([chosen("10 µM", amount=10.0), chosen("0.5 µM", amount=0.5)])
    content = charts.amounts(table, "dose", simulated=False).to_dict()
    assert content["layer"][1]["encoding"]["y"]["sort"] == ["0.5 µM", "10 µM"]
    assert content["title"]["text"] == "Connectivity by dose"


def test_names_of_compounds_are_no_larger_than_their_columns(heat: pd.DataFrame) -> None:
    content = charts.heat_map(heat, simulated=True).to_dict()
    size = content["layer"][0]["encoding"]["x"]["axis"]["labelFontSize"]
    assert size == {"expr": "clamp(width / 3 - 0.5, 5, 9)"}
