"""The columns that a ranked list shows only if they are chosen."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pandas as pd
import streamlit as st

from gpar_core.names_on_screen import COLUMNS
from pages._shared.terms import explained

KEY: Final = "ranked-columns"
"""Session key of the names of the chosen columns, the same for all models."""


@dataclass(frozen=True)
class Column:
    """label: on screen. written: how a value reads. help: what it means."""

    label: str
    written: Callable[[object], str]
    help: str


def _number(form: str) -> Callable[[object], str]:
    return lambda value: format(value, form).replace("-", "\N{MINUS SIGN}", 1)


EXTRA: Final = {
    "score": Column("Score", _number(".3f"), explained("compound-score")),
    "p_exact": Column(COLUMNS["p_exact"], _number(".2g"), explained("exact-p")),
    "p": Column("p", _number(".2g"), explained("p")),
    "nes": Column("NES", _number(".2f"), explained("nes")),
    "mean_score": Column(COLUMNS["mean_score"], _number(".3f"), explained("score")),
    "best_score": Column("Best score", _number(".3f"), "Highest score of its signatures"),
    "tas": Column("TAS", _number(".2f"), explained("tas")),
    "similarity": Column(COLUMNS["similarity"], _number(".2f"), explained("tanimoto")),
    "nearest_drug": Column(
        COLUMNS["nearest_drug"], str, "The training drug with the most similar structure"
    ),
    "held_out": Column(
        "Scored by",
        lambda held_out: "held-out folds" if held_out else "final model",
        "Held-out folds: the compound was a negative in training",
    ),
}
"""By the column of the ranking."""


def choose_columns(ranking: pd.DataFrame) -> list[str]:
    """Choose columns of `EXTRA`, kept for the session, of those that the ranking has."""
    known = [name for name in EXTRA if name in ranking and ranking[name].notna().any()]
    return st.multiselect(
        "More columns",
        known,
        format_func=lambda name: EXTRA[name].label,
        placeholder="Choose columns",
        key=KEY,
        persist_state="session",
        help="\n\n".join(f"**{EXTRA[name].label}** {EXTRA[name].help}" for name in known),
    )


def figures_of(compound: dict[str, object], chosen: list[str]) -> list[tuple[str, str]]:
    """Label and value of each chosen column of one compound, '—' where it is missing."""
    return [
        (EXTRA[name].label, "—" if missing(compound[name]) else EXTRA[name].written(compound[name]))
        for name in chosen
    ]


def missing(value: object) -> bool:
    """Whether a cell has no value."""
    return value is None or value == "" or bool(pd.isna(value))
