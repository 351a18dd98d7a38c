"""A sweep over depths and widths on screen."""

from functools import partial

import pandas as pd
import streamlit as st

from gpar_core.analyses.hyper_parameters.charts import MEASURES, heat_map
from gpar_core.analyses.hyper_parameters.compute import PAPER
from gpar_core.analyses.result import Analysis
from pages._shared.cached_charts import chart_once
from pages._shared.downloads import download_analysis
from pages._shared.tables import interval_texts, savable
from pages._shared.terms import explained


def draw(done: Analysis) -> None:
    """Show the best setting in words, two heat maps, and the table."""
    table = done.tables["settings"]
    sizes = done.tables["training_set"].iloc[0]
    _verdict(table)
    for column, measure in zip(st.columns(2), MEASURES, strict=True):
        with column:
            chart_once(
                "settings",
                (*done.identity, measure),
                partial(heat_map, table, measure, simulated=done.simulated),
            )
    _optimistic(len(table))
    stopped = (
        "Gray: stopped early, with the number of finished folds. A setting is stopped when its "
        "AUROC is below the best on the same folds by more than the noise of the differences "
        "between folds; its figures are from fewer folds, so do not compare them with the others. "
    )
    st.caption(
        f"{stopped if table['stopped'].any() else ''}Base rate of the average precision: "
        f"{table['base_rate'].iloc[0]:.3f}. The paper's {PAPER} is in the table."
    )
    st.dataframe(
        savable(_shown(table), simulated=done.simulated),
        hide_index=True,
        column_config=_columns(),
        placeholder="—",
    )
    st.caption(
        "±: standard deviation over the folds. 95% interval: from resampling drugs. Behind the "
        "best: difference in mean AUROC, with the same drugs drawn for both. "
        f"{sizes['n_drugs']} drugs ({sizes['n_signatures']} signatures) against "
        f"{sizes['n_negative_drugs']:,} negative drugs ({sizes['n_negative_signatures']:,} "
        f"signatures), {sizes['k']} folds by drug, the same for all settings."
    )
    of = done.request.title
    with st.container(horizontal=True):
        download_analysis("Download settings", table, "sweep", done, of=of)
        download_analysis("Download folds", done.tables["folds"], "sweep-folds", done, of=of)


def _verdict(table: pd.DataFrame) -> None:
    complete = table[~table["stopped"]]
    best = complete.iloc[0]
    alike = complete.iloc[1:]
    n_alike = int(alike["within_noise"].astype(bool).sum())
    verb = "has" if best["setting"] == PAPER else "have"
    text = (
        f"**{_named(best)}** {verb} the highest mean AUROC, {best['auroc']:.3f} (95% interval "
        f"{best['low']:.3f}–{best['high']:.3f}; ± {best['sd']:.3f} over {best['n_folds']} folds). "
    )
    if n_alike:
        others = "setting is" if n_alike == 1 else "settings are"
        text += f"**{n_alike} other {others} within noise of the best**; "
    else:
        text += "All others are worse by more than noise; "
    text += f"{int(table['stopped'].sum())} of {len(table)} were stopped early."
    st.markdown(text)
    if best["setting"] != PAPER:
        paper = table[table["setting"] == PAPER].iloc[0]
        verdict = "within noise" if paper["within_noise"] else "more than noise"
        st.markdown(
            f"The paper's {PAPER} reaches {paper['auroc']:.3f}. The best is higher by "
            f"{paper['difference']:.3f} (95% interval {paper['difference_low']:z.3f} to "
            f"{paper['difference_high']:z.3f}), {verdict}."
        )


def _optimistic(n: int) -> None:
    st.warning(
        f"**The AUROC of the best of {n} is too optimistic:** the setting was chosen on "
        "the same folds. For an unbiased figure, test the chosen setting on other drugs. If "
        "several settings do equally well, choose the smallest."
    )


def _named(setting: pd.Series) -> str:
    if setting["setting"] == PAPER:
        return f"The paper's {PAPER}"
    return f"{setting['layers']} layers of {setting['nodes']:,} nodes"


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    folds = table["n_folds"].astype(str) + " of " + table["k"].astype(str)
    verdict = table["within_noise"].map({True: "within noise", False: "worse"}).fillna("")
    verdict[table["stopped"]] = "stopped"
    verdict.iloc[0] = "best"
    label = table["hidden"] + table["setting"].eq(PAPER).map({True: " (paper)", False: ""})
    behind = table["difference"].where(~table["stopped"], table["behind"])
    behind.iloc[0] = 0.0
    return pd.DataFrame(
        {
            "hidden": label,
            "auroc": table["auroc"],
            "sd": table["sd"],
            "interval": interval_texts(table),
            "ap": table["ap"],
            "folds": folds,
            "behind": behind,
            "verdict": verdict,
        }
    )


def _columns() -> dict[str, object]:
    number = st.column_config.NumberColumn
    return {
        "hidden": "Hidden layers",
        "auroc": number("Mean AUROC", format="%.3f", help=explained("mean-auroc")),
        "sd": number("±", format="%.3f", help="Standard deviation over the folds"),
        "interval": st.column_config.TextColumn("95% interval", help=explained("interval")),
        "ap": number("Average precision", format="%.3f", help=explained("average-precision")),
        "folds": "Folds",
        "behind": number("Behind the best", format="%.3f", help="On the same folds"),
        "verdict": "Verdict",
    }
