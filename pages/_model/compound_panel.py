"""The panel about one ranked compound, beside the list."""

import pandas as pd
import streamlit as st

from gpar_core import fields, links
from gpar_core.analyses.training.charts.drivers import N_SHOWN, drivers_chart
from gpar_core.analyses.training.charts.ranks import rank_strip
from gpar_core.analyses.training.drivers import MAX_SIGNATURES, forgets, gene_drivers
from gpar_core.analyses.training.result import Model
from gpar_core.chemistry.structures import svg
from gpar_core.data.selecting import shown_unit
from gpar_core.errors import DataError
from pages._model.map import finished_maps
from pages._model.ranking_filters import count
from pages._shared.cached_charts import drawn_once, show_chart
from pages._shared.error_box import error_box, plain
from pages._shared.gene_links import gene_links
from pages._shared.loaders import load_compendium, load_signatures
from pages._shared.positive_set import train_on
from pages._shared.state import Key, go
from pages._shared.tables import savable
from pages._shared.terms import explained

WIDTH, HEIGHT = 200, 130
"""Of a structure, in pixels."""


def show_compound(model: Model, compound: pd.Series, structures: pd.DataFrame | None) -> None:
    """Show what is known of a ranked compound, and where to go from it. Raises GparError."""
    source = (*model.summary.identity, compound[fields.PERT_ID])
    drawn_once("ranked compound", source, lambda: _evidence(model, compound))
    _actions(model, compound)
    if structures is not None:
        drawn_once("nearest training drug", source, lambda: _nearest(compound, structures, model))
    drawn_once("ranked signatures", source, lambda: _signatures(model, compound))
    genes = st.expander(
        "Genes that drive it", key=f"drivers-{'-'.join(source[::2])}", on_change="rerun"
    )
    if genes.open:
        with genes, error_box():
            drawn_once("drivers", source, lambda: _genes(model, compound))


def _evidence(model: Model, compound: pd.Series) -> None:
    moa, target = (compound.get(name) or "" for name in (fields.MOA, fields.TARGET))
    said = [f"**Known MOA** {_listed(moa)}" if moa else "No known MOA"]
    if target:
        genes = target.split(fields.MOA_SEPARATOR)
        said.append(f"**Target** {gene_links(genes, model.summary.compendium)}")
    st.markdown("  \n".join(said))
    st.markdown(
        f"**Rank {compound['rank']:,}** · ES {compound['es']:.2f} from "
        f"{count(compound['k'], 'signature')} · p {compound['p']:.2g} · "
        f"FDR {compound['fdr']:.2g}"
    )
    if also := compound.get("also_first_of"):
        named = also.replace(fields.MOA_SEPARATOR, "; ")
        st.caption(
            plain(f"Also among the first 20 compounds of: {named}"), help=explained("other-moas")
        )
    ids = compound[fields.PERT_IDS].split(fields.MOA_SEPARATOR)
    if len(ids) > 1:
        names = compound[fields.NAMES].replace(fields.MOA_SEPARATOR, "; ")
        st.caption(plain(f"One molecule with {len(ids)} ids ({', '.join(ids)}), named {names}"))


def _listed(names: str) -> str:
    return plain(names.replace(fields.MOA_SEPARATOR, ", "))


def _actions(model: Model, compound: pd.Series) -> None:
    name, ident = compound[fields.PERT_INAME], compound[fields.PERT_ID]
    compendium = model.summary.compendium
    maps = finished_maps(model.summary)
    buttons = st.container(horizontal=True, gap="small")
    if buttons.button("Open compound", key=f"about-{ident}"):
        go("compound", compound=name, compendium=compendium)
    if buttons.button("Train on this", key=f"train-{ident}"):
        train_on([name], compendium)
    if buttons.button(
        "Show on map",
        key=f"place-{ident}",
        disabled=not maps,
        help=None if maps else "This compendium has no finished map yet.",
    ):
        place = {Key.JOB.value: maps[0].analysis_id, Key.DRUG.value: compound[fields.DRUG]}
        go("map", compendium=compendium, model=model.summary.model_id, **place)
    cid, inchi_key = compound[fields.PUBCHEM_CID], compound[fields.INCHI_KEY]
    outward = links.drug_pages(name, pert_id=ident, cid=cid, inchi_key=inchi_key)
    for site, address in outward.items():
        buttons.link_button(site, address)


def _nearest(compound: pd.Series, structures: pd.DataFrame, model: Model) -> None:
    """Draw the compound beside the training drug with the most similar structure."""
    own = structures[structures[fields.PERT_ID] == compound[fields.PERT_ID]]
    if own.empty:
        return
    nearest, similarity = own["nearest_drug"].iloc[0], own["similarity"].iloc[0]
    drawings = [(compound[fields.PERT_INAME], own[fields.SMILES].iloc[0])]
    if nearest:
        drugs = load_compendium(model.summary.compendium).drugs
        known = drugs.loc[drugs[fields.PERT_INAME] == nearest, fields.SMILES]
        drawings.append((nearest, known.iloc[0]))
        st.markdown(
            f"**Nearest training drug** {plain(nearest)} · similarity {similarity:.2f}",
            help=explained("tanimoto"),
        )
    both = st.container(width=2 * WIDTH).columns(2)
    for column, (name, smiles) in zip(both, drawings, strict=False):
        if drawn := svg(smiles, WIDTH, HEIGHT):
            column.image(drawn, caption=plain(name), width="stretch")


def _signatures(model: Model, compound: pd.Series) -> None:
    """Show where the compound's signatures rank among all."""
    own = load_signatures(model, [compound[fields.DRUG]])
    name, simulated = compound[fields.PERT_INAME], model.summary.simulated
    show_chart(rank_strip(own, model.n_ranked, name, simulated=simulated), height=140)
    columns = ["rank", "cell_id", "pert_dose", "pert_dose_unit", "pert_time", "pert_time_unit"]
    signatures = own[[*columns, "score", "tas", "sig_id"]].sort_values("rank")
    signatures["pert_dose_unit"] = signatures["pert_dose_unit"].map(shown_unit)
    st.dataframe(
        savable(signatures, simulated=simulated),
        hide_index=True,
        height=min(36 + 35 * len(signatures), 246),
        column_config={
            "rank": st.column_config.NumberColumn("Rank", help="Among all ranked signatures"),
            "cell_id": "Cell line",
            "pert_dose": st.column_config.NumberColumn("Dose", help="In its unit"),
            "pert_dose_unit": "Dose unit",
            "pert_time": st.column_config.NumberColumn("Time", help="In its unit"),
            "pert_time_unit": "Time unit",
            "sig_id": "Signature",
            "score": st.column_config.NumberColumn("Score", format="%.3f", help=explained("score")),
            "tas": st.column_config.NumberColumn("TAS", format="%.2f", help=explained("tas")),
        },
        placeholder="—",
    )


def _genes(model: Model, compound: pd.Series) -> None:
    compendium = load_compendium(model.summary.compendium)
    if compendium.fingerprint != model.summary.fingerprint:
        raise DataError(
            f"The compendium '{compendium.name}' has changed since this model was trained. Train "
            "the model again to see the genes."
        )
    drivers = gene_drivers(model, compendium, compound[fields.DRUG])
    show_chart(drivers_chart(drivers, simulated=model.summary.simulated))
    st.markdown(gene_links(drivers["symbol"].head(N_SHOWN), compendium.name))
    n = min(int(compound["k"]), MAX_SIGNATURES)
    learned = ""
    if forgets(model):
        learned = " without its memory of this compound"
    elif compound["held_out"]:
        learned = ", which learned from this compound as a negative"
    st.caption(
        f"What genes add to the log-odds of its {count(n, 'highest-scoring signature')} "
        f"(integrated gradients), by the final model{learned}.",
        help=explained("integrated-gradients"),
    )
