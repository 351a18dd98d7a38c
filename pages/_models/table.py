"""The table of trained models, and the fields that choose among them."""

from dataclasses import dataclass
from hashlib import sha256

import pandas as pd
import streamlit as st

from gpar_core.analyses.training.result import ModelSummary
from gpar_core.jobs.store import JobStore
from pages._shared.frame import simulated_note
from pages._shared.loaders import load_summaries
from pages._shared.model_names import names_of
from pages._shared.state import Key, cache, go
from pages._shared.tables import HOW_TO_OPEN, SELECTION, opened_row, savable
from pages._shared.terms import explained

OWN, OF_LIBRARIES, ALL = "Trained alone", "From libraries", "All"
ROW_PIXELS, MAX_ROWS = 35, 20


@dataclass(frozen=True)
class Listed:
    """A model in the list. note: of its owners. of_library: whether only a library asked for it."""

    summary: ModelSummary
    name: str
    note: str
    of_library: bool

    def holds(self, sought: str) -> bool:
        """Whether a text is part of what is known about the model, in any case."""
        its = self.summary
        known = (self.name, self.note, its.compendium, its.preset, *its.drugs, *its.cells)
        return any(sought.casefold() in each.casefold() for each in known)


def table(models: list[Listed]) -> pd.DataFrame:
    summaries = [each.summary for each in models]
    shown = pd.DataFrame(
        {
            "Model": [each.name for each in models],
            "Mean AUROC": [s.metrics.mean_auroc for s in summaries],
            "95% interval": ["{:.3f}–{:.3f}".format(*s.metrics.interval) for s in summaries],
            "Verdict": [s.verdict.name for s in summaries],
            "Drugs": [s.n_positive_compounds for s in summaries],
            "Cell lines": [", ".join(s.cells) or "all" for s in summaries],
            "Compendium": [
                s.compendium + (" (simulated)" if s.simulated else "") for s in summaries
            ],
            "Preset": [s.preset for s in summaries],
            "Trained": [s.created_at[:16].replace("T", " ") for s in summaries],
        }
    )
    notes = [" ".join(each.note.split()) for each in models]
    return shown.assign(Notes=notes) if any(notes) else shown


def show_all() -> None:
    summaries, damaged = load_summaries()
    for model_id in damaged:
        st.page_link(
            "pages/models.py",
            label=f"⚠️ The model {model_id} cannot be read. Open it to see why or to delete it",
            query_params={Key.MODEL.value: model_id},
        )
    if not summaries:
        st.info("No models yet. Choose drugs or a MOA to train one.")
        if st.button("Open Drug prediction", type="primary"):
            go("drug_prediction")
        return
    if all(each.simulated for each in summaries):
        simulated_note()
    models = _listed(summaries)
    shown, chosen_by = _choose(models)
    if not shown:
        st.info(f"None of the {len(models)} models matches. Change what you look for.")
        return
    st.caption(f"{HOW_TO_OPEN} {len(shown)} of {len(models)} models.")
    selection = st.dataframe(
        savable(table(shown), simulated=False),
        hide_index=True,
        on_select="rerun",
        selection_mode=SELECTION,
        height=ROW_PIXELS * (min(len(shown), MAX_ROWS) + 1) + 3,
        # Of what chooses the rows, not of the rows: a model may be added before a click arrives.
        key=f"models-table-{sha256(chosen_by.encode()).hexdigest()[:12]}",
        column_config={
            "Mean AUROC": st.column_config.NumberColumn(
                format="%.3f", help=explained("mean-auroc")
            ),
            "Drugs": st.column_config.NumberColumn(help="Drugs of the positive set"),
            "Verdict": st.column_config.TextColumn(help=explained("verdict")),
        },
        placeholder="—",
    )
    listed = [each.summary.model_id for each in shown]
    before = st.session_state.get(Key.LISTED, ("", []))
    clicked_in = before[1] if before[0] == chosen_by else listed
    st.session_state[Key.LISTED] = (chosen_by, listed)
    labels = {each.summary.model_id: each.name for each in models}
    names = [labels.get(model_id, model_id) for model_id in clicked_in]
    row = opened_row(selection, names, clicked_in)
    if row is not None:
        st.query_params[Key.MODEL] = clicked_in[row]
        st.rerun()


def _listed(summaries: list[ModelSummary]) -> list[Listed]:
    view = cache()
    within, asked = view.access.wholes(), JobStore(view).ids()
    names, notes = names_of(summaries), view.access.notes()
    return [
        Listed(
            summary,
            names[summary.model_id],
            notes.get(summary.model_id, ""),
            summary.model_id in within and summary.model_id not in asked,
        )
        for summary in summaries
    ]


def _choose(models: list[Listed]) -> tuple[list[Listed], str]:
    """The models to show, and what they were chosen by."""
    find, of = st.columns([3, 2], vertical_alignment="bottom")
    sought = find.text_input(
        "Find", placeholder="Name, notes, drug, cell line, preset", key="models-find"
    ).strip()
    origin = ALL
    if len({each.of_library for each in models}) > 1:
        with of:
            origin = st.radio(
                "Origin", (OWN, OF_LIBRARIES, ALL), horizontal=True, key="models-origin"
            )
    compendia = _pills("Compendium", [each.summary.compendium for each in models])
    verdicts = _pills("Verdict", [each.summary.verdict.name for each in models])
    shown = [
        each
        for each in models
        if each.holds(sought)
        and (origin == ALL or each.of_library == (origin == OF_LIBRARIES))
        and (not compendia or each.summary.compendium in compendia)
        and (not verdicts or each.summary.verdict.name in verdicts)
    ]
    return shown, "\n".join((sought, origin, *compendia, *verdicts))


def _pills(label: str, values: list[str]) -> list[str]:
    """The chosen ones of several values; nothing to choose if there is only one."""
    options = sorted(set(values))
    if len(options) < 2:
        return []
    return st.pills(
        label, options, selection_mode="multi", key=f"models-{label.lower()}", default=None
    )
