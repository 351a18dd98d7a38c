"""Where the 978 landmark genes stand in a matrix."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.findings import Finding
from gpar_core.data.matrix_files import MatrixFile
from gpar_core.data.matrix_metadata import read_metadata
from gpar_core.data.profile_tables import cleaned
from gpar_core.data.tables import read_table
from gpar_core.errors import LandmarkError

FLAGS = ("1", "1.0", "landmark", "Y")


@dataclass(frozen=True, eq=False)
class LandmarkPlaces:
    """position: (978,) of each landmark gene among some genes, -1 where missing. missing, repeated:
    Entrez ids of those that are not there, and that are there more than once; rising.
    """

    position: np.ndarray
    missing: tuple[str, ...]
    repeated: tuple[str, ...]


def landmark_places(gene_ids: Sequence[str]) -> LandmarkPlaces:
    """Find the landmark genes, in the order of `fields.LANDMARK_IDS`, among Entrez ids."""
    ids = pd.Series(gene_ids)
    landmarks = [str(entrez) for entrez in fields.LANDMARK_IDS]
    repeated = sorted(set(ids[ids.duplicated() & ids.isin(landmarks)]), key=int)
    position = pd.Series(ids.index, index=ids)
    position = position[~position.index.duplicated()].reindex(landmarks, fill_value=-1)
    missing = position.index[position < 0]
    return LandmarkPlaces(position.to_numpy(np.int64), tuple(missing), tuple(repeated))


def locate_landmarks(
    matrix: MatrixFile, gene_info: Path | None, *, fill_missing: bool
) -> tuple[np.ndarray, list[Finding]]:
    """(978,) file positions of the landmark genes, -1 where missing and `fill_missing`.

    They are found by Entrez id, whatever their order. gene_info: None to take what the matrix says
    of its rows: their ids where they are Entrez ids, else its pr_gene_id or gene symbols.
    Raises LandmarkError, AnnotationError or FileFormatError.
    """
    file_name = matrix.path.name
    ids, named_by = _entrez_ids(matrix) if gene_info is None else (pd.Series(matrix.gene_ids), "")
    known = _known_genes(gene_info) if gene_info else ids
    places = landmark_places(ids.tolist())
    if len(places.missing) == fields.N_LANDMARKS:
        raise LandmarkError(
            f"None of the 978 landmark genes is among the {len(ids)} row ids of '{file_name}' "
            f"(first: {', '.join(map(_shown, ids[:3]))}). Needed are Entrez gene ids, such as "
            "5720, or with them as pr_gene_id in the file's own row metadata and no gene_info "
            "table; probe ids must be translated first."
        )
    if places.repeated:
        raise LandmarkError(
            f"'{file_name}' holds {len(places.repeated)} landmark genes more than once: "
            f"{_genes(places.repeated)}. Keep one row for each gene."
        )
    if places.missing and not fill_missing:
        raise LandmarkError(
            f"'{file_name}' lacks {len(places.missing)} of the 978 landmark genes: "
            f"{_genes(places.missing)}. Use a file with all of them, or have them set to 0 "
            "(--fill-missing)."
        )
    is_landmark = np.zeros(len(ids), dtype=bool)
    is_landmark[places.position[places.position >= 0]] = True
    unknown = ids[~ids.isin(known) & ~is_landmark]
    findings = [
        Finding(f"genes told by the {named_by} of the matrix", len(ids) if named_by else 0),
        Finding.of("landmark genes missing, set to 0", [_gene(gene) for gene in places.missing]),
        Finding.of("rows that are not in gene_info, ignored", unknown),
    ]
    return places.position, findings


def _entrez_ids(matrix: MatrixFile) -> tuple[pd.Series, str]:
    """Entrez ids of the rows of a matrix by what it says itself, and by which column, '' for ids.

    The ids themselves if they are Entrez ids of landmark genes, else pr_gene_id, else symbols.
    """
    ids = pd.Series(matrix.gene_ids)
    table = read_metadata(matrix, "genes", (fields.GENE_ID, fields.GENE_SYMBOL))
    by_symbol = dict(zip(fields.LANDMARK_SYMBOLS, map(str, fields.LANDMARK_IDS), strict=True))
    candidates = {"": ids}
    for name in table:
        text = table[name].astype(object)
        candidates[str(name)] = text.map(by_symbol) if name == fields.GENE_SYMBOL else text
    candidates["row ids, read as symbols,"] = ids.map(by_symbol)
    n_found = {
        name: fields.N_LANDMARKS - len(landmark_places(values.fillna("").tolist()).missing)
        for name, values in candidates.items()
    }
    best = max(n_found, key=lambda name: n_found[name])
    return candidates[best].fillna(ids), best


def _known_genes(gene_info: Path) -> pd.Series:
    """Ids of the genes of gene_info. Raises LandmarkError or AnnotationError."""
    table = read_table(
        gene_info, needed=(fields.GENE_ID, fields.GENE_SYMBOL), optional=(fields.IS_LANDMARK,)
    )
    _check_gene_info(gene_info, table)
    return table[fields.GENE_ID]


def _check_gene_info(gene_info: Path, table: pd.DataFrame) -> None:
    if fields.IS_LANDMARK not in table:
        return
    flagged = set(table.loc[table[fields.IS_LANDMARK].isin(FLAGS), fields.GENE_ID])
    expected = {str(entrez) for entrez in fields.LANDMARK_IDS}
    if flagged != expected:
        lacking, extra = sorted(expected - flagged), sorted(flagged - expected)
        raise LandmarkError(
            f"'{gene_info.name}' marks {len(flagged)} landmark genes, not the 978 of L1000: "
            f"{len(lacking)} are not marked ({_genes(lacking)}), {len(extra)} are others "
            f"({', '.join(map(_shown, extra[:5]))}). Use the gene_info of the same LINCS release."
        )


def _shown(gene_id: str) -> str:
    return cleaned(gene_id)[:40]


def _genes(ids: Sequence[str]) -> str:
    return ", ".join(_gene(gene) for gene in ids[:10]) + (", …" if len(ids) > 10 else "")


def _gene(entrez: str) -> str:
    return f"{fields.LANDMARK_SYMBOLS[fields.LANDMARK_IDS.index(int(entrez))]} ({entrez})"
