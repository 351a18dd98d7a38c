"""How often a known target is among the first genes, on screen."""

import streamlit as st

from gpar_core.analyses.result import Analysis
from gpar_core.targets.evaluate import ABOUT, FIRST, METHODS
from gpar_core.targets.verdict import hits_in_words
from pages._shared.downloads import download_analysis
from pages._shared.error_box import plain
from pages._shared.report_buttons import report_buttons
from pages._shared.tables import savable
from pages._shared.terms import explained
from pages._target_prediction.view import weights


def draw(done: Analysis) -> None:
    """Show the hits of each method, whether probabilities come true, and the weights."""
    tables = done.tables
    (scope,) = tables["scope"].to_dict("records")
    st.markdown(
        plain(
            f"{scope['n_molecules']:,} molecules with {scope['n_targets']:,} known targets among "
            f"{scope['n_genes']:,} genes. No molecule's own targets, nor those of the same "
            "molecule under another name, are used to rank its genes."
        )
    )
    st.markdown(f"**{plain(hits_in_words(tables['methods']))}**")
    _methods(done)
    report_buttons(done.analysis_id, done.request.title, simulated=done.simulated)
    download_analysis("Download hits of each molecule", tables["molecules"], "target-hits", done)
    if "reliability" in tables:
        _reliability(done)
        weights(done)


def _methods(done: Analysis) -> None:
    table = done.tables["methods"]
    wide = table[["method"]].drop_duplicates().reset_index(drop=True)
    for k in FIRST:
        own = table[table["first"] == k].drop(columns=["first", "n_molecules"])
        names = {name: f"{name}_{k}" for name in ("share", "low", "high")}
        wide = wide.merge(own.rename(columns=names), on="method")
    number = st.column_config.NumberColumn
    st.dataframe(
        savable(wide.assign(method=wide["method"].map(METHODS)), simulated=done.simulated),
        hide_index=True,
        height=35 * (len(wide) + 1) + 2,
        placeholder="—",
        column_config={
            "method": st.column_config.TextColumn(
                "Method", help="  \n".join(plain(about) for about in ABOUT.values())
            ),
            **{
                f"{name}_{k}": number(
                    f"{label} {k}", format="%.3f", help=f"{about} the first {k} genes"
                )
                for k in FIRST
                for name, label, about in (
                    ("share", "Among", "Share of molecules with a known target among"),
                    ("low", "95% from,", "From resampling the molecules:"),
                    ("high", "to,", "From resampling the molecules:"),
                )
            },
        },
    )


def _reliability(done: Analysis) -> None:
    st.subheader("Do probabilities come true?", anchor=False)
    st.caption(
        "Cases of a molecule and a gene by probability, from models that did not see the molecule. "
        "Cases of one molecule depend on each other, so intervals are optimistic."
    )
    number = st.column_config.NumberColumn
    st.dataframe(
        savable(done.tables["reliability"].drop(columns="n_positive"), simulated=done.simulated),
        hide_index=True,
        placeholder="—",
        column_config={
            "predicted": number("Probability", format="%.3f", help=explained("target-probability")),
            "observed": number("Known targets", format="%.3f", help="Share of the cases"),
            "low": number("95% from", format="%.3f", help="Wilson's interval"),
            "high": number("to", format="%.3f", help="Wilson's interval"),
            "n": number("Cases", format="%d", help="Pairs of a molecule and a gene"),
        },
    )
