"""The perturbagens that move a gene most, and the signatures of the one that is checked."""

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gpar_core import fields
from gpar_core.analyses.gene.charts import intervals
from gpar_core.analyses.gene.distribution import signatures_of
from gpar_core.analyses.gene.identity import Gene
from gpar_core.charts.conditions import conditions
from gpar_core.data.compendium import Compendium
from gpar_core.data.kind_names import heading
from gpar_core.data.selecting import shown_unit
from pages._gene.loaded import load_movers, load_view, load_z
from pages._gene.parts import HIGH, LOW, MEAN_Z, SIGNATURES, download, shown_names
from pages._shared.cached_charts import chart_once
from pages._shared.class_choice import KNOWN_COLUMNS
from pages._shared.error_box import plain
from pages._shared.gene_links import targets_linked
from pages._shared.perturbagen_links import link_column, page_links
from pages._shared.tables import SELECTION, chosen_row, savable
from pages._shared.terms import explained

MAX_ROWS = 300
UP, DOWN = "Up", "Down"
HOW = (
    "Mean z-score of {symbol} over the signatures of each, with its 95% interval. The list is "
    "ordered by the end of the interval nearest to 0, so one extreme signature, or a few that "
    "disagree, do not come first. The interval takes signatures as independent, which those of one "
    "cell line are not quite. Check a row to see its signatures."
)


def show_movers(gene: Gene, compendium: Compendium) -> None:
    """Show the table of one kind and direction, a chart of its top, and one in detail."""
    kind, direction = _choice(compendium)
    every = load_movers(compendium, kind, gene)
    ordered = every if direction == UP else every.iloc[::-1].reset_index(drop=True)
    sign = 1 if direction == UP else -1
    moving = ordered[ordered["mean_z"] * sign > 0]
    download_all = every.assign(kind=fields.PERT_TYPES[kind])
    if moving.empty:
        st.info(f"None of them moves {plain(gene.symbol)} {direction.lower()}.")
    else:
        top, one = st.columns(2)
        row = _table(moving.head(MAX_ROWS), kind, direction, gene, compendium)
        st.caption(HOW.format(symbol=plain(gene.symbol)))
        with top:
            chart_once(
                "gene movers",
                (compendium.fingerprint, gene.place, kind, direction),
                lambda: intervals(
                    moving,
                    fields.PERT_INAME,
                    f"{heading(kind)} that move {gene.symbol} {direction.lower()}",
                    simulated=compendium.simulated,
                ),
            )
        _one(one, moving.iloc[row], kind, gene, compendium)
    download("Download all", download_all, f"gene-movers-{kind}", gene, compendium)


def _choice(compendium: Compendium) -> tuple[str, str]:
    kind = compendium.kinds[0]
    with st.container(horizontal=True):
        if len(compendium.stored_kinds) > 1:
            kind = st.segmented_control(
                "Perturbagens",
                compendium.stored_kinds,
                default=kind,
                format_func=heading,
                required=True,
                key=f"gene-kind-{compendium.name}",
                help=explained("perturbagen"),
            )
        direction = st.segmented_control(
            "Direction", [UP, DOWN], default=UP, required=True, key="gene-direction"
        )
    return str(kind), str(direction)


def _table(
    moving: pd.DataFrame, kind: str, direction: str, gene: Gene, compendium: Compendium
) -> int:
    """Show the table; return the row that is checked, the first if there is none."""
    of_drugs = kind == fields.COMPOUND_PERT_TYPE
    opens = page_links(moving.assign(pert_type=kind), compendium.name)
    order = [fields.PERT_INAME] + ["opens"] * any(opens)
    order += ["mean_z", "low", "high", "n_signatures"] + [fields.MOA] * of_drugs
    order += [fields.TARGET] * (of_drugs and not compendium.targets.empty)
    event = st.dataframe(
        savable(
            targets_linked(shown_names(moving.assign(opens=opens))[order], compendium.name),
            simulated=compendium.simulated,
        ),
        hide_index=True,
        on_select="rerun",
        selection_mode=SELECTION,
        key=f"gene-movers-{compendium.fingerprint[:12]}-{gene.place}-{kind}-{direction}",
        placeholder="—",
        column_config={
            fields.PERT_INAME: "Drug" if of_drugs else "Perturbation",
            "opens": link_column([kind]),
            "mean_z": MEAN_Z,
            "low": LOW,
            "high": HIGH,
            "n_signatures": SIGNATURES,
            **KNOWN_COLUMNS,
        },
    )
    return chosen_row(event, len(moving)) or 0


def _one(
    beside: DeltaGenerator, row: pd.Series, kind: str, gene: Gene, compendium: Compendium
) -> None:
    """The signatures of one perturbagen, by cell line, dose and time; their picture in `beside`."""
    view = load_view(compendium, kind)
    own = signatures_of(view.signatures, load_z(compendium, kind, gene), row[fields.DRUG])
    shown = own.assign(**{fields.DOSE_UNIT: own[fields.DOSE_UNIT].map(shown_unit)})
    name = row[fields.PERT_INAME]
    with beside:
        chart_once(
            "gene conditions",
            (compendium.fingerprint, gene.place, row[fields.DRUG]),
            lambda: conditions(
                shown,
                "z",
                "z-score",
                f"{gene.symbol} in the signatures of {name}",
                simulated=compendium.simulated,
            ),
        )
    number = st.column_config.NumberColumn
    st.dataframe(
        savable(shown, simulated=compendium.simulated),
        hide_index=True,
        placeholder="—",
        column_config={
            "z": number("z", format="%+.2f", help=explained("z-score")),
            fields.CELL_ID: "Cell line",
            fields.DOSE: number("Dose", format="%.4g", help="As given in the source"),
            fields.DOSE_UNIT: "Dose unit",
            fields.TIME: number("Time", format="%.4g", help="Between treatment and measurement"),
            fields.TIME_UNIT: "Time unit",
            fields.TAS: number("TAS", format="%.2f", help=explained("tas")),
            fields.SIG_ID: "Signature",
        },
    )
    download("Download signatures", own.assign(drug=name), "gene-signatures", gene, compendium)
