"""A comparison of selections of cell lines on screen."""

from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from gpar_core.analyses.cell_influence import charts
from gpar_core.analyses.cell_influence.compute import named
from gpar_core.analyses.cell_influence.request import CellInfluenceRequest
from gpar_core.analyses.method import DrugSet
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.training.plan import plan_training
from gpar_core.errors import RequestError
from gpar_core.jobs import engine
from gpar_core.learn.metrics import PAPER_LINE
from gpar_core.learn.paired import against
from pages._shared.cached_charts import chart_once
from pages._shared.downloads import download_analysis
from pages._shared.error_box import plain
from pages._shared.loaders import load_compendium
from pages._shared.state import cache, go
from pages._shared.tables import ABOUT_COLUMN, about, interval_texts, savable
from pages._shared.tabs import tabs
from pages._shared.terms import explained

MAX_SENTENCES = 5
FEW_DRUGS = 5
"""With fewer drugs, an interval from resampling drugs is rough."""

HALF_A_DIGIT = 0.0005
"""Smaller differences are 0.000 on screen."""


def draw(done: Analysis) -> None:
    """Show the AUROC of each selection, differences, each drug, and a form to train a model."""
    request = done.request
    if not isinstance(request, CellInfluenceRequest):
        raise RequestError(
            "This link opens another kind of result. Start a new analysis on this page."
        )
    table, pairs = done.tables["selections"], done.tables["differences"]
    _verdict(table, pairs)
    chart_once("selections", done.identity, lambda: charts.auroc(table, simulated=done.simulated))
    st.dataframe(
        savable(_shown(table), simulated=done.simulated),
        hide_index=True,
        height="content",
        column_config=_columns(),
        placeholder="—",
    )
    st.caption(
        "Mean AUROC over the folds, with the 95% interval from resampling drugs; with fewer than "
        f"{FEW_DRUGS} drugs it is rough. Dashed: chance and the paper's threshold "
        f"({PAPER_LINE:.1f}). {_used(request)}"
    )
    download_analysis("Download selections", table, "cell-influence", done, of=done.request.title)
    left_out = done.tables["left_out"]
    draws = {
        "Differences": partial(_differences, request, pairs, table, done),
        "Drug by drug": partial(_drugs, done),
        "Train a model": partial(_train, request, done),
    }
    if len(left_out):
        draws["Left out"] = partial(_left_out, left_out, done)
    tabs(draws, kept=["Differences", "Train a model"])


def _left_out(left_out: pd.DataFrame, done: Analysis) -> None:
    st.dataframe(
        savable(left_out, simulated=done.simulated),
        hide_index=True,
        column_config={"selection": "Cell lines", "reason": "Reason"},
        placeholder="—",
    )


def _verdict(table: pd.DataFrame, pairs: pd.DataFrame) -> None:
    best = table.iloc[0]
    text = (
        f"**{plain(best['selection'])}** has the highest mean AUROC, {best['auroc']:.3f} "
        f"(95% interval {best['low']:.3f}–{best['high']:.3f}, {best['n_drugs']} drugs)."
    )
    others = pairs[pairs["first"] == best["selection"]]
    n_alike = int(others["within_noise"].sum())
    if len(others) == 1:
        much = "within noise, so neither is ahead" if n_alike else "more than noise"
        text += f" The difference to {plain(others['second'].iloc[0])} is {much}."
    elif n_alike == len(others):
        text += " **No other selection is clearly worse:** the differences are within noise."
    elif n_alike:
        text += f" {n_alike} of the {len(others)} other selections are within noise of it."
    else:
        text += " It is better than every other selection by more than noise."
    if best["auroc"] < PAPER_LINE:
        text += f" None reaches {PAPER_LINE:.2f}, the paper's threshold."
    st.markdown(text)


def _used(request: CellInfluenceRequest) -> str:
    drugs = request.drug_set.drugs
    said = f"{len(drugs)} drugs: {', '.join(drugs)}."
    if request.left_out:
        names = ", ".join(request.left_out)
        said += f" Left out because they lack a signature in at least one selection: {names}."
    return plain(said)


def _differences(
    request: CellInfluenceRequest, pairs: pd.DataFrame, table: pd.DataFrame, done: Analysis
) -> None:
    # The first selection in the request is the reference for the others.
    asked = [named(cells) for cells in request.selections]
    names = [name for name in asked if name in set(table["selection"])]
    reference = st.selectbox("Compare with", names, key=f"against-{done.analysis_id}")
    shown = against(pairs, reference).set_index("first")
    order = [name for name in table["selection"] if name != reference]
    shown = shown.loc[order].reset_index()
    asked_first = [name for name in names if name != reference][:MAX_SENTENCES]
    chosen = shown[shown["first"].isin(asked_first)]
    st.markdown("\n".join(f"- {_sentence(row)}" for _, row in chosen.iterrows()))
    chart_once(
        "differences",
        (*done.identity, reference),
        lambda: charts.differences(shown, reference, simulated=done.simulated),
    )
    with st.expander(f"All {len(pairs)} pairs" if len(pairs) > 1 else "The pair as a table"):
        st.dataframe(
            savable(pairs, simulated=done.simulated, signed=["difference", "low", "high"]),
            hide_index=True,
            column_config=_pair_columns(),
            placeholder="—",
        )
    text = (
        "Difference in mean AUROC. Drugs are resampled jointly: a drawn drug counts in both "
        "selections. The interval is widened because the training data would differ too (Nadeau "
        "and Bengio 2003)."
    )
    if len(pairs) > 1:
        text += (
            f" About one in twenty of the {len(pairs)} pairs looks different by chance alone, and "
            "the best of many selections looks better than it is."
        )
    st.caption(text)
    download_analysis(
        "Download differences", pairs, "cell-influence-differences", done, of=done.request.title
    )


def _sentence(pair: pd.Series) -> str:
    first, second = plain(pair["first"]), plain(pair["second"])
    if max(abs(pair[name]) for name in ("difference", "low", "high")) < HALF_A_DIGIT:
        return f"{first} and {second} do equally well ({pair['n_drugs']} drugs in both)."
    place = "lower than" if pair["difference"] < 0 else "higher than"
    verdict = "**within noise**" if pair["within_noise"] else "**more than noise**"
    return (
        f"{first} is {place} {second}: {pair['difference']:+z.3f} (95% interval "
        f"{pair['low']:+z.3f} to {pair['high']:+z.3f}, {pair['n_drugs']} drugs in both), {verdict}."
    )


def _drugs(done: Analysis) -> None:
    table = done.tables["drugs"]
    order = done.tables["selections"]["selection"].tolist()
    wide = table.pivot_table(index="pert_iname", columns="selection", values="beats_negatives")
    wide = wide[order].reset_index()
    wide.insert(1, "about", about(wide["pert_iname"], done.compendium))
    st.caption(
        "Share of the negative signatures that score lower than the drug's, in the folds that did "
        "not see the drug. —: no signature."
    )
    number = st.column_config.NumberColumn
    st.dataframe(
        savable(wide, simulated=done.simulated),
        hide_index=True,
        column_config={
            "pert_iname": "Drug",
            "about": ABOUT_COLUMN,
            **{name: number(name, format="%.2f", help=explained("mean-auroc")) for name in order},
        },
        placeholder="—",
    )
    download_analysis("Download drugs", table, "cell-influence-drugs", done, of=done.request.title)


def _train(request: CellInfluenceRequest, done: Analysis) -> None:
    cells_of = {named(cells): cells for cells in request.selections}
    chosen = st.selectbox(
        "Cell lines", done.tables["selections"]["selection"], key=f"train-{done.analysis_id}"
    )
    if not st.button("Start training"):
        return
    compendium = load_compendium(request.compendium)
    if compendium.fingerprint != request.fingerprint:
        raise RequestError(
            f"The compendium '{request.compendium}' has changed since this comparison. Run the "
            "comparison again."
        )
    asked = request.drug_set
    whole = asked.moa and not request.left_out
    drug_set = DrugSet(moa=asked.moa) if whole else replace(asked, moa="")
    method = replace(request.method, cells=cells_of[chosen])
    training, _ = plan_training(compendium, drug_set, method)
    job = engine.submit(cache(), training)
    go("drug_prediction", job=job.id)


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    """The table with its interval in one column, after the AUROC."""
    shown = table.drop(columns=["low", "high"])
    shown.insert(2, "interval", interval_texts(table))
    return shown


def _columns() -> dict[str, object]:
    number = st.column_config.NumberColumn
    return {
        "selection": "Cell lines",
        "auroc": number("Mean AUROC", format="%.3f", help=explained("mean-auroc")),
        "interval": st.column_config.TextColumn("95% interval", help=explained("interval")),
        "ap": number("Average precision", format="%.3f", help=explained("average-precision")),
        "base_rate": number("Base rate", format="%.3f", help="The average precision without skill"),
        "n_drugs": "Drugs",
        "n_signatures": "Signatures",
        "n_negative_drugs": "Negatives",
        "n_negative_signatures": "Negative signatures",
        "k": "Folds",
    }


def _pair_columns() -> dict[str, object]:
    number = st.column_config.NumberColumn
    return {
        "first": "Cell lines",
        "second": "Compared with",
        "difference": number("Higher by", format="%+.3f", help=explained("interval")),
        "low": number("95% from", format="%+.3f", help=explained("interval")),
        "high": number("to", format="%+.3f", help=explained("interval")),
        "n_drugs": "Drugs in both",
        "within_noise": st.column_config.CheckboxColumn("Within noise"),
    }
