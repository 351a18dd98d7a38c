"""An evaluation on screen."""

from functools import partial

import pandas as pd
import streamlit as st

from gpar_core.analyses.evaluation import charts
from gpar_core.analyses.evaluation.evaluate import (
    curves,
    n_untied,
    of_protocol,
    ranking,
    smallest_p,
    summary,
    verdict,
)
from gpar_core.analyses.result import Analysis
from gpar_core.compare.methods import (
    ABOUT_PROTOCOLS,
    DRUG,
    GPAR,
    METHODS,
    MIN_CLASSES,
    PAIR,
    PROTOCOL_NAMES,
)
from pages._evaluation.retrieval import draw_retrieval
from pages._shared.cached_charts import chart_once
from pages._shared.class_choice import class_links
from pages._shared.downloads import download_analysis
from pages._shared.error_box import plain
from pages._shared.gene_links import GENE_COLUMN
from pages._shared.report_buttons import report_buttons
from pages._shared.tables import SELECTION, chosen_row, interval_texts, savable
from pages._shared.tabs import tabs
from pages._shared.terms import explained

CURVES = {
    DRUG: "Curves are over all held-out scores; the mean AUROC above is over the folds.",
    PAIR: "Curves of the methods that compare pairs. Those that learn rank drugs: see the other "
    "protocol.",
}


def draw(done: Analysis) -> None:
    """Show the open tab: figures over all classes, each class, or retrieval."""
    protocol = st.session_state.get(f"protocol-{done.analysis_id}", DRUG)
    measures = of_protocol(done.tables["measures"], protocol)
    tabs(
        {
            "All classes": lambda: _overall(measures, done),
            "Class by class": lambda: _classes(measures, done, protocol),
            "Retrieval (mAP)": lambda: draw_retrieval(done),
        }
    )
    report_buttons(done.analysis_id, done.compendium, simulated=done.simulated)


def _choose_protocol(done: Analysis) -> None:
    protocol = st.segmented_control(
        "Protocol",
        list(PROTOCOL_NAMES),
        default=DRUG,
        required=True,
        format_func=PROTOCOL_NAMES.get,
        key=f"protocol-{done.analysis_id}",
        persist_state="session",
    )
    st.caption(ABOUT_PROTOCOLS[protocol])


def _overall(measures: pd.DataFrame, done: Analysis) -> None:
    st.markdown(f"**{plain(verdict(measures))}**")
    chart_once(
        "by method",
        (*done.identity, *measures["protocol"].unique()),
        lambda: charts.by_method(measures, simulated=done.simulated),
    )
    found = ranking(measures).set_index("name")
    interval = "Interval: from resampling the classes. " if found["low"].notna().any() else ""
    st.caption(f"{interval}Small dots: classes. Point at a mean to see p against the best method.")
    _choose_protocol(done)
    table = summary(measures).set_index("method").loc[found.index].reset_index(names="method")
    table.insert(3, "interval", interval_texts(found))
    st.dataframe(
        savable(
            _named(table).drop(columns=["n", "se"]),
            simulated=done.simulated,
            signed=["difference"],
        ),
        hide_index=True,
        height="content",
        column_config=_summary_columns(int(table["n"].max())),
        placeholder="—",
    )
    others = [name for name in table["method"] if name != GPAR]
    if GPAR in set(table["method"]) and others:
        rival = st.selectbox(
            "Compare GPAR with",
            others,
            format_func=lambda name: METHODS[name].label,
            key=f"rival-{done.analysis_id}",
            persist_state="session",
        )
        chart_once(
            "paired",
            (*done.identity, rival, *measures["protocol"].unique()),
            lambda: charts.paired(measures, rival, simulated=done.simulated),
        )
        row = table.set_index("method").loc[rival]
        n, untied = int(row["n"]), n_untied(measures, rival)
        differ = "" if untied == n else f"; they differ on {untied}"
        few = untied < MIN_CLASSES
        least = f" With {untied}, p cannot be below {smallest_p(untied):.2g}." if few else ""
        st.caption(
            f"Each line is a class, {n} in all{differ}. Wilcoxon's matched-pairs signed-rank test, "
            f"two-sided: p = {row['p']:.2g}; median difference {row['difference']:+z.3f}.{least} "
            "Classes share drugs, so p is optimistic."
        )
    left_out = done.tables["left_out"]
    if len(left_out):
        with st.expander(f"{len(left_out)} classes left out"):
            st.dataframe(
                savable(left_out, simulated=done.simulated),
                hide_index=True,
                column_config={"class": "Class", "reason": "Reason"},
                placeholder="—",
            )


def _classes(measures: pd.DataFrame, done: Analysis, protocol: str) -> None:
    wide = measures.pivot_table(index="class", columns="method", values="auroc").reset_index()
    methods = [name for name in METHODS if name in wide]
    sizes = measures.groupby("class", as_index=False)[["n_positive", "n_negative"]].first()
    table = sizes.merge(wide)[["class", *methods, "n_positive", "n_negative"]]
    st.caption("AUROC of each method. Click a row to see the curves of the class.")
    links = class_links(table["class"], done.compendium)
    shown = table.copy()
    if any(links):
        shown["open"] = links
    selection = st.dataframe(
        savable(shown, simulated=done.simulated),
        hide_index=True,
        on_select="rerun",
        selection_mode=SELECTION,
        key=f"classes-{done.analysis_id}-{protocol}",
        column_config={
            "class": "Class",
            "open": GENE_COLUMN,
            "n_positive": "Drugs",
            "n_negative": "Negatives",
            **{
                name: st.column_config.NumberColumn(
                    METHODS[name].label, format="%.3f", help=explained("mean-auroc")
                )
                for name in methods
            },
        },
        placeholder="—",
    )
    download_analysis("Download all figures", measures, "evaluation", done)
    row = chosen_row(selection, len(table))
    if row is not None:
        _one(str(table["class"].iloc[row]), measures, done, protocol)


def _one(name: str, measures: pd.DataFrame, done: Analysis, protocol: str) -> None:
    """Show figures with their intervals, and the curves of one class."""
    st.subheader(plain(name), anchor=False)
    own = measures[measures["class"] == name]
    st.dataframe(
        savable(
            _named(own).assign(interval=interval_texts(own))[
                ["method", "auroc", "interval", "ap", "base_rate"]
            ],
            simulated=done.simulated,
        ),
        hide_index=True,
        height="content",
        column_config={
            "method": "Method",
            "auroc": st.column_config.NumberColumn(
                "Mean AUROC", format="%.3f", help=explained("mean-auroc")
            ),
            "interval": st.column_config.TextColumn("95% interval", help=explained("interval")),
            "ap": st.column_config.NumberColumn(
                "Average precision", format="%.3f", help=explained("average-precision")
            ),
            "base_rate": st.column_config.NumberColumn(
                "Base rate", format="%.3f", help="The average precision without skill"
            ),
        },
        placeholder="—",
    )
    scores, pairs = done.tables["scores"], done.tables["pair_curves"]
    of_pairs = pairs[pairs["class"] == name]
    found = of_pairs if protocol == PAIR else curves(scores[scores["class"] == name], own["method"])
    if found.empty:
        st.caption("No method compares pairs. Choose the protocol that ranks drugs to see curves.")
        return
    both = {"roc": charts.roc, "precision and recall": charts.precision_recall}
    for column, (what, build) in zip(st.columns(2), both.items(), strict=True):
        with column:
            chart_once(
                what,
                (*done.identity, name, protocol),
                partial(build, found, simulated=done.simulated),
            )
    st.caption(CURVES[protocol])


def _named(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(method=table["method"].map(lambda name: METHODS[name].label))


def _summary_columns(n: int) -> dict[str, object]:
    number = st.column_config.NumberColumn
    return {
        "method": "Method",
        "mean": number("Mean AUROC", format="%.3f", help=f"Over {n} classes"),
        "interval": st.column_config.TextColumn(
            "95% interval",
            help=f"From resampling the classes; needs at least {MIN_CLASSES} classes",
        ),
        "median": number("Median", format="%.3f", help="Half of the classes are above it"),
        "reach_line": number("0.6 or more", format="percent", help="Share of the classes"),
        "ap": number("Average precision", format="%.3f", help="Mean over the classes"),
        "seconds": number("Seconds", format="%.0f", help="Computing time of all classes"),
        "difference": number(
            "Median difference",
            format="%+.3f",
            help="Median over the classes of GPAR's AUROC minus the method's",
        ),
        "p": number("p", format="%.2g", help="Wilcoxon's matched-pairs signed-rank test"),
    }
