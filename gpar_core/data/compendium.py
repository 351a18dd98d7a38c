"""A compendium: the signatures of one source over the 978 landmark genes.

On disk it is one folder: `matrix.npy` (float32, or int8 if compact), `signatures.parquet`,
`compounds.parquet` and `manifest.json`. Rows are sorted by kind of perturbagen, compounds first,
then by cell line, pert_id and sig_id, so that the signatures of one compound in one cell line are
adjacent. Genetic perturbagens are rows like those of compounds, but what is loaded shows compounds
alone, until others are asked for (`Compendium.of_kinds`).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import fields as dataclass_fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from gpar_core import __version__, fields
from gpar_core.data import quality
from gpar_core.data.class_names import TARGET_PREFIX
from gpar_core.data.compact_matrix import STORED_AS, CompactMatrix, Matrix, in_memory
from gpar_core.data.compound_keys import folded
from gpar_core.data.compound_tables import compound_table, drugs_of, moas_of
from gpar_core.data.quality import QualityFilter
from gpar_core.data.representatives import representatives
from gpar_core.data.stored_matrix import StoredMatrix
from gpar_core.data.stored_rows import Rows, n_of_kind, rows_of
from gpar_core.data.tables import is_sorted
from gpar_core.errors import DataError, RequestError, in_words
from gpar_core.progress import Report, silent
from gpar_core.storage.cache import MANIFEST
from gpar_core.storage.saved_arrays import read_array

FORMAT_VERSION = 5
EXACT_VERSION = 4
READABLE = (3, EXACT_VERSION, FORMAT_VERSION)
"""Format 3 has compounds alone, without targets. Format 5 is compact; exact ones keep format 4, so
that earlier versions of GPAR read them."""
MATRIX = "matrix.npy"
DIGEST_ROWS = 50_000
ROW_ORDER = [fields.PERT_TYPE, fields.CELL_ID, fields.PERT_ID, fields.SIG_ID]
DEFAULTS = {fields.PERT_TYPE: fields.COMPOUND_PERT_TYPE, fields.TARGET: ""}
"""Values of columns that format 3 lacks. A column with no other value is no part of a fingerprint,
so that a compendium of compounds has the one it had."""
MANIFEST_KEYS = {
    "name", "source", "simulated", "fingerprint", "n_signatures", "n_compounds", "n_drugs",
    "n_cell_lines", "n_moas", "report", "filters",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Compendium:
    """Signatures of compounds, or of the kinds of perturbagens that were asked for.

    name: folder name; source: one line on where the data come from.
    fingerprint: SHA-256 of the matrix, both tables and the filters, independent of the order of the
        source file.
    simulated: True if the values are simulated, not measured.
    matrix: (n_signatures, 978) z-scores, columns in the order of `fields.LANDMARK_IDS`; float32, or
        a `CompactMatrix`, whose blocks are float32.
    signatures: `fields.SIGNATURE_COLUMNS`, one row per matrix row.
    compounds: `fields.COMPOUND_COLUMNS`, one row per pert_id, sorted by it. Those of one molecule
        share one `drug` (see `data.molecules`), the unit of every split into folds.
    report: what the import counted and left out.
    filters: those that its signatures passed, in the order applied.
    folder: where it was loaded from, if any.
    kinds: keys of `fields.PERT_TYPES`, those of the signatures here, rising.
    stored: the rows of all kinds, None if it was not loaded from disk.

    Perturbagens of other kinds than compounds are rows of `compounds` and `drugs` too; their names
    tell the kind: 'HSP90AA1 knock-down'.
    """

    name: str
    source: str
    fingerprint: str
    simulated: bool
    matrix: Matrix
    signatures: pd.DataFrame
    compounds: pd.DataFrame
    report: Mapping[str, Any]
    filters: tuple[QualityFilter, ...] = ()
    folder: Path | None = None
    kinds: tuple[str, ...] = (fields.COMPOUND_PERT_TYPE,)
    stored: Rows | None = None

    def __getstate__(self) -> dict[str, Any]:
        """What goes to another computer: all but the files beside it, and what was derived."""
        own = {each.name: getattr(self, each.name) for each in dataclass_fields(self)}
        return {**own, "matrix": in_memory(self.matrix), "folder": None, "stored": None}

    @cached_property
    def stored_kinds(self) -> tuple[str, ...]:
        """The kinds of perturbagens on disk, rising."""
        if self.stored is None:
            return self.kinds
        return tuple(sorted(self.stored.signatures[fields.PERT_TYPE].unique()))

    @property
    def compact(self) -> bool:
        """Whether z-scores are stored in 8 bits."""
        return isinstance((self.stored or self).matrix, CompactMatrix)

    def of_kinds(self, kinds: Iterable[str]) -> "Compendium":
        """The same compendium with the signatures of these kinds of perturbagens, as on disk.

        kinds: of `stored_kinds`; others have no signatures here. The matrix stays on disk if no
        other kind lies between them. Raises DataError if none is there.
        """
        kinds = tuple(sorted(set(kinds) & set(self.stored_kinds)))
        if kinds == self.kinds:
            return self
        if not kinds or self.stored is None:
            raise DataError(
                f"The compendium '{self.name}' has no signatures of these perturbagens. Import it "
                "again with them (--pert-types)."
            )
        return replace(self, kinds=kinds, **rows_of(self.stored, kinds))

    @cached_property
    def genetic(self) -> "Compendium | None":
        """Its knock-downs, knock-outs and over-expressions of genes; None without any."""
        kinds = set(self.stored_kinds) & set(fields.GENETIC)
        return self.of_kinds(kinds) if kinds else None

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
    def compound_targets(self) -> pd.DataFrame:
        """One row per compound and target: pert_id, drug, moa (`TARGET_PREFIX` and the gene)."""
        pairs = moas_of(self.compounds, fields.TARGET)
        named = TARGET_PREFIX + pairs.pop(fields.TARGET).astype(object)
        return pairs.assign(**{fields.MOA: named})

    @cached_property
    def compound_classes(self) -> pd.DataFrame:
        """`compound_moas` and `compound_targets`: the classes that can be chosen by name."""
        return pd.concat([self.compound_moas, self.compound_targets], ignore_index=True)

    @cached_property
    def moas(self) -> pd.DataFrame:
        """One row per MOA: moa, n_drugs, drugs (names joined by ', '); sorted by name."""
        return self._drugs_by_class(self.compound_moas)

    @cached_property
    def targets(self) -> pd.DataFrame:
        """One row per target, as `moas`, with the names of `compound_targets`."""
        return self._drugs_by_class(self.compound_targets)

    def _drugs_by_class(self, classes: pd.DataFrame) -> pd.DataFrame:
        pairs = classes[[fields.MOA, fields.DRUG]].drop_duplicates()
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
    progress: Report = silent,
) -> None:
    """Complete the compendium in `folder`, whose `matrix.npy` is already there.

    signatures: one row per matrix row, sorted by `ROW_ORDER`, with every column of
        `fields.SIGNATURE_COLUMNS` but drug and representative, which are derived here.
    annotation: one row per pert_id, at least for those in `signatures`: pert_id, pert_iname, drug,
        moa, annotated, pubchem_cid, inchi_key, canonical_smiles. Compounds without a signature are
    left out, unless their molecule has one under another id.
    Without the columns of `DEFAULTS`, every row has the default.

    filters: those that the signatures passed; part of the fingerprint. progress: as `report` of
    `representatives`.
    Raises DataError if tables and matrix do not match.
    """
    matrix = StoredMatrix(folder / MATRIX)
    compact = matrix.compact
    signatures = _with_defaults(signatures, fields.SIGNATURE_COLUMNS)
    annotation = _with_defaults(annotation, fields.COMPOUND_COLUMNS)
    _check(matrix, signatures, annotation)
    signatures = signatures.copy(deep=False)
    signatures.index = pd.RangeIndex(len(signatures))
    drug = annotation.set_index(fields.PERT_ID)[fields.DRUG]
    signatures[fields.DRUG] = drug.loc[signatures[fields.PERT_ID]].to_numpy()
    signatures[fields.REPRESENTATIVE] = representatives(
        matrix,
        drug=pd.factorize(signatures[fields.DRUG])[0],
        cell=pd.factorize(signatures[fields.CELL_ID])[0],
        tas=signatures[fields.TAS].to_numpy(),
        report=progress,
    )
    signatures = signatures[list(fields.SIGNATURE_COLUMNS)]
    compounds = compound_table(signatures, annotation)
    signatures.to_parquet(folder / "signatures.parquet", index=False)
    compounds.to_parquet(folder / "compounds.parquet", index=False)
    kinds = tuple(sorted(signatures[fields.PERT_TYPE].unique()))
    shown = rows_of(Rows(np.empty((len(signatures), 0)), signatures, compounds), kinds[:1])
    manifest = {
        "format_version": FORMAT_VERSION if compact else EXACT_VERSION,
        "gpar_version": __version__,
        "name": name,
        "source": f"{source}; {STORED_AS}" if compact and STORED_AS not in source else source,
        "simulated": simulated,
        "fingerprint": _fingerprint(folder / MATRIX, signatures, compounds, filters),
        "n_signatures": len(shown["signatures"]),
        "n_compounds": len(shown["compounds"]),
        "n_drugs": int(shown["compounds"][fields.DRUG].nunique()),
        "n_cell_lines": int(shown["signatures"][fields.CELL_ID].nunique()),
        "n_moas": moas_of(compounds)[fields.MOA].nunique(),
        "kinds": {kind: n_of_kind(signatures, compounds, kind) for kind in kinds},
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
    if version not in READABLE:
        raise DataError(
            f"The compendium '{folder.name}' has format {version}, but this version of GPAR reads "
            f"format {FORMAT_VERSION}. Delete it and import it again."
        )
    if MANIFEST_KEYS - set(manifest):
        raise unreadable
    if version < EXACT_VERSION:
        count = {"n_signatures": manifest["n_signatures"], "n_perturbagens": manifest["n_drugs"]}
        manifest["kinds"] = {fields.COMPOUND_PERT_TYPE: count}
    return manifest


def is_compact(manifest: Mapping[str, Any]) -> bool:
    """Whether a compendium stores z-scores in 8 bits, by its manifest."""
    return bool(manifest["format_version"] > EXACT_VERSION)


def load(folder: Path) -> Compendium:
    """Open the compendium in `folder`, its matrix memory-mapped and read-only.

    Raises DataError if a file is missing, damaged or of another format.
    """
    manifest = read_manifest(folder)
    try:
        matrix = _opened(folder / MATRIX, np.int8 if is_compact(manifest) else np.float32)
        signatures = pd.read_parquet(folder / "signatures.parquet")
        signatures = _with_defaults(signatures, fields.SIGNATURE_COLUMNS)
        compounds = pd.read_parquet(folder / "compounds.parquet")
        compounds = _with_defaults(compounds, fields.COMPOUND_COLUMNS)
        # What Arrow decoded is copied; it would keep as much memory again.
        pa.default_memory_pool().release_unused()
        kinds = tuple(sorted(signatures[fields.PERT_TYPE].unique()))[:1]
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
    stored = Rows(matrix, signatures, compounds)
    return Compendium(
        name=manifest["name"],
        source=manifest["source"],
        fingerprint=manifest["fingerprint"],
        simulated=manifest["simulated"],
        **rows_of(stored, kinds),
        report=manifest["report"],
        filters=filters,
        folder=folder,
        kinds=kinds,
        stored=stored,
    )


def check(folder: Path) -> None:
    """Check the whole compendium against its fingerprint; takes a second per gigabyte.

    Raises DataError if it differs from what was written.
    """
    compendium = load(folder)
    stored = compendium.stored or compendium
    found = _fingerprint(folder / MATRIX, stored.signatures, stored.compounds, compendium.filters)
    if found != compendium.fingerprint:
        raise DataError(
            f"The compendium '{folder.name}' is not as it was imported: some values have changed "
            "on disk. Delete it and import it again."
        )


def _opened(file: Path, dtype: type) -> Matrix:
    array = read_array(file, mapped=True)
    if array.dtype != dtype:
        raise DataError(f"its file {file.name} has values of type {array.dtype}")
    return CompactMatrix(array) if dtype == np.int8 else array


def _with_defaults(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    lacking = {c: DEFAULTS[c] for c in columns if c in DEFAULTS and c not in table}
    return table.assign(**lacking) if lacking else table


def _check(matrix: StoredMatrix, signatures: pd.DataFrame, annotation: pd.DataFrame) -> None:
    shape = (len(signatures), fields.N_LANDMARKS)
    if matrix.dtype not in (np.float32, np.int8) or matrix.shape != shape:
        raise DataError(
            f"The matrix is {matrix.dtype} of {matrix.shape}; it must be float32 or int8 of "
            f"{shape}."
        )
    if len(signatures) == 0:
        raise DataError("The compendium would contain no signatures.")
    if not is_sorted(signatures, ROW_ORDER):
        raise DataError(f"The signatures are not sorted by {', '.join(ROW_ORDER)}.")
    if signatures[fields.SIG_ID].duplicated().any():
        raise DataError("A sig_id occurs twice.")
    unknown = set(signatures[fields.PERT_ID].unique()) - set(annotation[fields.PERT_ID])
    if unknown:
        raise DataError(f"{len(unknown)} compounds have no row in the compound table.")
    names = dict(zip(annotation[fields.PERT_ID], annotation[fields.PERT_INAME], strict=True))
    if (signatures[fields.PERT_INAME] != signatures[fields.PERT_ID].map(names)).any():
        raise DataError("A signature has a different name than its compound.")


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
    for whole in (signatures, compounds):
        plain = [c for c in DEFAULTS if c in whole and (whole[c] == DEFAULTS[c]).all()]
        table = whole.drop(columns=plain)
        for start in range(0, len(table), DIGEST_ROWS):
            part = table.iloc[start : start + DIGEST_ROWS]
            digest.update(part.to_csv(index=False, header=start == 0, lineterminator="\n").encode())
    for each in filters:
        digest.update(json.dumps(each.as_json(), sort_keys=True).encode())
    return digest.hexdigest()
