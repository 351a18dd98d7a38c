"""Tables on screen: the toolbar of each can save it, bypassing `gpar_core.export`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from gpar_core import fields, links
from gpar_core.export import without_formulas
from pages._shared.error_box import plain
from pages._shared.state import Key

SELECTION = ["single-row", "single-cell"]
"""A click anywhere in a row selects it, as does its check box."""

HOW_TO_OPEN = "Check a row to open its model, or click a cell in it and press Open."

ABOUT_COLUMN = st.column_config.LinkColumn(
    "Open compound", display_text="Open", help="Open the page of this drug", width=115
)


def about(drugs: Iterable[str], compendium: str, page: str = "compound") -> list[str]:
    """URL of the page of each drug, or of another page on it, relative to this server."""
    keys = (Key.COMPOUND.value, Key.COMPENDIUM.value)
    return [
        f"{page}?{urlencode(dict(zip(keys, (drug, compendium), strict=True)))}" for drug in drugs
    ]


def row_links(name: str, page: str, known: Mapping[str, str]) -> list[tuple[str, str]]:
    """Links of a drug in a list: the first two of `links.drug_pages`, and to its neighbors.

    page: URL of its page, from `about`. known: pert_id, pubchem_cid and inchi_key.
    """
    outward = links.drug_pages(
        name,
        pert_id=known[fields.PERT_ID],
        cid=known[fields.PUBCHEM_CID],
        inchi_key=known[fields.INCHI_KEY],
    )
    neighbors = f"{page}&{urlencode({Key.ABOUT.value: 'Neighbors'})}"
    return [*list(outward.items())[:2], ("Neighbors", neighbors)]


def savable(table: pd.DataFrame, *, simulated: bool, signed: Sequence[str] = ()) -> pd.DataFrame:
    """The table without formulas, and with a column that marks simulated data.

    signed: columns of three decimals with a sign: what rounds to 0 loses its minus.
    """
    safe = without_formulas(table)
    safe = safe.assign(**{name: safe[name].round(3) + 0.0 for name in signed})
    return safe.assign(Data="SIMULATED") if simulated else safe


def interval_texts(table: pd.DataFrame, low: str = "low", high: str = "high") -> list[str | None]:
    """The 95% interval of each row as text, None if it is missing. low, high: columns."""
    ends = zip(table[low], table[high], strict=True)
    return [f"{start:.3f}–{end:.3f}" if pd.notna(start) else None for start, end in ends]


def chosen_row(event: Mapping[str, Any], n_rows: int) -> int | None:
    """Position of the row that was checked or clicked, None if there is none."""
    selection = event["selection"]
    rows = [*selection.get("rows", []), *(cell[0] for cell in selection.get("cells", []))]
    return rows[0] if rows and rows[0] < n_rows else None


def opened_row(event: Mapping[str, Any], names: Sequence[str], ids: Sequence[str]) -> int | None:
    """Position of the row to open: one that was checked, or clicked before pressing Open.

    A cell counts as clicked when it gets the keyboard focus, even on entering the table, so a click
    alone must not open another page. names, ids: of the items that the rows open. Each button
    belongs to one id, so it never opens another item if rows were added or removed since it was
    drawn.
    """
    row = chosen_row(event, len(names))
    if row is None or event["selection"].get("rows"):
        return row
    said = plain(f"Open {names[row]}")
    return row if st.button(said, type="primary", key=f"open-{ids[row]}") else None
