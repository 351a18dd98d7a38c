"""Find the 978 landmark genes in a matrix."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.findings import Finding
from gpar_core.data.gene_names import entrez_of, match_genes
from gpar_core.data.matrix_files import MatrixFile
from gpar_core.data.matrix_metadata import read_metadata
from gpar_core.data.profile_tables import cleaned
from gpar_core.data.tables import read_table
from gpar_core.errors import LandmarkError

FLAGS = ("1", "1.0", "landmark", "Y")


@dataclass(frozen=True, eq=False)
class LandmarkPlaces:
    """position: (978,) of each landmark gene among some genes, -1 where missing. missing, repeated:
    Entrez ids of absent genes, and of those present more than once; rising.
    """

    position: np.ndarray
    missing: tuple[str, ...]
    repeated: tuple[str, ...]


def landmark_places(gene_ids: Sequence[str]) -> LandmarkPlaces:
    """Find the landmark genes, in the order of `fields.LANDMARK_IDS`, by any kind of id."""
    places = pd.Series(match_genes(gene_ids).position)
    repeated = sorted(set(places[places.duplicated() & (places >= 0)]))
    first = pd.Series(places.index, index=places)
    first = first[~first.index.duplicated()].reindex(range(fields.N_LANDMARKS), fill_value=-1)
    missing = first.index[first < 0]
    return LandmarkPlaces(first.to_numpy(np.int64), _entrez(missing), _entrez(repeated))


def _entrez(places: Iterable[int]) -> tuple[str, ...]:
    return tuple(str(fields.LANDMARK_IDS[place]) for place in places)


def locate_landmarks(
    matrix: MatrixFile, gene_info: Path | None, *, fill_missing: bool
) -> tuple[np.ndarray, list[Finding]]:
    """(978,) file positions of the landmark genes, -1 where missing and `fill_missing`.

    They are found by Entrez id, symbol or Ensembl id, in any order. gene_info: None to use the
    matrix itself: the ids of its rows, or pr_gene_id or gene symbols in its metadata. Raises
    LandmarkError, AnnotationError or FileFormatError.
    """
    file_name = matrix.path.name
    ids, named_by = pd.Series(matrix.gene_ids), ""
    if gene_info is None:
        ids, named_by = _own_ids(matrix)
    known = set(ids.map(entrez_of)) if gene_info is None else _known_genes(gene_info)
    places = landmark_places(ids.tolist())
    if len(places.missing) == fields.N_LANDMARKS:
        raise LandmarkError(
            f"None of the 978 landmark genes is among the {len(ids)} row ids of '{file_name}' "
            f"(first: {', '.join(map(_shown, ids[:3]))}). Rows must be named by Entrez gene ids, "
            "such as 5720, symbols or Ensembl ids; or the file's own row metadata must give them "
            "(pr_gene_id, pr_gene_symbol), without a gene_info table. Convert probe ids to genes "
            "first."
        )
    if places.repeated:
        raise LandmarkError(
            f"'{file_name}' contains {len(places.repeated)} landmark genes more than once: "
            f"{_genes(places.repeated)}. Keep one row for each gene."
        )
    if places.missing and not fill_missing:
        raise LandmarkError(
            f"'{file_name}' lacks {len(places.missing)} of the 978 landmark genes: "
            f"{_genes(places.missing)}. Use a file with all of them, or set the missing ones to 0 "
            "(--fill-missing)."
        )
    is_landmark = np.zeros(len(ids), dtype=bool)
    is_landmark[places.position[places.position >= 0]] = True
    unknown = ids[~ids.map(entrez_of).isin(known) & ~is_landmark]
    findings = [
        Finding(f"genes identified by the {named_by} of the matrix", len(ids) if named_by else 0),
        Finding.of("landmark genes missing, set to 0", [_gene(gene) for gene in places.missing]),
        Finding.of("rows that are not in gene_info, ignored", unknown),
    ]
    return places.position, findings


def _own_ids(matrix: MatrixFile) -> tuple[pd.Series, str]:
    """The ids of the rows of a matrix, or the metadata column that names more landmark genes.

    Returns the values and the name of the column, '' for the ids.
    """
    table = read_metadata(matrix, "genes", (fields.GENE_ID, fields.GENE_SYMBOL))
    candidates = {"": pd.Series(matrix.gene_ids)}
    candidates |= {str(name): table[name].astype(object) for name in table}
    n_missing = {
        name: len(landmark_places(ids.tolist()).missing) for name, ids in candidates.items()
    }
    best = min(n_missing, key=lambda name: n_missing[name])
    return candidates[best], best


def _known_genes(gene_info: Path) -> set[str]:
    """Ids and symbols of the genes of gene_info. Raises LandmarkError or AnnotationError."""
    table = read_table(
        gene_info, needed=(fields.GENE_ID, fields.GENE_SYMBOL), optional=(fields.IS_LANDMARK,)
    )
    _check_gene_info(gene_info, table)
    return {*table[fields.GENE_ID].map(entrez_of), *table[fields.GENE_SYMBOL]}


def _check_gene_info(gene_info: Path, table: pd.DataFrame) -> None:
    if fields.IS_LANDMARK not in table:
        return
    flagged = set(table.loc[table[fields.IS_LANDMARK].isin(FLAGS), fields.GENE_ID].map(entrez_of))
    expected = {str(entrez) for entrez in fields.LANDMARK_IDS}
    if flagged != expected:
        lacking, extra = sorted(expected - flagged), sorted(flagged - expected)
        raise LandmarkError(
            f"'{gene_info.name}' marks {len(flagged)} landmark genes, not the 978 of L1000: "
            f"{len(lacking)} are not marked ({_genes(lacking)}), {len(extra)} are others "
            f"({', '.join(map(_shown, extra[:5]))}). Use the gene_info table of the same LINCS "
            "release."
        )


def _shown(gene_id: str) -> str:
    return cleaned(gene_id)[:40]


def _genes(ids: Sequence[str]) -> str:
    return ", ".join(_gene(gene) for gene in ids[:10]) + (", …" if len(ids) > 10 else "")


def _gene(entrez: str) -> str:
    return f"{fields.LANDMARK_SYMBOLS[fields.LANDMARK_IDS.index(int(entrez))]} ({entrez})"
