"""The genes that a model goes by, on screen."""

import pandas as pd
import streamlit as st

from gpar_core import links
from gpar_core.analyses.genes import charts
from gpar_core.analyses.genes.request import GeneImportanceRequest
from gpar_core.analyses.result import Analysis
from gpar_core.export import analysis_csv, download_name, gene_list
from gpar_core.learn.gene_selection import N_SELECTED
from pages._shared.cached_charts import chart_once
from pages._shared.error_box import plain
from pages._shared.state import Key, cache
from pages._shared.tables import savable

BOTH = "both"
CHOICES = {
    "ig": "Network: integrated gradients",
    "lr": "Logistic regression",
    BOTH: "First 100 both ways",
}


def draw(done: Analysis) -> None:
    """Agreement in words, chart, table, heat map and downloads."""
    _agreement(done)
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
    if chosen.empty:
        st.info("No gene is among the first 100 both ways. Choose one of the ways.")
        return
    chart_once(
        "importance",
        (*done.identity, way),
        lambda: charts.importance(genes, chosen["symbol"].tolist(), simulated=done.simulated),
    )
    st.caption(
        "Absolute values; bars are one standard error, by leaving out the drugs of one fold at a "
        "time (delete-one-group jackknife). Color: the mean z-score of the positive drugs."
    )
    _table(chosen, done)
    _downloads(chosen, way, done)
    st.subheader("Positives and negatives", anchor=False)
    heat = done.tables["heat"]
    chart_once("genes", done.identity, lambda: charts.heat_map(heat, simulated=done.simulated))
    shown = heat.drop_duplicates("signature")["positive"]
    told = done.tables["agreement"].iloc[0]
    st.caption(
        f"The {heat['symbol'].nunique()} genes that rank best either way, in {int(shown.sum())} of "
        f"{int(told['n_positive']):,} positive signatures and, right of the line, "
        f"{int((~shown).sum())} of {int(told['n_negative']):,} negative ones drawn at random. "
        "Colors are full at the 95th percentile."
    )


def selected(genes: pd.DataFrame, way: str) -> pd.DataFrame:
    """The 100 first genes by a way, or those among the first 100 both ways; the best first."""
    if way != BOTH:
        order = genes.sort_values(f"{way}_rank")
        return order.head(N_SELECTED).reset_index(drop=True)
    ranks = genes[["ig_rank", "lr_rank"]]
    both = genes[(ranks <= N_SELECTED).all(axis=1)]
    return both.loc[ranks.loc[both.index].sum(axis=1).sort_values(kind="stable").index].reset_index(
        drop=True
    )


def _agreement(done: Analysis) -> None:
    told = done.tables["agreement"].iloc[0]
    folds = done.tables["folds"]
    n, overlap = int(told["n_selected"]), int(told["overlap"])
    again = {way: _mean_and_sd(folds[f"{way}_again"]) for way in ("ig", "lr")}
    st.markdown(
        f"Of the {n} genes most important for the network, **{overlap} are among the first {n} of "
        f"the logistic regression too** ({told['expected']:.1f} by chance, p = {told['p']:.2g}, "
        f"hypergeometric; without the drugs of one fold {_mean_and_sd(folds['overlap'])}). Over "
        f"all {int(told['n_genes'])} genes the importances correlate with "
        f"{told['spearman']:.2f} (Spearman). **Stability:** without the drugs of one fold, "
        f"{again['ig']} of the network's {n} genes are found again, and {again['lr']} of the "
        f"regression's (mean ± standard deviation over {len(folds)} folds)."
    )
    st.caption(
        f"{int(told['n_positive_drugs'])} positive drugs ({int(told['n_positive']):,} "
        f"signatures), {int(told['n_negative']):,} negative signatures. Both ways learn from the "
        "same data, genes are co-regulated, and folds share most of their drugs: p and stability "
        "are optimistic. A gene that matters to a model need not be a target or a cause. "
        "Attributions start at z = 0, no change; their sum misses the difference of the log-odds "
        f"to that, {told['rise']:.1f} on average, by {told['gap']:.2g}."
    )
    request = done.request
    if isinstance(request, GeneImportanceRequest) and request.model in cache().model_ids():
        st.page_link(
            "pages/models.py",
            label=plain(f"The model of {request.label}"),
            query_params={Key.MODEL.value: request.model},
        )


def _mean_and_sd(values: pd.Series) -> str:
    return f"{values.mean():.0f} ± {values.std():.0f}"


def _table(chosen: pd.DataFrame, done: Analysis) -> None:
    shown = chosen.assign(gene=chosen["entrez_id"].map(links.ncbi_gene))
    order = [
        "ig_rank", "lr_rank", "symbol", "gene", "direction", "ig", "ig_se", "ig_share", "lr",
        "lr_se", "lr_share", "z_positive", "z_positive_se", "z_negative", "z_difference",
    ]  # fmt: skip
    st.dataframe(
        savable(shown[order], simulated=done.simulated),
        hide_index=True,
        column_config=_columns(),
        placeholder="—",
    )


def _downloads(chosen: pd.DataFrame, way: str, done: Analysis) -> None:
    by_direction = {name: chosen[chosen["direction"] == name] for name in ("up", "down")}
    up, down, table, enrichr = st.columns(4)
    for column, (name, genes) in zip((up, down), by_direction.items(), strict=True):
        column.download_button(
            f"{len(genes)} {name} genes (text)",
            gene_list(genes["symbol"]),
            download_name(
                f"genes-{way}-{name}",
                done.request.label,
                simulated=done.simulated,
                ending="txt",
            ),
            "text/plain",
            on_click="ignore",
            disabled=genes.empty,
            width="stretch",
        )
    table.download_button(
        "All genes (CSV)",
        lambda: analysis_csv(_exported(done), done),
        download_name("genes", done.request.label, simulated=done.simulated),
        "text/csv",
        on_click="ignore",
        width="stretch",
    )
    enrichr.link_button("Open Enrichr", links.ENRICHR, width="stretch")
    background = "As background take the 978 landmark genes: they are no random sample of all."
    st.caption(
        "The text files hold one symbol a line, to paste into Enrichr, up and down apart: by the "
        f"mean z-score of the positive drugs. {background}"
        + (" Their names say that the data are simulated." if done.simulated else "")
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
        "ig_rank": number("# network", help="By integrated gradients"),
        "lr_rank": number("# regression", help="By logistic regression"),
        "symbol": "Gene",
        "gene": st.column_config.LinkColumn("NCBI", display_text="NCBI Gene"),
        "direction": st.column_config.TextColumn("Positives", help="Sign of their mean z-score"),
        "ig": number("Attribution", format="%+.3f", help="Mean part in the log-odds of positives"),
        "ig_se": number("±", format="%.3f", help="Jackknife standard error over the folds"),
        "ig_share": share(
            "Folds", min_value=0, max_value=1, format="percent", help="In their first 100, network"
        ),
        "lr": number(
            "Coefficient",
            format="%+.4f",
            help="Weight of the z-score in the logistic regression; the genes share their "
            "weight where they go together",
        ),
        "lr_se": number("± ", format="%.4f", help="Jackknife standard error over the folds"),
        "lr_share": share(
            "Folds ", min_value=0, max_value=1, format="percent", help="Likewise, regression"
        ),
        "z_positive": number("z positives", format="%+.2f", help=z_help),
        "z_positive_se": number("±  ", format="%.2f", help="Standard error over the drugs"),
        "z_negative": number("z negatives", format="%+.2f", help=z_help),
        "z_difference": number("Difference", format="%+.2f", help="Positives minus negatives"),
    }
