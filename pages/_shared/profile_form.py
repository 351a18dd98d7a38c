"""Uploaded profiles: what the file holds, what may be changed in it, and the click."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from gpar_core import fields
from gpar_core.data.profile_scale import Z_SCORES
from gpar_core.data.profile_tables import MAX_BYTES
from gpar_core.data.profiles import (
    Draft,
    MatchReport,
    Profiles,
    accept,
    template_csv,
)
from gpar_core.planning.training import plan_prediction, publish_profiles
from gpar_core.reading.uploads import PROFILES
from gpar_core.results.library import Library
from pages._shared.error_box import plain
from pages._shared.job_panel import start
from pages._shared.state import cache
from pages._shared.terms import explained
from pages._shared.uploads import read

KINDS = ["csv", "tsv", "txt", "gct", "gctx"]
ID_NAMES = {"symbol": "symbol", "entrez": "Entrez id"}
MAX_NAMES = 50


@dataclass(frozen=True)
class Upload:
    """A file as it was read, what may be changed in it, and what it is called on screen."""

    draft: Draft
    impute: bool
    z_score: bool
    label: str

    def profiles(self) -> Profiles:
        """Raises GparError where the file cannot be used as it is."""
        return accept(self.draft, impute=self.impute, z_score=self.z_score)


def choose_upload(page: str) -> Upload | None:
    """A file, how it matches, and what may be changed; each page keeps its own.

    Raises GparError where it cannot be read.
    """
    upload = st.file_uploader(
        "Profiles: z-scores of the landmark genes, by symbol or Entrez id",
        KINDS,
        key=f"{page}-profiles",
        max_upload_size=MAX_BYTES // 2**20,
    )
    st.download_button(
        "Template (CSV)", template_csv, "gpar-template.csv", "text/csv", on_click="ignore"
    )
    if upload is None:
        st.caption("CSV, TSV, GCT or GCTX; genes in rows or columns, several profiles at once.")
        return None
    draft = read(PROFILES, upload)
    _show_report(draft)
    return Upload(draft, *_permissions(page, draft.report), Path(upload.name).stem[:80])


def show_upload(library: Library) -> None:
    """Read a file, show how it matches and queue its prediction. Raises DataError or JobError."""
    upload = choose_upload("moa")
    if upload is not None and st.button("Predict", type="primary"):
        profiles = upload.profiles()
        publish_profiles(cache(), profiles)
        start(plan_prediction(library, profiles, upload.label))


def _show_report(draft: Draft) -> None:
    report = draft.report
    figures = st.columns(3)
    figures[0].metric(
        "Profiles", f"{report.n_profiles:,}", help="Expression profiles found in the file"
    )
    figures[0].caption(f"{report.file_kind}, genes in {report.genes_in}")
    with st.expander("Names of the profiles"):
        st.markdown(plain(", ".join(draft.names[:MAX_NAMES])))
        if len(draft.names) > MAX_NAMES:
            st.caption(f"and {len(draft.names) - MAX_NAMES:,} more")
    figures[1].metric("Landmark genes", report.n_found, help=explained("landmark-genes"))
    figures[1].caption(
        f"of {fields.N_LANDMARKS}, by {ID_NAMES[report.id_kind]}; {report.n_unknown:,} other genes "
        "are not used"
    )
    figures[2].metric("Scale", report.scale, help=explained("z-score"))
    figures[2].caption(plain(report.scale_reason))
    if report.n_missing_values:
        st.caption(f"{report.n_missing_values:,} values of the genes found are missing.")
    found = (
        ("landmark gene is missing", "landmark genes are missing", report.missing),
        (
            "gene is there more than once; its mean was taken",
            "genes are there more than once; their means were taken",
            report.duplicated,
        ),
        (
            "name stands for several profiles, which were numbered",
            "names stand for several profiles, which were numbered",
            report.renamed,
        ),
        (
            "profile without values was left out",
            "profiles without values were left out",
            report.empty,
        ),
        ("column of text was not used", "columns of text were not used", report.ignored),
    )
    for one, several, names in found:
        if names:
            with st.expander(f"{len(names)} {one if len(names) == 1 else several}"):
                st.markdown(plain(", ".join(names)))


def _permissions(page: str, report: MatchReport) -> tuple[bool, bool]:
    """Whether gaps may be filled, and z-scores be made; asked only where it is needed."""
    impute = bool(report.missing or report.n_missing_values) and st.checkbox(
        "Set missing genes to 0 (no change)", key=f"{page}-impute"
    )
    z_score = report.scale != Z_SCORES and st.checkbox(
        "Make z-scores across these profiles",
        key=f"{page}-z-score",
        help="They then say how the profiles differ from each other, not from controls.",
    )
    return impute, z_score
