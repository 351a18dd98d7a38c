"""Exports of tables: safe to open in a spreadsheet, with simulated data marked."""

import io
import re
from collections.abc import Iterable, Mapping

import pandas as pd
from pandas.api.types import is_numeric_dtype

from gpar_core import fields, links
from gpar_core.analyses.library import result as library
from gpar_core.analyses.library.result import Library
from gpar_core.analyses.moa_prediction.result import Prediction
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.training.result import ModelSummary

BY_LINE = "percentile_by_cell_line"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def ranking_csv(
    ranking: pd.DataFrame, summary: ModelSummary, structures: pd.DataFrame | None = None
) -> str:
    """`ranking_table` as CSV."""
    return csv_text(ranking_table(ranking, summary, structures))


def ranking_table(
    ranking: pd.DataFrame, summary: ModelSummary, structures: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The ranked list with its provenance in every row.

    ranking: from `rank.ranking`, filtered and sorted as shown; its column `rank`, if any, keeps the
    ranks from before a search for a name, and percentile_by_cell_line is text. structures: from
    `chemistry.similarity.beside_training`, if known.
    """
    names, cids = ranking[fields.PERT_INAME], ranking[fields.PUBCHEM_CID]
    keys = ranking[fields.INCHI_KEY]
    table = pd.DataFrame(
        {
            "rank": ranking["rank"] if "rank" in ranking else range(1, len(ranking) + 1),
            fields.PERT_ID: ranking[fields.PERT_ID],
            fields.PERT_INAME: names,
            "all_pert_ids": ranking[fields.PERT_IDS],
            "all_names": ranking[fields.NAMES],
            "score": ranking.get("score", ranking["mean_score"]),
            "n_signatures": ranking["k"],
            "enrichment_score": ranking["es"],
            "normalized_es": ranking["nes"],
            "p_permutation": ranking["p"],
            "p_exact": ranking["p_exact"],
            "fdr": ranking["fdr"],
            "mean_score": ranking["mean_score"],
            "best_score": ranking["best_score"],
            "scored_by": ranking["held_out"].map({True: "held-out folds", False: "final model"}),
            fields.MOA: ranking[fields.MOA],
            **({fields.TARGET: ranking[fields.TARGET]} if fields.TARGET in ranking else {}),
            "shares_moa_with_training": ranking["shares_moa"],
            "also_first_of": ranking.get("also_first_of", ""),
            **({BY_LINE: ranking[BY_LINE]} if BY_LINE in ranking else {}),
            "pubchem": [
                links.pubchem(name, cid=cid, inchi_key=key)
                for name, cid, key in zip(names, cids, keys, strict=True)
            ],
            "ilincs": list(map(links.ilincs, names, ranking[fields.PERT_ID])),
        }
    )
    if structures is not None:
        by_id = structures.set_index(fields.PERT_ID).reindex(ranking[fields.PERT_ID])
        table[fields.SMILES] = by_id[fields.SMILES].to_numpy()
        table["similarity_to_training"] = by_id["similarity"].to_numpy()
        table["nearest_training_drug"] = by_id["nearest_drug"].to_numpy()
    return with_provenance(table, summary)


def moas_table(table: pd.DataFrame, prediction: Prediction) -> pd.DataFrame:
    """Likely MOAs from `prediction.ranked`, with their provenance in every row."""
    scored_by = table["held_out"].map({True: "held-out fold", False: "model"})
    return with_data(
        table.drop(columns="held_out").assign(
            scored_by=scored_by, library_id=prediction.library_id
        ),
        prediction.compendium,
        simulated=prediction.simulated,
    )


def library_table(shown: Library, *, simulated: bool) -> pd.DataFrame:
    """All MOAs of a library, with their provenance in every row."""
    table = library.table(shown).assign(library_id=shown.library_id)
    return with_data(table, shown.request.compendium, simulated=simulated)


def with_models(compounds: pd.DataFrame, first: ModelSummary, second: ModelSummary) -> pd.DataFrame:
    """The changes in rank between two models, with the provenance of both in every row."""
    table = compounds.assign(first_model_id=first.model_id, second_model_id=second.model_id)
    return with_data(table, first.compendium, simulated=first.simulated)


def with_provenance(table: pd.DataFrame, summary: ModelSummary) -> pd.DataFrame:
    """The table of a model, with its provenance in every row."""
    table = table.assign(
        model_id=summary.model_id, model_mean_auroc=round(summary.metrics.mean_auroc, 4)
    )
    return with_data(table, summary.compendium, simulated=summary.simulated)


def with_analysis(table: pd.DataFrame, of: Analysis) -> pd.DataFrame:
    """The table of an analysis, with its provenance in every row."""
    table = table.assign(analysis_id=of.analysis_id)
    return with_data(table, of.compendium, simulated=of.simulated)


def with_data(table: pd.DataFrame, compendium: str, *, simulated: bool) -> pd.DataFrame:
    """Add what every export must have: the compendium, and whether its data are simulated."""
    return table.assign(compendium=compendium, data="SIMULATED" if simulated else "measured")


def csv_text(table: pd.DataFrame) -> str:
    """CSV in which no text cell is a spreadsheet formula (a leading quote defuses it)."""
    return without_formulas(table).to_csv(index=False, lineterminator="\n", float_format="%.6g")


def parquet_bytes(table: pd.DataFrame) -> bytes:
    """The table as Parquet: types and all digits are kept."""
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()


def without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """The table with all text defused, including column names: some are names of cell lines.

    Numeric columns are unchanged.
    """
    safe = table.apply(lambda column: column if is_numeric_dtype(column) else column.map(defused))
    return safe.rename(columns=defused)


def defused(value: object) -> object:
    """A cell's value, with a quote before text that a spreadsheet would read as a formula."""
    if not isinstance(value, str):
        return value
    # The writer does not quote a lone carriage return, and readers start a new row there.
    plain = value.replace("\r", " ")
    return f"'{plain}" if value.startswith(FORMULA_STARTS) else plain


def file_name(summary: ModelSummary, what: str) -> str:
    """Name of a download: what it is, of which model, and whether it is simulated."""
    return download_name(what, summary.label, simulated=summary.simulated)


def gene_list(symbols: Iterable[str]) -> str:
    """Symbols, one per line (GRP), without comments, which Enrichr would read as genes."""
    return "".join(f"{symbol}\n" for symbol in symbols)


def gene_sets(sets: Mapping[str, Iterable[str]]) -> str:
    """Sets of symbols by name as GMT, without empty ones. Tabs and breaks in names are spaces."""
    return "".join(
        "\t".join((" ".join(name.split()) or "genes", "na", *genes)) + "\n"
        for name, symbols in sets.items()
        if (genes := list(symbols))
    )


def download_name(what: str, of: str, *, simulated: bool, ending: str = "csv") -> str:
    """Name of a download: what it is, of what, and whether it is simulated."""
    slug = re.sub(r"[^a-z0-9]+", "-", of.lower()).strip("-")[:40]
    mark = "-SIMULATED" if simulated else ""
    return f"gpar-{what}-{slug}{mark}.{ending}"
