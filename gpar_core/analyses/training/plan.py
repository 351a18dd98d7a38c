"""Plan a training, ready to be queued."""

from dataclasses import replace

from gpar_core.analyses.method import DrugSet, Method
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.analyses.training_set import known_drug_set, known_method, training_set_of
from gpar_core.data.compendium import Compendium
from gpar_core.data.profiles import Profiles
from gpar_core.data.training_set import TrainingSet
from gpar_core.errors import RequestError
from gpar_core.learn.folds import assign_folds
from gpar_core.rank.ranking import rows_to_rank


def plan_training(
    compendium: Compendium,
    drug_set: DrugSet,
    method: Method = Method(),
    *,
    null_repeats: int = 0,
    uploaded: Profiles | None = None,
    ranked: bool = True,
) -> tuple[TrainRequest, TrainingSet]:
    """Check a training before it starts: the request, and the training set it will use.

    uploaded: profiles that are the positive set in place of drugs. ranked: whether the model will
    rank compounds, so that some must remain to be ranked.
    Raises RequestError, NotFoundError or TrainingSetError.
    """
    method = known_method(compendium, method)
    drug_set = known_drug_set(compendium, drug_set, uploaded)
    training_set = training_set_of(compendium, drug_set, method, uploaded)
    if ranked:
        rows_to_rank(compendium, training_set)
    assign_folds(training_set.positive, training_set.drug, seed=method.seed)
    name, fingerprint = compendium.name, compendium.fingerprint
    return TrainRequest(name, fingerprint, drug_set, method, null_repeats), training_set


def plan_cross_validation(
    compendium: Compendium, drug_set: DrugSet, method: Method
) -> tuple[DrugSet, Method, TrainingSet]:
    """Check a cross-validation of models that rank nothing; returns its known drugs and method.

    Raises as `plan_training`, and RequestError if no drug can be held out.
    """
    request, training_set = plan_training(compendium, drug_set, method, ranked=False)
    if training_set.n_positive_compounds < 2:
        raise RequestError(
            "The positive set has 1 drug. Cross-validation needs at least 2. Choose more drugs "
            "or cell lines."
        )
    settled = replace(request.method, negatives=training_set.negatives)
    return request.drug_set, settled, training_set
