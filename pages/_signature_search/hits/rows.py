"""The rows of both lists of compounds, as the component shows them."""

from typing import Any, Final

import pandas as pd

from gpar_core import fields, links
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.charts.style import BLUE, GRAY, RED
from gpar_core.chemistry.structures import picture
from gpar_core.errors import GparError
from pages._shared.loaders import load_compendium
from pages._shared.navigation import gene_link
from pages._shared.tables import about

N_SHOWN: Final = 50
SIDES: Final = {"mimic": "Mimic the query", "reverse": "Reverse the query"}
FIGURES: Final = {"fdr": ("FDR", ".2g"), "tau": ("tau", ".0f"), "srges": ("sRGES", ".2f")}
"""Columns of compounds that a row shows where they are known."""
KNOWN: Final = (
    fields.PERT_ID, fields.SMILES, fields.PUBCHEM_CID, fields.INCHI_KEY, fields.TARGET,
    fields.PERT_TYPE,
)  # fmt: skip


def noun_of(done: Analysis) -> str:
    """What was searched, in a word."""
    return done.request.noun if isinstance(done.request, SearchRequest) else "compound"


def best(done: Analysis, side: str) -> pd.DataFrame:
    """The compounds of one list, the strongest first."""
    table = done.tables["compounds"]
    if side == "mimic":
        return table[table["connectivity"] > 0].head(N_SHOWN)
    return table[table["connectivity"] < 0].iloc[::-1].head(N_SHOWN)


def side_of(done: Analysis, side: str) -> dict[str, Any]:
    """One list: title, sign, colors, rows, and largest, the connectivity of the longest bars.

    none: what to show without rows. All but numbers is text to show.
    """
    found = best(done, side)
    sign = 1 if side == "mimic" else -1
    cells = done.tables["cells"]
    cells = cells[cells[fields.DRUG].isin(found[fields.DRUG])].sort_values(fields.CELL_ID)
    lines = {
        drug: list(zip(own[fields.CELL_ID], own["connectivity"].round(4), strict=True))
        for drug, own in cells.groupby(fields.DRUG)
    }
    known = _known(done).reindex(found[fields.DRUG]).fillna("")
    pages = about(found[fields.PERT_INAME], done.compendium)
    if set(known[fields.PERT_TYPE]) & set(fields.GENETIC):
        pages = [gene_link(gene, done.compendium) for gene in known[fields.TARGET]]
    rows = [
        _row(compound, lines[compound[fields.DRUG]], sign, here, page)
        for compound, here, page in zip(
            found.to_dict("records"), known.to_dict("records"), pages, strict=True
        )
    ]
    return {
        "title": SIDES[side],
        "none": f"No {noun_of(done)} {side}s the query.",
        "sign": sign,
        "color": RED if sign > 0 else BLUE,
        "gray": GRAY,
        # One compound, often the query itself, would make all other bars too short to see.
        "largest": float(cells["connectivity"].abs().quantile(0.9)) if len(cells) else 1.0,
        "rows": rows,
    }


def _row(
    compound: dict[Any, Any],
    lines: list[tuple[str, float]],
    sign: int,
    known: dict[Any, str],
    page: str,
) -> dict[str, Any]:
    name = compound[fields.PERT_INAME]
    if known[fields.PERT_TYPE] in fields.GENETIC:
        outward = list(links.gene_pages(known[fields.TARGET]).items())[:2]
    else:
        cid, inchi_key = known[fields.PUBCHEM_CID], known[fields.INCHI_KEY]
        outward = [
            ("PubChem", links.pubchem(name, cid=cid, inchi_key=inchi_key)),
            ("iLINCS", links.ilincs(name, known[fields.PERT_ID])),
        ]
    agreeing = [line for line, value in lines if sign * value > 0]
    return {
        "drug": compound[fields.DRUG],
        "name": name,
        "page": page,
        "structure": picture(known[fields.SMILES]) if known[fields.SMILES] else "",
        "moa": _listed(compound[fields.MOA])
        or ("" if known[fields.PERT_TYPE] in fields.GENETIC else "No known MOA"),
        "target": _listed(compound.get(fields.TARGET, "")),
        "score": _signed(compound["connectivity"], ".2f"),
        "figures": " · ".join(
            f"{label}\N{NO-BREAK SPACE}{_signed(compound[figure], form)}"
            for figure, (label, form) in FIGURES.items()
            if pd.notna(compound.get(figure))
        ),
        "lines": lines,
        "agree": f"{len(agreeing)} of {len(lines)} line{'' if len(lines) == 1 else 's'}",
        "agreeing": f"Same sign in: {', '.join(agreeing)}",
        "links": outward,
    }


def _listed(names: str) -> str:
    return names.replace(fields.MOA_SEPARATOR, ", ")


def _signed(value: float, form: str) -> str:
    return ("\N{MINUS SIGN}" if value < 0 else "") + format(abs(value), form)


def _known(done: Analysis) -> pd.DataFrame:
    """Structures and ids by drug; none if the compendium has been deleted or replaced."""
    try:
        compendium = load_compendium(done.compendium)
        if isinstance(done.request, SearchRequest):
            compendium = compendium.of_kinds([done.request.against])
    except GparError:
        return pd.DataFrame(columns=list(KNOWN))
    if compendium.fingerprint != getattr(done.request, "fingerprint", ""):
        return pd.DataFrame(columns=list(KNOWN))
    return compendium.drugs.set_index(fields.DRUG)[list(KNOWN)]
