"""What else a compendium and a cache have on a gene: drugs that target it, its perturbations, and
the models that use it."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.analyses.gene.identity import Gene
from gpar_core.analyses.genes.request import GeneImportanceRequest
from gpar_core.analyses.result import Analysis
from gpar_core.data.compendium import TARGET_PREFIX, Compendium

OF_DRUG = (fields.DRUG, fields.PERT_INAME, fields.MOA, fields.TARGET, "n_signatures")
OF_GENE = ("mean_z", "low", "high")
"""Of the gene's z-scores, as from `movers.movers`."""
DOWN_REGULATING = ("trt_sh.cgs", "trt_xpr")
"""The kinds that lower the expression of their gene; over-expressions raise it."""
MODEL_COLUMNS = (
    "analysis_id", "model_id", "label", "created_at", "ig_rank", "ig_share", "lr_rank", "lr_share",
    "z_positive", "z_negative",
)  # fmt: skip


def target_classes(compendium: Compendium, gene: Gene) -> list[str]:
    """Names of the classes of drugs that target the gene, as in `Compendium.targets`."""
    names = compendium.compound_targets[fields.MOA].drop_duplicates()
    return [name for name in names if gene.is_called(name.removeprefix(TARGET_PREFIX))]


def targeting(compendium: Compendium, gene: Gene, moved: pd.DataFrame | None) -> pd.DataFrame:
    """The drugs that target the gene, by name: `OF_DRUG`, and `OF_GENE` if it is measured.

    moved: the table of `movers` of the compendium, None if the gene is not measured.
    """
    pairs = compendium.compound_targets
    own = pairs.loc[pairs[fields.MOA].isin(target_classes(compendium, gene)), fields.DRUG]
    table = compendium.drugs[compendium.drugs[fields.DRUG].isin(own)][list(OF_DRUG)]
    if moved is not None:
        table = table.merge(moved[[fields.DRUG, *OF_GENE]], on=fields.DRUG)
    return table.sort_values(fields.PERT_INAME, key=lambda name: name.str.casefold(),
                             ignore_index=True)  # fmt: skip


def perturbations(
    genetic: Compendium | None, gene: Gene, moved: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Knock-downs, knock-outs and over-expressions of the gene.

    genetic: `Compendium.genetic`. moved: for each of its kinds, the table of `movers`; empty if the
    gene is not measured.

    Returns drug, pert_iname, n_signatures, n_cell_lines, kind (in words) and, of a measured gene,
    `OF_GENE` and moves_itself: 'as expected', 'the other way' or 'not clearly', by the interval.
    """
    shown = [fields.DRUG, fields.PERT_INAME, "n_signatures", "n_cell_lines"]
    if genetic is None:
        return pd.DataFrame(columns=[*shown, "kind"])
    drugs = genetic.drugs
    own = drugs[[gene.is_called(target) for target in drugs[fields.TARGET]]]
    kind = own[fields.PERT_TYPE]
    table = own[shown].assign(kind=kind.map(fields.PERT_TYPES))
    if moved:
        every = pd.concat([moved[each] for each in moved])
        table = table.merge(every[[fields.DRUG, *OF_GENE]], on=fields.DRUG)
        sign = np.where(kind.isin(DOWN_REGULATING), -1, 1)
        low, high = np.sort(sign * table[["low", "high"]].to_numpy().T, axis=0)
        expected, opposite = low > 0, high < 0
        table["moves_itself"] = np.select(
            [expected, opposite], ["as expected", "the other way"], "not clearly"
        )
    return table.sort_values(fields.PERT_INAME, ignore_index=True)


def in_models(found: Iterable[Analysis], gene: Gene) -> pd.DataFrame:
    """The importance of the gene in each model whose genes were found, the highest first.

    found: of `GeneImportanceRequest`, with their tables. Returns `MODEL_COLUMNS`: ranks among the
    978 genes by integrated gradients (ig) and logistic regression (lr), shares of the folds that
    have the gene among the first 100, and mean z-scores of positives and negatives.
    """
    rows = []
    for each in found:
        genes = each.tables["genes"]
        request = each.request
        own = genes[genes["symbol"] == gene.symbol]
        if isinstance(request, GeneImportanceRequest) and len(own):
            of = {"analysis_id": each.analysis_id, "model_id": request.model,
                  "label": request.label, "created_at": each.created_at}  # fmt: skip
            rows.append(own.iloc[0].to_dict() | of)
    table = pd.DataFrame(rows, columns=list(MODEL_COLUMNS))
    return table.sort_values(["ig_rank", "label"], ignore_index=True)
