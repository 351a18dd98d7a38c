"""Tables on screen: every one can be saved by its own toolbar, past `gpar_core.export`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from gpar_core.export import without_formulas
from pages._shared.error_box import plain
from pages._shared.state import Key

SELECTION = ["single-row", "single-cell"]
"""A click anywhere in a row chooses it, as does its tick box."""

HOW_TO_OPEN = "Tick a row to open its model, or click in it and press Open."

ABOUT_COLUMN = st.column_config.LinkColumn(
    "Open compound", display_text="Open", help="The page of the drug", width=115
)


def about(drugs: Iterable[str], compendium: str) -> list[str]:
    """For each drug the address of its page, within this server."""
    keys = (Key.COMPOUND.value, Key.COMPENDIUM.value)
    return [
        f"compound?{urlencode(dict(zip(keys, (drug, compendium), strict=True)))}" for drug in drugs
    ]


def savable(table: pd.DataFrame, *, simulated: bool) -> pd.DataFrame:
    """The table with no formula in it, and a column that says so where data are simulated."""
    safe = without_formulas(table)
    return safe.assign(data="SIMULATED") if simulated else safe


def chosen_row(event: Mapping[str, Any], n_rows: int) -> int | None:
    """Position of the row that was ticked or clicked in, None where there is none."""
    selection = event["selection"]
    rows = [*selection.get("rows", []), *(cell[0] for cell in selection.get("cells", []))]
    return rows[0] if rows and rows[0] < n_rows else None


def opened_row(event: Mapping[str, Any], names: Sequence[str], ids: Sequence[str]) -> int | None:
    """Position of the row to open: one that was ticked, or clicked in and Open pressed.

    A cell counts as clicked wherever the keyboard comes to, even as it enters the table; so that
    alone must not lead to another page. names, ids: of what the rows open; a button is that of one
    id, so that it never opens another where rows have come or gone since it was drawn.
    """
    row = chosen_row(event, len(names))
    if row is None or event["selection"].get("rows"):
        return row
    said = plain(f"Open {names[row]}")
    return row if st.button(said, type="primary", key=f"open-{ids[row]}") else None
