"""Upload profiles: report the content of the file, choose how to read it, and predict."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gpar_core import fields
from gpar_core.analyses.library.result import Library
from gpar_core.analyses.moa_prediction.plan import plan_prediction
from gpar_core.data.profile_choices import (
    BY_FILE,
    EACH,
    ONE,
    statistics_of,
    with_drugs,
    with_statistic,
)
from gpar_core.data.profile_matching import BY_NAME, Draft
from gpar_core.data.profile_scale import Z_SCORES
from gpar_core.data.profile_tables import MAX_BYTES
from gpar_core.data.profiles import Profiles, accept, template_csv
from gpar_core.data.uploads import publish_profiles
from gpar_core.reading.uploads import PROFILES
from pages._shared.error_box import plain
from pages._shared.job_panel import start
from pages._shared.state import cache
from pages._shared.terms import explained
from pages._shared.uploads import read

OWN_PROFILES = "Your own profiles"
KINDS = ["csv", "tsv", "txt", "tab", "gct", "gctx", "gmt", "grp"]
"""Includes gene lists, so that an error can explain what is needed instead."""
ID_NAMES = {"symbol": "symbol", "entrez": "Entrez id", "ensembl": "Ensembl id"}
MAX_NAMES = 50
MAX_LISTED = 978


@dataclass(frozen=True)
class Upload:
    """A file as it was read, the permitted changes, and its label on screen."""

    draft: Draft
    impute: bool
    z_score: bool
    label: str

    def profiles(self) -> Profiles:
        """The profiles to use. Raises GparError if the file cannot be used as it is."""
        return accept(self.draft, impute=self.impute, z_score=self.z_score)


def choose_upload(page: str) -> Upload | None:
    """Choose a file, show how it matches, and ask how to read it; each page keeps its own.

    Raises GparError if the file cannot be read.
    """
    upload = st.file_uploader(
        "Profiles: z-scores or a differential expression table; human genes by symbol or id",
        KINDS,
        key=f"{page}-profiles",
        max_upload_size=MAX_BYTES // 2**20,
    )
    st.download_button(
        "Download template (CSV)", template_csv, "gpar-template.csv", "text/csv", on_click="ignore"
    )
    if upload is None:
        st.caption(
            "CSV, TSV, GCT or GCTX, with genes in rows or columns and one or more profiles. You "
            "can upload results of DESeq2, limma, edgeR, Seurat and others unchanged."
        )
        return None
    draft = _choose_drugs(upload.file_id, choose_statistic(upload.file_id, read(PROFILES, upload)))
    show_report(draft)
    return Upload(draft, *_permissions(page, draft), Path(upload.name).stem[:80])


def show_upload(library: Library) -> None:
    """Read a file, show how it matches and queue its prediction. Raises DataError or JobError."""
    upload = choose_upload("moa")
    if upload is None:
        return
    profiles = upload.profiles()  # where it cannot be used, the reason takes the button's place
    if st.button(f"Predict {library.noun.many}", type="primary"):
        publish_profiles(cache(), profiles)
        start(plan_prediction(library, profiles, upload.label))


def choose_statistic(file_id: str, draft: Draft) -> Draft:
    """Choose the column of a differential expression table that is the profile."""
    choices = statistics_of(draft)
    if not choices:
        return draft
    chosen = st.selectbox(
        "Column of the table",
        choices,
        key=f"statistic-{file_id}",
        help="Only signed statistics can be profiles: p-values, mean levels and standard errors "
        "do not show in which direction a gene changes.",
    )
    st.caption(
        plain(
            f"This is a differential expression table. GPAR uses its column '{chosen}' as the "
            "profile; you can choose another signed statistic."
        )
    )
    return with_statistic(draft, chosen)


def _choose_drugs(file_id: str, draft: Draft) -> Draft:
    """Choose which profiles are replicates of one drug."""
    if len(draft.names) == 1:
        return draft
    by, n_drugs = draft.report.drugs_by, len(set(draft.drug))
    drugs = "1 drug" if n_drugs == 1 else f"{n_drugs:,} drugs"
    own = n_drugs == len(draft.names)
    as_read = f"By '{by}' in the file: {drugs}"
    if by in {"", BY_NAME}:
        as_read = "Each profile is a separate drug" if own else f"By profile name: {drugs}"
    labels = {BY_FILE: as_read, EACH: "Each profile is a separate drug",
              ONE: "All profiles are replicates of one drug"}  # fmt: skip
    if own and not by:
        labels.pop(EACH)
    chosen = st.selectbox(
        "Replicates",
        labels,
        format_func=labels.__getitem__,
        key=f"drugs-{file_id}",
        help="Replicates of one drug stay together in cross-validation and are averaged to "
        "predict MOAs. To set the drugs in the file, add a row or column named 'drug'.",
    )
    if by == BY_NAME and chosen == BY_FILE:
        first = Counter(draft.drug).most_common(1)[0][0]
        together = [name for name, drug in zip(draft.names, draft.drug, strict=True)
                    if drug == first]  # fmt: skip
        st.caption(
            plain(
                f"Guessed from the names: {', '.join(together[:6])} are replicates of one drug. "
                "Change this if they are not."
            )
        )
    return with_drugs(draft, chosen)


def show_report(draft: Draft) -> None:
    """Show how many profiles and landmark genes a file has, and what was not used."""
    report = draft.report
    figures = st.columns(3)
    n_drugs = len(set(draft.drug))
    figures[0].metric(
        "Profiles", f"{len(draft.names):,}", help="Expression profiles found in the file"
    )
    of_drugs = "" if n_drugs == len(draft.names) else f"; {n_drugs:,} drug{'s' * (n_drugs > 1)}"
    figures[0].caption(f"{report.file_kind}, genes in {report.genes_in}{of_drugs}")
    with st.expander("Profile names"):
        st.markdown(plain(", ".join(draft.names[:MAX_NAMES])))
        if len(draft.names) > MAX_NAMES:
            st.caption(f"and {len(draft.names) - MAX_NAMES:,} more")
    figures[1].metric("Landmark genes", report.n_found, help=explained("landmark-genes"))
    figures[1].caption(
        f"of {fields.N_LANDMARKS}, by {ID_NAMES[report.id_kind]}; {report.n_unknown:,} other genes "
        "are not used"
    )
    _show_scale(figures[2], draft)
    if draft.n_missing_values:
        st.caption(f"{draft.n_missing_values:,} values of the matched genes are missing.")
    found = (
        ("landmark gene is missing", "landmark genes are missing", report.missing),
        (
            "gene occurs more than once; its mean is used",
            "genes occur more than once; their means are used",
            report.duplicated,
        ),
        (
            "gene was matched by a newer name or an alias",
            "genes were matched by a newer name or an alias",
            report.other_names,
        ),
        (
            "gene name was converted to a date by Excel; it is not a landmark gene",
            "gene names were converted to dates by Excel; none is a landmark gene",
            report.dates,
        ),
        (
            "name is shared by several profiles, which were numbered",
            "names are shared by several profiles, which were numbered",
            report.renamed,
        ),
        (
            "profile without values was left out",
            "profiles without values were left out",
            report.empty,
        ),
        ("column was not used", "columns were not used", report.ignored),
    )
    for one, several, names in found:
        if names:
            with st.expander(f"{len(names)} {one if len(names) == 1 else several}"):
                st.markdown(plain(", ".join(names[:MAX_LISTED])))


def _show_scale(place: DeltaGenerator, draft: Draft) -> None:
    """Show the scale of the profiles, and which ones differ from the others."""
    if any(draft.statistics):
        place.metric("Scale", "signed", help=explained("z-score"))
        place.caption(plain(f"statistic: {draft.scales[0].reason}"))
        return
    kinds = Counter(scale.kind for scale in draft.scales)
    place.metric("Scale", next(iter(kinds)) if len(kinds) == 1 else "mixed",
                 help=explained("z-score"))  # fmt: skip
    usual = kinds.most_common(1)[0][0]
    if len(kinds) == 1:
        place.caption(plain(draft.scales[0].reason if len(draft.scales) == 1 else "all profiles"))
        return
    odd = [f"{name}: {scale.kind} ({scale.reason})"
           for name, scale in zip(draft.names, draft.scales, strict=True)
           if scale.kind != usual]  # fmt: skip
    place.caption(plain(f"{kinds[usual]:,} of {len(draft.scales):,} are {usual}"))
    with st.expander(f"{len(odd)} profiles have another scale"):
        st.markdown(plain("; ".join(odd[:MAX_NAMES])))


def _permissions(page: str, draft: Draft) -> tuple[bool, bool]:
    """Whether to fill gaps and to compute z-scores; asked only if needed."""
    impute = bool(draft.report.missing or draft.n_missing_values) and st.checkbox(
        "Set missing genes to 0 (no change)", key=f"{page}-impute"
    )
    return impute, may_z_score(page, draft)


def may_z_score(page: str, draft: Draft) -> bool:
    """Whether to compute z-scores across the profiles; asked only if they are not z-scores."""
    n_z = sum(scale.kind == Z_SCORES for scale in draft.scales)
    asks = not any(draft.statistics) and n_z < len(draft.scales) / 2
    return asks and st.checkbox(
        "Compute z-scores across these profiles",
        key=f"{page}-z-score",
        help="The z-scores then show how the profiles differ from each other, not from controls.",
    )
