"""What the cross-validation of a model means for its ranked list."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.analyses.training.result import Model, ModelSummary
from gpar_core.learn.metrics import PAPER_LINE
from gpar_core.learn.verdict import BY_CHANCE, GUESSING, RARE, UNCERTAIN
from gpar_core.rank.ranking import TOP_PREDICTIONS, top_predictions

MEMBER, NEGATIVE = "Held-out members", "Negatives"
PREDICTED = f"First {TOP_PREDICTIONS} predictions"
ROLES = (MEMBER, NEGATIVE, PREDICTED)


@dataclass(frozen=True)
class Recovery:
    """How many training drugs the ranked list would have found.

    n_drugs: with a score of their own when held out. n_found: those that score among the first
    `TOP_PREDICTIONS` of the n_ranked compounds.
    """

    n_drugs: int
    n_found: int
    n_ranked: int

    @property
    def by_chance(self) -> float:
        """The number expected if the drugs stood at random places."""
        return self.n_drugs * min(TOP_PREDICTIONS / self.n_ranked, 1.0)


def recovery(training_drugs: pd.DataFrame, ranking: pd.DataFrame) -> Recovery | None:
    """Where the training drugs, each scored by a model that did not see it, would be ranked.

    A drug is found if fewer than `TOP_PREDICTIONS` ranked compounds score at least as high; no
    filter is applied. None if the drugs have no score of their own: uploaded profiles, a single
    drug, and models of earlier versions.
    """
    if "score" not in training_drugs or "score" not in ranking:
        return None
    own = training_drugs["score"].dropna().to_numpy()
    if not len(own):
        return None
    rising = np.sort(ranking["score"].to_numpy())
    above = len(rising) - np.searchsorted(rising, own)
    return Recovery(len(own), int((above < TOP_PREDICTIONS).sum()), len(rising))


def headline(summary: ModelSummary, found: Recovery | None) -> str:
    """The verdict in one sentence: the mean AUROC, its interval, and what to expect of the list."""
    metrics, verdict = summary.metrics, summary.verdict
    low, high = metrics.interval
    parts = [
        f"mean AUROC {metrics.mean_auroc:.2f} for held-out signatures (95% interval {low:.2f}–"
        f"{high:.2f})"
    ]
    if found is not None:
        parts.append(
            f"when held out, {found.n_found} of its {found.n_drugs} drugs would be among the "
            f"first {TOP_PREDICTIONS} of {found.n_ranked:,} ranked compounds "
            f"({found.by_chance:.2g} expected by chance)"
        )
    if verdict.name == BY_CHANCE:
        parts.append("do not rely on the list")
    if verdict.name == UNCERTAIN:
        parts.append(f"{', and '.join(_doubts(summary))}, so read the list with caution")
    return f"{'; '.join(parts)}."


def _doubts(summary: ModelSummary) -> list[str]:
    """Which of the three questions of the verdict are answered with no."""
    metrics = summary.metrics
    doubts = {
        f"this is below the paper's threshold of {PAPER_LINE:.2f}": not metrics.reaches_line,
        f"the interval does not lie above {GUESSING}": metrics.interval[0] <= GUESSING,
        "permuted labels often do as well": summary.verdict.chance.p > RARE,
    }
    return [text for text, holds in doubts.items() if holds]


def along_the_score(model: Model) -> pd.DataFrame:
    """Compounds along the score: held-out members, negatives, and the first predictions.

    Members and negatives are scored by models that did not see them, predictions as in the ranked
    list. The score is that of the compound as a whole or, where members have none, the mean over
    its signatures; the members of a model of one drug are its signatures. A negative that is among
    the first predictions has a row as each.
    Returns pert_iname, score, role (of `ROLES`) and rank (of predictions, else missing).
    """
    members, ranking, held_out = model.training_drugs, model.ranking, model.held_out
    whole = "score" in members and "score" in ranking and members["score"].notna().all()
    column = "score" if whole else "mean_score"
    if model.summary.folds_by == "signature":
        members = _scored(held_out[held_out["positive"]], column)
    negatives = ranking[ranking["held_out"]]
    if negatives.empty:
        of_drugs = held_out[~held_out["positive"]].groupby(fields.PERT_INAME)["score"].mean()
        negatives = _scored(of_drugs.reset_index(), column)
    first = top_predictions(ranking)
    parts = {
        MEMBER: members,
        NEGATIVE: negatives,
        PREDICTED: first.assign(rank=range(1, len(first) + 1)),
    }
    columns = [fields.PERT_INAME, column, "rank"]
    return pd.concat(
        [
            part.reindex(columns=columns).rename(columns={column: "score"}).assign(role=role)
            for role, part in parts.items()
        ],
        ignore_index=True,
    )


def _scored(table: pd.DataFrame, column: str) -> pd.DataFrame:
    return table[[fields.PERT_INAME, "score"]].rename(columns={"score": column})
