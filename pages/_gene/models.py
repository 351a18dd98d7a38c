"""Models in which a gene matters."""

from urllib.parse import urlencode

import streamlit as st

from gpar_core import fields
from gpar_core.analyses.gene.identity import Gene
from gpar_core.analyses.gene.relations import in_models
from gpar_core.analyses.genes.request import GeneImportanceRequest
from gpar_core.data.compendium import Compendium
from pages._gene.parts import download
from pages._shared.error_box import plain
from pages._shared.loaders import load_analyses, load_analysis
from pages._shared.state import Key, cache, go
from pages._shared.tables import savable


def show_models(gene: Gene, compendium: Compendium) -> None:
    """Show the rank of the gene in each model whose genes were found."""
    found = [
        load_analysis(each.analysis_id)
        for each in load_analyses(GeneImportanceRequest, compendium.name)
        if getattr(each.request, "fingerprint", "") == compendium.fingerprint
    ]
    if not found:
        st.info("No model of this compendium has had its important genes found yet.")
        if st.button("Open Genes", type="primary"):
            go("genes")
        return
    table = in_models(found, gene)
    there = set(cache().model_ids())
    shown = table.assign(
        result=[_address("genes", Key.JOB, each, compendium) for each in table["analysis_id"]],
        model=[
            _address("models", Key.MODEL, each, compendium) if each in there else None
            for each in table["model_id"]
        ],
    )
    st.caption(
        f"The rank of {plain(gene.symbol)} among the {fields.N_LANDMARKS} landmark genes in each "
        "model whose important genes were found (page Genes): by integrated gradients of the model "
        "and by a logistic regression. A gene that matters to a model is not necessarily a target."
    )
    number = st.column_config.NumberColumn
    st.dataframe(
        savable(shown, simulated=compendium.simulated),
        hide_index=True,
        column_order=["label", "ig_rank", "ig_share", "lr_rank", "lr_share", "z_positive",
                      "z_negative", "result", "model", "Data"],
        placeholder="—",
        column_config={
            "label": "Model",
            "ig_rank": number("Rank, model", format="%d", help="By integrated gradients"),
            "ig_share": number("Folds", format="percent", help="Share of the folds with the gene "
                               "in the model's top 100"),
            "lr_rank": number("Rank, regression", format="%d", help="By logistic regression"),
            "lr_share": number("Folds ", format="percent", help="Share of the folds with the gene "
                               "in the regression's top 100"),
            "z_positive": number("z positives", format="%+.2f", help="Mean z-score of the positive "
                                 "drugs"),
            "z_negative": number("z negatives", format="%+.2f", help="Mean z-score of the negative "
                                 "drugs"),
            "result": st.column_config.LinkColumn("Important genes", display_text="Open"),
            "model": st.column_config.LinkColumn("Open model", display_text="Open"),
        },
    )  # fmt: skip
    download("Download models", table, "gene-models", gene, compendium)


def _address(page: str, key: Key, value: str, compendium: Compendium) -> str:
    found = {key.value: value, Key.COMPENDIUM.value: compendium.name}
    return f"{page}?{urlencode(found)}"
