"""A user's own expression profiles: read into the 978 landmark genes, checked, stored.

`read_profiles` reports what is in a file and refuses only what cannot be read; `accept` converts it
to profiles that a model can score, and changes nothing that the user has not allowed.
"""

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gpar_core import fields
from gpar_core.data.file_kinds import HDF5_MAGIC, HEAD, what_it_is
from gpar_core.data.profile_choices import BY_FILE, statistics_of, with_drugs, with_statistic
from gpar_core.data.profile_gctx import read_gctx
from gpar_core.data.profile_matching import BY_NAME, Draft, draft_of, listed
from gpar_core.data.profile_tables import MAX_BYTES, Table, cleaned
from gpar_core.data.profile_text import read_text
from gpar_core.data.profile_z_scores import to_z_scores
from gpar_core.errors import DataError, FileFormatError, LandmarkError, in_words
from gpar_core.storage.cache import MANIFEST
from gpar_core.storage.saved_arrays import read_array

FORMAT_VERSION = 1
MATRIX = "matrix.npy"


@dataclass(frozen=True, eq=False)
class Profiles:
    """Profiles that a model can score.

    names: (n,) all different. drug: (n,) name without case by which several profiles are one drug.
    matrix: (n, 978) finite float32 z-scores, columns in the order of `fields.LANDMARK_IDS`.
    notes: changes and other remarks, one sentence each.
    """

    names: tuple[str, ...]
    drug: tuple[str, ...]
    matrix: np.ndarray
    notes: tuple[str, ...]


# -------------------------------------------------------------------------------------- reading


def read_profiles(path: Path, file_name: str) -> Draft:
    """Read a CSV, TSV, GCT or GCTX file, recognized by its content.

    Genes may be in rows or in columns, by symbol, Entrez or Ensembl id; whichever matches the most
    landmark genes. For a result table (DESeq2, limma, edgeR and others) the draft has a profile for
    each signed statistic, see `with_statistic`. file_name: the user's name of the file, for
    messages.

    Raises FileFormatError, or LandmarkError where no landmark gene is found.
    """
    with naming(file_name):
        return draft_of(read_table(path), cleaned(Path(file_name).stem) or "profile")


@contextmanager
def naming(file_name: str) -> Iterator[None]:
    """Errors of reading say which file cannot be used. Raises DataError in place of others."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileFormatError(f"'{cleaned(file_name)}' cannot be opened ({reason}).") from error
    except UnicodeError as error:
        raise FileFormatError(
            f"'{cleaned(file_name)}' cannot be read as text: it begins as UTF-16 but is not valid "
            "UTF-16. Save the table as CSV (UTF-8) and upload that."
        ) from error
    except csv.Error as error:
        raise FileFormatError(
            f"'{cleaned(file_name)}' cannot be used: one of its cells has more than "
            f"{csv.field_size_limit():,} characters. Each cell must be a number or a name."
        ) from error
    except DataError as error:
        raise type(error)(f"'{cleaned(file_name)}' cannot be used: {error}") from error


def read_table(path: Path, *, fdr: bool = False) -> Table:
    """The table in a CSV, TSV, GCT or GCTX file. fdr: as for `profile_text.read_text`.

    Raises FileFormatError, OSError, UnicodeError or csv.Error.
    """
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise FileFormatError(
            f"it has {size / 2**20:,.0f} MiB; at most {MAX_BYTES // 2**20} MiB are allowed. Keep "
            "only the 978 landmark genes, or upload it in parts."
        )
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(HDF5_MAGIC):
        return read_gctx(path)
    if other := what_it_is(head):
        raise FileFormatError(f"it is {other[0]}. {other[1]}")
    return read_text(path, fdr=fdr)


def template_csv() -> str:
    """A CSV to fill in: genes in rows, one profile of zeros."""
    genes = zip(fields.LANDMARK_IDS, fields.LANDMARK_SYMBOLS, strict=True)
    return "entrez_id,symbol,my_profile\n" + "".join(f"{one},{name},0\n" for one, name in genes)


# ------------------------------------------------------------------------------------ accepting


def profiles_of(
    path: Path,
    *,
    column: str = "",
    replicates: str = BY_FILE,
    impute: bool = False,
    z_score: bool = False,
) -> Profiles:
    """The profiles of a file, read and accepted at once.

    column: of a result table, as for `with_statistic`. replicates: as for `with_drugs`. impute,
    z_score: as for `accept`. Raises FileFormatError or LandmarkError.
    """
    draft = with_statistic(read_profiles(path, path.name), column)
    return accept(with_drugs(draft, replicates), impute=impute, z_score=z_score)


def accept(draft: Draft, *, impute: bool = False, z_score: bool = False) -> Profiles:
    """Profiles that a model can score; for a result table, those of its best statistic.

    impute: set missing genes and values to 0, the z-score of no change. z_score: convert counts or
    expression levels to z-scores, gene by gene across the uploaded profiles.

    Raises LandmarkError for missing values and FileFormatError for values that are not z-scores.
    """
    draft = with_statistic(draft)
    _check_missing(draft, impute)
    values, how = to_z_scores(draft, z_score)
    missing = np.isnan(values)
    notes = [*_notes(draft), *how]
    if missing.any():
        notes.append(f"Values set to 0 (no change) because they are missing: {missing.sum():,}.")
    return Profiles(
        names=draft.names,
        drug=draft.drug,
        matrix=np.where(missing, np.float32(0), values),
        notes=tuple(notes),
    )


def _check_missing(draft: Draft, impute: bool) -> None:
    report, missing = draft.report, np.isnan(draft.values)
    n_present = (~missing).sum(axis=1)
    fewest = int(n_present.argmin())
    if n_present[fewest] < fields.N_LANDMARKS / 2:
        raise LandmarkError(
            f"'{draft.names[fewest]}' has values for {n_present[fewest]} of the 978 landmark genes "
            f"({report.n_found} are in the file); at least half are needed. Use a table of all "
            "measured genes, not only of those that pass a threshold."
        )
    if impute or not missing.any():
        return
    found = []
    if report.missing:
        found.append(listed("landmark genes missing from the file", report.missing))
    if draft.n_missing_values:
        in_file = [symbol not in report.missing for symbol in fields.LANDMARK_SYMBOLS]
        profile, gene = np.argwhere(missing & in_file)[0]
        found.append(
            f"missing values of other genes: {draft.n_missing_values:,}, the first that of "
            f"{fields.LANDMARK_SYMBOLS[gene]} in '{draft.names[profile]}'"
        )
    raise LandmarkError(
        f"All 978 landmark genes are needed; {'; '.join(found)}. Use a file with all of them, or "
        "set the missing ones to 0, which means no change (--impute)."
    )


def _notes(draft: Draft) -> list[str]:
    report = draft.report
    found = {
        "Landmark genes missing from the file": report.missing,
        "Genes repeated in the file; their mean was used": report.duplicated,
        "Genes found by a newer name or an alias": report.other_names,
        "Gene names that Excel turned into dates (none is a landmark gene)": report.dates,
        "Names shared by several profiles, now numbered": report.renamed,
        "Profiles without values, left out": report.empty,
    }
    notes = [f"{listed(what, names)}." for what, names in found.items() if names]
    if statistics := statistics_of(draft):
        notes.insert(0, f"Values: the column '{statistics[0]}' of a result table.")
    n_drugs = len(set(draft.drug))
    if n_drugs < len(draft.names):
        how = {"": "", BY_NAME: ", identified by their names"}.get(
            report.drugs_by, f", named by '{report.drugs_by}'"
        )
        drugs = "1 drug" if n_drugs == 1 else f"{n_drugs:,} drugs"
        notes.append(f"The {len(draft.names):,} profiles are of {drugs}{how}.")
    return notes


# ---------------------------------------------------------------------------------------- store


def profiles_id(profiles: Profiles) -> str:
    """20 hexadecimal digits of a SHA-256 over the whole content of the profiles."""
    texts = json.dumps([profiles.names, profiles.drug, profiles.notes])
    digest = hashlib.sha256(texts.encode())
    digest.update(np.ascontiguousarray(profiles.matrix, dtype="<f4").tobytes())
    return digest.hexdigest()[:20]


def save(profiles: Profiles, folder: Path) -> None:
    """Write the profiles into `folder`, the manifest last."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / MATRIX, profiles.matrix, allow_pickle=False)
    manifest = {
        "format_version": FORMAT_VERSION,
        "id": profiles_id(profiles),
        "gene_order": fields.LANDMARK_IDS,
        "names": profiles.names,
        "drug": profiles.drug,
        "notes": profiles.notes,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def load(folder: Path) -> Profiles:
    """The profiles in `folder`. Raises DataError where they are damaged or of another version."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        return _checked(manifest, read_array(folder / MATRIX))
    except (OSError, EOFError, ValueError, KeyError, TypeError, RecursionError, DataError) as error:
        raise DataError(
            f"The uploaded profiles '{folder.name}' cannot be read ({in_words(error)}). "
            "Upload the file again."
        ) from error


def _checked(manifest: Mapping[str, Any], matrix: np.ndarray) -> Profiles:
    if manifest["format_version"] != FORMAT_VERSION:
        raise DataError(f"format {manifest['format_version']}, this GPAR reads {FORMAT_VERSION}")
    profiles = Profiles(
        names=tuple(manifest["names"]),
        drug=tuple(manifest["drug"]),
        matrix=matrix,
        notes=tuple(manifest["notes"]),
    )
    if manifest["gene_order"] != list(fields.LANDMARK_IDS) or matrix.dtype != np.float32:
        raise DataError("its genes are in another order or its matrix is of another type")
    if manifest["id"] != profiles_id(profiles):
        raise DataError("it does not hold what was saved")
    return profiles
