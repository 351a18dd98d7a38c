"""Plan an analysis of genes, ready to be queued."""

from collections.abc import Iterable

from gpar_core import fields
from gpar_core.analyses.genes import counts as gene_counts
from gpar_core.analyses.genes.request import GeneCountRequest, GeneImportanceRequest
from gpar_core.analyses.method import DrugSet, Method
from gpar_core.analyses.training.plan import plan_cross_validation
from gpar_core.analyses.training.result import ModelSummary
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet
from gpar_core.errors import RequestError


def plan_gene_importance(compendium: Compendium, summary: ModelSummary) -> GeneImportanceRequest:
    """The request to find the genes that a model uses.

    Raises RequestError if the compendium no longer contains its training set.
    """
    if not summary.drugs:
        raise RequestError(
            f"The model of {summary.label} was trained on uploaded profiles, which are not stored "
            "with it. Choose a model trained on drugs or on a MOA."
        )
    if compendium.fingerprint != summary.fingerprint:
        raise RequestError(
            f"The compendium '{summary.compendium}' has changed since the model of "
            f"{summary.label} was trained. Train it again and use the new model."
        )
    return GeneImportanceRequest(
        compendium=compendium.name,
        fingerprint=compendium.fingerprint,
        model=summary.model_id,
        label=summary.label,
    )


def plan_gene_counts(
    compendium: Compendium,
    drug_set: DrugSet,
    method: Method = Method(),
    *,
    counts: Iterable[int] = gene_counts.DEFAULT_COUNTS,
    repeats: int = gene_counts.DEFAULT_REPEATS,
) -> tuple[GeneCountRequest, TrainingSet]:
    """Check a comparison of numbers of genes before it starts: the request, and its training set.

    counts: numbers of genes. repeats: random draws of each. Other arguments as in `plan_training`.
    Raises RequestError, NotFoundError or TrainingSetError.
    """
    counts = tuple(sorted(set(counts)))
    low, high = gene_counts.MIN_COUNT, fields.N_LANDMARKS
    if not counts or counts[0] < low or counts[-1] > high:
        raise RequestError(
            f"The numbers of genes are {', '.join(map(str, counts)) or 'none'}. Give at least "
            f"one, from {low} to {high}."
        )
    if not 1 <= repeats <= gene_counts.MAX_REPEATS:
        raise RequestError(
            f"The number of random draws is {repeats}. Choose 1 to {gene_counts.MAX_REPEATS}."
        )
    drug_set, method, training_set = plan_cross_validation(compendium, drug_set, method)
    request = GeneCountRequest(
        compendium.name, compendium.fingerprint, drug_set, counts, repeats, method
    )
    return request, training_set
