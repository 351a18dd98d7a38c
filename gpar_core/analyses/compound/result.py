"""A summary of one drug: its compounds and signatures, and its rank in each model."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.analyses.moa_prediction.result import nearest_of_others
from gpar_core.analyses.training.result import ModelSummary
from gpar_core.data.class_names import target_class
from gpar_core.data.class_tables import known_columns
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import known_drugs
from gpar_core.rank.ranking import order_by

TRAINED_ON, NEGATIVE, RANKED = "training drug", "negative set", "ranked"
"""The role of a drug in a model."""
SHOWN = (
    fields.CELL_ID, fields.DOSE, fields.DOSE_UNIT, fields.TIME, fields.TIME_UNIT, fields.TAS,
    fields.CC_Q75, fields.N_REPLICATES, fields.REPRESENTATIVE, fields.SIG_ID,
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Compound:
    """One drug of a compendium.

    name: its pert_iname. drug: its molecule. compounds: rows of `Compendium.compounds`, one per
    pert_id of the molecule, first the one that names it. moas: all MOAs of these. targets: the
    genes that they target. rows: (n,) of its
    signatures in the compendium. signatures: n rows of `SHOWN`.
    """

    name: str
    drug: str
    compounds: pd.DataFrame
    moas: tuple[str, ...]
    targets: tuple[str, ...]
    rows: np.ndarray
    signatures: pd.DataFrame

    @property
    def classes(self) -> tuple[str, ...]:
        """Its MOAs and its targets, the latter as 'target: DRD2'."""
        return (*self.moas, *map(target_class, self.targets))

    def first_known(self, column: str) -> str:
        """The first known value of a column of `compounds`, '' if there is none."""
        return next((str(value) for value in self.compounds[column] if value), "")


def find(compendium: Compendium, name: str) -> Compound:
    """A drug by pert_iname or pert_id. Raises NotFoundError if it is not in the compendium."""
    (drug,) = known_drugs(compendium, [name])
    (about,) = compendium.drugs[compendium.drugs[fields.DRUG] == drug].to_dict("records")
    ids = about[fields.PERT_IDS].split(fields.MOA_SEPARATOR)
    compounds = compendium.compounds.set_index(fields.PERT_ID).loc[ids].reset_index()
    rows = np.flatnonzero(compendium.signatures[fields.DRUG] == drug)
    return Compound(
        name=about[fields.PERT_INAME],
        drug=drug,
        compounds=compounds,
        moas=tuple(filter(None, about[fields.MOA].split(fields.MOA_SEPARATOR))),
        targets=tuple(filter(None, about[fields.TARGET].split(fields.MOA_SEPARATOR))),
        rows=rows,
        signatures=compendium.signatures[list(SHOWN)].iloc[rows].reset_index(drop=True),
    )


def by_cell_line(compound: Compound) -> pd.DataFrame:
    """Per cell line: cell_id, n_signatures, median_tas, max_tas; the most active first."""
    grouped = compound.signatures.groupby(fields.CELL_ID, observed=True)[fields.TAS]
    table = grouped.agg(n_signatures="size", median_tas="median", max_tas="max").reset_index()
    return table.sort_values(["median_tas", fields.CELL_ID], ascending=[False, True],
                             ignore_index=True)  # fmt: skip


def neighbors(compound: Compound, compendium: Compendium) -> pd.DataFrame:
    """Other drugs with a representative signature near one of the drug's, the nearest first.

    For each signature, the ten nearest are considered. Returns pert_iname, moa, target (if any is
    known), cosine (the highest), n_near (how many of the drug's signatures have it among their
    ten), own_cell and cell_id (the cell lines of the highest cosine).
    """
    near = nearest_of_others(compendium, compound.rows, compound.drug)
    own = compound.signatures[fields.CELL_ID].to_numpy()
    near = near.assign(own_cell=own[near["signature"]]).sort_values(
        ["cosine", fields.SIG_ID], ascending=[False, True]
    )
    grouped = near.groupby(fields.PERT_INAME, sort=False)
    table = grouped.agg(
        **{name: (name, "first") for name in known_columns(compendium)},
        cosine=("cosine", "first"),
        n_near=("signature", "nunique"),
        own_cell=("own_cell", "first"),
        cell_id=(fields.CELL_ID, "first"),
    )
    return table.reset_index()


def in_models(
    compound: Compound, models: Iterable[tuple[ModelSummary, pd.DataFrame]]
) -> pd.DataFrame:
    """The rank of the drug in each model, the best first.

    models: of the compound's compendium, each with its ranking. Returns one row per model:
    model_id, label, created_at, mean_auroc, role and, if it is ranked, rank (as in the ranked
    list), n_ranked, k, es, p_exact and fdr.
    """
    rows = [_in_model(compound, summary, ranking) for summary, ranking in models]
    columns = ["model_id", "label", "created_at", "mean_auroc", "role", "rank", "n_ranked", "k",
               "es", "p_exact", "fdr"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["rank", "label"], na_position="last", ignore_index=True)


def _in_model(
    compound: Compound, summary: ModelSummary, ranking: pd.DataFrame
) -> dict[str, object]:
    found: dict[str, object] = {
        "model_id": summary.model_id,
        "label": summary.label,
        "created_at": summary.created_at,
        "mean_auroc": summary.metrics.mean_auroc,
        "role": _role(compound, summary),
    }
    ranking = order_by(ranking)
    own = np.flatnonzero(ranking[fields.DRUG] == compound.drug)
    if len(own):
        best = ranking.iloc[own[0]]
        found |= {
            "role": RANKED,
            "rank": int(own[0]) + 1,
            "n_ranked": len(ranking),
            **{name: best[name] for name in ("k", "es", "p_exact", "fdr")},
        }
    return found


def _role(compound: Compound, summary: ModelSummary) -> str:
    return TRAINED_ON if compound.drug in summary.drugs else NEGATIVE
