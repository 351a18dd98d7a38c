"""Enter gene lists or a compound, and see which genes are found before starting the search."""

import re
from dataclasses import replace

import streamlit as st

from gpar_core import fields
from gpar_core.analyses.signature_search.plan import plan_compound_search, plan_list_search
from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.data.compendium import Compendium
from gpar_core.search.query import TOP_GENES, ListMatch, QueryMatch
from gpar_core.search.scores import SCORES, default_score
from pages._shared.error_box import error_box, plain
from pages._shared.job_panel import start
from pages._signature_search.specificity import tau_choice

LISTS, COMPOUND = "Gene lists", "Compound"
BETWEEN_GENES = re.compile(r"[\s,;]+")
MAX_CHARACTERS = 200_000
MAX_MISSING = 15
EXAMPLE_NAME = "cell-cycle arrest"
EXAMPLE = {
    "up": "CDKN1A CDKN1B CDKN2A GADD45A GADD45B BAX FAS DDB2 SESN1 PMAIP1 FOXO3 FOXO4 JUN",
    "down": "CCNB1 CCNB2 CDK1 TOP2A AURKA AURKB BUB1B CCNA2 CDC20 PLK1 BIRC5 MELK UBE2C KIF20A "
    "CDC25A CDC25B CENPE CHEK1 E2F2 GMNN KIF14 KIF2C MCM3 MYBL2 NCAPD2 NUSAP1 PCNA POLE2",
}
"""Genes that go up and down when cells stop dividing."""


def form(compendium: Compendium) -> None:
    """Choose a query and a score; start the search."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.header("1 · Query", anchor=False)
        way = st.segmented_control(
            "Search with",
            (LISTS, COMPOUND),
            default=LISTS,
            required=True,
            key="search-way",
            persist_state="session",
        )
        with st.expander("Method"):
            score = st.selectbox(
                "Score",
                list(SCORES),
                list(SCORES).index(default_score(compendium)),
                format_func=lambda name: SCORES[name].label,
                key=f"search-score-{compendium.name}",
                persist_state="session",
                help=SCORE_HELP,
            )
            tau = tau_choice(compendium, score)
        if way == LISTS:
            name, up, down = _lists()
        else:
            compound, genes = _compound(compendium)
    with right, st.container(border=True):
        st.header("2 · Search", anchor=False)
        with error_box():
            if way == LISTS:
                if not up and not down:
                    _nothing("Paste genes to see how many of them the signatures have.")
                    return
                request, match = plan_list_search(compendium, up, down, name=name, score=score)
                _show_match(match)
            elif compound:
                request = plan_compound_search(compendium, compound, genes=genes, score=score)
                st.caption(
                    f"The {genes} most up-regulated and the {genes} most down-regulated genes of "
                    f"{plain(request.name)}, and the values of all."
                )
            else:
                _nothing("Choose a compound to search with its signatures.")
                return
            _start(replace(request, tau=tau), compendium)


SCORE_HELP = "\n".join(
    f"- {each.label}: {each.about}. {each.reference}" for each in SCORES.values()
)


def _lists() -> tuple[str, list[str], list[str]]:
    name = st.text_input(
        "Name of the query", max_chars=80, key="search-name", persist_state="session"
    )
    up, down = (
        column.text_area(
            label,
            height=220,
            max_chars=MAX_CHARACTERS,
            placeholder="Symbols, Entrez or Ensembl ids",
            key=f"search-{side}",
            persist_state="session",
        )
        for column, side, label in zip(
            st.columns(2),
            ("up", "down"),
            ("Up-regulated genes", "Down-regulated genes"),
            strict=True,
        )
    )
    st.button("Use example", on_click=_fill_example)
    return name, *(BETWEEN_GENES.split(text) if text.strip() else [] for text in (up, down))


@error_box()
def _fill_example() -> None:
    st.session_state["search-name"] = EXAMPLE_NAME
    for side, genes in EXAMPLE.items():
        st.session_state[f"search-{side}"] = genes


def _compound(compendium: Compendium) -> tuple[str, int]:
    names = compendium.drugs[fields.PERT_INAME].sort_values(key=lambda name: name.str.casefold())
    compound = st.selectbox(
        "Compound",
        names,
        None,
        placeholder="Type the start of a name",
        filter_mode="prefix",
        key="search-compound",
        persist_state="session",
    )
    genes = st.number_input(
        "Genes at either end",
        1,
        400,
        TOP_GENES,
        help="How many of its most changed genes count as its lists. GPAR's space and correlations "
        "use the values of all genes.",
        key="search-genes",
        persist_state="session",
    )
    return compound or "", int(genes)


def _nothing(hint: str) -> None:
    st.caption(hint)
    st.button("Start search", type="primary", disabled=True, width="stretch")


def _show_match(match: QueryMatch) -> None:
    up, down = st.columns(2)
    for column, side, found in ((up, "up", match.up), (down, "down", match.down)):
        column.metric(
            f"Genes {side}",
            found.n_found,
            help=f"L1000 measures {fields.N_LANDMARKS} landmark genes; others cannot be compared.",
        )
        if found.n_given:
            column.caption(_missing(found))
    for warning in match.warnings:
        st.warning(plain(warning))


def _missing(found: ListMatch) -> str:
    if not found.missing:
        return f"All {found.n_given} genes"
    names = ", ".join(found.missing[:MAX_MISSING])
    more = ", …" if len(found.missing) > MAX_MISSING else ""
    return plain(f"{found.n_found} of {found.n_given} genes; without {names}{more}")


def _start(request: SearchRequest, compendium: Compendium) -> None:
    if st.button("Start search", type="primary", width="stretch"):
        start(request)
    st.caption(
        f"Against {compendium.n_signatures:,} signatures of {compendium.n_drugs:,} compounds. The "
        "first search of a compendium takes a few seconds longer."
    )
