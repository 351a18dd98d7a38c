"""The parts of the form: each asks for a query, and returns how to plan its search."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from gpar_core import fields
from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.data.compendium import Compendium
from gpar_core.search.query import ListMatch, QueryMatch
from pages._shared.error_box import plain
from pages._shared.gene_links import gene_link

MAX_MISSING = 15


@dataclass(frozen=True)
class Planned:
    """A search. publish: stores what was uploaded for it."""

    request: SearchRequest
    publish: Callable[[], object] = lambda: None


Plan = Callable[[], Planned]
"""Draws the matching report of the query and returns the search. Raises GparError."""

Asks = Callable[[Compendium, str], Plan | str]
"""Draws the inputs of a query; returns its plan, or what to do first. The text is a score."""


def show_match(match: QueryMatch, *, used: tuple[int, int] | None = None) -> None:
    """Show how many genes of each list are landmark genes, which are not, and warnings.

    used: how many of the landmark genes are in the lists, if not all may be.
    """
    for number, (column, side, found) in enumerate(
        zip(st.columns(2), ("up", "down"), (match.up, match.down), strict=True)
    ):
        column.metric(
            f"Genes {side}",
            used[number] if used else found.n_found,
            help=f"L1000 measures {fields.N_LANDMARKS} landmark genes. Other genes are left out.",
        )
        if used:
            column.caption(
                f"of {found.n_found:,} landmark genes among {found.n_given:,} genes that pass"
            )
        elif found.n_given:
            column.caption(_missing(found))
    if used and (names := (*match.up.missing, *match.down.missing)):
        with st.expander(f"{len(names):,} genes are not landmark genes"):
            st.markdown(plain(_some(names, 500)))
    if renamed := tuple(dict.fromkeys((*match.up.renamed, *match.down.renamed))):
        with st.expander(f"{len(renamed)} genes were matched by a newer name or an alias"):
            st.markdown(
                ", ".join(f"[{plain(each)}]({gene_link(each.split(' (')[0])})" for each in renamed)
            )
    for warning in match.warnings:
        st.warning(plain(warning))


def _missing(found: ListMatch) -> str:
    if not found.missing:
        return f"All {found.n_given} are landmark genes"
    names = _some(found.missing, MAX_MISSING)
    return plain(f"of {found.n_given} genes. Not landmark genes: {names}")


def _some(names: tuple[str, ...], most: int) -> str:
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")
