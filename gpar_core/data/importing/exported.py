"""Restore a compendium from the AnnData file (.h5ad) that GPAR wrote of it."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import h5py
import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data import compendium as compendia
from gpar_core.data import h5ad, quality
from gpar_core.data.findings import Finding, as_json
from gpar_core.data.hdf5_nodes import own_dataset, own_node
from gpar_core.data.importing.import_files import ImportFiles
from gpar_core.data.importing.landmark_genes import locate_landmarks
from gpar_core.data.importing.unpacking import is_packed
from gpar_core.data.importing.value_copy import Source, copy_values, finite_rows
from gpar_core.data.matrix_files import MatrixFile
from gpar_core.data.quality import EVERYTHING, QualityFilter
from gpar_core.errors import FileFormatError, in_words
from gpar_core.progress import Report

OWN: Final = "gpar"
"""Group of `uns` for what `obs` and `var` cannot hold: header and compounds."""
HEADER: Final = f"uns/{OWN}/header"
COMPOUNDS: Final = f"uns/{OWN}/compounds"


def header_of(path: Path) -> dict[str, Any] | None:
    """name, source, simulated, fingerprint and filters of the compendium in a file of GPAR.

    None for any other file. Raises FileFormatError if it is damaged.
    """
    if is_packed(path) or not h5ad.is_h5ad(path):
        return None
    ours = False
    try:
        with h5py.File(path, "r") as file:
            with suppress(FileFormatError):
                own_node(file, HEADER)  # `in` would follow links to other files
                ours = True
            if not ours:
                return None
            header = json.loads(own_dataset(file, HEADER)[()])
        header["filters"] = tuple(quality.from_json(each) for each in header["filters"])
        header["compact"] = bool(header.get("compact"))
        return {**header, "simulated": bool(header["simulated"])}
    except (OSError, KeyError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        raise FileFormatError(
            f"'{path.name}' was written by GPAR but is damaged ({in_words(error)}). Export it "
            "again."
        ) from error


def holds_all(files: ImportFiles, wanted: QualityFilter) -> bool:
    """Whether one file of GPAR is to be restored as it is: no tables and no filter are given."""
    alone = files.paths == [each.matrix for each in files.series[:1]]
    return alone and wanted == EVERYTHING and header_of(files.series[0].matrix) is not None


def restore(
    matrix: MatrixFile,
    folder: Path,
    notes: Path,
    *,
    name: str,
    fill_missing: bool,
    pert_types: tuple[str, ...],
    compact: bool,
    report: Report,
) -> tuple[Finding, ...]:
    """Build the compendium `name` in `folder`, with the fingerprint that it had if unchanged.

    Signatures and genes may have been removed or put in another order since. compact: store the
    z-scores in 8 bits; those of a compact compendium always are. notes: as for `copy_values`.
    Returns what was found. Raises DataError.
    """
    header = header_of(matrix.path) or {}
    located, findings = locate_landmarks(matrix, None, fill_missing=fill_missing)
    try:
        with h5py.File(matrix.path, "r") as file:
            signatures, compounds = h5ad.table(file, "obs"), h5ad.table(file, COMPOUNDS)
        signatures = signatures.assign(**{fields.SIG_ID: matrix.sig_ids})
        signatures = signatures[signatures[fields.PERT_TYPE].isin(pert_types)]
        signatures = signatures.sort_values(compendia.ROW_ORDER)
        place = signatures.index.to_numpy()
        if not len(place):
            raise FileFormatError("it has no signature of the kinds that are asked for.")
        rows = np.argsort(place)
        copied = copy_values(
            [Source(matrix, located, place[rows], rows)],
            folder / compendia.MATRIX,
            notes,
            report,
            compact=compact or header["compact"],
        )
        if not finite_rows(copied).all():
            raise FileFormatError("it has missing or infinite values.")
        found = [Finding("signatures imported", len(signatures)), *findings]
        compendia.write(
            folder,
            name=name,
            source=str(header["source"]),
            simulated=header["simulated"],
            signatures=_checked(signatures),
            annotation=compounds,
            report=as_json(found),
            filters=header["filters"],
        )
    except (OSError, KeyError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        raise FileFormatError(
            f"'{matrix.path.name}' was written by GPAR, but its tables have changed since "
            f"({in_words(error)}). Export it again, or import it with a sig_info table."
        ) from error
    return tuple(found)


def _checked(signatures: pd.DataFrame) -> pd.DataFrame:
    """Raises ValueError or TypeError where numbers are none, KeyError where a column is missing."""
    numbers = (fields.DOSE, fields.TIME, fields.TAS, fields.CC_Q75, fields.N_REPLICATES)
    return signatures.assign(**{name: pd.to_numeric(signatures[name]) for name in numbers})
