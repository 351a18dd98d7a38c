"""Which compound has which MOA."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from gpar_core import fields
from gpar_core.data.tables import read_table
from gpar_core.errors import AnnotationError

BROAD_ID_LENGTH = 13
"""A BRD id without batch: 'BRD-K12345678'."""


@dataclass(frozen=True)
class MoaMatch:
    """MOAs joined to compounds.

    compounds: the table given, with moa and annotated. n_matched: compounds found in the MOA table.
    unmatched: names in the MOA table that no compound bears.
    """

    compounds: pd.DataFrame
    n_matched: int
    unmatched: tuple[str, ...]


def read_moa_table(path: Path) -> pd.DataFrame:
    """Read an MOA table: moa, with pert_id or pert_iname or both, and annotated if given.

    Several MOAs of one compound are joined by '|'. Without the column annotated, a compound is
    annotated if it has a MOA. Raises AnnotationError.
    """
    table = read_table(
        path,
        needed=(fields.MOA,),
        optional=(fields.PERT_ID, fields.PERT_INAME, fields.ANNOTATED),
    )
    if fields.PERT_ID not in table and fields.PERT_INAME not in table:
        raise AnnotationError(
            f"'{path.name}' has MOAs but neither pert_id nor pert_iname to tell whose they are."
        )
    table[fields.MOA] = table[fields.MOA].map(_tidy)
    if fields.ANNOTATED in table:
        table[fields.ANNOTATED] = table[fields.ANNOTATED].isin(["1", "1.0", "True", "true"])
    else:
        table[fields.ANNOTATED] = False
    table[fields.ANNOTATED] |= table[fields.MOA] != ""
    for column in (fields.PERT_ID, fields.PERT_INAME):
        if column not in table:
            table[column] = ""
    return table


def match_moas(compounds: pd.DataFrame, moa_table: pd.DataFrame) -> MoaMatch:
    """Join MOAs to compounds by pert_id, then by BRD id without batch, then by name without case.

    compounds: pert_id, pert_iname. moa_table: as `read_moa_table` gives it; the MOAs of rows with
    the same key are united.
    """
    keys = (
        (compounds[fields.PERT_ID], moa_table[fields.PERT_ID]),
        (_broad_id(compounds), _broad_id(moa_table)),
        (compounds[fields.PERT_INAME].str.casefold(), moa_table[fields.PERT_INAME].str.casefold()),
    )
    moa = pd.Series("", index=compounds.index)
    annotated = pd.Series(False, index=compounds.index)
    found = pd.Series(False, index=compounds.index)
    used = pd.Series(False, index=moa_table.index)
    for ours, theirs in keys:
        known = moa_table.assign(key=theirs)[theirs != ""].groupby("key")
        by_key = known.agg({fields.MOA: _unite, fields.ANNOTATED: "any"})
        new = ours.isin(by_key.index) & ~found
        moa[new] = ours[new].map(by_key[fields.MOA])
        annotated[new] = ours[new].map(by_key[fields.ANNOTATED]).to_numpy(dtype=bool)
        found |= new
        used |= theirs.isin(set(ours) - {""})
    matched = compounds.assign(moa=moa, annotated=annotated)
    lost = moa_table[~used]
    names = lost[fields.PERT_INAME].where(lost[fields.PERT_INAME] != "", lost[fields.PERT_ID])
    return MoaMatch(matched, int(found.sum()), tuple(sorted(set(names))))


def _broad_id(table: pd.DataFrame) -> pd.Series:
    ids = table[fields.PERT_ID]
    return ids.str[:BROAD_ID_LENGTH].where(ids.str.startswith("BRD-"), "")


def _tidy(moas: str) -> str:
    names = {name.strip() for name in moas.split(fields.MOA_SEPARATOR)} - {""}
    return fields.MOA_SEPARATOR.join(sorted(names))


def _unite(moas: pd.Series) -> str:
    return _tidy(fields.MOA_SEPARATOR.join(moas))
