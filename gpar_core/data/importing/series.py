"""Merge several series: no signature twice, and one name for each compound."""

from collections.abc import Iterable, Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from gpar_core import fields
from gpar_core.data.compendium import ROW_ORDER
from gpar_core.data.findings import Finding
from gpar_core.data.importing.signature_tables import NO_REPLICATES, REPLICATE_SET
from gpar_core.data.tables import TEXT, rows_where

SOURCE = "source"


def united(
    tables: Iterable[pd.DataFrame], names: Sequence[str], earlier: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, list[Finding]]:
    """The signatures of all series, each once.

    tables: from `signature_tables.read_signatures`, one for each series of `names`. earlier: what
    this function returned for the series before them. A signature is left out if an earlier series
    has one with the same sig_id or made of the same profiles.
    Returns the columns of the tables, series, and `SOURCE`, the position in `tables`, counted from
    1 after `earlier`, which has 0; and what was left out.
    """
    findings = []
    kept: list[pd.DataFrame] = [] if earlier is None else [earlier.assign(**{SOURCE: 0})]
    for number, (table, name) in enumerate(zip(tables, names, strict=True), start=len(kept)):
        described = table.copy(deep=False)
        described[fields.SERIES] = pd.array([name] * len(table), dtype=TEXT)
        described[SOURCE] = number
        same_id = _in_earlier(described, kept, fields.SIG_ID)
        same_profiles = (
            _in_earlier(described, kept, REPLICATE_SET)
            & ~same_id
            & (described[REPLICATE_SET] != NO_REPLICATES)
        )
        findings += [
            Finding.of(f"signatures {what} an earlier series, left out", table[fields.SIG_ID][same])
            for what, same in (
                ("with the sig_id of one of", same_id),
                ("made of the same replicates as one of", same_profiles),
            )
        ]
        kept.append(rows_where(described, ~(same_id | same_profiles)))
        pa.default_memory_pool().release_unused()
    return pd.concat(kept, ignore_index=True) if len(kept) > 1 else kept[0], findings


def arranged(signatures: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """The signatures of all series in the order of a compendium, with one name for each compound.

    A signature is left out if its pert_id is that of another kind of perturbagen, compounds first.
    The table given is emptied, so that it is not in memory twice.
    """
    keys = pa.table({name: pa.array(signatures[name]) for name in ROW_ORDER})
    order = pc.sort_indices(keys, [(name, "ascending") for name in ROW_ORDER]).to_numpy()
    names = signatures.columns.tolist()
    columns = {name: signatures.pop(name).array.take(order) for name in names}
    signatures = pd.DataFrame(columns, copy=False)
    del keys, order
    pa.default_memory_pool().release_unused()
    signatures, of_two_kinds = _one_kind_each(signatures)
    signatures, renamed = _one_name_each(signatures)
    return signatures, [of_two_kinds, renamed]


def _in_earlier(table: pd.DataFrame, earlier: Sequence[pd.DataFrame], column: str) -> pd.Series:
    found = pd.Series(False, index=table.index)
    for other in earlier:
        found |= table[column].isin(other[column])
    return found


def _one_kind_each(signatures: pd.DataFrame) -> tuple[pd.DataFrame, Finding]:
    """Keep one kind of perturbagen for each pert_id, which identifies it."""
    pairs = signatures[[fields.PERT_ID, fields.PERT_TYPE]].drop_duplicates()
    first = pairs.drop_duplicates(fields.PERT_ID).set_index(fields.PERT_ID)[fields.PERT_TYPE]
    other = pd.Series(False, index=signatures.index)
    if len(first) < len(pairs):
        other = signatures[fields.PERT_ID].map(first) != signatures[fields.PERT_TYPE]
    what = "signatures whose pert_id is also that of another kind of perturbagen, left out"
    finding = Finding.of(what, signatures[fields.SIG_ID][other])
    return rows_where(signatures, ~other), finding


def _one_name_each(signatures: pd.DataFrame) -> tuple[pd.DataFrame, Finding]:
    """Give each compound one name; otherwise its signatures would count as several drugs."""
    names = signatures[fields.PERT_INAME].where(signatures[fields.PERT_INAME] != "")
    by_compound = names.groupby(signatures[fields.PERT_ID])
    several = by_compound.transform("nunique") > 1
    first = by_compound.transform("first").fillna(signatures[fields.PERT_ID])
    signatures[fields.PERT_INAME] = first
    renamed = signatures[several].drop_duplicates(fields.PERT_ID)[fields.PERT_INAME]
    what = "compounds with more than one name; one name is kept"
    return signatures, Finding.of(what, renamed)
