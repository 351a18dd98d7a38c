"""Match compounds of two tables by id, structure, name and synonym."""

import re
from collections.abc import Collection
from typing import Final

import pandas as pd

from gpar_core import fields

KEYS: Final = ("id", "InChIKey", "first block of the InChIKey", "name", "synonym")
"""From the most reliable on; a rank is a position in it."""

ID, INCHI_KEY, FIRST_BLOCK, NAME, SYNONYM = range(len(KEYS))

_BROAD_ID: Final = re.compile(r"\s*(BRD-[A-Z]\d{8})(?:-\S*)?\s*", re.IGNORECASE)
"""A BRD id, with or without the salt, batch and vendor after its 13 characters."""

BLOCK_LENGTH: Final = 14
"""Characters of an InChIKey that encode the structure without its stereochemistry."""

SYNONYMS: Final = "compound_aliases"
"""Column of synonyms, joined by '|'."""


def core_id(text: str) -> str:
    """The 13 characters of a BRD id that identify the compound; other text is unchanged.

    >>> core_id("brd-k10000000-001-01-2"), core_id("digoxin")
    ('BRD-K10000000', 'digoxin')
    """
    found = _BROAD_ID.fullmatch(text)
    return found[1].upper() if found else text


def core_ids(ids: pd.Series) -> pd.Series:
    """`core_id` of each; a table has few distinct ones."""
    return ids.map({each: core_id(each) for each in ids.unique()}).astype(ids.dtype)


def folded(names: pd.Series) -> pd.Series:
    """Names in the form they are compared: lower case, one space between words."""
    return names.str.casefold().str.split().str.join(" ")


def keys_of(table: pd.DataFrame) -> pd.DataFrame:
    """All keys of all rows: row (label in `table`), drug (its name), rank, value, except ''.

    table: pert_id, inchi_key, pert_iname and, if there are any, compound_aliases; all text. Case is
    ignored in names; in synonyms, and in names used as synonyms, spaces and hyphens are ignored
    too.
    """
    inchi_key = table[fields.INCHI_KEY]
    name = table[fields.PERT_INAME].str.casefold()
    drug = name.where(name != "", inchi_key.where(inchi_key != "", table[fields.PERT_ID]))
    called = name
    if SYNONYMS in table:
        called = called + fields.MOA_SEPARATOR + table[SYNONYMS].str.casefold()
    synonym = called.str.split(fields.MOA_SEPARATOR, regex=False).explode()
    values = {
        ID: core_ids(table[fields.PERT_ID]),
        INCHI_KEY: inchi_key,
        FIRST_BLOCK: inchi_key.str[:BLOCK_LENGTH],
        NAME: name,
        SYNONYM: synonym.str.replace(r"[\s-]", "", regex=True),
    }
    parts = [
        pd.DataFrame({"row": value.index, "rank": rank, "value": value.to_numpy(dtype=object)})
        for rank, value in values.items()
    ]
    keys = pd.concat(parts, ignore_index=True)
    keys = keys[keys["value"] != ""].drop_duplicates(ignore_index=True)
    return keys.assign(drug=keys["row"].map(drug))


def pairs_of(
    ours: pd.DataFrame, theirs: pd.DataFrame, ranks: Collection[int] = range(len(KEYS))
) -> pd.DataFrame:
    """All pairs of rows that share a key of these ranks; a pair may appear several times.

    ours, theirs: from `keys_of`, with any further columns. Returns the columns of both, theirs with
    row and drug as their_row and their_drug.
    """
    theirs = theirs.rename(columns={"row": "their_row", "drug": "their_drug"})
    return ours[ours["rank"].isin(ranks)].merge(theirs, on=["rank", "value"])


def is_clear(pairs: pd.DataFrame) -> pd.Series:
    """Whether a pair counts: its key is reliable, or stands for a single drug on each side.

    pairs: from `pairs_of`, with table, within which a key must be clear. First blocks, which
    stereoisomers share, and synonyms are not reliable.
    """
    by_key = pairs.groupby(["table", "rank", "value"])
    n_drugs = by_key[["drug", "their_drug"]].transform("nunique")
    return ~pairs["rank"].isin((FIRST_BLOCK, SYNONYM)) | (n_drugs == 1).all(axis=1)


def by_first_key(pairs: pd.DataFrame) -> pd.DataFrame:
    """For each row and table, the pairs by the most reliable key, each once."""
    first = pairs.groupby(["row", "table"])["rank"].transform("min")
    return pairs[pairs["rank"] == first].drop_duplicates(["row", "their_row"])
