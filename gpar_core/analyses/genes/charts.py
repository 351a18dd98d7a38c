"""Charts of genes: their importance, their expression, and how many a model needs."""

from collections.abc import Sequence
from typing import Final

import altair as alt
import pandas as pd

from gpar_core.charts.style import (
    BLUE,
    GRAY,
    RED,
    YELLOW,
    all_labels,
    diverging,
    titled,
    top_legend,
)

MAX_GENES: Final = 25
ROW: Final = 20
WAY_NAMES: Final = {"ig": "Integrated gradients", "lr": "Logistic regression"}
CURVE_NAMES: Final = {"random": "Random genes", "important": "Most important genes"}
PAIR_NAMES: Final = {"within": "Among positives", "between": "With negatives"}
COUNTS_ON_AXIS: Final = (2, 5, 10, 20, 50, 100, 200, 500, 978)


def importance(genes: pd.DataFrame, chosen: Sequence[str], *, simulated: bool) -> alt.LayerChart:
    """The first 25 chosen genes by both methods, each relative to the method's most important gene.

    genes: all, from `learn.gene_importance`. chosen: symbols in display order.
    """
    shown = list(chosen[:MAX_GENES])
    table = pd.concat([_relative(genes, way) for way in WAY_NAMES])
    table = table[table["symbol"].isin(shown)]
    base = alt.Chart(table).encode(
        y=alt.Y("symbol:N", sort=shown, title=None, axis=all_labels()),
        yOffset=alt.YOffset("way:N", sort=list(WAY_NAMES.values())),
        color=alt.Color(
            "direction:N",
            title="In the positives",
            scale=alt.Scale(domain=["up", "down"], range=[RED, BLUE]),
            legend=top_legend(),
        ),
        tooltip=[
            alt.Tooltip("symbol:N", title="gene"),
            alt.Tooltip("way:N", title="by"),
            alt.Tooltip("rank:Q"),
            alt.Tooltip("value:Q", format=".3g"),
            alt.Tooltip("value_se:Q", title="standard error", format=".2g"),
            alt.Tooltip("share:Q", title="folds that find it", format=".0%"),
            alt.Tooltip("z_positive:Q", title="mean z, positives", format="+.2f"),
            alt.Tooltip("z_negative:Q", title="mean z, negatives", format="+.2f"),
        ],
    )
    title = "Importance relative to the first gene"
    errors = base.mark_rule(opacity=0.45).encode(x=alt.X("low:Q", title=title), x2="high:Q")
    points = base.mark_point(filled=True, size=70, opacity=1).encode(
        x=alt.X("relative:Q", title=title),
        shape=alt.Shape(
            "way:N",
            title=None,
            scale=alt.Scale(domain=list(WAY_NAMES.values()), range=["circle", "diamond"]),
            legend=top_legend(symbolFillColor=GRAY, symbolStrokeColor=GRAY),
        ),
    )
    chart = titled(errors + points, "The most important genes", simulated)
    return chart.properties(height={"step": ROW, "for": "position"})


def heat_map(heat: pd.DataFrame, *, simulated: bool) -> alt.LayerChart:
    """Genes by signatures, positives left of the line; genes up-regulated in them on top.

    heat: from `learn.gene_importance`. The color scale ends at the 95th percentile of |z|.
    """
    kind = heat["positive"].map({True: "positive", False: "negative"})
    table = heat.assign(label=_labels(heat), kind=kind)
    of_positives = table[table["positive"]].groupby("symbol")["z"].mean()
    genes = of_positives.sort_values(ascending=False).index.tolist()
    columns = table["label"].unique().tolist()
    n_positive = table.loc[table["positive"], "label"].nunique()
    end = float(table["z"].abs().quantile(0.95)) or 1.0
    x = alt.X(
        "label:N",
        sort=columns,
        title=None,
        axis=alt.Axis(labelAngle=-90, labelFontSize=9, labelLimit=110, ticks=False),
        scale=alt.Scale(paddingInner=0),
    )
    cells = (
        alt.Chart(table)
        .mark_rect()
        .encode(
            x=x,
            y=alt.Y("symbol:N", sort=genes, title=None, axis=all_labels()),
            color=alt.Color(
                "z:Q",
                title="z-score",
                scale=diverging(end),
                legend=alt.Legend(orient="top", format=".1f", gradientLength=160),
            ),
            tooltip=[
                alt.Tooltip("symbol:N", title="gene"),
                alt.Tooltip("drug:N"),
                alt.Tooltip("cell_id:N", title="cell line"),
                alt.Tooltip("kind:N", title="set"),
                alt.Tooltip("z:Q", format="+.2f"),
            ],
        )
    )
    edge = pd.DataFrame({"label": columns[n_positive : n_positive + 1]})
    line = (
        alt.Chart(edge)
        .mark_rule(color=YELLOW, strokeWidth=3)
        .encode(x=alt.X("label:N", sort=columns, bandPosition=0))
    )
    chart = titled(cells + line, "z-scores: positives | negatives", simulated)
    return chart.properties(height={"step": 15})


def auroc_by_count(curves: pd.DataFrame, *, simulated: bool) -> alt.LayerChart:
    """AUROC against the number of genes; dashed: no skill.

    curves: from `learn.gene_counts.curves`.
    """
    table = curves.assign(way=curves["way"].map(CURVE_NAMES))
    base = alt.Chart(table).encode(
        x=_count_axis(),
        color=alt.Color(
            "way:N",
            title=None,
            scale=alt.Scale(domain=list(CURVE_NAMES.values()), range=[BLUE, RED]),
            legend=top_legend(),
        ),
        tooltip=[
            alt.Tooltip("way:N", title="genes"),
            alt.Tooltip("n_genes:Q", title="number"),
            alt.Tooltip("auroc:Q", title="mean AUROC", format=".3f"),
            alt.Tooltip("low:Q", title="band from", format=".3f"),
            alt.Tooltip("high:Q", title="to", format=".3f"),
            alt.Tooltip("n:Q", title="draws"),
        ],
    )
    lowest = min(0.45, float(table["low"].min()))
    unit = alt.Scale(domain=[max(0.0, lowest), 1.0], clamp=True)
    title = "Mean AUROC"
    bands = base.mark_area(opacity=0.16).encode(
        y=alt.Y("low:Q", title=title, scale=unit), y2="high:Q"
    )
    lines = base.mark_line(point=alt.OverlayMarkDef(size=45)).encode(
        y=alt.Y("auroc:Q", title=title, scale=unit)
    )
    skill = alt.Chart(pd.DataFrame({"y": [0.5]})).mark_rule(color=GRAY, strokeDash=[4, 4])
    chart = skill.encode(y=alt.Y("y:Q", scale=unit)) + bands + lines
    return titled(chart, "Mean AUROC by number of genes", simulated).properties(height=420)


def similarity_by_count(summary: pd.DataFrame, *, simulated: bool) -> alt.LayerChart:
    """Mean correlation within the positives and with negatives, against the number of genes.

    summary: as `learn.gene_counts.summary` gives it.
    """
    table = pd.concat(
        [
            pd.DataFrame(
                {
                    "pairs": label,
                    "n_genes": summary["n_genes"],
                    "mean": summary[name],
                    "sd": summary[f"{name}_sd"],
                    "draws": summary["draws"],
                }
            )
            for name, label in PAIR_NAMES.items()
        ]
    )
    chart = _mean_and_spread(table, "pairs", "Mean Pearson correlation", [RED, GRAY])
    return titled(chart, "Similarity of signatures", simulated)


def distance_by_count(summary: pd.DataFrame, *, simulated: bool) -> alt.LayerChart:
    """Cohen's d between the two kinds of pairs, against the number of genes."""
    table = pd.DataFrame(
        {
            "pairs": "distance",
            "n_genes": summary["n_genes"],
            "mean": summary["distance"],
            "sd": summary["distance_sd"],
            "draws": summary["draws"],
        }
    )
    chart = _mean_and_spread(table, None, "Distance (Cohen's d)", [BLUE])
    return titled(chart, "Separation of positives", simulated)


def _mean_and_spread(
    table: pd.DataFrame, by: str | None, title: str, colors: list[str]
) -> alt.LayerChart:
    spread = table["sd"].fillna(0.0)  # the band ends in the point of a single draw
    table = table.assign(low=table["mean"] - spread, high=table["mean"] + spread)
    color = (
        alt.Color(
            f"{by}:N",
            title=None,
            scale=alt.Scale(domain=table[by].unique().tolist(), range=colors),
            legend=top_legend(),
        )
        if by
        else alt.value(colors[0])
    )
    base = alt.Chart(table).encode(
        x=_count_axis(),
        color=color,
        tooltip=[
            alt.Tooltip("pairs:N"),
            alt.Tooltip("n_genes:Q", title="genes"),
            alt.Tooltip("mean:Q", format=".3f"),
            alt.Tooltip("sd:Q", title="over the draws ±", format=".3f"),
            alt.Tooltip("draws:Q"),
        ],
    )
    bands = base.mark_area(opacity=0.16).encode(y=alt.Y("low:Q", title=title), y2="high:Q")
    lines = base.mark_line(point=alt.OverlayMarkDef(size=45)).encode(y=alt.Y("mean:Q", title=title))
    return bands + lines


def _relative(genes: pd.DataFrame, way: str) -> pd.DataFrame:
    value, error = genes[way], genes[f"{way}_se"]
    most = float(value.abs().max()) or 1.0
    return pd.DataFrame(
        {
            "symbol": genes["symbol"],
            "way": WAY_NAMES[way],
            "rank": genes[f"{way}_rank"],
            "value": value,
            "value_se": error,
            "share": genes[f"{way}_share"],
            "direction": genes["direction"],
            "z_positive": genes["z_positive"],
            "z_negative": genes["z_negative"],
            "relative": value.abs() / most,
            "low": (value.abs() - error).clip(lower=0) / most,
            "high": (value.abs() + error) / most,
        }
    )


def _labels(heat: pd.DataFrame) -> pd.Series:
    """A name for each signature: drug, and cell line if there are several; numbered if needed."""
    names = heat.drop_duplicates("signature")[["signature", "drug", "cell_id"]]
    several = bool((names["cell_id"] != names["cell_id"].iloc[0]).any())
    label = names["drug"] + (" " + names["cell_id"] if several else "")
    again = label.groupby(label).cumcount()
    label = label.where(again == 0, label + " " + (again + 1).astype(str))
    return heat["signature"].map(dict(zip(names["signature"], label, strict=True)))


def _count_axis() -> alt.X:
    return alt.X(
        "n_genes:Q",
        title="Landmark genes (log scale)",
        scale=alt.Scale(type="log", nice=False),
        axis=alt.Axis(values=list(COUNTS_ON_AXIS), format="d", grid=False),
    )
