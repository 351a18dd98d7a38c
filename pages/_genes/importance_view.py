"""The most important genes of a model, on screen."""

from functools import partial

import pandas as pd
import streamlit as st

from gpar_core import links
from gpar_core.analyses.genes import charts
from gpar_core.analyses.genes.request import GeneImportanceRequest
from gpar_core.analyses.result import Analysis
from gpar_core.learn.gene_selection import N_SELECTED
from pages._shared.cached_charts import chart_once
from pages._shared.downloads import download_analysis, download_gene_lists
from pages._shared.error_box import plain
from pages._shared.gene_links import GENE_COLUMN, gene_link, gene_links
from pages._shared.state import Key, cache
from pages._shared.tables import savable
from pages._shared.tabs import tabs

BOTH = "both"
CHOICES = {
    "ig": "Integrated gradients",
    "lr": "Logistic regression",
    BOTH: "Top 100 by both",
}


def draw(done: Analysis) -> None:
    """Show agreement in words, chart, table, heat map and downloads."""
    told = done.tables["agreement"].iloc[0]
    _agreement(told)
    way = st.segmented_control(
        "Genes by",
        list(CHOICES),
        default="ig",
        required=True,
        format_func=CHOICES.get,
        key=f"genes-by-{done.analysis_id}",
    )
    genes = done.tables["genes"]
    chosen = selected(genes, way)
    tabs(
        {
            "Genes": partial(_chosen, chosen, genes, way, done),
            "Heat map": partial(_heat_map, told, done),
            "Stability": partial(_trust, told, done.tables["folds"]),
        }
    )
    _link(done)


def _chosen(chosen: pd.DataFrame, genes: pd.DataFrame, way: str, done: Analysis) -> None:
    if chosen.empty:
        st.info("No gene is in the top 100 by both methods. Choose one of the methods.")
        return
    chart_once(
        "importance",
        (*done.identity, way),
        lambda: charts.importance(genes, chosen["symbol"].tolist(), simulated=done.simulated),
    )
    st.caption(
        "Absolute values. In the table, a positive attribution means that the gene raises the "
        "score of the positive drugs, whether it is up or down in them. Bars: one standard error, "
        "from leaving out the drugs of one fold at a time (delete-one-group jackknife). Color: "
        "mean z-score of the positive drugs."
    )
    _table(chosen, done)
    _downloads(chosen, way, done)


def _heat_map(told: pd.Series, done: Analysis) -> None:
    heat = done.tables["heat"]
    chart_once("genes", done.identity, lambda: charts.heat_map(heat, simulated=done.simulated))
    shown = heat.drop_duplicates("signature")["positive"]
    st.caption(
        f"The {heat['symbol'].nunique()} genes that rank best by either method, in "
        f"{int(shown.sum())} of {int(told['n_positive']):,} positive signatures and, to the right "
        f"of the line, in {int((~shown).sum())} of {int(told['n_negative']):,} negative signatures "
        "drawn at random. The color scale ends at the 95th percentile."
    )
    genes = heat["symbol"].unique()
    with st.expander(f"The {len(genes)} genes, each with its page", expanded=True):
        st.markdown(gene_links(genes, done.compendium))


def selected(genes: pd.DataFrame, way: str) -> pd.DataFrame:
    """The top 100 genes by one method, or those in the top 100 by both; the best first."""
    if way != BOTH:
        order = genes.sort_values(f"{way}_rank")
        return order.head(N_SELECTED).reset_index(drop=True)
    ranks = genes[["ig_rank", "lr_rank"]]
    both = genes[(ranks <= N_SELECTED).all(axis=1)]
    return both.loc[ranks.loc[both.index].sum(axis=1).sort_values(kind="stable").index].reset_index(
        drop=True
    )


def _agreement(told: pd.Series) -> None:
    n = int(told["n_selected"])
    st.markdown(
        f"Of the {n} most important genes of the model, **{int(told['overlap'])} are also in the "
        f"top {n} of the logistic regression** ({told['expected']:.1f} by chance, "
        f"p = {told['p']:.2g}, hypergeometric)."
    )


def _trust(told: pd.Series, folds: pd.DataFrame) -> None:
    """How stable the choice of genes is, and what it does not show."""
    n = int(told["n_selected"])
    again = {way: _mean_and_sd(folds[f"{way}_again"]) for way in ("ig", "lr")}
    st.markdown(
        f"**Stability:** without the drugs of one fold, {again['ig']} of the model's {n} genes are "
        f"found again, and {again['lr']} of the regression's; the two share "
        f"{_mean_and_sd(folds['overlap'])} (mean ± standard deviation over {len(folds)} folds). "
        f"Over all {int(told['n_genes'])} genes, the Spearman correlation of the importances is "
        f"{told['spearman']:.2f}."
    )
    st.caption(
        f"{int(told['n_positive_drugs'])} positive drugs ({int(told['n_positive']):,} "
        f"signatures), {int(told['n_negative']):,} negative signatures. Both methods learn from "
        "the same data, genes are co-regulated, and folds share most of their drugs, so p and "
        "stability are optimistic. A gene that matters to a model is not necessarily a target or a "
        "cause. Attributions are relative to z = 0, no change; their sum differs from the change "
        f"in log-odds, {told['rise']:.1f} on average, by {told['gap']:.2g}."
    )


def _link(done: Analysis) -> None:
    request = done.request
    if isinstance(request, GeneImportanceRequest) and request.model in cache().model_ids():
        st.page_link(
            "pages/models.py",
            label=plain(f"Open the model of {request.label}"),
            query_params={Key.MODEL.value: request.model},
        )


def _mean_and_sd(values: pd.Series) -> str:
    return f"{values.mean():.0f} ± {values.std():.0f}"


def _table(chosen: pd.DataFrame, done: Analysis) -> None:
    shown = chosen.assign(
        gene=chosen["entrez_id"].map(links.ncbi_gene),
        opens=[gene_link(symbol, done.compendium) for symbol in chosen["symbol"]],
    )
    order = [
        "ig_rank", "lr_rank", "symbol", "opens", "gene", "direction", "ig", "ig_se", "ig_share",
        "lr", "lr_se", "lr_share", "z_positive", "z_positive_se", "z_negative", "z_difference",
    ]  # fmt: skip
    st.dataframe(
        savable(shown[order], simulated=done.simulated, signed=["ig"]),
        hide_index=True,
        column_config=_columns(),
        placeholder="—",
    )


def _downloads(chosen: pd.DataFrame, way: str, done: Analysis) -> None:
    label = done.request.label
    up, down = (
        chosen.loc[chosen["direction"] == name, "symbol"].tolist() for name in ("up", "down")
    )
    with st.container(horizontal=True):
        download_gene_lists(
            f"among the {len(chosen)} most important ones",
            label,
            up,
            down,
            f"genes-{way}",
            simulated=done.simulated,
        )
        download_analysis("Download all genes", _exported(done), "genes", done, of=label)
        st.link_button("Open Enrichr", links.ENRICHR)
    background = (
        "Use the 978 landmark genes as the background: they are not a random sample of all genes."
    )
    st.caption(
        "A GRP file has one gene symbol per line to paste into Enrichr. Up and down genes, by the "
        f"mean z-score of the positive drugs, are separate lists. {background}"
        + (" The file names say that the data are simulated." if done.simulated else "")
    )


def _exported(done: Analysis) -> pd.DataFrame:
    genes = done.tables["genes"]
    request = done.request
    return genes.assign(
        ncbi_gene=genes["entrez_id"].map(links.ncbi_gene),
        label=request.label,
        model_id=request.model,
    )


def _columns() -> dict[str, object]:
    number, share = st.column_config.NumberColumn, st.column_config.ProgressColumn
    z_help = "Mean over drugs of the mean z-score of their signatures"
    return {
        "ig_rank": number("Rank, model", help="By integrated gradients"),
        "lr_rank": number("Rank, regression", help="By logistic regression"),
        "symbol": "Gene",
        "opens": GENE_COLUMN,
        "gene": st.column_config.LinkColumn("NCBI", display_text="NCBI Gene"),
        "direction": st.column_config.TextColumn("Positives", help="Sign of their mean z-score"),
        "ig": number(
            "Attribution",
            format="%+.3f",
            help="Mean contribution to the log-odds of the positives",
        ),
        "ig_se": number("±", format="%.3f", help="Jackknife standard error over the folds"),
        "ig_share": share(
            "Folds",
            min_value=0,
            max_value=1,
            format="percent",
            help="Share of the folds with the gene in the model's top 100",
        ),
        "lr": number(
            "Coefficient",
            format="%+.4f",
            help="Weight of the z-score in the logistic regression; correlated genes share their "
            "weight",
        ),
        "lr_se": number("± ", format="%.4f", help="Jackknife standard error over the folds"),
        "lr_share": share(
            "Folds ",
            min_value=0,
            max_value=1,
            format="percent",
            help="Share of the folds with the gene in the regression's top 100",
        ),
        "z_positive": number("z positives", format="%+.2f", help=z_help),
        "z_positive_se": number("±  ", format="%.2f", help="Standard error over the drugs"),
        "z_negative": number("z negatives", format="%+.2f", help=z_help),
        "z_difference": number("Difference", format="%+.2f", help="Positives minus negatives"),
    }
