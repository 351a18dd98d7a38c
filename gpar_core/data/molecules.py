"""Group compounds that are one molecule, and so one drug.

A drug has several ids and names in LINCS: as base and salt, as racemate and enantiomer, from
several suppliers, in several batches. For a method that holds out drugs, they must be one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.compound_keys import core_id, core_ids, folded
from gpar_core.data.findings import Finding
from gpar_core.data.parent_structure import parent_block
from gpar_core.data.stored_matrix import StoredMatrix

QUALIFIED: Final = r" |^\(|^(?:d|l|dl|r|s|rac|cis|trans)-"
"""In names of salts (of several words) and isomers: (R)-fluoxetine, L-dopa."""


@dataclass(frozen=True, eq=False)
class Molecules:
    """Compounds grouped by molecule.

    drug: (n_compounds,) the lower-case name of each compound's molecule. findings: the molecules
    with several names or ids.
    """

    drug: pd.Series
    findings: tuple[Finding, ...]


def molecules_of(compounds: pd.DataFrame, signatures: pd.DataFrame) -> Molecules:
    """Group compounds by molecule.

    compounds: pert_id, pert_iname, annotated, inchi_key, canonical_smiles, text; '' for unknown.
    signatures: pert_id and, if the values were compared, copy, from `copies_of`.

    Two compounds are one molecule if they share the first block of the InChIKey of the parent
    structure (`parent_structure.parent_block`), the BRD id without batch, the name without case, or
    the values of a signature; or if both are one molecule with a third. The name of a molecule is,
    in order of preference, that of an annotated compound, a word rather than a code, a plain name
    rather than that of a salt or isomer ('fluoxetine' for (R)-fluoxetine, fluoxetine and fluoxetine
    hydrochloride), the one with the most signatures, and the shortest.
    """
    from scipy.sparse import coo_array  # noqa: PLC0415 -- pages start without it
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    compounds = compounds.reset_index(drop=True)
    keys = _keys(compounds)
    if "copy" in signatures:
        keys = pd.concat([keys, _of_copies(compounds, signatures)], ignore_index=True)
    key, _ = pd.factorize(keys["kind"] + " " + keys["value"])
    n = len(compounds)
    size = n + int(key.max(initial=-1)) + 1
    links = coo_array((np.ones(len(keys), bool), (keys["row"], n + key)), shape=(size, size))
    molecule = connected_components(links, directed=False)[1][:n]
    order = _by_preference(compounds, signatures[fields.PERT_ID].value_counts())
    main = pd.Series(order).groupby(molecule[order]).first()
    drug = compounds[fields.PERT_INAME].loc[main[molecule]].str.casefold().reset_index(drop=True)
    return Molecules(drug, tuple(_findings(compounds, drug)))


def copies_of(matrix: np.ndarray | StoredMatrix) -> np.ndarray:
    """(n,) int: the first row with the same values, which may be the row itself.

    matrix: (n, m) float32 with even m. A row of constant values is never a copy. Rows are compared
    by a 64-bit sum of products modulo 2^64, exact on every processor, and rows of equal sums value
    by value.
    """
    n = len(matrix)
    first = np.arange(n)
    if n == 0:
        return first
    sums = np.empty(n, np.uint64)
    flat = np.empty(n, bool)
    factors = _factors(matrix[0:1].shape[1] // 2)
    for rows in _blocks(n):
        block = matrix[rows] + np.float32(0)  # -0 becomes 0
        flat[rows] = block.min(axis=1) == block.max(axis=1)
        sums[rows] = (np.ascontiguousarray(block).view(np.uint64) * factors).sum(axis=1)
    order = np.argsort(sums, kind="stable")
    same = np.flatnonzero(sums[order][1:] == sums[order][:-1])
    for place in same:
        before, row = order[place], order[place + 1]
        if not flat[row] and np.array_equal(matrix[before : before + 1], matrix[row : row + 1]):
            first[row] = first[before]
    return first


def _factors(n: int) -> np.ndarray:
    """Odd multipliers, so that no bit of a value is lost."""
    return np.random.default_rng(0).integers(0, 2**63, n, dtype=np.uint64) * np.uint64(
        2
    ) + np.uint64(1)


def _blocks(n: int, rows: int = 8192) -> Iterator[slice]:
    return (slice(start, min(start + rows, n)) for start in range(0, n, rows))


def _keys(compounds: pd.DataFrame) -> pd.DataFrame:
    """The identifying keys of each compound: row, kind, value."""
    blocks = [
        parent_block(smiles, inchi_key)
        for smiles, inchi_key in zip(
            compounds[fields.SMILES], compounds[fields.INCHI_KEY], strict=True
        )
    ]
    kinds = {
        "structure": pd.Series(blocks, dtype=object),
        "id": core_ids(compounds[fields.PERT_ID]),
        "name": folded(compounds[fields.PERT_INAME]),
    }
    parts = [
        pd.DataFrame({"row": compounds.index, "kind": kind, "value": values})
        for kind, values in kinds.items()
    ]
    keys = pd.concat(parts, ignore_index=True)
    return keys[keys["value"] != ""]


def _of_copies(compounds: pd.DataFrame, signatures: pd.DataFrame) -> pd.DataFrame:
    """Keys shared by compounds with the values of one signature: row, kind, value."""
    rows = pd.Series(compounds.index, index=compounds[fields.PERT_ID])
    of_copies = signatures.loc[signatures["copy"].duplicated(keep=False), [fields.PERT_ID, "copy"]]
    several = of_copies.drop_duplicates()
    return pd.DataFrame(
        {
            "row": rows.loc[several[fields.PERT_ID]].to_numpy(),
            "kind": "values",
            "value": several["copy"].astype(str).to_numpy(dtype=object),
        }
    )


def _by_preference(compounds: pd.DataFrame, n_signatures: pd.Series) -> np.ndarray:
    """(n,) rows of the compounds, in order of preference for naming a molecule."""
    name = folded(compounds[fields.PERT_INAME])
    pert_id = compounds[fields.PERT_ID]
    preference = pd.DataFrame(
        {
            "is_id": name.map(core_id).str.casefold() == core_ids(pert_id).str.casefold(),
            "unknown": ~compounds[fields.ANNOTATED].astype(bool),
            "code": name.str.contains(r"\d"),
            "qualified": name.str.contains(QUALIFIED),
            "rare": -pert_id.map(n_signatures).fillna(0),
            "length": name.str.len(),
            "name": name,
            "id": pert_id,
        }
    )
    return preference.sort_values(preference.columns.tolist()).index.to_numpy()


def _findings(compounds: pd.DataFrame, drug: pd.Series) -> Iterator[Finding]:
    several = compounds[drug.duplicated(keep=False)]
    named = [
        f"{name}: {'; '.join(dict.fromkeys(theirs[fields.PERT_INAME]))} "
        f"({', '.join(theirs[fields.PERT_ID])})"
        for name, theirs in several.groupby(drug)
    ]
    if named:
        yield Finding.of("molecules with several names or ids; each counts as one drug", named)
