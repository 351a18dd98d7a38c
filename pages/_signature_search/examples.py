"""Worked examples of queries, and filling the form from a query."""

from dataclasses import dataclass

import streamlit as st

from gpar_core.analyses.result import Analysis
from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import drug_name
from gpar_core.fields import COMPOUND_PERT_TYPE
from pages._shared.error_box import error_box
from pages._shared.examples import example_buttons
from pages._shared.loaders import load_compendium

LISTS, COMPOUND, SIGNATURE = "Gene lists", "Compound", "Signature"
"""Ways of the form."""

NOT_SIMULATED = "Not in simulated data, where genes have no real biology."


@dataclass(frozen=True)
class Example:
    """name: on its button. expect: from measured data. compound: in lower case; or up and down:
    symbols, separated by blanks.
    """

    name: str
    expect: str
    compound: str = ""
    up: str = ""
    down: str = ""


EXAMPLES = (
    Example(
        "dexamethasone",
        "Its own signature should find other glucocorticoids.",
        compound="dexamethasone",
    ),
    Example(
        "entinostat",
        "Its own signature should find other HDAC inhibitors.",
        compound="entinostat",
    ),
    Example(
        "steroid response",
        "Genes that glucocorticoids change: budesonide and its relatives mimic them.",
        up="TSC22D3 FKBP5 PER1 KLF9 ZBTB16 DUSP1 CRISPLD2 SGK1 NFKBIA CEBPD BIRC3 ERRFI1 MT2A MT1X "
        "PDK4 ANGPTL4 GLUL ZFP36 FOXO3 DDIT4 SNAI2 TIPARP CEBPB RGS2 SESN1 IL4R BNIP3L",
        down="IL6 CXCL8 CXCL2 CCL2 ICAM1 IL1B PTGS2 IER3 NFKB2 RELB CXCL1 IRF1 STAT1 CSF1 MMP1",
    ),
    Example(
        "BRAF melanoma",
        "Genes that active MAPK signaling turns on: MEK, EGFR and RAF inhibitors reverse them.",
        up="CCND1 DUSP4 DUSP6 EPHA2 EPHA4 ETV4 ETV5 PHLDA1 SPRY2 SPRY4 EGR1 FOSL1 MYC IER3 ETV1 "
        "FOS DUSP5 PLAUR HBEGF EREG AREG SPRED1 SPRED2 TRIB1 UAP1 ODC1 PLK2 SERPINE1 RRS1 GNAI1",
    ),
    Example(
        "cell-cycle arrest",
        "Genes of cells that stop dividing: topoisomerase and CDK inhibitors mimic them.",
        up="CDKN1A CDKN1B CDKN2A GADD45A GADD45B BAX FAS DDB2 SESN1 PMAIP1 FOXO3 FOXO4 JUN",
        down="CCNB1 CCNB2 CDK1 TOP2A AURKA AURKB BUB1B CCNA2 CDC20 PLK1 BIRC5 MELK UBE2C KIF20A "
        "CDC25A CDC25B CENPE CHEK1 E2F2 GMNN KIF14 KIF2C MCM3 MYBL2 NCAPD2 NUSAP1 PCNA POLE2",
    ),
)


def show_examples(compendium: Compendium) -> None:
    """A button for each example that the compendium can answer."""
    by_name = {
        example.name: example
        for example in EXAMPLES
        if not example.compound or example.compound in compendium.drug_by_name
    }
    helps = {
        name: example.expect
        + (f" {NOT_SIMULATED}" if compendium.simulated and not example.compound else "")
        for name, example in by_name.items()
    }
    example_buttons(by_name, lambda name: _use(by_name[name], compendium), helps=helps)


def against_key(compendium: str) -> str:
    """Session key of the kind of perturbagen that is searched. compendium: its name."""
    return f"search-against-{compendium}"


def score_key(compendium: str, kind: str) -> str:
    """Session key of the score, which has a default for each kind of perturbagen."""
    return f"search-score-{compendium}" + (f"-{kind}" if kind != COMPOUND_PERT_TYPE else "")


@error_box()
def _use(example: Example, compendium: Compendium) -> None:
    st.session_state[against_key(compendium.name)] = compendium.kinds[0]
    if example.compound:
        drug = compendium.drug_by_name[example.compound]
        _choose_compound(drug_name(compendium, drug))
    else:
        fill_lists(example.name, example.up, example.down)


def fill(done: Analysis, request: SearchRequest) -> None:
    """Fill the form with a query, its score and what it searches; a profile as its lists."""
    st.session_state[score_key(request.compendium, request.against)] = request.score
    st.session_state[against_key(request.compendium)] = request.against
    st.session_state[f"search-tau-{request.compendium}"] = request.tau
    if request.compound:
        compendium = load_compendium(request.compendium)
        st.session_state["search-genes"] = request.genes
        if request.cell:
            st.session_state[f"search-cell-{request.compound}"] = request.cell
        _choose_compound(drug_name(compendium, request.compound))
    elif request.signature:
        st.session_state["search-genes"] = request.genes
        st.session_state["search-way"] = SIGNATURE
        st.session_state["search-signature"] = request.signature
    elif request.profiles:
        genes = done.tables["query"].groupby("direction")["symbol"].agg(" ".join)
        fill_lists(request.name, genes.get("up", ""), genes.get("down", ""))
    else:
        fill_lists(request.name, " ".join(request.up), " ".join(request.down))


def fill_lists(name: str, up: str, down: str) -> None:
    """Fill the form with two lists. up, down: symbols, separated by blanks."""
    st.session_state["search-way"] = LISTS
    st.session_state["search-name"] = name
    st.session_state["search-up"] = up
    st.session_state["search-down"] = down


def _choose_compound(name: str) -> None:
    st.session_state["search-way"] = COMPOUND
    st.session_state["search-compound"] = name
