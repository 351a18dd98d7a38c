"""MOAs, targets and ids of each compound, from any number of tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from gpar_core import fields
from gpar_core.data.compound_keys import (
    ID,
    INCHI_KEY,
    KEYS,
    NAME,
    SYNONYM,
    by_first_key,
    is_clear,
    keys_of,
    pairs_of,
)
from gpar_core.data.moa_names import moa_key, parted_at_commas, resembling
from gpar_core.data.moa_tables import MoaTable

IDENTIFIERS: Final = (fields.INCHI_KEY, fields.PUBCHEM_CID, fields.SMILES)


@dataclass(frozen=True, eq=False)
class MoaMatch:
    """MOAs joined to compounds.

    compounds: the input table, with moa, target and annotated added, and with InChIKey, PubChem
        CID and SMILES filled in where they were '' and a table has them.
    found: one row per compound and table with MOAs that has it: pert_id, table (its name), key (of
        `compound_keys.KEYS`).
    ambiguous: pert_ids of compounds that are in no table but share a synonym or the first block of
        their InChIKey with several drugs.
    disagreeing: pert_ids of compounds to which two tables give different MOAs; they have all.
    unmatched: names that have a MOA in a table but match no compound.
    respelled: MOAs as the tables have them that differ from another one only in capitals or kinds
        of dashes, each with the one it counts as.
    parted: MOAs that were joined by commas, as the tables have them. whole: MOAs that contain a
    comma. resembling: MOAs of compounds that may be misspellings, each with the MOA it resembles.
    """

    compounds: pd.DataFrame
    found: pd.DataFrame
    ambiguous: tuple[str, ...]
    disagreeing: tuple[str, ...]
    unmatched: tuple[str, ...]
    respelled: tuple[tuple[str, str], ...] = ()
    parted: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    resembling: tuple[tuple[str, str], ...] = ()

    @property
    def n_matched(self) -> int:
        return int(self.found[fields.PERT_ID].nunique())


def match_moas(compounds: pd.DataFrame, tables: Sequence[MoaTable]) -> MoaMatch:
    """Find each compound in each table, and assign it all MOAs that it has there.

    compounds: pert_id, pert_iname and, where known, inchi_key, pubchem_cid, canonical_smiles; text,
    '' for unknown. tables: at least one.

    In each table a compound is found by the first of `compound_keys.KEYS` that finds a row. The
    names and synonyms of all rows with its id, InChIKey or name are synonyms of the compound, in
    any table. A MOA is spelled as in the first table that has it, in its most frequent spelling
    there.
    """
    compounds = compounds.reset_index(drop=True)
    compounds = compounds.assign(**{c: "" for c in IDENTIFIERS if c not in compounds})
    rows = _all_rows(tables)
    rows[fields.MOA], parted, whole = parted_at_commas(rows[fields.MOA], rows["table"])
    theirs = keys_of(rows).join(rows["table"], on="row")
    known = by_first_key(pairs_of(keys_of(compounds), theirs, (ID, INCHI_KEY, NAME)))
    compounds = _with_identifiers(compounds, rows, known)
    ours = pd.concat([keys_of(compounds), _synonyms(known, theirs)]).drop_duplicates()
    pairs = pairs_of(ours, theirs[theirs["row"].map(rows["has_moas"]).astype(bool)])
    clear = pairs[is_clear(pairs)]
    found = by_first_key(clear)
    moas = _listed(found, rows, fields.MOA)
    targets = _listed(found, rows, fields.TARGET)
    respelled = moas[moas["listed"] != moas[fields.MOA]]
    for column, each in ((fields.MOA, moas), (fields.TARGET, targets)):
        joined = _joined(each, ["row"], column)
        compounds[column] = joined.reindex(compounds.index, fill_value="")
    annotated = found["their_row"].map(rows[fields.ANNOTATED]).astype(bool)
    compounds[fields.ANNOTATED] = compounds.index.isin(found["row"][annotated])
    ids = compounds[fields.PERT_ID]
    texts = _joined(moas, ["row", "table"], fields.MOA).reset_index()
    texts = texts.drop_duplicates(["row", fields.MOA])
    return MoaMatch(
        compounds,
        _by_table(found, ids, [table.name for table in tables]),
        ambiguous=tuple(ids[sorted(set(pairs["row"]) - set(found["row"]))]),
        disagreeing=tuple(ids[texts["row"][texts["row"].duplicated()].unique()]),
        unmatched=_unmatched(theirs, rows, clear),
        respelled=tuple(sorted(set(zip(respelled["listed"], respelled[fields.MOA], strict=True)))),
        parted=tuple(parted),
        whole=tuple(whole),
        resembling=tuple(resembling(_n_drugs(moas))),
    )


def _all_rows(tables: Sequence[MoaTable]) -> pd.DataFrame:
    """The rows of all tables, with table (its position) and has_moas.

    Rows with MOAs but without an id take the ids of rows of the same name in tables without MOAs.
    """
    rows = pd.concat(
        [table.rows.assign(table=i, has_moas=table.has_moas) for i, table in enumerate(tables)],
        ignore_index=True,
    )
    rows["name"] = rows[fields.PERT_INAME].str.casefold()
    ids = [fields.PERT_ID, *IDENTIFIERS]
    bare = rows["has_moas"] & (rows[[fields.PERT_ID, fields.INCHI_KEY]] == "").all(axis=1)
    lenders = rows.loc[~rows["has_moas"] & (rows["name"] != ""), ["name", *ids]]
    lent = rows[bare].drop(columns=ids).merge(lenders.drop_duplicates(), how="left", on="name")
    lent[ids] = lent[ids].fillna("")
    both = pd.concat([rows[~bare], lent]) if len(lent) else rows
    return both.sort_values("table", kind="stable", ignore_index=True)


def _with_identifiers(
    compounds: pd.DataFrame, rows: pd.DataFrame, known: pd.DataFrame
) -> pd.DataFrame:
    """Fill missing identifiers from rows of no other structure, the most reliable key first."""
    compounds = compounds.copy()
    known = known.sort_values(["rank", "their_row"], kind="stable")
    for column in IDENTIFIERS:  # the InChIKey first: the others must go with it
        of_row = known["row"].map(compounds[fields.INCHI_KEY])
        of_theirs = known["their_row"].map(rows[fields.INCHI_KEY])
        alike = (of_row == "") | (of_theirs == "") | (of_row == of_theirs)
        values = known["their_row"].map(rows[column])[alike]
        first = values[values != ""].groupby(known["row"]).first()
        own = compounds[column]
        compounds[column] = own.where(own != "", first.reindex(own.index, fill_value=""))
    return compounds


def _synonyms(known: pd.DataFrame, theirs: pd.DataFrame) -> pd.DataFrame:
    """Keys of compounds: the names and synonyms of the rows known to match them."""
    of_rows = theirs.loc[theirs["rank"] == SYNONYM, ["row", "rank", "value"]]
    pairs = known[["row", "drug", "their_row"]]
    return pairs.merge(of_rows.rename(columns={"row": "their_row"}), on="their_row").drop(
        columns="their_row"
    )


def _listed(found: pd.DataFrame, rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Every MOA, or target, of every compound.

    row, drug, table, the column, and listed, as the table spells it.
    """
    listed = rows[column].str.split(fields.MOA_SEPARATOR, regex=False).explode()
    listed = listed[listed != ""]
    key = listed.map(moa_key)
    uses = pd.DataFrame({"key": key, "table": rows["table"].reindex(key.index), "moa": listed})
    uses["n"] = uses.groupby(["table", "moa"])["key"].transform("size")
    first = uses.sort_values(["table", "n"], ascending=[True, False], kind="stable")
    spelled = key.map(first.drop_duplicates("key").set_index("key")["moa"])
    names = pd.DataFrame({column: spelled, "listed": listed})
    return found[["row", "drug", "table", "their_row"]].join(names, on="their_row", how="inner")


def _n_drugs(moas: pd.DataFrame) -> dict[str, int]:
    once = moas.drop_duplicates([fields.MOA, "drug"])
    return {str(name): int(n) for name, n in once[fields.MOA].value_counts().items()}


def _joined(listed: pd.DataFrame, by: list[str], column: str) -> pd.Series:
    """Names of MOAs or targets, sorted and joined by '|', for each group of `by`."""
    once = listed.drop_duplicates([*by, column]).sort_values(column)
    return once.groupby(by)[column].agg(fields.MOA_SEPARATOR.join)


def _by_table(found: pd.DataFrame, ids: pd.Series, names: Sequence[str]) -> pd.DataFrame:
    once = found.drop_duplicates(["row", "table"]).sort_values(["table", "rank", "row"])
    return pd.DataFrame(
        {
            fields.PERT_ID: ids[once["row"]].to_numpy(),
            "table": [names[place] for place in once["table"]],
            "key": [KEYS[rank] for rank in once["rank"]],
        }
    )


def _unmatched(theirs: pd.DataFrame, rows: pd.DataFrame, pairs: pd.DataFrame) -> tuple[str, ...]:
    """Names, or else ids, of annotated drugs with no matched row."""
    drug = theirs.drop_duplicates("row").set_index("row")["drug"].reindex(rows.index)
    lost = rows[rows[fields.ANNOTATED] & ~drug.isin(set(pairs["their_drug"]))]
    names = lost[fields.PERT_INAME]
    names = names.where(names != "", lost[fields.PERT_ID])
    names = names.where(names != "", lost[fields.INCHI_KEY])
    return tuple(sorted(set(names) - {""}))
