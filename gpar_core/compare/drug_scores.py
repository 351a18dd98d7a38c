"""Held-out scores of drugs by each method."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from gpar_core import fields
from gpar_core.compare import drsim, gsea, similarity
from gpar_core.compare.methods import METHODS, Kind
from gpar_core.compare.pairs import held_out_scores
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet
from gpar_core.learn import held_out
from gpar_core.learn.classifiers import CLASSIFIERS
from gpar_core.learn.cross_validation import cross_validate
from gpar_core.learn.engine import Pool
from gpar_core.learn.folds import Folds
from gpar_core.learn.matching import Matching
from gpar_core.learn.presets import Settings
from gpar_core.learn.space import Space
from gpar_core.progress import Progress, Report

STAGE = "Similarities"

_MEASURES: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "cosine": similarity.cosine,
    "jaccard": similarity.jaccard,
    "fisher": similarity.fisher,
}


@dataclass(frozen=True, eq=False)
class Similarities:
    """Similarity of all drugs that are positive in any set to all drugs that take part.

    positives: (p,) names, sorted. drugs: (n,) names, sorted. of: by method (p, n) float32.
    """

    positives: np.ndarray
    drugs: np.ndarray
    of: Mapping[str, np.ndarray]

    def among(self, method: str, positives: np.ndarray, drugs: np.ndarray) -> np.ndarray:
        """(n_positives, n_drugs) similarities of the named drugs."""
        rows = np.searchsorted(self.positives, positives)
        return self.of[method][np.ix_(rows, np.searchsorted(self.drugs, drugs))]


def similarities(
    compendium: Compendium,
    training_sets: Iterable[TrainingSet],
    fold_of: Mapping[str, int],
    methods: Iterable[str],
    report: Report,
    *,
    seed: int = 0,
) -> Similarities:
    """Compare each drug that is positive in a training set with each drug of any of them.

    A drug's signatures are its representatives in the training sets. fold_of: the fold of each
    drug, held out when learning what the drug is compared with. methods: those that are not of kind
    `SIMILARITY` are skipped. report: may raise to stop. seed: for methods that learn.
    """
    sets = list(training_sets)
    rows = np.unique(np.concatenate([each.compendium_rows for each in sets]))
    positives = np.unique(np.concatenate([each.drug[each.positive].astype(str) for each in sets]))
    x = np.asarray(compendium.matrix[rows], np.float32)
    drug = compendium.signatures[fields.DRUG].to_numpy(dtype=str)[rows]
    drugs, merged = similarity.stouffer(x, drug)
    chosen = np.searchsorted(drugs, positives)
    fold = np.array([fold_of[name] for name in drugs])
    code = np.searchsorted(drugs, drug)
    of = {}
    for method in methods:
        if METHODS[method].kind is not Kind.SIMILARITY:
            continue
        about = f"{METHODS[method].label} of {len(drugs):,} drugs"
        report(Progress(STAGE, message=about))

        def of_method(progress: Progress, about: str = about) -> None:
            report(replace(progress, stage=STAGE, message=f"{about}, {progress.message}"))

        if method == "gsea":
            _, prototypes = gsea.prototypes(gsea.ranked_lists(x), drug)
            found = gsea.similarity(prototypes[chosen], prototypes)
        elif method == "drsim":
            found = drsim.similarity(x, code, chosen, fold, of_method)
        elif method == "donner":
            from gpar_core.compare import donner  # noqa: PLC0415 -- TensorFlow

            found = donner.similarity(x, code, chosen, fold, seed=seed, report=of_method)
        elif method == "moasl":
            from gpar_core.compare import moasl  # noqa: PLC0415 -- TensorFlow

            member = np.stack(
                [np.isin(drugs, each.drug[each.positive].astype(str)) for each in sets], axis=1
            )
            found = moasl.similarity(x, code, chosen, fold, member, seed=seed, report=of_method)
        else:
            found = _MEASURES[method](merged[chosen], merged)
        of[method] = found.astype(np.float32)
    return Similarities(positives, drugs, of)


@dataclass(frozen=True, eq=False)
class Question:
    """One class of drugs to distinguish from the rest.

    drugs: (n,) names of all its drugs, sorted. positive: (n,) bool. fold: (n,) int from 0.
    """

    name: str
    training_set: TrainingSet
    folds: Folds
    drugs: np.ndarray
    positive: np.ndarray
    fold: np.ndarray


def question(name: str, training_set: TrainingSet, folds: Folds) -> Question:
    """The question for a class, from its training set and its folds by drug."""
    drugs, first = np.unique(training_set.drug.astype(str), return_index=True)
    return Question(
        name, training_set, folds, drugs, training_set.positive[first], folds.fold[first]
    )


def drug_scores(
    method: str,
    asked: Question,
    compendium: Compendium,
    alike: Similarities,
    settings: Settings,
    *,
    seed: int,
    pool: Pool,
    report: Report,
    space: Space | None,
) -> np.ndarray:
    """(n,) held-out scores of drugs: the mean over signatures if the method scores signatures.

    space: from `held_out.space_for`. Raises WorkerError where a process dies.
    """
    training_set, folds = asked.training_set, asked.folds
    if METHODS[method].kind is Kind.SIMILARITY:
        among = alike.among(method, asked.drugs[asked.positive], asked.drugs)
        return held_out_scores(among, asked.positive, asked.fold)
    if METHODS[method].kind is Kind.NETWORK:
        if space is not None:
            pooled = Matching(space, compendium, training_set, folds, seed).of_compounds()
            return pooled[space.places(asked.drugs)]
        score = held_out.held_out_scores(
            compendium, training_set, folds, settings, seed=seed, pool=pool, report=report
        )
    else:
        x = training_set.z_scores(compendium)
        fit = CLASSIFIERS[method]
        score = cross_validate(x, training_set, folds, fit, seed=seed, report=report).score
    place = np.searchsorted(asked.drugs, training_set.drug.astype(str))
    return np.bincount(place, weights=score) / np.bincount(place)
