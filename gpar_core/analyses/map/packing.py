"""The points of a map as bytes for the browser.

Gzip of: the length of the header (uint32, little-endian), the header (JSON in UTF-8), zeros up to a
multiple of 8, then each column from a multiple of 8 on. The header lists where each column starts,
relative to the first, its type, and the meaning of its codes.

The points are packed in a random order, the same for the same number of points: in the order of the
compendium, the last cell line would be drawn over all others.
"""

import gzip
import hashlib
import json
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.analyses.result import PACKED
from gpar_core.data.class_tables import known_columns
from gpar_core.data.compendium import Compendium
from gpar_core.data.compound_tables import moas_of
from gpar_core.data.selecting import shown_unit
from gpar_core.progress import Tables

STEPS = np.iinfo(np.uint16).max
LEVELS = 254
"""Steps of a quantity from its lowest to its highest value; one more code is 'unknown'."""
UNKNOWN = 255

SIGNED_END = 0.98

CONTENT, ROWS, DRUGS = PACKED, f"{PACKED}_rows", f"{PACKED}_drugs"
"""Names of the tables that store packed points."""


@dataclass(frozen=True, eq=False)
class Packed:
    """content: the bytes. digest: SHA-256 of them. rows: (n,) of the compendium, as packed.
    drugs: names without case, by their codes.
    """

    content: bytes
    digest: str
    rows: np.ndarray
    drugs: pd.Index


def pack(points: pd.DataFrame, compendium: Compendium) -> Packed:
    """Pack coordinates and the annotation of each point.

    points: row (of the compendium), x, y; at least one.
    """
    shuffled = np.random.default_rng([0, 0x3A9]).permutation(len(points))
    points = points.iloc[shuffled]
    rows = points["row"].to_numpy()
    signatures = compendium.signatures.iloc[rows]
    drug, drugs = pd.factorize(signatures[fields.DRUG], sort=True)
    cell, cells = pd.factorize(signatures[fields.CELL_ID], sort=True)
    dose, doses = _amounts(signatures[fields.DOSE], signatures[fields.DOSE_UNIT].map(shown_unit))
    time, times = _amounts(signatures[fields.TIME], signatures[fields.TIME_UNIT])
    tas = signatures[fields.TAS].to_numpy(np.float64)
    low, high = _range(tas)
    xy = _placed(points[["x", "y"]].to_numpy(np.float64))
    content = _packed(
        {
            "x": xy[:, 0],
            "y": xy[:, 1],
            "drug": _smallest(drug, len(drugs)),
            "cell": _smallest(cell, len(cells)),
            "dose": _smallest(dose, len(doses["names"])),
            "time": _smallest(time, len(times["names"])),
            "tas": _levels(tas, low, high),
        },
        {
            "n": len(points),
            "drugs": _named(drugs, compendium),
            "cells": list(cells),
            "doses": doses,
            "times": times,
            "tas_range": [low, high],
        },
    )
    return _as_packed(content, rows, drugs)


def to_tables(packed: Packed) -> Tables:
    """The packed points as tables, to be stored with their map."""
    return {
        CONTENT: pd.DataFrame({"content": [packed.content]}),
        ROWS: pd.DataFrame({"row": packed.rows}),
        DRUGS: pd.DataFrame({"drug": packed.drugs}),
    }


def from_tables(tables: Tables) -> Packed:
    """The packed points from the tables of `to_tables`."""
    content = bytes(tables[CONTENT]["content"].iloc[0])
    return _as_packed(content, tables[ROWS]["row"].to_numpy(), pd.Index(tables[DRUGS]["drug"]))


def pack_scores(
    scores: np.ndarray, packed: Packed, *, name: str = "Score", signed: bool = False
) -> Packed:
    """The scores of signatures, in steps from the lowest to the highest, in the order of points.

    scores: (n_signatures,) of the compendium on the map, NaN where there is none (`beside`). name:
    on screen. signed: 0 is the middle, and a share of SIGNED_END has other colors than the ends, so
    that few extremes do not fade the rest.
    """
    own = np.asarray(scores, np.float64)[packed.rows]
    low, high = _range(own)
    stretch = 1.0
    if signed:
        high = max(abs(low), abs(high)) or 1.0
        low = -high
        if np.isfinite(own).any():
            stretch = high / (float(np.nanquantile(np.abs(own), SIGNED_END)) or high)
    columns = {"score": _levels(own, low, high)}
    header = {
        "n": len(packed.rows),
        "score_range": [low, high],
        "score_stretch": stretch,
        "score_name": name,
    }
    return _as_packed(_packed(columns, header), packed.rows, packed.drugs)


def beside(scores: np.ndarray, of: Compendium, shown: Compendium) -> np.ndarray:
    """(n_signatures,) the scores of the signatures on a map, NaN for those without a score.

    scores: (n_signatures,) of another view of the same compendium, such as its compounds alone.
    """
    if of.kinds == shown.kinds:
        return scores
    by_id = pd.Series(scores, of.signatures[fields.SIG_ID])
    return by_id.reindex(shown.signatures[fields.SIG_ID]).to_numpy()


def positions(text: str, n: int) -> np.ndarray:
    """(k,) positions, rising, that the browser sends as base-36 differences joined by spaces.

    Empty if it sent anything other than positions among `n`.
    """
    try:
        found = np.cumsum([int(word, 36) for word in text.split()], dtype=np.int64)
    except (ValueError, OverflowError):
        return np.empty(0, np.int64)
    proper = len(found) and found[0] >= 0 and (np.diff(found) > 0).all() and found[-1] < n
    return found if proper else np.empty(0, np.int64)


def _as_packed(content: bytes, rows: np.ndarray, drugs: pd.Index) -> Packed:
    return Packed(content, hashlib.sha256(content).hexdigest(), rows, drugs)


def _packed(columns: dict[str, np.ndarray], header: dict[str, object]) -> bytes:
    places, body, offset = {}, [], 0
    for name, column in columns.items():
        raw = column.astype(column.dtype.newbyteorder("<")).tobytes()
        places[name] = [column.dtype.name, offset]
        body.append(raw.ljust(_padded(len(raw)), b"\0"))
        offset += _padded(len(raw))
    text = json.dumps({**header, "columns": places}, separators=(",", ":")).encode()
    start = len(text).to_bytes(4, "little") + text
    # Without a timestamp, so that the same points give the same bytes.
    return gzip.compress(start.ljust(_padded(len(start)), b"\0") + b"".join(body), 1, mtime=0)


def _padded(length: int) -> int:
    return -(-length // 8) * 8


def _placed(xy: np.ndarray) -> np.ndarray:
    """(n, 2) uint16: both axes on one scale, the longer one from end to end, the other centered."""
    low, high = xy.min(axis=0), xy.max(axis=0)
    span = (high - low).max() or 1.0
    return np.rint(((xy - (low + high) / 2) / span + 0.5) * STEPS).astype(np.uint16)


def _smallest(codes: np.ndarray, n: int) -> np.ndarray:
    for kind in (np.uint8, np.uint16):
        if n <= np.iinfo(kind).max:
            return codes.astype(kind)
    return codes.astype(np.uint32)


def _range(values: np.ndarray) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    return (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)


def _levels(values: np.ndarray, low: float, high: float) -> np.ndarray:
    known = np.isfinite(values)
    share = np.where(known, (np.where(known, values, low) - low) / ((high - low) or 1.0), 0.0)
    levels = np.rint(np.clip(share, 0, 1) * LEVELS).astype(np.uint8)
    return np.where(known, levels, np.uint8(UNKNOWN))


def _amounts(numbers: pd.Series, units: pd.Series) -> tuple[np.ndarray, dict[str, list]]:
    """Codes of amounts with their units, rising; an unknown one comes last, without a number."""
    table = pd.DataFrame({"number": numbers.to_numpy(), "unit": units.fillna("").to_numpy()})
    table.loc[table["number"].isna(), "unit"] = ""
    distinct = table.drop_duplicates().sort_values(["number", "unit"], ignore_index=True)
    names = [
        "" if pd.isna(number) else f"{number:g} {unit}".strip()
        for number, unit in zip(distinct["number"], distinct["unit"], strict=True)
    ]
    places = distinct.assign(code=range(len(distinct)))
    codes = table.merge(places, how="left", on=["number", "unit"])["code"].to_numpy()
    values = [None if pd.isna(number) else float(number) for number in distinct["number"]]
    return codes, {"names": names, "numbers": values, "units": list(distinct["unit"])}


def _named(drugs: pd.Index, compendium: Compendium) -> dict[str, list]:
    """The name of each drug, its MOAs as text, and their positions in `moa_names`.

    So for its targets, if any drug of the compendium has one. A perturbagen that is no compound has
    its kind for a MOA.
    """
    compounds = compendium.compounds
    other = compounds[fields.PERT_TYPE] != fields.COMPOUND_PERT_TYPE
    kinds = compounds[fields.PERT_TYPE].map(fields.PERT_TYPES)
    compounds = compounds.assign(moa=compounds[fields.MOA].mask(other, kinds))
    names = compendium.drugs.set_index(fields.DRUG)
    packed = {"names": names.loc[drugs, fields.PERT_INAME].tolist()}
    for column in known_columns(compendium):
        here = moas_of(compounds, column)
        here = here[here[fields.DRUG].isin(drugs)].drop_duplicates([fields.DRUG, column])
        class_names = sorted(here[column].unique())
        place = {name: at for at, name in enumerate(class_names)}
        own = here.groupby(fields.DRUG)[column].agg(sorted).reindex(drugs)
        listed = [each if isinstance(each, list) else [] for each in own]
        packed |= {
            f"{column}s": [", ".join(each) for each in listed],
            f"{column}s_of": [[place[name] for name in each] for each in listed],
            f"{column}_names": class_names,
        }
    return packed
