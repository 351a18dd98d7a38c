"""Search with a file: a differential expression table, profiles, or gene sets."""

from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from gpar_core.analyses.signature_search.plan import (
    plan_profile_search,
    plan_set_search,
    plan_table_search,
)
from gpar_core.analyses.signature_search.request import ALL
from gpar_core.data.compendium import Compendium
from gpar_core.data.profile_choices import statistics_of
from gpar_core.data.profile_matching import Draft
from gpar_core.data.profile_tables import MAX_BYTES
from gpar_core.data.profiles import accept
from gpar_core.data.uploads import publish_profiles, publish_table
from gpar_core.errors import DataError
from gpar_core.reading.uploads import CHANGES, PROFILES, SETS
from gpar_core.search.batch_lists import MAX_QUERIES, searchable
from gpar_core.search.cut_offs import CutOffs
from pages._shared.error_box import plain
from pages._shared.profile_form import choose_statistic, may_z_score, show_report
from pages._shared.state import cache
from pages._shared.tables import savable
from pages._shared.uploads import read
from pages._signature_search.compound_form import n_genes, of_ends
from pages._signature_search.query_plan import Plan, Planned, show_match

KINDS = ["csv", "tsv", "txt", "tab", "gct", "gctx", "gmt", "grp"]
GENES, PROFILE = "Genes that pass cut-offs", "Whole ranked profile"
FDRS = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.5, 1.0)
MAX_LFC = 5.0


def file_query(compendium: Compendium, score: str) -> Plan | str:
    """Ask for a file; what it is decides what else is asked."""
    upload = st.file_uploader(
        "Differential expression table, profiles, or gene sets (GMT)",
        KINDS,
        key="search-file",
        max_upload_size=MAX_BYTES // 2**20,
    )
    if upload is None:
        st.caption(
            "Results of DESeq2, limma, edgeR, Seurat and others, unchanged; one or more profiles "
            "of z-scores (CSV, TSV, GCT, GCTX); or a GMT file, in which NAME_UP and NAME_DN are "
            "one query. Several profiles or gene sets are searched as a batch, at "
            f"most {MAX_QUERIES:,}."
        )
        return "Upload a file to see how many of its genes L1000 measures."
    if upload.name.casefold().endswith(".gmt"):
        return _sets(compendium, score, upload)
    try:
        draft = read(PROFILES, upload)
    except DataError:
        st.caption(
            "Upload a list of genes under Gene lists. The name of a file of gene sets must end in "
            ".gmt."
        )
        raise
    if statistics_of(draft):
        way = st.segmented_control(
            "Use", (GENES, PROFILE), default=GENES, required=True, key=f"use-{upload.file_id}"
        )
        if way == GENES:
            return _cut_offs(compendium, score, upload)
    return _profiles(compendium, score, upload, draft)


def _cut_offs(compendium: Compendium, score: str, upload: UploadedFile) -> Plan:
    """Move cut-offs; the box on the right counts the genes that pass."""
    changes = read(CHANGES, upload)
    usual, comparison = CutOffs(), 0
    if len(changes.names) > 1:
        comparison = st.selectbox(
            "Comparison",
            range(len(changes.names)),
            format_func=changes.names.__getitem__,
            key=f"comparison-{upload.file_id}",
        )
    cut_offs = CutOffs(
        st.select_slider("FDR at most", FDRS, usual.fdr, key="search-fdr"),
        st.slider(
            "Absolute log2 fold change at least", 0.0, MAX_LFC, usual.lfc, 0.1, key="search-lfc"
        ),
        int(
            st.number_input(
                "Landmark genes in each list, at most",
                1,
                400,
                usual.genes,
                help="If more genes pass, the most strongly changed ones are used.",
                key="search-most",
            )
        ),
    )
    for note in changes.notes:
        st.caption(plain(note))

    def plan() -> Planned:
        request, match = plan_table_search(
            compendium, changes, cut_offs, comparison=comparison, score=score
        )
        show_match(match, used=(len(request.up), len(request.down)))
        return Planned(request)

    return plan


def _profiles(compendium: Compendium, score: str, upload: UploadedFile, draft: Draft) -> Plan:
    """Choose one of several profiles, or all."""
    draft = choose_statistic(upload.file_id, draft)
    names = draft.names
    profile = 0
    if len(names) > 1:
        profile = st.selectbox(
            "Profile",
            [ALL, *range(len(names))],
            format_func=lambda place: (
                f"All {len(names):,}, each a query" if place == ALL else names[place]
            ),
            key=f"profile-{upload.file_id}",
        )
    genes = n_genes()
    show_report(draft)
    z_score = may_z_score("search", draft)
    label = Path(upload.name).stem if profile == ALL else ""

    def plan() -> Planned:
        profiles = accept(draft, impute=True, z_score=z_score)
        request = plan_profile_search(
            compendium, profiles, profile=profile, name=label, genes=genes, score=score
        )
        if profile == ALL:
            st.metric("Queries", f"{len(names):,}", help="Each profile is a query of its own")
        st.caption(
            of_ends("each profile" if profile == ALL else plain(names[profile]), genes, score)
        )
        if draft.report.missing or draft.n_missing_values:
            st.caption("Missing landmark genes count as unchanged (0).")
        return Planned(request, partial(publish_profiles, cache(), profiles))

    return plan


def _sets(compendium: Compendium, score: str, upload: UploadedFile) -> Plan:
    """Show how the queries of a GMT file were found."""
    table = read(SETS, upload)
    usable = searchable(table)
    st.dataframe(
        savable(table[["query", "n_given", "n_found", "problem", "missing"]], simulated=False),
        hide_index=True,
        column_config={
            "query": "Query",
            "n_given": st.column_config.NumberColumn("Genes", help="Names in its lists"),
            "n_found": st.column_config.NumberColumn(
                "Landmark genes", help="Genes that L1000 measures"
            ),
            "problem": "Problem",
            "missing": "Not landmark genes",
        },
        placeholder="—",
    )

    def plan() -> Planned:
        request = plan_set_search(compendium, table, name=Path(upload.name).stem, score=score)
        queries, genes = st.columns(2)
        queries.metric("Queries", f"{usable.sum():,}", help="Gene sets with landmark genes")
        queries.caption(f"of {len(table):,} in the file")
        genes.metric(
            "Landmark genes", f"{table['n_found'].sum():,}", help="Matched in all queries together"
        )
        genes.caption(f"of {table['n_given'].sum():,} genes")
        if not usable.all():
            st.warning(f"Left out, because they have no landmark gene: {(~usable).sum():,}.")
        return Planned(request, partial(publish_table, cache(), table))

    return plan
