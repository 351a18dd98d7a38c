"""The changes of all genes of a differential expression table, for lists by cut-offs.

`profiles.read_profiles` reads the same table into profiles of landmark genes.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gpar_core import fields
from gpar_core.data.profile_matching import find_genes, listed, made_distinct
from gpar_core.data.profile_tables import Table, cleaned
from gpar_core.data.profiles import naming, read_table
from gpar_core.data.result_tables import SIGNED_P, is_log_fold_change
from gpar_core.errors import FileFormatError


@dataclass(frozen=True, eq=False)
class Changes:
    """The c comparisons of a result table of g genes.

    names: (c,) of the comparisons. genes: (g,) names, as in the file. position: (g,) int of each
    gene among the landmark genes, -1 for others. renamed: as in `gene_names.GeneMatch`. log_fold:
    (c, g) float32 log fold changes, as they are in the file (log2 by all common tools). fdr: (c, g)
    float32 adjusted p-values. strength: (c, g) float32, signed: the test statistic, else -log10 p,
    else the log fold change. Each is NaN where the file has no value. notes: what the user should
    know, one sentence each.
    """

    names: tuple[str, ...]
    genes: tuple[str, ...]
    position: np.ndarray
    renamed: tuple[str, ...]
    log_fold: np.ndarray
    fdr: np.ndarray
    strength: np.ndarray
    notes: tuple[str, ...]


def read_changes(path: Path, file_name: str) -> Changes:
    """Read a table of DESeq2, limma, edgeR, Seurat, iLINCS and others.

    FDR values that the table lacks are computed from its p-values (Benjamini-Hochberg). file_name:
    the user's name of the file. Raises FileFormatError, also for an FDR that is not between 0 and
    1, or LandmarkError if no landmark gene is found.
    """
    with naming(file_name):
        return _changes(read_table(path, fdr=True), cleaned(Path(file_name).stem) or "table")


def _changes(table: Table, name: str) -> Changes:
    genes = find_genes(table)
    if not any(table.statistics) or genes.axis != "rows":
        raise FileFormatError(
            "it is not a table of differential expression. It needs a signed column (log2 fold "
            "change, stat, t or z) beside p-values or FDR, with a gene in each row. Search with "
            "other tables as profiles."
        )
    of_column = table.columns[0].cells
    names = tuple(dict.fromkeys(of_column))
    parts = [_comparison(table, [i for i, one in enumerate(of_column) if one == each])
             for each in names]  # fmt: skip
    log_fold, fdr, strength, computed = zip(*parts, strict=True)
    notes = _repeated(genes.match.position)
    if any(computed):
        notes.append(
            "The table has p-values but no adjusted ones: FDR is computed over all its genes "
            "(Benjamini-Hochberg)."
        )
    return Changes(
        names=tuple(made_distinct([cleaned(one) or name for one in names])),
        genes=tuple(map(cleaned, genes.label.cells)),
        position=genes.match.position,
        renamed=tuple(map(cleaned, genes.match.renamed)),
        log_fold=np.stack(log_fold),
        fdr=np.stack(fdr),
        strength=np.stack(strength),
        notes=tuple(notes),
    )


def _repeated(position: np.ndarray) -> list[str]:
    """A note on landmark genes in several rows, if there are any."""
    found, times = np.unique(position[position >= 0], return_counts=True)
    symbols = [fields.LANDMARK_SYMBOLS[gene] for gene in found[times > 1]]
    if not symbols:
        return []
    what = listed("Genes in several rows, of which the most strongly changed counts", symbols)
    return [f"{what}. If the rows are of several comparisons, keep those of one."]


def _comparison(
    table: Table, columns: list[int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, bool]:
    """Log fold change, FDR and strength of a comparison, and whether the FDR was computed.

    columns: those of the comparison, the best statistic first.
    """
    by_name = {table.statistics[i]: table.values[:, i] for i in reversed(columns)}
    nothing = np.full(len(table.values), np.nan, np.float32)
    log_folds = [name for name in by_name if is_log_fold_change(name)]
    log_fold = by_name[log_folds[-1]] if log_folds else nothing
    first = table.statistics[columns[0]]
    strength = by_name[first]
    signed_p = by_name.get(SIGNED_P)
    if is_log_fold_change(first) and signed_p is not None:
        strength = signed_p
    fdr = table.fdr[:, columns[0]]
    if outside := fdr[(fdr < 0) | (fdr > 1)].tolist():
        raise FileFormatError(
            f"its column of FDR has {len(outside):,} values that are not between 0 and 1, such as "
            f"{outside[0]:g}. Include the adjusted p-values as they are, not as percentages or "
            "logarithms."
        )
    computed = bool(np.isnan(fdr).all()) and signed_p is not None
    if computed and signed_p is not None:
        fdr = _adjusted(np.power(10.0, -np.abs(signed_p.astype(np.float64))))
    return log_fold, fdr, strength, computed


def _adjusted(p: np.ndarray) -> np.ndarray:
    """(g,) float32 FDR by Benjamini and Hochberg, NaN where p is."""
    from scipy.stats import false_discovery_control  # noqa: PLC0415 -- pages start without it

    found = np.full(len(p), np.nan, np.float32)
    known = ~np.isnan(p)
    found[known] = false_discovery_control(p[known]) if known.any() else p[known]
    return found
