"""The compounds that mimic a query and those that reverse it, and what to do with them."""

import pandas as pd
import streamlit as st

from gpar_core import fields, links
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.signature_search.charts import MAX_CHOSEN
from gpar_core.chemistry.structures import picture
from gpar_core.data.compendium import Compendium
from gpar_core.errors import GparError
from pages._shared.downloads import download_csv
from pages._shared.error_box import error_box
from pages._shared.loaders import load_compendium
from pages._shared.positive_set import train_on
from pages._shared.state import Key, go
from pages._shared.structures import ROW_HEIGHT
from pages._shared.tables import savable
from pages._shared.terms import explained

N_SHOWN = 50
ROWS_IN_VIEW = 5
"""So that both lists fit on one screen."""
SIDES = {"mimic": "Mimic the query", "reverse": "Reverse the query"}


def compared_key(done: Analysis) -> str:
    """Session key of the names of the compounds that are compared on the page."""
    return f"search-compared-{done.analysis_id}"


def show_compounds(done: Analysis) -> None:
    """Show both lists, the buttons for the compounds checked in them, and downloads."""
    st.caption(
        "Connectivity is above 0 where a compound mimics the query and below 0 where it reverses "
        "it. The bars are its cell lines. p asks how often the query with its genes exchanged at "
        "random scores as high; as genes change together, p and FDR are optimistic."
    )
    actions = st.container()
    draws = st.toggle("Draw structures", value=True, key="search-structures")
    checked = [name for side in SIDES for name in _side(done, side, draws)]
    with actions:
        _actions(checked, done)
    left, right, _ = st.columns([1, 1, 1])
    with left:
        compounds = done.tables["compounds"]
        download_csv("Download all compounds (CSV)", compounds, "signature-search", done)
    with right:
        signatures = done.tables["signatures"]
        download_csv(
            "Download all signatures (CSV)", signatures, "signature-search-signatures", done
        )


def _actions(names: list[str], done: Analysis) -> None:
    """Buttons for the compounds that are checked."""
    opens, trains, compares, says = st.columns([1, 1, 1, 1.4], vertical_alignment="center")
    if opens.button("Open compound", disabled=len(names) != 1, width="stretch"):
        go("compound", compound=names[0], compendium=done.compendium)
    if trains.button("Train on these", disabled=not names, width="stretch"):
        train_on(names, done.compendium)
    compares.button(
        "Add to comparison",
        disabled=not names,
        on_click=_compare,
        args=(names, done),
        width="stretch",
        help=f"Compare up to {MAX_CHOSEN} compounds on the tab Conditions; the map rings them.",
    )
    says.caption(f"{len(names)} checked" if names else "Check compounds in the lists.")


@error_box()
def _compare(names: list[str], done: Analysis) -> None:
    key = compared_key(done)
    before = st.session_state.get(key, [])
    st.session_state[key] = list(dict.fromkeys([*before, *names]))[-MAX_CHOSEN:]
    st.session_state[Key.TAB] = "Conditions"


def _side(done: Analysis, side: str, draws: bool) -> list[str]:
    """Draw one list; return the names that are checked."""
    st.subheader(SIDES[side], anchor=False)
    table = _on_screen((*done.identity, side, draws), done)
    if table.empty:
        st.info("No compound does.")
        return []
    row = ROW_HEIGHT if draws and "structure" in table else 36
    event = st.dataframe(
        table,
        height=38 + min(len(table), ROWS_IN_VIEW * ROW_HEIGHT // row) * row,
        row_height=row,
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key=f"search-{side}-{draws}-{'-'.join(done.identity)}",
        column_config=_columns(done),
        placeholder="—",
    )
    names = _best(done, side)[fields.PERT_INAME]
    return [names.iloc[place] for place in event["selection"]["rows"] if place < len(names)]


def _best(done: Analysis, side: str) -> pd.DataFrame:
    table = done.tables["compounds"]
    if side == "mimic":
        return table[table["connectivity"] > 0].head(N_SHOWN)
    return table[table["connectivity"] < 0].iloc[::-1].head(N_SHOWN)


@st.cache_resource(max_entries=32, show_spinner=False)
def _on_screen(asked: tuple[str | bool, ...], _done: Analysis) -> pd.DataFrame:
    *_, side, draws = asked
    found = _best(_done, str(side))
    own = _done.tables["cells"]
    own = own[own[fields.DRUG].isin(found[fields.DRUG])].sort_values(fields.CELL_ID)
    lines = own.groupby(fields.DRUG)["connectivity"].agg(list)
    sign = 1 if side == "mimic" else -1
    agreeing = own[sign * own["connectivity"] > 0].groupby(fields.DRUG)[fields.CELL_ID]
    names = agreeing.agg(", ".join).reindex(found[fields.DRUG]).fillna("").to_numpy()
    n_agree = found[f"n_{side}"].astype(str) + " of " + found["n_cells"].astype(str)
    known = _known(_done).reindex(found[fields.DRUG]).fillna("")
    drugs = found[fields.PERT_INAME]
    table = pd.DataFrame(
        {
            "rank": range(1, len(found) + 1),
            fields.PERT_INAME: drugs,
            "structure": [picture(smiles) if draws else "" for smiles in known[fields.SMILES]],
            "connectivity": found["connectivity"],
            "fdr": found["fdr"],
            "by_line": found[fields.DRUG].map(lines),
            "lines": n_agree + ": " + names,
            fields.MOA: found[fields.MOA].str.replace(fields.MOA_SEPARATOR, ", ", regex=False),
            "pubchem": [
                links.pubchem(drug, cid=cid, inchi_key=key)
                for drug, cid, key in zip(
                    drugs, known[fields.PUBCHEM_CID], known[fields.INCHI_KEY], strict=True
                )
            ],
            "ilincs": list(map(links.ilincs, drugs, known[fields.PERT_ID])),
        }
    )
    if (table["structure"] == "").all():
        table = table.drop(columns="structure")
    return savable(table, simulated=_done.simulated)


def _known(done: Analysis) -> pd.DataFrame:
    """Structures and ids by drug; none if the compendium has been deleted or replaced."""
    columns = [fields.PERT_ID, fields.SMILES, fields.PUBCHEM_CID, fields.INCHI_KEY]
    try:
        compendium: Compendium = load_compendium(done.compendium)
    except GparError:
        return pd.DataFrame(columns=columns)
    if compendium.fingerprint != getattr(done.request, "fingerprint", ""):
        return pd.DataFrame(columns=columns)
    return compendium.drugs.set_index(fields.DRUG)[columns]


def _columns(done: Analysis) -> dict[str, object]:
    largest = float(done.tables["cells"]["connectivity"].abs().max())
    column = st.column_config
    return {
        "rank": column.NumberColumn("#", width=35, help="The strongest first"),
        fields.PERT_INAME: column.TextColumn("Drug", width=110, pinned=True),
        "structure": column.ImageColumn("Structure", width=85),
        "connectivity": column.NumberColumn(
            "Connectivity", width=85, format="%.2f", help=explained("connectivity")
        ),
        "fdr": column.NumberColumn("FDR", width=60, format="%.2g", help=explained("fdr")),
        "by_line": column.BarChartColumn(
            "Cell lines",
            width=90,
            y_min=-largest,
            y_max=largest,
            help="Connectivity in each of its cell lines, in alphabetical order",
        ),
        "lines": column.TextColumn(
            "Agree", width=110, help="Cell lines in which the sign is the same"
        ),
        fields.MOA: column.TextColumn("Known MOA", width=130, help=explained("moa")),
        "pubchem": column.LinkColumn("PubChem", display_text="PubChem", width=65),
        "ilincs": column.LinkColumn("iLINCS", display_text="iLINCS", width=55),
        "data": column.TextColumn("data", width=80),
    }
