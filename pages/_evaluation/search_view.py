"""An evaluation of search scores on screen."""

from functools import partial

import altair as alt
import pandas as pd
import streamlit as st

from gpar_core.analyses.result import Analysis
from gpar_core.analyses.search_evaluation import charts
from gpar_core.analyses.search_evaluation.request import SearchEvaluationRequest
from gpar_core.compare.search_comparison import (
    MEASURES,
    identified,
    overall,
    scope_in_words,
    verdict,
)
from gpar_core.data.class_names import ALL, MOA, MOAS, NOUNS, TARGET, TARGETS, Noun, gene_of
from gpar_core.search.scores import SCORES
from pages._shared.cached_charts import chart_once
from pages._shared.class_choice import class_column, class_links
from pages._shared.downloads import download_analysis
from pages._shared.error_box import plain
from pages._shared.gene_links import GENE_COLUMN
from pages._shared.tables import interval_texts, savable
from pages._shared.tabs import tabs
from pages._shared.terms import explained

ABOUT_MEASURES = {
    "first_10": "How many of the first ten compounds share the query's {}.",
    "ap": "How pure the top of the list is: precision averaged over the ranks of the compounds "
    "with the {}.",
    "auroc": "The chance that a compound with the {} ranks above one without it.",
}


CLASS_TABS = {MOAS: "MOA by MOA", TARGETS: "Target by target", ALL: "Class by class"}


def draw(done: Analysis, request: SearchEvaluationRequest) -> None:
    """Show which score is best, by list length and class, and what was identified."""
    noun = NOUNS[request.among]
    measure = st.session_state.get(f"search-measure-{done.analysis_id}", next(iter(MEASURES)))
    noise = st.session_state.get(f"search-noise-{done.analysis_id}", request.noise[0])
    of_noise = {
        name: table[table["noise"] == noise]
        for name, table in done.tables.items()
        if "noise" in table and len(table)
    }
    moas, summary = of_noise["moas"], of_noise["summary"]
    summary = summary[summary["measure"] == measure]
    st.markdown(f"**{plain(verdict(moas, measure, noise, seed=request.seed))}**")
    source = (*done.identity, measure, noise)
    chart_once("scores", source, lambda: _by_score(moas, measure, request, done))
    st.caption(
        f"{ABOUT_MEASURES[measure].format(noun.one)} Mean over all list lengths; interval: from "
        f"resampling the {noun.many}. Small dots: {noun.many}."
    )
    _choose_figures(request, done)

    def scores() -> None:
        n_genes = _choose_length(request, "scores", done)
        _scores(summary[summary["n_genes"] == n_genes], noun, done)

    def by_length() -> None:
        draw = partial(charts.by_length, summary, MEASURES[measure], simulated=done.simulated)
        chart_once("search scores", source, draw)
        st.caption(f"Vertical lines: 95% intervals from resampling the {noun.many}.")

    def class_by_class() -> None:
        n_genes = _choose_length(request, "moas", done)
        _classes(moas[moas["n_genes"] == n_genes], measure, noun, done)

    draws = {"Scores": scores, "List lengths": by_length, CLASS_TABS[request.among]: class_by_class}
    if "identity" in of_noise:
        draws["Own molecule"] = lambda: _identity(identified(of_noise["identity"]), done)
    tabs(draws, kept=draws)


def _by_score(
    moas: pd.DataFrame, measure: str, request: SearchEvaluationRequest, done: Analysis
) -> alt.LayerChart:
    means = overall(moas, measure, seed=request.seed)
    return charts.by_score(means, moas, measure, MEASURES[measure], simulated=done.simulated)


def _choose_figures(request: SearchEvaluationRequest, done: Analysis) -> None:
    """The measure and the noise of all that the page shows."""
    left, right = st.columns([3, 2])
    left.segmented_control(
        "Measure",
        list(MEASURES),
        default=next(iter(MEASURES)),
        required=True,
        format_func=MEASURES.get,
        key=f"search-measure-{done.analysis_id}",
    )
    right.segmented_control(
        "Noise",
        request.noise,
        default=request.noise[0],
        required=True,
        format_func=lambda level: f"{level:g}",
        key=f"search-noise-{done.analysis_id}",
        help="Random noise added to each z-score of the queries: its standard deviation",
    )


def _choose_length(request: SearchEvaluationRequest, where: str, done: Analysis) -> int:
    lengths = request.genes
    return st.selectbox(
        "Genes in each list",
        lengths,
        len(lengths) // 2,
        key=f"search-length-{where}-{done.analysis_id}",
        width=220,
    )


def _scores(table: pd.DataFrame, noun: Noun, done: Analysis) -> None:
    n = int(table["n_moas"].max())
    st.caption(
        f"{scope_in_words(table, done.tables['scope'], noun)}. Intervals of each score, and of its "
        f"difference from the best, are from resampling the {noun.many}; p is from Wilcoxon's "
        "signed-rank test. Classes share drugs, so both are optimistic."
    )
    table = table.sort_values("mean", ascending=False)
    shown = table.assign(
        score=table["score"].map(lambda name: SCORES[name].label),
        figure=table["mean"],
        interval=interval_texts(table),
        behind_interval=interval_texts(table, "behind_low", "behind_high"),
    )
    columns = ["score", "figure", "interval", "behind", "behind_interval", "p"]
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    st.dataframe(
        savable(shown[columns], simulated=done.simulated),
        hide_index=True,
        column_config={
            "score": "Score",
            "figure": number("Mean", format="%.3f", help=f"Over {noun.counted(n)}"),
            "interval": text("95% interval", help=f"From resampling the {noun.many}"),
            "behind": number(
                "Behind the best by", format="%.3f", help="Difference of the means; empty for "
                "the best score"
            ),
            "behind_interval": text("95% interval ", help="Of the difference"),
            "p": number("p", format="%.2g", help=explained("wilcoxon")),
        },
        placeholder="—",
    )  # fmt: skip
    download_analysis("Download all means", done.tables["summary"], "search-scores", done)


def _classes(table: pd.DataFrame, measure: str, noun: Noun, done: Analysis) -> None:
    scores = [name for name in SCORES if name in set(table["score"])]
    wide = table.pivot_table(index="moa", columns="score", values=measure).reset_index()
    sizes = table.groupby("moa", as_index=False)[["n_drugs", "n_queries", "base_rate"]].first()
    shown = sizes.merge(wide)[["moa", "n_drugs", "n_queries", "base_rate", *scores]]
    shown = shown.sort_values([scores[0], "moa"], ascending=[False, True])
    if noun is not MOA:
        shown.insert(1, "open", class_links(shown["moa"], done.compendium))
    if noun is TARGET:
        shown["moa"] = shown["moa"].map(gene_of)
    st.caption(f"{MEASURES[measure]} of each {noun.one}, mean over its queries.")
    about = ABOUT_MEASURES[measure].format(noun.one)
    number = st.column_config.NumberColumn
    st.dataframe(
        savable(shown, simulated=done.simulated),
        hide_index=True,
        column_config={
            "moa": class_column(noun),
            "open": GENE_COLUMN,
            "n_drugs": number("Drugs", format="%d", help="With a signature here"),
            "n_queries": number("Queries", format="%d", help=f"Compounds with the {noun.one}"),
            "base_rate": number(
                "Base rate",
                format="%.3f",
                help=f"Share of the candidates that have the {noun.one}: the average precision of "
                "a random ranking. Ten times this many hits are among the first ten by chance.",
            ),
            **{name: number(SCORES[name].label, format="%.3f", help=about) for name in scores},
        },
        placeholder="—",
    )
    download_analysis(f"Download all {noun.many}", done.tables["moas"], "search-scores-moas", done)


def _identity(table: pd.DataFrame, done: Analysis) -> None:
    st.caption(
        "If the compendium has the query's own molecule, how often does the search find it? All "
        "other figures leave it out."
    )
    shown = table.assign(score=table["score"].map(lambda name: SCORES[name].label))
    number = st.column_config.NumberColumn
    st.dataframe(
        savable(shown.drop(columns=["noise", "n_drugs"]), simulated=done.simulated),
        hide_index=True,
        column_config={
            "n_genes": number("Genes", format="%d", help="In each list of a query"),
            "score": "Score",
            "n": number("Molecules", format="%d", help="Queries whose molecule the compendium has"),
            "first": number("First", format="%d", help="Queries whose molecule ranks first"),
            "first_10": number(
                "Among ten", format="%d", help="Queries whose molecule is among the first ten"
            ),
            "median_rank": number(
                "Median rank", format="%.1f", help=f"Of {int(table['n_drugs'].max()):,} compounds"
            ),
        },
        placeholder="—",
    )
    download_analysis("Download ranks", done.tables["identity"], "search-scores-identity", done)
