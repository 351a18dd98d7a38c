"""Read tables of the MOAs, targets or ids of compounds into one form.

Accepts, unchanged, the Drug Repurposing Hub's repurposing_drugs and repurposing_samples,
LINCS2020's compoundinfo, and the user's own tables, whose columns may have any of `HEADINGS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pandas as pd

from gpar_core import fields
from gpar_core.data.compound_keys import SYNONYMS, core_ids
from gpar_core.data.moa_names import moas_in
from gpar_core.data.tables import read_table
from gpar_core.data.target_names import are_targets, targets_in
from gpar_core.errors import AnnotationError

COLUMNS: Final = (
    fields.PERT_ID, fields.INCHI_KEY, fields.PERT_INAME, SYNONYMS, fields.MOA, fields.ANNOTATED,
    fields.PUBCHEM_CID, fields.SMILES, fields.TARGET,
)  # fmt: skip

HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    fields.PERT_ID: ("brd_id",),
    fields.PERT_INAME: ("name", "drug", "compound", "drug_name", "compound_name"),
    fields.MOA: ("mechanism_of_action", "mechanism", "moas", "mechanisms_of_action"),
    fields.TARGET: ("targets", "target_gene", "target_genes", "gene_target", "gene_targets"),
    fields.INCHI_KEY: ("inchikey",),
    fields.PUBCHEM_CID: ("cid",),
}
"""Further names of columns in the user's own tables; case is ignored."""

_BROAD_ID, _OLD_BROAD_IDS = "broad_id", "deprecated_broad_id"
_FORMS: Final = {
    _BROAD_ID: r"BRD-[A-Z]\d{8}(?:-.*)?",
    fields.INCHI_KEY: r"[A-Z]{14}-[A-Z]{10}-[A-Z]",
    fields.PUBCHEM_CID: r"\d+",
}
"""Patterns of the fields of these columns; others have shifted from another column."""


@dataclass(frozen=True, eq=False)
class MoaTable:
    """The compounds of one table.

    name: of its file. rows: `COLUMNS`, text except annotated; BRD ids are without batch, multiple
    MOAs, targets and synonyms are joined by '|', unknown values are ''.
    has_moas: False for a table of ids alone (repurposing_samples), without MOAs and targets.
    shifted: names of rows that were skipped because their fields are in the wrong columns.
    read_as: what its column of MOAs or targets was taken for against its heading, or ''.
    """

    name: str
    rows: pd.DataFrame
    has_moas: bool = True
    shifted: tuple[str, ...] = ()
    read_as: str = ""


def moa_table(name: str, rows: pd.DataFrame) -> MoaTable:
    """Some of `COLUMNS` as a `MoaTable`.

    Without the column annotated, a compound is annotated if it has a MOA or a target.
    """
    tidy = rows.reindex(columns=list(COLUMNS), fill_value="").astype(object)
    tidy[fields.PERT_ID] = core_ids(tidy[fields.PERT_ID])
    tidy[fields.MOA] = tidy[fields.MOA].map(lambda moas: fields.MOA_SEPARATOR.join(moas_in(moas)))
    tidy[fields.TARGET] = tidy[fields.TARGET].map(lambda cell: "|".join(targets_in(cell)))
    listed = tidy[fields.ANNOTATED].isin([True, "1", "1.0", "True", "true"])
    known = (tidy[[fields.MOA, fields.TARGET]] != "").any(axis=1)
    tidy[fields.ANNOTATED] = listed | known
    has_moas = fields.MOA in rows or fields.TARGET in rows
    return MoaTable(name, tidy.drop_duplicates(ignore_index=True), has_moas=has_moas)


def read_moa_table(path: Path) -> MoaTable:
    """Read a table of compounds: MOAs, targets, or names with ids. Raises AnnotationError.

    If it has one column of MOAs or targets, its content decides which they are, not its heading.

    A row with an invalid broad_id, InChIKey or PubChem CID is skipped: its fields have shifted, as
    in some rows of the Drug Repurposing Hub.
    """
    optional = (_BROAD_ID, _OLD_BROAD_IDS, *COLUMNS)
    rows = read_table(path, needed=(), optional=optional, others=HEADINGS).astype(object)
    _check(path.name, rows)
    rows = rows.apply(lambda column: column.str.strip('"'))
    if fields.PUBCHEM_CID in rows:
        rows[fields.PUBCHEM_CID] = rows[fields.PUBCHEM_CID].str.removesuffix(".0")
    shifted = pd.Series(False, index=rows.index)
    for column, form in _FORMS.items():
        if column in rows:
            shifted |= (rows[column] != "") & ~rows[column].str.fullmatch(form)
    read_as = _by_content(rows)
    label = next(c for c in (fields.PERT_INAME, _BROAD_ID, *COLUMNS) if c in rows)
    table = moa_table(path.name, _by_every_id(rows[~shifted]))
    return replace(table, shifted=tuple(rows.loc[shifted, label]), read_as=read_as)


def _by_content(rows: pd.DataFrame) -> str:
    """Rename a column of MOAs that holds targets, or the reverse. Returns what it holds, or ''."""
    given = [column for column in (fields.MOA, fields.TARGET) if column in rows]
    if len(given) != 1:
        return ""
    holds = fields.TARGET if are_targets(rows[given[0]]) else fields.MOA
    if holds == given[0] or not rows[given[0]].map(moas_in).map(bool).any():
        return ""
    rows.rename(columns={given[0]: holds}, inplace=True)  # noqa: PD002 -- the caller's own table
    return holds


def _check(name: str, rows: pd.DataFrame) -> None:
    by_id = {fields.PERT_ID, _BROAD_ID, fields.INCHI_KEY} & set(rows)
    if {fields.MOA, fields.TARGET} & set(rows) and (by_id or fields.PERT_INAME in rows):
        return
    if by_id and fields.PERT_INAME in rows:
        return
    raise AnnotationError(
        f"'{name}' lacks the column {fields.MOA} or {fields.TARGET}, or a column that identifies "
        "the compound. Of the columns that GPAR looks for, it has "
        f"{', '.join(map(str, rows)) or 'none'}. The table needs moa (or mechanism of action) or "
        "target with one of pert_id, broad_id, inchi_key and pert_iname (or name, drug, compound); "
        "or, as in repurposing_samples, pert_iname with one of the ids."
    )


def _by_every_id(rows: pd.DataFrame) -> pd.DataFrame:
    """The Hub's rows with a pert_id: one row for the broad_id and for each that it replaces."""
    if _BROAD_ID not in rows:
        return rows
    ids = rows[_BROAD_ID]
    if _OLD_BROAD_IDS in rows:
        ids = ids + fields.MOA_SEPARATOR + rows[_OLD_BROAD_IDS]
    every = rows.assign(**{fields.PERT_ID: ids.str.rstrip("|").str.split("|", regex=False)})
    return every.explode(fields.PERT_ID, ignore_index=True)
