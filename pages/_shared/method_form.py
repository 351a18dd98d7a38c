"""How models are trained: cell lines, preset, negative set and seed."""

import streamlit as st

from gpar_core.analyses.method import Method
from gpar_core.data.compendium import Compendium
from gpar_core.errors import RequestError
from gpar_core.learn.presets import LINEAR, PRESETS
from pages._shared.terms import explained

PRESET_NAMES = {
    "fast": "fast: comparison in a learned space (seconds)",
    "linear": "linear: logistic regression (seconds)",
    "paper": "paper: Gao et al. 2021, 2,000 steps (minutes)",
}
NEGATIVES = {
    "auto": "Automatic: all others ('paper': inactive)",
    "inactive": "Inactive: no MOA annotation, TAS < 0.2",
    "others": "All compounds that do not share the MOA or target",
}


def choose_cells(compendium: Compendium, key: str, help: str | None = None) -> tuple[str, ...]:
    """Choose cell lines, none for all, kept under the key."""
    chosen = st.multiselect(
        "Cell lines",
        compendium.cell_lines,
        placeholder="All cell lines",
        help=help,
        key=key,
        filter_mode="prefix",
        select_all=False,
        persist_state="session",
    )
    return tuple(chosen)


def as_numbers(typed: list[int | str], what: str, low: int, high: int) -> list[int]:
    """Convert chosen or typed values to whole numbers. Raises RequestError."""
    try:
        return [int(str(each).replace(",", "")) for each in typed]
    except ValueError as error:
        raise RequestError(
            f"Enter numbers of {what} as whole numbers from {low} to {high:,}."
        ) from error


def choose_method(page: str, cells: tuple[str, ...] = (), *, networks_only: bool = False) -> Method:
    """Choose the method except its cell lines; each page keeps its own choice."""
    preset = st.selectbox(
        "Preset",
        [name for name in PRESET_NAMES if not (networks_only and PRESETS[name] == LINEAR)],
        format_func=PRESET_NAMES.get,
        help=explained(
            "preset",
            "Times are for one MOA. In the space of 'fast', differences that one compound shows "
            "between cell lines count less.",
        ),
        key=f"{page}-preset",
        persist_state="session",
    )
    return choose_negatives_and_seed(page, cells, preset)


def choose_negatives_and_seed(
    page: str, cells: tuple[str, ...], preset: str = Method.preset
) -> Method:
    """Choose the rest of the method once cell lines and preset are known."""
    negatives = st.selectbox(
        "Negative set",
        list(NEGATIVES),
        format_func=NEGATIVES.get,
        help=explained("negative-set"),
        key=f"{page}-negatives",
        persist_state="session",
    )
    seed = st.number_input(
        "Seed",
        0,
        2**31 - 1,
        0,
        help=explained("seed"),
        key=f"{page}-seed",
        persist_state="session",
    )
    return Method(cells, preset, negatives, int(seed))
