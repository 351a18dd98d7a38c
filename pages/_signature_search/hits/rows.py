"""The rows of both lists of compounds, as the component shows them."""

from typing import Any, Final

import pandas as pd

from gpar_core import fields, links
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.charts.style import BLUE, GRAY, RED
from gpar_core.chemistry.structures import picture
from gpar_core.data.class_names import target_class
from gpar_core.data.compendium import Compendium
from gpar_core.errors import GparError
from pages._shared.gene_links import gene_link
from pages._shared.loaders import load_compendium
from pages._shared.perturbagen_links import page_links
from pages._shared.tables import about, row_links

N_SHOWN: Final = 50
SIDES: Final = {"mimic": "Mimic the query", "reverse": "Reverse the query"}
FIGURES: Final = {"fdr": ("FDR", ".2g"), "tau": ("tau", ".0f"), "srges": ("sRGES", ".2f")}
"""Columns of compounds that a row shows where they are known."""
KNOWN: Final = (fields.PERT_ID, fields.SMILES, fields.PUBCHEM_CID, fields.INCHI_KEY)


def asked(done: Analysis) -> SearchRequest:
    """The request of a search."""
    assert isinstance(done.request, SearchRequest)  # noqa: S101 -- the page checks it
    return done.request


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
    request, compendium = asked(done), _compendium(done)
    known = _of_compounds if request.against == fields.COMPOUND_PERT_TYPE else _of_genes
    pages = page_links(found.assign(pert_type=request.against), done.compendium)
    rows = [
        {
            **_figures(compound, lines[compound[fields.DRUG]], sign),
            "own": bool(request.compound) and compound[fields.DRUG] == request.compound,
            "page": page or "",
            **more,
        }
        for compound, page, more in zip(
            found.to_dict("records"), pages, known(found, compendium, done), strict=True
        )
    ]
    return {
        "title": SIDES[side],
        "none": f"No {request.noun} {side}s the query.",
        "sign": sign,
        "color": RED if sign > 0 else BLUE,
        "gray": GRAY,
        # One compound, often the query itself, would make all other bars too short to see.
        "largest": float(cells["connectivity"].abs().quantile(0.9)) if len(cells) else 1.0,
        "rows": rows,
    }


def _figures(compound: dict[Any, Any], lines: list[tuple[str, float]], sign: int) -> dict[str, Any]:
    """What a row says of the search."""
    agreeing = [line for line, value in lines if sign * value > 0]
    return {
        "drug": compound[fields.DRUG],
        "name": compound[fields.PERT_INAME],
        "score": _signed(compound["connectivity"], ".2f"),
        "figures": " · ".join(
            f"{label}\N{NO-BREAK SPACE}{_signed(compound[figure], form)}"
            for figure, (label, form) in FIGURES.items()
            if pd.notna(compound.get(figure))
        ),
        "lines": lines,
        "agree": f"{len(agreeing)} of {len(lines)} line{'' if len(lines) == 1 else 's'}",
        "agreeing": f"Same sign in: {', '.join(agreeing)}",
    }


def _of_compounds(
    found: pd.DataFrame, compendium: Compendium | None, done: Analysis
) -> list[dict[str, Any]]:
    """What is known of each compound: its structure, MOAs, targets with their pages, and links."""
    known = pd.DataFrame(columns=list(KNOWN))
    if compendium is not None:
        known = compendium.drugs.set_index(fields.DRUG)[list(KNOWN)]
    known = known.reindex(found[fields.DRUG]).fillna("")
    targets = found.get(fields.TARGET, pd.Series("", found.index))
    return [
        {
            "structure": picture(here[fields.SMILES]) if here[fields.SMILES] else "",
            "moa": ", ".join(_names(moas)) or "No known MOA",
            "targets": [(gene, gene_link(gene, done.compendium)) for gene in _names(genes)],
            "links": row_links(name, about([name], done.compendium)[0], here),
        }
        for name, moas, genes, here in zip(
            found[fields.PERT_INAME], found[fields.MOA], targets, known.to_dict("records"),
            strict=True,
        )
    ]  # fmt: skip


def _of_genes(
    found: pd.DataFrame, compendium: Compendium | None, done: Analysis
) -> list[dict[str, Any]]:
    """What is known of each gene that was changed: drugs that target it, and links.

    Nothing for a ligand.
    """
    targets = pd.DataFrame(columns=["moa", "drugs"]) if compendium is None else compendium.targets
    drugs = dict(zip(targets["moa"], targets["drugs"], strict=True))
    return [
        {
            "structure": "",
            "moa": f"Targeted by {known}" if (known := drugs.get(target_class(gene))) else "",
            "targets": [],
            "links": list(links.gene_pages(gene).items())[:2] if gene else [],
        }
        for gene in found.get(fields.TARGET, pd.Series("", found.index))
    ]


def _names(joined: str) -> list[str]:
    return [name for name in joined.split(fields.MOA_SEPARATOR) if name]


def _signed(value: float, form: str) -> str:
    return ("\N{MINUS SIGN}" if value < 0 else "") + format(abs(value), form)


def _compendium(done: Analysis) -> Compendium | None:
    """The compendium that was searched, unless it has been deleted or replaced."""
    try:
        compendium = load_compendium(done.compendium)
    except GparError:
        return None
    return compendium if compendium.fingerprint == asked(done).fingerprint else None
