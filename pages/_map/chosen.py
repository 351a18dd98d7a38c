"""The selection on a map: a drug or signatures in the lasso, to list, download and train on."""

import numpy as np
import pandas as pd
import streamlit as st

from gpar_core import fields, links
from gpar_core.analyses.map.packing import Packed
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.training.result import Model
from gpar_core.data.compendium import Compendium
from gpar_core.data.pert_types import COMPOUNDS
from gpar_core.data.selecting import shown_unit
from gpar_core.data.training_set import known_drugs
from pages._shared.class_choice import KNOWN_COLUMNS, known
from pages._shared.downloads import download_analysis
from pages._shared.error_box import plain
from pages._shared.gene_links import gene_links, targets_linked
from pages._shared.perturbagen_links import link_column, page_links
from pages._shared.point_map.component import Chosen
from pages._shared.positive_set import train_on
from pages._shared.tables import savable
from pages._shared.terms import explained

MAX_ROWS_SHOWN = 2000
MAX_DRUGS_PASTED = 2000


def show_chosen(
    chosen: Chosen, points: Packed, compendium: Compendium, done: Analysis, model: Model | None
) -> None:
    if chosen.drug:
        rows = points.rows[
            compendium.signatures[fields.DRUG].to_numpy()[points.rows] == chosen.drug
        ]
        clicked = None if chosen.point is None else points.rows[chosen.point]
        _show_drug(signatures(compendium, rows, model), clicked, compendium, done)
    if len(chosen.inside):
        table = signatures(compendium, points.rows[chosen.inside], model)
        drugs = table["drug"].drop_duplicates().tolist()
        what = "drug" if compendium.kinds == COMPOUNDS else "perturbagen"
        st.header(
            f"{_counted(len(table), 'signature')} of {_counted(len(drugs), what)} in the lasso",
            anchor=False,
        )
        _show_signatures(table, "lasso", done)
        are_compounds = table["pert_type"] == fields.COMPOUND_PERT_TYPE
        if own := table.loc[are_compounds, "drug"].drop_duplicates().tolist():
            _offer_as_positive_set(own, "lasso", done)


def signatures(compendium: Compendium, rows: np.ndarray, model: Model | None) -> pd.DataFrame:
    """One line per row of the compendium: drug, kind, cell line, dose, time, a model's score."""
    chosen = compendium.signatures.iloc[np.sort(rows)]
    drugs = compendium.drugs.set_index(fields.DRUG).loc[chosen[fields.DRUG]]
    table = pd.DataFrame(
        {
            "drug": drugs[fields.PERT_INAME].to_numpy(),
            fields.PERT_TYPE: drugs[fields.PERT_TYPE].to_numpy(),
            "cell_line": chosen[fields.CELL_ID],
            "dose": chosen[fields.DOSE],
            "dose_unit": chosen[fields.DOSE_UNIT].map(shown_unit),
            "time": chosen[fields.TIME],
            "time_unit": chosen[fields.TIME_UNIT],
            **{name: names.to_numpy() for name, names in known(drugs).items()},
            "tas": chosen[fields.TAS],
        }
    )
    if model:
        table["score"] = pd.Series(model.scores).reindex(chosen.index)
        table["model_id"] = model.summary.model_id
    table["sig_id"] = chosen[fields.SIG_ID]
    return table


def _show_drug(
    table: pd.DataFrame, clicked: int | None, compendium: Compendium, done: Analysis
) -> None:
    name, kind = table[["drug", fields.PERT_TYPE]].iloc[0]
    of_drug = kind == fields.COMPOUND_PERT_TYPE
    moas = table.loc[table["moa"] != "", "moa"]
    st.header(plain(name), anchor=False)
    if of_drug:
        st.markdown(plain(moas.iloc[0]) if len(moas) else "No MOA annotation.")
    if table.get(fields.TARGET, pd.Series([""])).iloc[0]:
        genes = table[fields.TARGET].iloc[0].split(", ")
        st.markdown(f"{'Target' if of_drug else 'Gene'}: {gene_links(genes, done.compendium)}")
    if clicked in table.index:
        st.caption(plain(f"Clicked: {_described(table.loc[clicked])}"))
    if of_drug:
        (drug,) = known_drugs(compendium, [name])
        compound = compendium.drugs[compendium.drugs[fields.DRUG] == drug].iloc[0]
        outward = links.drug_pages(
            name,
            pert_id=compound[fields.PERT_ID],
            cid=compound[fields.PUBCHEM_CID],
            inchi_key=compound[fields.INCHI_KEY],
        )
        with st.container(horizontal=True):
            for site, address in outward.items():
                st.link_button(site, address)
            _offer_as_positive_set([name], "drug", done)
    _show_signatures(table, name, done)


def _counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'s' * (n != 1)}"


def _described(at: pd.Series) -> str:
    """Cell line, dose, time, TAS and id of a signature, without what is unknown."""
    amounts = ((at["dose"], at["dose_unit"]), (at["time"], at["time_unit"]))
    parts = [at["cell_line"], *(f"{n:g} {unit}" for n, unit in amounts if pd.notna(n))]
    parts += [f"TAS {at['tas']:.2f}"] if pd.notna(at["tas"]) else []
    return f"{', '.join(parts)} ({at['sig_id']})"


def _show_signatures(table: pd.DataFrame, what: str, done: Analysis) -> None:
    number = st.column_config.NumberColumn
    shown = table.drop(columns="model_id", errors="ignore").head(MAX_ROWS_SHOWN)
    kinds = table[fields.PERT_TYPE].unique()
    pages = page_links(shown.rename(columns={"drug": fields.PERT_INAME}), done.compendium)
    shown = shown.assign(pert_type=shown[fields.PERT_TYPE].map(fields.PERT_TYPES))
    shown.insert(1, "about", pages)
    of_drugs = set(kinds) == set(COMPOUNDS)
    if of_drugs:
        shown = shown.drop(columns=fields.PERT_TYPE)
    st.dataframe(
        savable(targets_linked(shown, done.compendium), simulated=done.simulated),
        hide_index=True,
        column_config={
            "drug": "Drug" if of_drugs else "Perturbation",
            "pert_type": "Kind",
            "about": link_column(kinds),
            "cell_line": "Cell line",
            "dose": "Dose",
            "dose_unit": "Dose unit",
            "time": "Time",
            "time_unit": "Time unit",
            **KNOWN_COLUMNS,
            "tas": number("TAS", format="%.2f", help=explained("tas")),
            "score": number("Score", format="%.3f", help=explained("score")),
            "sig_id": "Signature",
        },
        placeholder="—",
    )
    if len(table) > MAX_ROWS_SHOWN:
        st.caption(
            f"The table shows the first {MAX_ROWS_SHOWN:,} of {len(table):,} signatures; the "
            "download has all of them."
        )
    download_analysis("Download signatures", table, "map", done, of=what)


def _offer_as_positive_set(drugs: list[str], key: str, done: Analysis) -> None:
    if len(drugs) > MAX_DRUGS_PASTED:
        st.caption(
            f"{len(drugs):,} drugs are too many for a positive set; the maximum is "
            f"{MAX_DRUGS_PASTED:,}. Draw a smaller lasso."
        )
    elif st.button("Use as positive set", key=f"map-positive-{key}"):
        train_on(drugs, done.compendium)
