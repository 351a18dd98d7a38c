"""AUROC and similarities against the number of genes, on screen."""

from functools import partial

import pandas as pd
import streamlit as st

from gpar_core import fields
from gpar_core.analyses.genes import charts
from gpar_core.analyses.genes.counts import ENOUGH, curves, enough_genes, summary
from gpar_core.analyses.result import Analysis
from gpar_core.learn.metrics import PAPER_LINE
from pages._shared.cached_charts import chart_once
from pages._shared.downloads import download_analysis
from pages._shared.tables import interval_texts, savable
from pages._shared.terms import explained


def draw(done: Analysis) -> None:
    """Show the answer in words, the curves, the similarities, the table and downloads."""
    auroc, sizes = done.tables["auroc"], done.tables["sizes"].iloc[0]
    table = summary(auroc, done.tables["similarity"])
    st.markdown(_verdict(table))
    chart_once(
        "auroc by count",
        done.identity,
        lambda: charts.auroc_by_count(curves(auroc), simulated=done.simulated),
    )
    st.caption(
        f"Mean AUROC over {sizes['k']} folds, {sizes['n_positive_drugs']} positive drugs "
        f"({sizes['n_positive']:,} signatures) against {sizes['n_negative_drugs']:,} "
        f"negative ones ({sizes['n_negative']:,} signatures). Bands: for random genes, the "
        "standard deviation over the draws; for the most important genes, the 95% interval from "
        "resampling drugs. Logistic "
        "regression ranks the genes within the training part of each fold, so held-out drugs do "
        "not influence the choice."
    )
    both = {"similarity": charts.similarity_by_count, "distance": charts.distance_by_count}
    for column, (what, build) in zip(st.columns(2), both.items(), strict=True):
        with column:
            chart_once(
                f"{what} by count",
                done.identity,
                partial(build, table, simulated=done.simulated),
            )
    st.caption(
        "Pearson correlation over the random genes, for every two positive signatures of different "
        "drugs and for every positive with every negative, across all cell lines. Distance: the "
        "difference of the two means, divided by the standard deviation of the pairs. Bands: "
        "standard deviation over the draws."
    )
    st.dataframe(
        savable(_shown(table), simulated=done.simulated),
        hide_index=True,
        height="content",
        column_config=_columns(),
        placeholder="—",
    )
    label = done.request.drug_set.label
    with st.container(horizontal=True):
        for name, what, shown in (
            ("Download all cross-validations", "gene-counts-draws", _all_draws(done)),
            ("Download table", "gene-counts", table),
        ):
            download_analysis(name, shown.assign(label=label), what, done, of=label)


def _verdict(table: pd.DataFrame) -> str:
    """The smallest number of random genes that does about as well, and how important ones do."""
    most = table.iloc[-1]
    text = (
        f"With {_genes(most['n_genes'])} the mean AUROC is **{most['random']:.3f}** (95% interval "
        f"{most['random_low']:.3f}–{most['random_high']:.3f}, resampling drugs)."
    )
    if len(table) == 1:
        return text
    if (enough := enough_genes(table)) is None:
        text += (
            " **The interval is not above 0.5**, so these figures cannot show how many genes are "
            "needed."
        )
    elif enough < most["n_genes"]:
        row = table.set_index("n_genes").loc[enough]
        over = f" ± {row['random_sd']:.3f} (standard deviation over {row['draws']:.0f} draws)"
        text += (
            f" **{enough} genes drawn at random keep {ENOUGH:.0%} of the gain over 0.5** that "
            f"{_genes(most['n_genes'])} give, as do larger numbers: {row['random']:.3f}"
            f"{over if row['draws'] > 1 else ' (one draw)'}."
        )
    else:
        text += (
            f" No smaller number of random genes keeps {ENOUGH:.0%} of the gain over 0.5 that "
            f"{_genes(most['n_genes'])} give."
        )
    fewer = table[table["n_genes"] < fields.N_LANDMARKS]
    if len(fewer):
        first = fewer.iloc[0]
        text += (
            f" With the {first['n_genes']:.0f} most important genes, the mean AUROC is "
            f"{first['important']:.3f}, higher than in {first['beaten']:.0f} of "
            f"{first['draws']:.0f} random draws of the same size; over all numbers below "
            f"{fields.N_LANDMARKS}, it is higher than in {fewer['beaten'].sum():.0f} of "
            f"{fewer['draws'].sum():.0f}."
        )
    if table[["random", "important"]].max(axis=None) < PAPER_LINE:
        text += f" All of these figures are below {PAPER_LINE:.2f}, the paper's threshold."
    return text


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    """The table with each interval in one column."""
    shown = table.copy()
    for name in ("random", "important"):
        ends = [f"{name}_low", f"{name}_high"]
        place = shown.columns.get_loc(ends[0])
        shown.insert(place, f"{name}_interval", interval_texts(table, *ends))
        shown = shown.drop(columns=ends)
    return shown


def _genes(n: float) -> str:
    return f"all {n:.0f} genes" if n == fields.N_LANDMARKS else f"{n:.0f} genes"


def _all_draws(done: Analysis) -> pd.DataFrame:
    """One row per cross-validation, with the similarities if genes were drawn."""
    alike = done.tables["similarity"].assign(way="random")
    return done.tables["auroc"].merge(alike, how="left", on=["way", "n_genes", "draw"])


def _columns() -> dict[str, object]:
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    return {
        "n_genes": number("Genes", format="%d", help=explained("landmark-genes")),
        "draws": number(
            "Draws", format="%d", help="Random draws of this many genes; the table shows their mean"
        ),
        "random": number("Random", format="%.3f", help="Mean AUROC over the draws"),
        "random_sd": number("±", format="%.3f", help="Standard deviation over the draws"),
        "random_interval": text("95% interval", help="From resampling drugs, mean over the draws"),
        "important": number("Most important", format="%.3f", help="Mean AUROC"),
        "important_interval": text("95% interval ", help="From resampling drugs"),
        "beaten": number(
            "Draws below",
            format="%d",
            help="Random draws with a lower mean AUROC than the most important genes",
        ),
        "within": number("Among positives", format="%.3f", help="Mean Pearson correlation"),
        "within_sd": number("± ", format="%.3f", help="Standard deviation over the draws"),
        "between": number("With negatives", format="%.3f", help="Mean Pearson correlation"),
        "between_sd": number("±  ", format="%.3f", help="Standard deviation over the draws"),
        "distance": number("Distance", format="%.2f", help="Cohen's d"),
        "distance_sd": number("±   ", format="%.2f", help="Standard deviation over the draws"),
    }
