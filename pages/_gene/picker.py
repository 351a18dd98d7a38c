"""Choose a gene by any of its names."""

import streamlit as st

from gpar_core.analyses.gene.identity import find_gene, landmark_genes, other_genes
from gpar_core.data.compendium import Compendium
from gpar_core.errors import NotFoundError
from pages._shared.error_box import error_box
from pages._shared.examples import example_buttons
from pages._shared.state import Key, from_url

MAX_CHARACTERS = 80
EXAMPLES = ("HMGCR", "CDKN1A", "HMOX1")
"""Moved by statins, by what stops the cell cycle, and by oxidative stress."""
MAX_SIGNATURES = 100_000
"""Of a larger compendium, the first gene takes too long to be shown unasked."""


def pick_gene(compendium: Compendium) -> str:
    """Return the chosen name and keep it in the URL; '' if there is none.

    A name in the URL that matches no gene is returned unchanged.
    """
    labels = _labels(compendium.fingerprint, compendium)
    asked = from_url(Key.GENE)
    name = st.selectbox(
        "Gene",
        list(labels),
        index=_place(list(labels), compendium, asked),
        format_func=lambda symbol: labels.get(symbol, symbol),
        placeholder="Type a symbol, an Entrez id or an Ensembl id",
        accept_new_options=True,
        filter_mode="prefix",
        key=_key(compendium),
        help="Old and new symbols find a gene. Genes that drugs target or that were perturbed are "
        "here too, even if L1000 does not measure them.",
    )
    if name:
        st.query_params[Key.GENE] = name[:MAX_CHARACTERS]
    return (name or asked)[:MAX_CHARACTERS]


def example_gene(compendium: Compendium) -> str:
    """Offer genes to begin with; return the one that is shown until one is chosen, or ''."""

    @error_box()
    def use(name: str) -> None:
        st.session_state[_key(compendium)] = name

    if compendium.n_signatures > MAX_SIGNATURES:
        example_buttons(EXAMPLES, use)
        return ""
    first, *others = EXAMPLES
    lead = f"**Example: {first}.** Type a name above to see another gene, or"
    example_buttons(others, use, lead=lead)
    return first


def _key(compendium: Compendium) -> str:
    return f"gene-{compendium.name}"


def _place(symbols: list[str], compendium: Compendium, asked: str) -> int | None:
    if asked in symbols:
        return symbols.index(asked)
    try:
        return symbols.index(find_gene(compendium, asked).symbol) if asked else None
    except NotFoundError:
        return None


@st.cache_resource(max_entries=16, show_spinner=False)
def _labels(fingerprint: str, _compendium: Compendium) -> dict[str, str]:
    """How each name reads in the list, by name; today's symbols are names of their own."""
    labels = {}
    for gene in landmark_genes():
        labels[gene.symbol] = gene.symbol
        if gene.today:
            labels[gene.symbol] = f"{gene.symbol} (now {gene.today})"
            labels.setdefault(gene.today, f"{gene.today} ({gene.symbol})")
    for symbol in other_genes(_compendium):
        labels.setdefault(symbol, f"{symbol} (not measured)")
    return dict(sorted(labels.items(), key=lambda each: each[0].casefold()))
