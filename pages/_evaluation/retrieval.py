"""Retrieval by mean average precision on screen."""

from contextlib import suppress
from functools import partial

import pandas as pd
import streamlit as st

from gpar_core import fields
from gpar_core.analyses.evaluation import charts
from gpar_core.analyses.result import Analysis
from gpar_core.compare.retrieval import CELL_LINE, CLASS, COMPOUND, MEMBER, NESTED, VIEWS, in_words
from gpar_core.compare.views import verdict
from gpar_core.errors import GparError
from pages._shared.cached_charts import chart_once
from pages._shared.downloads import download_analysis
from pages._shared.error_box import plain
from pages._shared.loaders import load_compendium
from pages._shared.tables import SELECTION, chosen_row, savable
from pages._shared.terms import explained

ABOUT = (
    "Can a compound be recognized across cell lines, and a class by its members? Each signature "
    "ranks all others by similarity; mAP is the mean average precision of these rankings, 1 if its "
    "own kind always comes first. This is how the profiling field judges its data "
    "([Kalinin et al. 2025](https://doi.org/10.1038/s41467-025-60306-2))."
)
TITLES = {COMPOUND: "Compounds", CLASS: "Classes"}
PARTS = {
    COMPOUND: "In each cell line. p is corrected within the compound.",
    CLASS: "Of each member. p is corrected within the class.",
}


def draw_retrieval(done: Analysis) -> None:
    """Show mAP of compounds and of classes, and of the parts of a selected one."""
    if "retrieval" not in done.tables:
        st.info("This result was made before GPAR measured mAP. Delete it and run it again.")
        return
    found = _named(done)
    levels = [level for level in NESTED if level in set(found["level"])]
    if not levels:
        _figures(done)
        return
    level = st.segmented_control(
        "Retrieval of",
        levels,
        default=levels[0],
        required=True,
        format_func=TITLES.get,
        label_visibility="collapsed",
        key=f"retrieval-{done.analysis_id}",
        persist_state="session",
    )
    of_level = found[found["level"] == level]
    many = TITLES[level].lower()
    st.markdown(f"**{plain(verdict(of_level, many))}**")
    pictures = {
        "views": (charts.by_view, f"Where are {many} retrieved best?"),
        "retrieval": (charts.retrieval, f"Mean average precision of {many}"),
    }
    for what, (draw, title) in pictures.items():
        chart_once(
            what,
            (*done.identity, level),
            partial(draw, of_level, title, simulated=done.simulated),
        )
    st.caption(
        "Dashed line: a corrected p of 0.05. p comes from 1,000 random rankings, so it cannot be "
        "below 0.001. Click a row to see "
        + ("the cell lines of the compound." if level == COMPOUND else "the members of the class.")
    )
    table = _wide(of_level, "name")
    selection = st.dataframe(
        savable(table, simulated=done.simulated),
        hide_index=True,
        on_select="rerun",
        selection_mode=SELECTION,
        key=f"retrieved-{done.analysis_id}-{level}",
        column_config=_columns(level),
        placeholder="—",
    )
    _figures(done)
    with st.expander("About mAP"):
        st.markdown(ABOUT)
    download_analysis("Download mAP", done.tables["retrieval"], "retrieval", done)
    row = chosen_row(selection, len(table))
    if row is not None:
        name = str(table["name"].iloc[row])
        parts = found[(found["level"] == NESTED[level]) & (found["name"] == name)]
        st.subheader(plain(name), anchor=False)
        st.caption(PARTS[level])
        st.dataframe(
            savable(_wide(parts, "part").drop(columns="n_queries"), simulated=done.simulated),
            hide_index=True,
            column_config=_columns(NESTED[level]),
            placeholder="—",
        )


def _named(done: Analysis) -> pd.DataFrame:
    """The rows of retrieval, with drugs as they are named on other pages."""
    found = done.tables["retrieval"]
    with suppress(GparError):  # the compendium is gone: names without case
        drugs = load_compendium(done.compendium).drugs
        names = drugs.set_index(fields.DRUG)[fields.PERT_INAME]
        for level, column in ((COMPOUND, "name"), (CELL_LINE, "name"), (MEMBER, "part")):
            known = (found["level"] == level) & found[column].isin(names.index)
            found = found.assign(**{column: found[column].mask(known, found[column].map(names))})
    return found


def _figures(done: Analysis) -> None:
    """What was retrieved how well, and what was not, level by level."""
    st.markdown("\n".join(f"- {plain(line)}" for line in in_words(done.tables)))


def _wide(found: pd.DataFrame, by: str) -> pd.DataFrame:
    """One row per name or part, best first, with columns of mAP and corrected p for each view."""
    views = [view for view in VIEWS if view in set(found["view"])]
    table = found.groupby(by, as_index=False)["n_queries"].first()
    for view in views:
        of_view = found.loc[found["view"] == view, [by, "map", "normalized_map", "corrected_p"]]
        renamed = {each: f"{each}_{view}" for each in of_view.columns if each != by}
        table = table.merge(of_view.rename(columns=renamed), on=by, how="left")
    best = [f"corrected_p_{views[-1]}", f"normalized_map_{views[-1]}"]
    return table.sort_values(best, ascending=[True, False], ignore_index=True)


def _columns(level: str) -> dict[str, object]:
    number = st.column_config.NumberColumn
    columns: dict[str, object] = {
        "name": "Compound" if level == COMPOUND else "Class",
        "part": "Cell line" if level == CELL_LINE else "Drug",
        "n_queries": number(
            "Cell lines" if level == COMPOUND else "Drugs",
            help="How many rankings mAP is the mean of",
        ),
    }
    for view, label in VIEWS.items():
        columns[f"map_{view}"] = number(
            f"mAP, {label}", format="%.3f", help=explained("mean-average-precision")
        )
        columns[f"normalized_map_{view}"] = number(
            f"Normalized, {label}", format="%.3f", help="0 is what chance gives, 1 is perfect"
        )
        columns[f"corrected_p_{view}"] = number(
            f"Corrected p, {label}",
            format="%.2g",
            help="Against random rankings, corrected for the number of tests",
        )
    return columns
