"""All lines of evidence on the targets of some queries, side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.progress import Report, silent
from gpar_core.targets.genetic import added, gene_similarities, genes_of
from gpar_core.targets.known_targets import KnownTargets, known_targets
from gpar_core.targets.line_similarity import Compared, Queries, compared
from gpar_core.targets.neighbors import drug_similarities, neighbor_evidence

LINES: Final[Mapping[str, str]] = {
    "knock_down": "Knock-down",
    "knock_down_other": "Knock-down, other lines",
    "knock_out": "Knock-out",
    "knock_out_other": "Knock-out, other lines",
    "over_expression": "Over-expression",
    "over_expression_other": "Over-expression, other lines",
    "library": "Library",
    "neighbors": "Nearest drugs",
}
"""The lines of evidence and their names on screen."""
NO_GENES: Final[pd.Index] = pd.Index([], dtype=object)


@dataclass(frozen=True, eq=False)
class LibraryEvidence:
    """What models of targets say on n queries.

    genes: (m,) as in `gene_key`. log_odds: (n, m) log of the calibrated odds over those of the base
    rate, mean over the signatures of a query; NaN where a model was not asked.
    """

    genes: pd.Index
    log_odds: np.ndarray


@dataclass(frozen=True, eq=False)
class Evidence:
    """Evidence on n queries and g genes.

    queries: (n,) names. genes: (g,) sorted. lines: by a name of `LINES`, in that order, (n, g)
    float32, higher for a likelier target, near 0 where it says nothing, NaN where it is missing.
    genetic: (n, g) all genetic lines together (`genetic.added`), None without a genetic signature.
    similarity: (n, d) to each drug with known targets (`neighbors.drug_similarities`). compared:
    the cosines behind the genetic lines, if they were kept, of the genes `genetic_genes`.
    """

    queries: tuple[str, ...]
    genes: pd.Index
    lines: Mapping[str, np.ndarray]
    genetic: np.ndarray | None
    similarity: np.ndarray
    compared: tuple[Compared, ...] = ()
    genetic_genes: pd.Index = field(default_factory=lambda: NO_GENES)


def evidence_on(
    queries: Queries,
    compendium: Compendium,
    *,
    known: KnownTargets | None = None,
    library: LibraryEvidence | None = None,
    keep: bool = False,
    report: Report = silent,
) -> Evidence:
    """Every line of evidence that the compendium has on the targets of some queries.

    queries: compounds by their `drug`, or profiles. known: of the compendium, computed if None.
    library: of the same queries, in their order. keep: whether to keep the cosines. A query's own
    known targets are not used.
    """
    known = known_targets(compendium) if known is None else known
    found: dict[str, tuple[pd.Index, np.ndarray]] = {}
    genetic, n = None, len(queries.names)
    cosines: tuple[Compared, ...] = ()
    near = np.full((n, len(known.drugs)), -np.inf)
    genes: pd.Index = NO_GENES
    if (view := compendium.genetic) is not None:
        genes, code = genes_of(view)
        each = compared(queries, view, code, report)
        cosines = tuple(each) if keep else ()
        scores = gene_similarities(cosines if keep else each, n, len(genes))
        found |= {name: (genes, z) for name, z in scores.items()}
        genetic = (genes, added(scores)) if scores else None
    if library is not None and len(library.genes):
        found["library"] = (library.genes, library.log_odds)
    if len(known.drugs):
        own = known.drugs.get_indexer(pd.Index(queries.names))
        near = drug_similarities(queries, compendium, known, report)
        found["neighbors"] = (known.genes, neighbor_evidence(near, known, own))
    every = pd.Index(sorted({gene for of, _ in found.values() for gene in of}), dtype=object)
    lines = {name: _spread(every, *found[name]) for name in LINES if name in found}
    together = _spread(every, *genetic) if genetic else None
    return Evidence(queries.names, every, lines, together, near, cosines, genes)


def _spread(every: pd.Index, genes: pd.Index, values: np.ndarray) -> np.ndarray:
    """(n, m) values of some genes to (n, g) of every gene, NaN for the others."""
    found = np.full((len(values), len(every)), np.nan, np.float32)
    found[:, every.get_indexer(genes)] = values
    return found


def cosines_of(evidence: Evidence, query: int, genes: Sequence[str]) -> pd.DataFrame:
    """The cosines of a query with the signatures of some genes, cell line by cell line.

    Returns gene, pert_type, cell_id, shared (whether the query has a signature there) and cosine.
    Empty if they were not kept.
    """
    code = evidence.genetic_genes.get_indexer(pd.Index(genes))
    parts = []
    for each in evidence.compared:
        here = np.isin(each.codes, code[code >= 0])
        parts.append(
            pd.DataFrame(
                {
                    "gene": evidence.genetic_genes[each.codes[here]],
                    fields.PERT_TYPE: each.kind,
                    fields.CELL_ID: each.cell,
                    "shared": bool(each.shared[query]),
                    "cosine": each.cosine[query, here].astype(float),
                }
            )
        )
    columns = ["gene", fields.PERT_TYPE, fields.CELL_ID, "shared", "cosine"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
