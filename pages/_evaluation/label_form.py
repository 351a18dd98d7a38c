"""Choose the classes to learn: MOAs, targets, or labels from an uploaded table."""

import pandas as pd
import streamlit as st

from gpar_core.data.class_names import CHOICES, MOAS
from gpar_core.data.compendium import Compendium
from gpar_core.data.labels import MAX_BYTES, relabelled
from gpar_core.errors import GparError
from gpar_core.reading.uploads import LABELS
from pages._shared.class_choice import LABELS as CLASSES
from pages._shared.error_box import plain
from pages._shared.uploads import read

UPLOADED = "Uploaded labels"
TEMPLATE = "name,label\nfluoxetine,antidepressant\nsertraline,antidepressant\ndigoxin,cardiac\n"
MAX_NAMES = 20


def choose_labels(compendium: Compendium) -> tuple[str, pd.DataFrame | None, Compendium]:
    """Return which classes, the labels if any, and the compendium with these in place of MOAs.

    The first is 'moas', which labels take the place of, 'targets' or 'all'.
    """
    known = [MOAS] if compendium.targets.empty else list(CHOICES)
    if st.session_state.get("classes-are", UPLOADED) not in (*known, UPLOADED):
        del st.session_state["classes-are"]  # chosen for a compendium with targets
    kind = st.segmented_control(
        "Classes from",
        (*known, UPLOADED),
        default=MOAS,
        required=True,
        format_func=lambda name: CLASSES.get(name, name),
        key="classes-are",
        persist_state="session",
    )
    if kind != UPLOADED:
        return kind, None, compendium
    upload = st.file_uploader(
        "Labels: therapeutic class, indication, side effect, target, …",
        ["csv", "tsv", "txt"],
        key="labels",
        max_upload_size=MAX_BYTES // 2**20,
    )
    st.download_button(
        "Download template (CSV)", TEMPLATE, "gpar-labels.csv", "text/csv", on_click="ignore"
    )
    if upload is None:
        st.caption(
            "The table needs a column of names or pert_ids and a column of labels. Until you "
            "upload one, the MOAs are the classes."
        )
        return MOAS, None, compendium
    try:
        labels = read(LABELS, upload)
        labelled, match = relabelled(compendium, labels)
    except GparError as error:
        st.error(plain(str(error)))
        st.caption("Until you upload a readable table, the MOAs are the classes.")
        return MOAS, None, compendium
    st.markdown(
        f"**{match.n_matched:,}** compounds with **{len(labelled.moas):,}** classes; "
        f"{len(match.unmatched):,} labeled names are not in the compendium"
    )
    if match.resembling:
        pairs = [f"{name} (resembles {other})" for name, other in match.resembling[:MAX_NAMES]]
        st.caption(plain(f"Similar class names, kept separate: {', '.join(pairs)}"))
    if match.unmatched:
        names = ", ".join(match.unmatched[:MAX_NAMES])
        more = ", …" if len(match.unmatched) > MAX_NAMES else ""
        st.caption(plain(f"Not found: {names}{more}"))
    return MOAS, labels, labelled
