"""Choose drugs and selections of cell lines; see what is compared before it starts."""

import pandas as pd
import streamlit as st

from gpar_core.analyses.cell_influence.compute import drugs_with_signatures
from gpar_core.analyses.cell_influence.plan import plan_cell_influence
from gpar_core.analyses.cell_influence.request import CellInfluenceRequest
from gpar_core.analyses.training_set import known_drug_set
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import negative_words
from pages._shared.compound_picker import Picked
from pages._shared.error_box import plain
from pages._shared.method_form import choose_method
from pages._shared.planned_form import KEPT, offer, pick_drugs
from pages._shared.tables import savable
from pages._shared.terms import explained

PAPER_MOA = "estrogen receptor agonist"


PAPER_SELECTIONS = (("MCF7", "HT29"), ("PC3", "A549"))


MAX_SELECTIONS = 6


# With this many drugs that have signatures in every selection, the others are left out by default.
ENOUGH_SHARED = 3


def form(compendium: Compendium) -> None:
    """Choose drugs, selections and method; show the planned comparison before the click."""
    if len(compendium.cell_lines) < 2:
        st.info(
            f"All signatures of this compendium are from one cell line, "
            f"{plain(compendium.cell_lines[0])}; a comparison needs at least two. Choose another "
            "compendium in the sidebar, or import one."
        )
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        picked = pick_drugs(compendium)
        st.header("2 · Selections of cell lines", anchor=False)
        selections = choose_selections(compendium, picked)
        every = st.checkbox(
            "Also test each cell line by itself",
            help="Adds each cell line as a selection. Cell lines with signatures of fewer than two "
            "of the drugs are listed with the reason.",
            key="influence-scan",
            persist_state="session",
        )
        with st.expander("Method"):
            method = choose_method("influence")

    def plan() -> CellInfluenceRequest:
        shared = st.toggle(
            "Only drugs with signatures in every selection",
            value=_n_shared(compendium, picked, selections) >= ENOUGH_SHARED,
            help="Otherwise a selection may look better only because its drugs are easier to "
            "recognize.",
            key=f"influence-shared-{_named(picked)}-{selections}",
        )
        request, table = plan_cell_influence(
            compendium,
            picked.drug_set,
            method,
            selections=selections,
            every_cell_line=every,
            shared_drugs=shared,
        )
        show_plan(request, table, simulated=compendium.simulated)
        return request

    with right:
        hint = "Choose drugs or a MOA to see how many drugs each selection has."
        offer(picked, "3 · Comparison", hint, plan)


def choose_selections(compendium: Compendium, picked: Picked) -> list[list[str]]:
    """Choose two to six selections, by default those of the paper if they fit."""
    of_paper = picked.moa.casefold() == PAPER_MOA
    known = set(compendium.cell_lines)
    if of_paper and all(known.issuperset(cells) for cells in PAPER_SELECTIONS):
        first = [list(cells) for cells in PAPER_SELECTIONS]
    else:
        first = [[cell] for cell in compendium.cell_lines[:2]]
    n = st.number_input(
        "Number of selections", 2, MAX_SELECTIONS, 2, key="influence-n", persist_state="session"
    )
    return [
        st.multiselect(
            f"Selection {place + 1}",
            compendium.cell_lines,
            first[place] if place < len(first) else [],
            placeholder="All cell lines",
            filter_mode="prefix",
            select_all=False,
            key=f"influence-{place}-{'-'.join(first[place]) if place < len(first) else ''}",
            persist_state="session",
        )
        for place in range(int(n))
    ]


def show_plan(request: CellInfluenceRequest, table: pd.DataFrame, *, simulated: bool) -> None:
    """Show how many drugs each selection has, and which are left out."""
    enough = table[table["reason"] == ""]
    drugs, selections = st.columns(2)
    n_used = len(request.drug_set.drugs)
    drugs.metric("Drugs", n_used, help=explained("positive-set"))
    selections.metric(
        "Selections", len(enough), help="Selections of cell lines with enough of the drugs"
    )
    if n := len(request.left_out):
        st.caption(
            f"{n} of {n + n_used} drugs are left out because they lack a signature in at least one "
            f"selection: {plain(', '.join(request.left_out[:20]))}{', …' if n > 20 else ''}"
        )
    st.dataframe(
        savable(enough[["selection", "n_drugs"]], simulated=simulated),
        hide_index=True,
        column_config={"selection": "Cell lines", "n_drugs": "Drugs"},
        placeholder="—",
    )
    if few := len(table) - len(enough):
        st.caption(f"{few} cell lines have signatures of fewer than two of the drugs.")
    negatives = negative_words(request.method.negatives, request.drug_set.moa)
    st.caption(f"Negatives in all selections: {negatives}. {KEPT}")


def _n_shared(compendium: Compendium, picked: Picked, selections: list[list[str]]) -> int:
    drugs = known_drug_set(compendium, picked.drug_set).drugs
    return len(set.intersection(*drugs_with_signatures(compendium, drugs, selections)))


def _named(picked: Picked) -> str:
    return picked.moa or ",".join(picked.drugs)
