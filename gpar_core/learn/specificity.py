"""The MOAs that rank a compound among their first: only one of them, or many?

A strong compound, or one that acts like none of the others, can rank near the top of many lists.
All lists come from one space, so they can be computed together.
"""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from gpar_core import fields
from gpar_core.data import derived_files
from gpar_core.data.compendium import Compendium
from gpar_core.data.derived_files import derived_path, keep_arrays
from gpar_core.errors import DataError
from gpar_core.learn.space import Space, embedded, pooled_drugs
from gpar_core.rank.scoring import BLOCK_ROWS, attentions
from gpar_core.storage.saved_arrays import read_arrays

FIRST = 20
FORMAT_VERSION = 1
"""Raise this with any change of what is kept."""

MIN_DRUGS = 3
"""Drugs that a MOA needs to be ranked."""

AT_ONCE = 1 << 24
"""Similarities in memory at once, 64 MB, for each thread."""


@lru_cache(maxsize=2)
def first_of(space: Space, compendium: Compendium, threads: int = 1) -> pd.DataFrame:
    """The MOAs that rank each drug among their first `FIRST` compounds.

    Each compound is compared with the members of a MOA and with all others, itself left out, in the
    space that has not seen it. MOAs that it is annotated with are left out. The table is kept with
    the compendium. threads: embeddings compared at once; the result does not depend on it.

    Returns drug and moa, one row for each such pair. Only MOAs of `MIN_DRUGS` drugs or more count.
    """
    names, member = _members(space, compendium)
    if not names:
        return pd.DataFrame(columns=[fields.DRUG, fields.MOA], dtype=object)
    path = _path(space, compendium, names, member)
    pairs = _kept(path)
    if pairs is None:
        pairs = _pairs(space, compendium, member, threads)
        keep_arrays(path, {"pairs": pairs})
    drug, moa = pairs
    return pd.DataFrame({fields.DRUG: space.drug[drug], fields.MOA: np.array(names, object)[moa]})


def _pairs(space: Space, compendium: Compendium, member: np.ndarray, threads: int) -> np.ndarray:
    """(2, n) places of drugs, and of MOAs that rank them among their first."""
    total, counts = pooled_drugs(space, compendium)
    odds = np.empty(member.shape)

    def compare(number: int) -> None:
        ours = np.flatnonzero(space.block == number)
        if not len(ours):
            return
        everything = embedded(space.embeddings[number], total, counts)
        n_rows = min(BLOCK_ROWS, max(AT_ONCE // len(everything), 1))
        for start in range(0, len(ours), n_rows):
            rows = ours[start : start + n_rows]
            odds[rows] = log_odds_of_classes(everything, rows, member, space.settings.sharpness)

    with threadpool_limits(1), ThreadPoolExecutor(threads) as pool:
        list(pool.map(compare, range(len(space.embeddings))))
    rank = (-odds).argsort(axis=0, kind="stable").argsort(axis=0)
    return np.array(np.nonzero((rank < FIRST) & ~member))


def _path(
    space: Space, compendium: Compendium, names: list[str], member: np.ndarray
) -> Path | None:
    """Where the pairs are kept, by all that they depend on."""
    digest = hashlib.sha256(repr((FIRST, names, space.settings)).encode())
    for array in (member, space.block, *(of.matrix for of in space.embeddings)):
        digest.update(np.ascontiguousarray(array).data)
    return derived_path(compendium, derived_files.FIRST, FORMAT_VERSION, digest.hexdigest())


def _kept(path: Path | None) -> np.ndarray | None:
    if path is None or not path.is_file():
        return None
    with suppress(DataError, KeyError):
        return read_arrays(path)["pairs"]
    return None


def log_odds_of_classes(
    embedded: np.ndarray, rows: np.ndarray, member: np.ndarray, sharpness: float
) -> np.ndarray:
    """(k, m) log-odds of some compounds for each class, themselves left out.

    embedded: (n, d) compounds of length 1. rows: (k,) of the compounds. member: (n, m) bool, each
    class of two or more. The log-odds are those of `MatchingNetwork`.
    """
    attention = attentions(embedded[rows], embedded, sharpness)
    attention[np.arange(len(rows)), rows] = 0
    alike = attention @ member.astype(np.float32)
    n_alike = member.sum(axis=0) - member[rows]
    unlike = attention.sum(axis=1)[:, None] - alike
    n_unlike = len(member) - 1 - n_alike
    return np.log(alike / n_alike) - np.log(unlike / n_unlike)


def _members(space: Space, compendium: Compendium) -> tuple[list[str], np.ndarray]:
    """Names of the MOAs with enough drugs, and (n_drugs, m) bool."""
    table = compendium.compound_moas[[fields.DRUG, fields.MOA]].drop_duplicates()
    table = table[table[fields.DRUG].isin(space.drug)]
    drugs_of = table.groupby(fields.MOA)[fields.DRUG].agg(list)
    drugs_of = drugs_of[drugs_of.map(len) >= MIN_DRUGS]
    member = np.zeros((len(space.drug), len(drugs_of)), dtype=bool)
    for column, drugs in enumerate(drugs_of):
        member[space.places(np.asarray(drugs)), column] = True
    return list(drugs_of.index), member
