"""What an import keeps in the folder of its compendium, so that series can be added later.

The signatures of the series as they were read, also those that were left out, and copies of the
tables of compounds. With them and the matrix, an import of further series is the same as one of
all series together, and none of the earlier files is needed.
"""

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data import quality
from gpar_core.data.compendium import MATRIX
from gpar_core.data.findings import Finding, as_json, from_json
from gpar_core.data.importing.import_files import digest
from gpar_core.data.importing.series import SOURCE
from gpar_core.data.importing.signature_tables import POSITION
from gpar_core.data.matrix_files import MatrixFile
from gpar_core.data.quality import QualityFilter
from gpar_core.data.tables import TEXT
from gpar_core.errors import DataError, RequestError, in_words
from gpar_core.storage.saved_arrays import read_arrays

FOLDER: Final = "series"
SIGNATURES, ROWS, CONTENT = "signatures.parquet", "rows.npz", "series.json"

LEFT_OUT: Final = -1
"""In place of a row: the signature is not in the compendium."""
NOT_FINITE: Final = -2
"""In place of a row: it is not, since it has missing or infinite values."""


@dataclass(frozen=True)
class Origin:
    """Where signatures come from.

    names: of the series; matrices: of their files. pert_infos, moas: tables of compounds.
    """

    names: tuple[str, ...]
    matrices: tuple[str, ...]
    simulated: bool
    pert_infos: tuple[Path, ...]
    moas: tuple[Path, ...]

    def followed_by(self, other: "Origin") -> "Origin":
        """All series; a table of MOAs that was given again counts once."""
        moas = {digest([path]): path for path in reversed([*self.moas, *other.moas])}
        return Origin(
            self.names + other.names,
            self.matrices + other.matrices,
            self.simulated or other.simulated,
            self.pert_infos + other.pert_infos,
            tuple(moas.values())[::-1],
        )


@dataclass(frozen=True)
class KeptSeries:
    """The series of the compendium in `folder`.

    origin: with copies of the tables. quality, pert_types: which signatures were kept. of_files,
    between: what was found in the files, and between the series.
    """

    folder: Path
    origin: Origin
    quality: QualityFilter
    pert_types: tuple[str, ...]
    of_files: tuple[Finding, ...]
    between: tuple[Finding, ...]

    @property
    def matrix(self) -> MatrixFile:
        """The matrix of the compendium."""
        genes = tuple(str(entrez) for entrez in fields.LANDMARK_IDS)
        return MatrixFile(self.folder / MATRIX, "npy", genes, ())

    def signatures(self) -> tuple[pd.DataFrame, np.ndarray]:
        """The signatures as `keep_signatures` got them, with the strengths counted since.

        Also the (n,) rows of their values in the matrix, `LEFT_OUT` or `NOT_FINITE`. Raises
        DataError.
        """
        try:
            table = pd.read_parquet(self.folder / FOLDER / SIGNATURES)
            found = read_arrays(self.folder / FOLDER / ROWS)
            row, strength = found["row"], pd.Series(found["strength"], table.index)
            table[fields.STRENGTH] = table[fields.STRENGTH].fillna(strength)
            texts = table.columns[table.dtypes.map(pd.api.types.is_string_dtype)]
            table = table.astype(dict.fromkeys(texts, TEXT)).assign(row=row)
        except (OSError, ValueError, KeyError, TypeError, DataError) as error:
            raise _damaged(self.folder, error) from error
        return table, table.pop("row").to_numpy()


def load(folder: Path) -> KeptSeries:
    """The series of the compendium in `folder`.

    Raises RequestError if it does not have them, DataError if they are damaged.
    """
    file = folder / FOLDER / CONTENT
    if not file.is_file():
        raise RequestError(
            f"Series cannot be added to '{folder.name}': this version of GPAR did not import it "
            "from the files of series. Import all series together."
        )
    try:
        content: dict[str, Any] = json.loads(file.read_text("utf-8"))
        pert_infos, moas = (
            tuple(folder / FOLDER / path for path in content[kind]) for kind in ("pert_info", "moa")
        )
        return KeptSeries(
            folder,
            Origin(
                tuple(content["names"]),
                tuple(content["matrices"]),
                bool(content["simulated"]),
                pert_infos,
                moas,
            ),
            quality.from_json(content["quality"]),
            tuple(content["pert_types"]),
            from_json(content["of_files"]),
            from_json(content["between"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, DataError) as error:
        raise _damaged(folder, error) from error


def can_be_added_to(folder: Path) -> bool:
    """Whether the compendium in `folder` has what is needed to add series."""
    return (folder / FOLDER / CONTENT).is_file()


def keep_signatures(folder: Path, signatures: pd.DataFrame) -> None:
    """Keep the signatures of all series as they were read, before their values are.

    signatures: from `series.united`.
    """
    (folder / FOLDER).mkdir(exist_ok=True)
    signatures = signatures.copy(deep=False)
    for column in (SOURCE, POSITION):
        del signatures[column]
    signatures.to_parquet(folder / FOLDER / SIGNATURES, index=False)


def keep(
    folder: Path,
    origin: Origin,
    *,
    row: np.ndarray,
    strength: np.ndarray,
    quality: QualityFilter,
    pert_types: Sequence[str],
    of_files: Iterable[Finding],
    between: Iterable[Finding],
) -> None:
    """Keep the rest, with copies of the tables of the origin.

    Arguments as in `KeptSeries` and `KeptSeries.signatures`.
    """
    own = folder / FOLDER
    np.savez(own / ROWS, row=row, strength=strength)
    copies: dict[str, list[str]] = {"pert_info": [], "moa": []}
    for kind, paths in zip(copies, (origin.pert_infos, origin.moas), strict=True):
        shutil.rmtree(own / kind, ignore_errors=True)  # of a stopped import
        for number, path in enumerate(paths):
            copy = Path(kind, str(number), path.name)
            (own / copy).parent.mkdir(parents=True)
            shutil.copyfile(path, own / copy)
            copies[kind].append(copy.as_posix())
    content = {
        "names": origin.names,
        "matrices": origin.matrices,
        "simulated": origin.simulated,
        "quality": quality.as_json(),
        "pert_types": list(pert_types),
        "of_files": as_json(of_files),
        "between": as_json(between),
        **copies,
    }
    (own / CONTENT).write_text(json.dumps(content), encoding="utf-8")


def _damaged(folder: Path, error: Exception) -> DataError:
    return DataError(
        f"What '{folder.name}' keeps of its series is damaged ({in_words(error)}), so none can be "
        "added. Import all series together."
    )
