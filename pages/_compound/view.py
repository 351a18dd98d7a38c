"""One drug on screen: identity, signatures, and its place in models and on maps."""

from functools import partial

import pandas as pd
import streamlit as st

from gpar_core import fields, links
from gpar_core.analyses.compound.result import Compound, by_cell_line, in_models, neighbors
from gpar_core.analyses.training.result import ModelSummary
from gpar_core.charts.conditions import conditions
from gpar_core.data.compendium import Compendium
from gpar_core.data.selecting import shown_unit
from pages._compound.downloads import download_genes, download_neighbors, download_signatures
from pages._map.finished import maps_of
from pages._map.view import draw_with_drug
from pages._moa_prediction.view import show_prediction
from pages._shared.cached_charts import drawn_once, show_chart
from pages._shared.class_choice import KNOWN_COLUMNS, known
from pages._shared.error_box import plain
from pages._shared.gene_links import gene_links, targets_linked
from pages._shared.loaders import (
    load_analysis,
    load_libraries,
    load_ranking,
    load_summaries,
    predict,
)
from pages._shared.model_names import names_of
from pages._shared.navigation import name_page
from pages._shared.positive_set import search_with, train_on
from pages._shared.state import Key, go
from pages._shared.structures import show_structure
from pages._shared.tables import ABOUT_COLUMN, SELECTION, about, opened_row, savable
from pages._shared.tabs import tabs
from pages._shared.terms import explained
from pages._target_prediction.likely_targets import likely_targets

IN_MODELS = (
    "label", "rank", "n_ranked", "role", "mean_auroc", "k", "es", "p_exact", "fdr", "created_at",
)  # fmt: skip
"""Columns of how models rank the drug, in their order on screen."""


def show_compound(compound: Compound, compendium: Compendium) -> None:
    """Show the drug's identity, then a tab for each topic; only the open one is drawn."""
    _who(compound, compendium)
    draws = {
        "Signatures": _signatures,
        "Models": _models,
        "Likely MOAs": _likely,
        "Likely targets": _targets,
        "Neighbors": _neighbors,
        "Map": _maps,
    }
    tabs({name: partial(draw, compound, compendium) for name, draw in draws.items()}, Key.ABOUT)


def _who(compound: Compound, compendium: Compendium) -> None:
    name_page(plain(compound.name))
    who, structure = st.columns([3, 2])
    with who:
        moas = ", ".join(f"**{plain(moa)}**" for moa in compound.moas)
        st.markdown(f"Annotated MOA: {moas}" if moas else "No MOA annotation in this compendium.")
        if compound.targets:
            genes = gene_links(compound.targets, compendium.name)
            st.markdown(f"Known target{'s' * (len(compound.targets) > 1)}: {genes}")
        elif len(compendium.targets):
            st.markdown("No known target in this compendium.")
        ids = compound.compounds
        named = ids[fields.PERT_ID].str.cat(ids[fields.PERT_INAME], sep=" ")
        several = len(set(ids[fields.PERT_INAME])) > 1
        st.caption(plain("; ".join(named if several else ids[fields.PERT_ID])))
    with structure:
        show_structure(compound.name, compound.first_known(fields.SMILES))
    activity = compound.signatures[fields.TAS]
    figures = st.columns(4)
    figures[0].metric(
        "Signatures", f"{len(compound.signatures):,}", border=True, help=explained("signature")
    )
    figures[1].metric(
        "Cell lines",
        compound.signatures[fields.CELL_ID].nunique(),
        border=True,
        help="Cell lines with at least one signature. A drug leaves a clear signature mainly in "
        "cells that express its target.",
    )
    figures[2].metric(
        "Median TAS",
        f"{activity.median():.2f}" if activity.notna().any() else "—",
        border=True,
        help="Transcriptional activity score, 0 to 1: how strong and how reproducible the change "
        f"is. Below {fields.INACTIVE_TAS} CMap calls a compound inactive; it is not a measure of "
        "effect in patients.",
    )
    figures[3].metric(
        "Compound ids", len(compound.compounds), border=True, help=explained("perturbagen")
    )
    key, cid = compound.first_known(fields.INCHI_KEY), compound.first_known(fields.PUBCHEM_CID)
    outward = links.drug_pages(compound.name, cid=cid, inchi_key=key)
    if outward:
        with st.container(horizontal=True):
            for site, address in outward.items():
                st.link_button(site, address)
    with st.container(horizontal=True):
        similar = st.button(
            "Find drugs like this",
            type="primary",
            help="Train a model on this drug and rank all others: opens Drug prediction",
        )
        searched = st.button(
            "Find what mimics or reverses it",
            help="Compare its signatures with all others: opens Signature search",
        )
    if similar:
        train_on([compound.name])
    if searched:
        search_with(compound.name)


def _signatures(compound: Compound, compendium: Compendium) -> None:
    source = ("compound", compendium.fingerprint, compound.drug)
    drawn_once("compound signatures", source, lambda: _signature_tables(compound, compendium))
    with st.container(horizontal=True):
        download_signatures(compound, compendium)
        download_genes(compound, compendium)


def _signature_tables(compound: Compound, compendium: Compendium) -> None:
    number = st.column_config.NumberColumn
    names = {
        fields.CELL_ID: "Cell line",
        fields.DOSE: "Dose",
        fields.DOSE_UNIT: "Dose unit",
        fields.TIME: "Time",
        fields.TIME_UNIT: "Time unit",
        fields.TAS: number("TAS", format="%.2f", help=explained("tas")),
        fields.CC_Q75: number(
            "Replicate correlation",
            format="%.2f",
            help=explained("cc-q75"),
        ),
        fields.N_REPLICATES: "Replicates",
        fields.REPRESENTATIVE: st.column_config.CheckboxColumn(
            "Representative",
            help="The one signature of the drug in this cell line that models are trained on",
        ),
        fields.SIG_ID: "Signature",
    }
    units = compound.signatures[fields.DOSE_UNIT].map(shown_unit)
    signatures = compound.signatures.assign(**{fields.DOSE_UNIT: units})
    left, right = st.columns(2)
    with_tas = signatures[signatures[fields.TAS].notna()]
    if len(with_tas):
        with left:
            show_chart(
                conditions(
                    with_tas,
                    fields.TAS,
                    "TAS",
                    "Strength of each signature",
                    simulated=compendium.simulated,
                )
            )
    right.dataframe(
        savable(by_cell_line(compound), simulated=compendium.simulated),
        hide_index=True,
        column_config={
            fields.CELL_ID: "Cell line",
            "n_signatures": "Signatures",
            "median_tas": number("Median TAS", format="%.2f", help=explained("tas")),
            "max_tas": number("Highest TAS", format="%.2f", help=explained("tas")),
        },
        placeholder="—",
    )
    st.dataframe(
        savable(signatures, simulated=compendium.simulated),
        hide_index=True,
        placeholder="—",
        column_config=names,
    )


def _models(compound: Compound, compendium: Compendium) -> None:
    summaries = _of(compendium)
    if not summaries:
        st.info("This compendium has no models yet. Train one on the Drug prediction page.")
        return
    table = _standing(
        (compendium.fingerprint, compound.drug, *_ids(summaries)), compound, summaries
    )
    table = table.assign(label=table["model_id"].map(names_of(summaries)))
    st.caption(
        "How each model ranks the drug. Check a row to open the model. Ranks are those of its "
        "ranked list, by score. A model does not rank its own training drugs."
    )
    number = st.column_config.NumberColumn
    selection = st.dataframe(
        savable(
            table.assign(created_at=table["created_at"].str[:16].str.replace("T", " "))[
                list(IN_MODELS)
            ],
            simulated=compendium.simulated,
        ),
        hide_index=True,
        on_select="rerun",
        selection_mode=SELECTION,
        key="-".join(("standing", compound.drug, *table["model_id"])),
        placeholder="—",
        column_config={
            "label": "Model",
            "mean_auroc": number("Mean AUROC", format="%.3f", help=explained("mean-auroc")),
            "created_at": "Trained",
            "role": st.column_config.TextColumn(
                "Role",
                help="The role of the drug in the model: a training drug, a negative, or a ranked "
                "compound",
            ),
            "rank": number("Rank", format="%d", help=explained("rank")),
            "n_ranked": number("Of", format="%d", help="Compounds that the model ranks"),
            "k": number("Signatures", format="%d", help=explained("signature")),
            "es": number("ES", format="%.3f", help=explained("es")),
            "p_exact": number("Exact p", format="%.2g", help=explained("exact-p")),
            "fdr": number("FDR", format="%.2g", help=explained("fdr")),
        },
    )
    names = [f"the model of {label}" for label in table["label"]]
    row = opened_row(selection, names, table["model_id"].tolist())
    if row is not None:
        go("models", model=table["model_id"].iloc[row])


def _likely(compound: Compound, compendium: Compendium) -> None:
    fresh = [
        each
        for each in load_libraries(compendium)
        if each.asked and not each.why_stale(compendium.fingerprint)
    ]
    if not fresh:
        st.info(
            "This compendium has no library that can be used yet. Build one on the Library page."
        )
        if st.button("Open Library", type="primary"):
            go("library")
        return
    show_prediction(predict(fresh[0], compendium, compound.name), annotated=compound.classes)


def _targets(compound: Compound, compendium: Compendium) -> None:
    likely_targets(compendium, compound.drug)


def _neighbors(compound: Compound, compendium: Compendium) -> None:
    table = _near(compendium.fingerprint, compound.drug, compound, compendium)
    names = known(table)
    st.caption(
        "Drugs whose representative signatures are most similar to those of "
        f"{plain(compound.name)} ({len(compound.signatures)}), by cosine; the ten nearest of each "
        "signature count. Similar expression in one cell line does not prove a shared mechanism."
    )
    st.dataframe(
        savable(
            targets_linked(
                table.assign(**names, about=about(table[fields.PERT_INAME], compendium.name))[
                    [fields.PERT_INAME, "cosine", *names, "n_near", "own_cell", "cell_id", "about"]
                ],
                compendium.name,
            ),
            simulated=compendium.simulated,
        ),
        hide_index=True,
        placeholder="—",
        column_config={
            fields.PERT_INAME: "Drug",
            "about": ABOUT_COLUMN,
            **KNOWN_COLUMNS,
            "cosine": st.column_config.NumberColumn(
                "Cosine",
                format="%.3f",
                help="Cosine of the two nearest signatures, -1 to 1. Noise alone gives about "
                "0 ± 0.03 over 978 genes; signatures of one cell line share more than that.",
            ),
            "n_near": st.column_config.NumberColumn(
                f"Near to (of {len(compound.signatures)})",
                help=f"How many of the {len(compound.signatures)} signatures it is near to",
            ),
            "own_cell": "Cell line",
            "cell_id": "Neighbor's cell line",
        },
    )
    download_neighbors(table, compound, compendium)


@st.cache_resource(max_entries=64, show_spinner="Comparing all signatures …")
def _near(
    fingerprint: str, drug: str, _compound: Compound, _compendium: Compendium
) -> pd.DataFrame:
    return neighbors(_compound, _compendium)


def _maps(compound: Compound, compendium: Compendium) -> None:
    maps = maps_of(compendium.name, compendium.fingerprint)
    if not maps:
        st.info("This compendium has no map yet. Build one on the Map page.")
        if st.button("Open Map", type="primary"):
            go("map")
        return
    by_id = {each.analysis_id: each for each in maps}
    chosen = st.selectbox(
        "Map",
        list(by_id),
        format_func=lambda map_id: (
            f"{by_id[map_id].request.title} · {by_id[map_id].created_at[:10]}"
        ),
        key="compound-map",
    )
    draw_with_drug(compound.name, load_analysis(chosen))
    st.page_link(
        "pages/map.py",
        label="Open this map to color and select signatures",
        query_params={
            Key.JOB.value: chosen,
            Key.DRUG.value: compound.drug,
            Key.COMPENDIUM.value: compendium.name,
        },
    )


def _of(compendium: Compendium) -> list[ModelSummary]:
    return [each for each in load_summaries()[0] if each.fingerprint == compendium.fingerprint]


def _ids(summaries: list[ModelSummary]) -> tuple[str, ...]:
    return tuple("-".join(each.identity) for each in summaries)


@st.cache_resource(max_entries=256, show_spinner="Reading all models …")
def _standing(
    asked: tuple[str, ...], _compound: Compound, _summaries: list[ModelSummary]
) -> pd.DataFrame:
    return in_models(_compound, ((each, load_ranking(each.model_id)) for each in _summaries))
