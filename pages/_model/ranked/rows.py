"""The rows of a ranked list, as the component shows them."""

from typing import Any

import pandas as pd

from gpar_core import fields
from gpar_core.analyses.training.result import Model
from gpar_core.charts.style import GRAY, YELLOW
from gpar_core.chemistry.structures import picture
from gpar_core.rank.by_line import HIGH
from pages._model.ranked.columns import figures_of
from pages._model.ranking_filters import count
from pages._shared.gene_links import gene_link
from pages._shared.tables import about, row_links

NO_MOA = "No known MOA"
SORTED_BY = {"score": "score", "nes": "nes", "p": "p_exact"}
"""The column of `EXTRA` that each order sorts by."""


def list_of(
    shown: pd.DataFrame,
    lines: pd.DataFrame,
    model: Model,
    *,
    smiles: pd.Series | None,
    chosen: list[str],
    n_passing: int,
    order: str = "es",
) -> dict[str, Any]:
    """A ranked list: rows, n_passing, and colors. All but numbers is text to show.

    shown: the rows to show of a ranking, with rank. lines: from `by_cell_line`. smiles: by pert_id,
    to draw structures. chosen: columns of `EXTRA`. n_passing: compounds that pass the filters.
    order: a key of `rank.ranking.ORDERS`; where no column shows its figure, it stands below the
    rank.
    """
    of_rows = lines[lines[fields.DRUG].isin(shown[fields.DRUG])].sort_values(fields.CELL_ID)
    by_drug = {
        drug: list(zip(own[fields.CELL_ID], own["percentile"], strict=True))
        for drug, own in of_rows.groupby(fields.DRUG)
    }
    drawn = {} if smiles is None else smiles.reindex(shown[fields.PERT_ID]).dropna().to_dict()
    compendium = model.summary.compendium
    pages = about(shown[fields.PERT_INAME], compendium)
    rows = [
        _row(compound, page, by_drug[compound[fields.DRUG]], drawn, chosen, order, compendium)
        for compound, page in zip(shown.to_dict("records"), pages, strict=True)
    ]
    return {
        "rows": rows,
        "n_passing": n_passing,
        "drawn": any(row["structure"] for row in rows),
        # What a strip of cell lines needs.
        "sign": 1,
        "largest": 1,
        "color": YELLOW,
        "gray": GRAY,
    }


def _row(
    compound: dict[Any, Any],
    page: str,
    lines: list[tuple[str, float]],
    drawn: dict[str, str],
    chosen: list[str],
    order: str,
    compendium: str,
) -> dict[str, Any]:
    name, ident = compound[fields.PERT_INAME], compound[fields.PERT_ID]
    genes = (compound.get(fields.TARGET) or "").split(fields.MOA_SEPARATOR)
    high = [line for line, percentile in lines if percentile >= HIGH]
    smiles = drawn.get(ident, "")
    return {
        "drug": compound[fields.DRUG],
        "rank": int(compound["rank"]),
        "by": figures_of(compound, [SORTED_BY[order]])[0] if order in SORTED_BY else ("", ""),
        "name": name,
        "page": page,
        "structure": picture(smiles) if smiles else "",
        "moa": _listed(compound[fields.MOA]) or NO_MOA,
        "shares": bool(compound["shares_moa"]),
        "targets": [(gene, gene_link(gene, compendium)) for gene in genes if gene],
        "es": float(compound["es"]),
        "evidence": f"ES {compound['es']:.2f}".replace("-", "\N{MINUS SIGN}"),
        "fdr": f"FDR\N{NO-BREAK SPACE}{compound['fdr']:.2g}",
        "k": count(compound["k"], "signature"),
        "lines": [(line, 2 * value - 1, f"percentile {value:.2f}") for line, value in lines],
        "agree": f"{len(high)} of {count(len(lines), 'line')}",
        "agreeing": f"Percentile {HIGH:g} or more in: {', '.join(high) or 'none'}",
        **_specificity(compound),
        "links": row_links(name, page, compound),
        "figures": figures_of(compound, chosen),
    }


def _specificity(compound: dict[Any, Any]) -> dict[str, str]:
    """others: in how many other MOAs' lists the compound is; named: which."""
    also = compound.get("also_first_of")
    if also is None:
        return {"others": "", "named": ""}
    named = also.split(fields.MOA_SEPARATOR) if also else []
    if not named:
        return {"others": "No other MOA", "named": ""}
    return {
        "others": count(len(named), "other MOA"),
        "named": f"Also among the first 20 of: {'; '.join(named)}",
    }


def _listed(names: str) -> str:
    return names.replace(fields.MOA_SEPARATOR, ", ")
