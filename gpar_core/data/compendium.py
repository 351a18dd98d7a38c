"""A compendium: the compound signatures of one source over the 978 landmark genes.

On disk it is one folder: `matrix.npy` (float32, memory-mapped), `signatures.parquet`,
`compounds.parquet` and `manifest.json`. Rows are sorted by cell line, pert_id and sig_id, so that
the signatures of one compound in one cell line are adjacent.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gpar_core import __version__, fields
from gpar_core.data import quality
from gpar_core.data.compound_keys import folded
from gpar_core.data.quality import QualityFilter
from gpar_core.data.representatives import representatives
from gpar_core.data.stored_matrix import StoredMatrix
from gpar_core.errors import DataError, RequestError, in_words
from gpar_core.storage.cache import MANIFEST
from gpar_core.storage.saved_arrays import read_array

FORMAT_VERSION = 3
MATRIX = "matrix.npy"
ACTIVITY_QUANTILE = 0.75
"""Quantile of the TAS of a compound's signatures that serves as the compound's TAS."""
TAS_DIGITS = 9
"""Decimals kept of that quantile: the last bit of an interpolation differs between processors."""
DIGEST_ROWS = 50_000
ROW_ORDER = [fields.CELL_ID, fields.PERT_ID, fields.SIG_ID]
MANIFEST_KEYS = {
    "name", "source", "simulated", "fingerprint", "n_signatures", "n_compounds", "n_drugs",
    "n_cell_lines", "n_moas", "report", "filters",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Compendium:
    """Compound signatures and their annotation.

    name: folder name; source: one line on where the data come from.
    fingerprint: SHA-256 of the matrix, both tables and the filters, independent of the order of the
        source file.
    simulated: True if the values are simulated, not measured.
    matrix: (n_signatures, 978) float32 z-scores, columns in the order of `fields.LANDMARK_IDS`.
    signatures: `fields.SIGNATURE_COLUMNS`, one row per matrix row.
    compounds: `fields.COMPOUND_COLUMNS`, one row per pert_id, sorted by it. Those of one molecule
        share one `drug` (see `data.molecules`), the unit of every split into folds.
    report: what the import counted and left out.
    filters: those that its signatures passed, in the order applied.
    folder: where it was loaded from, if any.
    """

    name: str
    source: str
    fingerprint: str
    simulated: bool
    matrix: np.ndarray
    signatures: pd.DataFrame
    compounds: pd.DataFrame
    report: Mapping[str, Any]
    filters: tuple[QualityFilter, ...] = ()
    folder: Path | None = None

    @property
    def n_signatures(self) -> int:
        return len(self.signatures)

    @property
    def n_compounds(self) -> int:
        return len(self.compounds)

    @property
    def n_drugs(self) -> int:
        return len(self.drugs)

    @cached_property
    def drugs(self) -> pd.DataFrame:
        """`fields.DRUG_COLUMNS`, one row per molecule, sorted by pert_id."""
        return drugs_of(self.compounds, self.signatures)

    @cached_property
    def drug_by_name(self) -> dict[str, str]:
        """The molecule of each pert_iname and pert_id, in the spelling of `folded`."""
        ids = folded(self.compounds[fields.PERT_ID])
        names = folded(self.compounds[fields.PERT_INAME])
        drug = self.compounds[fields.DRUG]
        return dict(zip([*ids, *names], [*drug, *drug], strict=True))

    @cached_property
    def cell_lines(self) -> list[str]:
        """Cell lines, the one with the most signatures first."""
        counts = self.signatures[fields.CELL_ID].value_counts()
        return sorted(counts.index, key=lambda cell: (-counts[cell], cell))

    @cached_property
    def compound_moas(self) -> pd.DataFrame:
        """One row per compound and MOA: pert_id, drug, moa."""
        return moas_of(self.compounds)

    @cached_property
    def moas(self) -> pd.DataFrame:
        """One row per MOA: moa, n_drugs, drugs (names joined by ', '); sorted by name."""
        pairs = self.compound_moas[[fields.MOA, fields.DRUG]].drop_duplicates()
        grouped = pairs.merge(self.drugs[[fields.DRUG, fields.PERT_INAME]]).groupby(fields.MOA)
        return grouped.agg(
            n_drugs=(fields.DRUG, "size"),
            drugs=(fields.PERT_INAME, lambda names: ", ".join(sorted(names))),
        ).reset_index()


def write(
    folder: Path,
    *,
    name: str,
    source: str,
    simulated: bool,
    signatures: pd.DataFrame,
    annotation: pd.DataFrame,
    report: Mapping[str, Any],
    filters: Sequence[QualityFilter] = (),
) -> None:
    """Complete the compendium in `folder`, whose `matrix.npy` is already there.

    signatures: one row per matrix row, sorted by `ROW_ORDER`, with every column of
        `fields.SIGNATURE_COLUMNS` but drug and representative, which are derived here.
    annotation: one row per pert_id, at least for those in `signatures`: pert_id, pert_iname, drug,
        moa, annotated, pubchem_cid, inchi_key, canonical_smiles. Compounds without a signature are
    left out, unless their molecule has one under another id.

    filters: those that the signatures passed; part of the fingerprint.
    Raises DataError if tables and matrix do not match.
    """
    matrix = StoredMatrix(folder / MATRIX)
    _check(matrix, signatures, annotation)
    signatures = signatures.reset_index(drop=True).copy()
    drug = annotation.set_index(fields.PERT_ID)[fields.DRUG]
    signatures[fields.DRUG] = drug.loc[signatures[fields.PERT_ID]].to_numpy()
    signatures[fields.REPRESENTATIVE] = representatives(
        matrix,
        drug=pd.factorize(signatures[fields.DRUG])[0],
        cell=pd.factorize(signatures[fields.CELL_ID])[0],
        tas=signatures[fields.TAS].to_numpy(),
    )
    signatures = signatures[list(fields.SIGNATURE_COLUMNS)]
    compounds = _compound_table(signatures, annotation)
    signatures.to_parquet(folder / "signatures.parquet", index=False)
    compounds.to_parquet(folder / "compounds.parquet", index=False)
    manifest = {
        "format_version": FORMAT_VERSION,
        "gpar_version": __version__,
        "name": name,
        "source": source,
        "simulated": simulated,
        "fingerprint": _fingerprint(folder / MATRIX, signatures, compounds, filters),
        "n_signatures": len(signatures),
        "n_compounds": len(compounds),
        "n_drugs": int(compounds[fields.DRUG].nunique()),
        "n_cell_lines": int(signatures[fields.CELL_ID].nunique()),
        "n_moas": len(set("|".join(filter(None, compounds[fields.MOA])).split("|")) - {""}),
        "report": dict(report),
        "filters": [each.as_json() for each in filters],
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of the compendium in `folder`. Raises DataError if it cannot be read."""
    unreadable = DataError(
        f"The compendium '{folder.name}' has no readable manifest. Delete it and import it again."
    )
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        version = manifest["format_version"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise unreadable from error
    if version != FORMAT_VERSION:
        raise DataError(
            f"The compendium '{folder.name}' has format {version}, but this version of GPAR reads "
            f"format {FORMAT_VERSION}. Delete it and import it again."
        )
    if MANIFEST_KEYS - set(manifest):
        raise unreadable
    return manifest


def load(folder: Path) -> Compendium:
    """Open the compendium in `folder`, its matrix memory-mapped and read-only.

    Raises DataError if a file is missing, damaged or of another format.
    """
    manifest = read_manifest(folder)
    try:
        matrix = read_array(folder / MATRIX, mapped=True)
        signatures = pd.read_parquet(folder / "signatures.parquet")
        compounds = pd.read_parquet(folder / "compounds.parquet")
        filters = tuple(quality.from_json(each) for each in manifest["filters"])
    except (
        OSError,
        EOFError,
        ValueError,
        TypeError,
        AttributeError,
        RequestError,
        DataError,
    ) as error:
        raise DataError(
            f"A file of the compendium '{folder.name}' is missing or damaged ({in_words(error)}). "
            "Delete the compendium and import it again."
        ) from error
    if matrix.shape != (len(signatures), fields.N_LANDMARKS):
        raise DataError(
            f"The compendium '{folder.name}' holds a matrix of {matrix.shape} for "
            f"{len(signatures)} signatures. Delete it and import it again."
        )
    return Compendium(
        name=manifest["name"],
        source=manifest["source"],
        fingerprint=manifest["fingerprint"],
        simulated=manifest["simulated"],
        matrix=matrix,
        signatures=signatures,
        compounds=compounds,
        report=manifest["report"],
        filters=filters,
        folder=folder,
    )


def check(folder: Path) -> None:
    """Check the whole compendium against its fingerprint; takes a second per gigabyte.

    Raises DataError if it differs from what was written.
    """
    compendium = load(folder)
    found = _fingerprint(
        folder / MATRIX, compendium.signatures, compendium.compounds, compendium.filters
    )
    if found != compendium.fingerprint:
        raise DataError(
            f"The compendium '{folder.name}' is not as it was imported: some values have changed "
            "on disk. Delete it and import it again."
        )


def moas_of(compounds: pd.DataFrame) -> pd.DataFrame:
    """One row per compound and MOA: pert_id, drug, moa."""
    table = compounds.loc[compounds[fields.MOA] != "", [fields.PERT_ID, fields.DRUG, fields.MOA]]
    each = table.assign(moa=table[fields.MOA].str.split(fields.MOA_SEPARATOR, regex=False))
    return each.explode(fields.MOA, ignore_index=True)


def drugs_of(compounds: pd.DataFrame, signatures: pd.DataFrame) -> pd.DataFrame:
    """`fields.DRUG_COLUMNS`, one row per molecule that has a signature, sorted by pert_id.

    compounds: `fields.COMPOUND_COLUMNS`. signatures: drug, cell_id, tas. A molecule has the pert_id
    and pert_iname of the compound that names it, all MOAs of its compounds, and the first known
    value of each identifier.
    """
    named = compounds[fields.PERT_INAME].str.casefold() == compounds[fields.DRUG]
    in_order = compounds.assign(main=~named).sort_values(["main", fields.PERT_ID])
    known = [fields.PUBCHEM_CID, fields.INCHI_KEY, fields.SMILES]
    in_order[known] = in_order[known].replace("", pd.NA)
    groups = in_order.groupby(fields.DRUG, sort=False)
    table = groups[[fields.PERT_ID, fields.PERT_INAME, *known]].first()
    table[known] = table[known].fillna("")
    table[fields.ANNOTATED] = groups[fields.ANNOTATED].any()
    several = in_order[in_order[fields.DRUG].duplicated(keep=False)].groupby(fields.DRUG)
    for column, of in ((fields.PERT_IDS, fields.PERT_ID), (fields.NAMES, fields.PERT_INAME)):
        table[column] = table[of]
        joined = several[of].agg(lambda values: fields.MOA_SEPARATOR.join(dict.fromkeys(values)))
        table.loc[joined.index, column] = joined
    pairs = moas_of(compounds)[[fields.DRUG, fields.MOA]].drop_duplicates().sort_values(fields.MOA)
    moas = pairs.groupby(fields.DRUG)[fields.MOA].agg(fields.MOA_SEPARATOR.join)
    table[fields.MOA] = moas.reindex(table.index, fill_value="")
    table = table.join(_counted(signatures, fields.DRUG), how="inner").reset_index()
    return table[list(fields.DRUG_COLUMNS)].sort_values(fields.PERT_ID, ignore_index=True)


def _check(matrix: StoredMatrix, signatures: pd.DataFrame, annotation: pd.DataFrame) -> None:
    if matrix.dtype != np.float32 or matrix.shape != (len(signatures), fields.N_LANDMARKS):
        raise DataError(
            f"The matrix is {matrix.dtype} of {matrix.shape}; it must be float32 of "
            f"{(len(signatures), fields.N_LANDMARKS)}."
        )
    if len(signatures) == 0:
        raise DataError("The compendium would contain no signatures.")
    if not pd.MultiIndex.from_frame(signatures[ROW_ORDER]).is_monotonic_increasing:
        raise DataError(f"The signatures are not sorted by {', '.join(ROW_ORDER)}.")
    if signatures[fields.SIG_ID].duplicated().any():
        raise DataError("A sig_id occurs twice.")
    unknown = set(signatures[fields.PERT_ID].unique()) - set(annotation[fields.PERT_ID])
    if unknown:
        raise DataError(f"{len(unknown)} compounds have no row in the compound table.")
    names = dict(zip(annotation[fields.PERT_ID], annotation[fields.PERT_INAME], strict=True))
    if (signatures[fields.PERT_INAME] != signatures[fields.PERT_ID].map(names)).any():
        raise DataError("A signature has a different name than its compound.")


def _compound_table(signatures: pd.DataFrame, annotation: pd.DataFrame) -> pd.DataFrame:
    here = annotation[annotation[fields.DRUG].isin(signatures[fields.DRUG].unique())]
    counted = _counted(signatures, fields.PERT_ID)
    own = [name for name in fields.COMPOUND_COLUMNS if name not in counted]
    table = here[own].merge(counted, left_on=fields.PERT_ID, right_index=True, how="left")
    counts = ["n_signatures", "n_cell_lines"]
    table[counts] = table[counts].fillna(0).astype(int)
    return table[list(fields.COMPOUND_COLUMNS)].sort_values(fields.PERT_ID, ignore_index=True)


def _counted(signatures: pd.DataFrame, by: str) -> pd.DataFrame:
    """n_signatures, n_cell_lines and tas of each compound, or of each molecule."""
    groups = signatures.groupby(by)
    return pd.DataFrame(
        {
            "n_signatures": groups.size(),
            "n_cell_lines": groups[fields.CELL_ID].nunique(),
            fields.TAS: groups[fields.TAS].quantile(ACTIVITY_QUANTILE).round(TAS_DIGITS),
        }
    )


def _fingerprint(
    matrix_file: Path,
    signatures: pd.DataFrame,
    compounds: pd.DataFrame,
    filters: Sequence[QualityFilter],
) -> str:
    digest = hashlib.sha256()
    with matrix_file.open("rb") as file:
        while block := file.read(1 << 24):
            digest.update(block)
    for table in (signatures, compounds):
        for start in range(0, len(table), DIGEST_ROWS):
            part = table.iloc[start : start + DIGEST_ROWS]
            digest.update(part.to_csv(index=False, header=start == 0, lineterminator="\n").encode())
    for each in filters:
        digest.update(json.dumps(each.as_json(), sort_keys=True).encode())
    return digest.hexdigest()
