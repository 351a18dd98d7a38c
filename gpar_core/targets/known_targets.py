"""The targets that a compendium lists for its compounds."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.class_names import TARGET_PREFIX
from gpar_core.data.compendium import Compendium
from gpar_core.targets.genetic import gene_key


@dataclass(frozen=True, eq=False)
class KnownTargets:
    """drugs: (d,) with at least one target, sorted. genes: (g,) symbols as in `gene_key`, sorted.
    has: (d, g) bool.
    """

    drugs: pd.Index
    genes: pd.Index
    has: np.ndarray

    def of(self, drug: str) -> tuple[str, ...]:
        """The targets of a drug, none for one that is not listed."""
        if drug not in self.drugs:
            return ()
        return tuple(self.genes[self.has[self.drugs.get_loc(drug)]])

    def among(self, drugs: pd.Index, genes: pd.Index) -> np.ndarray:
        """(n_drugs, n_genes) bool: whether each gene is a known target of each drug."""
        rows, columns = self.drugs.get_indexer(drugs), self.genes.get_indexer(genes)
        found = np.zeros((len(drugs), len(genes)), bool)
        here = np.ix_(rows >= 0, columns >= 0)
        found[here] = self.has[np.ix_(rows[rows >= 0], columns[columns >= 0])]
        return found


def known_targets(compendium: Compendium) -> KnownTargets:
    """The known targets of the compounds that have a signature."""
    drugs = compendium.drugs
    compounds = drugs.loc[drugs[fields.PERT_TYPE] == fields.COMPOUND_PERT_TYPE, fields.DRUG]
    pairs = compendium.compound_targets
    pairs = pairs[pairs[fields.DRUG].isin(compounds)]
    genes = pairs[fields.MOA].str.removeprefix(TARGET_PREFIX).map(gene_key)
    columns, rows = pd.Index(sorted(set(genes))), pd.Index(sorted(set(pairs[fields.DRUG])))
    has = np.zeros((len(rows), len(columns)), bool)
    has[rows.get_indexer(pairs[fields.DRUG]), columns.get_indexer(genes)] = True
    return KnownTargets(rows, columns, has)
