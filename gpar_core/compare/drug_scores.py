"""Held-out scores of drugs by each method, on folds that all classes share.

All but GPAR compute what they can for all classes together: similarities do not depend on the
class, and classifiers share most of their work.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from time import monotonic

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from gpar_core import fields
from gpar_core.compare import drsim, gsea, similarity
from gpar_core.compare.classifiers import CLASSIFIERS, STAGE
from gpar_core.compare.methods import METHODS, Kind
from gpar_core.compare.pairs import held_out_scores
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet
from gpar_core.learn import held_out
from gpar_core.learn.engine import Pool
from gpar_core.learn.folds import Folds
from gpar_core.learn.matching import Matching
from gpar_core.learn.presets import Settings
from gpar_core.learn.side_by_side import AT_ONCE, side_by_side
from gpar_core.learn.space import Space
from gpar_core.progress import Progress, Remember, Report, Tables

SIMILARITIES = "Similarities"
"""A stage."""
LARGE = 20_000
"""Signatures above which the folds of a classifier are fitted one after another, to save memory."""

_MEASURES: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "cosine": similarity.cosine,
    "jaccard": similarity.jaccard,
    "fisher": similarity.fisher,
}


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


@dataclass(frozen=True, eq=False)
class Merged:
    """The signatures that take part in any question, and each drug's merged into one.

    x: (m, 978) representatives. code: (m,) place of the drug of each in `drugs`. drugs: (n,) names,
    sorted. z: (n, 978) merged. fold: (n,) held out when learning what the drug is compared with.
    member: (n, c) bool, the drugs of each class.
    """

    x: np.ndarray
    code: np.ndarray
    drugs: np.ndarray
    z: np.ndarray
    fold: np.ndarray
    member: np.ndarray

    @property
    def positives(self) -> np.ndarray:
        """(p,) places in `drugs` of those that are in any class, rising."""
        return np.flatnonzero(self.member.any(axis=1))


@dataclass(frozen=True, eq=False)
class SharedWork:
    """What was computed for all classes together.

    similarity: by method, (p, n) float32 of the positives of `merged` to all its drugs. score: by
    method and class, (n,) of the drugs of the class's question. seconds: by method, of all classes.
    """

    merged: Merged
    similarity: Mapping[str, np.ndarray]
    score: Mapping[str, Mapping[str, np.ndarray]]
    seconds: Mapping[str, float]

    def among(self, method: str, asked: Question) -> np.ndarray:
        """(n_positives, n_drugs) similarities of the drugs of a question."""
        drugs = self.merged.drugs
        rows = np.searchsorted(drugs[self.merged.positives], asked.drugs[asked.positive])
        return self.similarity[method][np.ix_(rows, np.searchsorted(drugs, asked.drugs))]


def shared_work(
    compendium: Compendium,
    questions: Sequence[Question],
    methods: Iterable[str],
    *,
    seed: int,
    pool: Pool,
    report_of: Callable[[str], Report],
    remember: Remember,
) -> SharedWork:
    """Compute all methods but GPAR.

    report_of: of each method; may raise to stop. remember: keeps finished methods.
    """
    merged = _merged(compendium, questions)
    similarities, scores, seconds = {}, {}, {}
    for method in methods:
        if METHODS[method].kind is Kind.NETWORK:
            continue

        def compute(method: str = method) -> Tables:
            started, report = monotonic(), report_of(method)
            if METHODS[method].kind is Kind.SIMILARITY:
                found = _similarity(method, merged, seed, report)
                table = pd.DataFrame({"similarity": found.astype(np.float32).ravel()})
            else:
                table = _classified(compendium, questions, method, seed, pool, report)
            return {"found": table, "time": pd.DataFrame({"seconds": [monotonic() - started]})}

        tables = remember(f"\n{method}", compute)
        found, seconds[method] = tables["found"], float(tables["time"]["seconds"].iloc[0])
        if "similarity" in found:
            similarities[method] = found["similarity"].to_numpy().reshape(len(merged.positives), -1)
        else:
            of_class = found.groupby("class")["score"]
            scores[method] = {str(name): score.to_numpy() for name, score in of_class}
    # The signatures, which take most of the memory, are not needed any more.
    return SharedWork(replace(merged, x=merged.x[:0].copy()), similarities, scores, seconds)


def drug_scores(
    method: str,
    asked: Question,
    compendium: Compendium,
    shared: SharedWork,
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
    if METHODS[method].kind is Kind.SIMILARITY:
        return held_out_scores(shared.among(method, asked), asked.positive, asked.fold)
    if METHODS[method].kind is Kind.CLASSIFIER:
        return shared.score[method][asked.name]
    training_set, folds = asked.training_set, asked.folds
    if space is not None:
        pooled = Matching(space, compendium, training_set, folds, seed).of_compounds()
        return pooled[space.places(asked.drugs)]
    score = held_out.held_out_scores(
        compendium, training_set, folds, settings, seed=seed, pool=pool, report=report
    )
    return _of_drugs(score, training_set)


def _of_drugs(score: np.ndarray, training_set: TrainingSet) -> np.ndarray:
    """Means over the signatures of each drug, sorted by name. score: (n, ...)."""
    _, place = np.unique(training_set.drug.astype(str), return_inverse=True)
    total = np.zeros((place.max() + 1, *score.shape[1:]))
    np.add.at(total, place, score)
    return total / np.bincount(place).reshape(-1, *[1] * (score.ndim - 1))


def _merged(compendium: Compendium, questions: Sequence[Question]) -> Merged:
    rows = np.unique(np.concatenate([each.training_set.compendium_rows for each in questions]))
    x = np.asarray(compendium.matrix[rows], np.float32)
    drug = compendium.signatures[fields.DRUG].to_numpy(dtype=str)[rows]
    drugs, z = similarity.stouffer(x, drug)
    fold = np.empty(len(drugs), int)
    for each in questions:
        fold[np.searchsorted(drugs, each.drugs)] = each.fold
    member = np.stack([np.isin(drugs, each.drugs[each.positive]) for each in questions], axis=1)
    return Merged(x, np.searchsorted(drugs, drug), drugs, z, fold, member)


def _similarity(method: str, merged: Merged, seed: int, report: Report) -> np.ndarray:
    """(p, n) similarities of the positives to all drugs."""
    about = f"{METHODS[method].label} of {len(merged.drugs):,} drugs"
    report(Progress(SIMILARITIES, message=about))

    def of_method(progress: Progress) -> None:
        report(replace(progress, stage=SIMILARITIES, message=f"{about}, {progress.message}"))

    x, code, chosen, fold = merged.x, merged.code, merged.positives, merged.fold
    if method == "gsea":
        _, prototypes = gsea.prototypes(gsea.ranked_lists(x), merged.drugs[code])
        return gsea.similarity(prototypes[chosen], prototypes)
    if method == "drsim":
        return drsim.similarity(x, code, chosen, fold, of_method)
    if method == "donner":
        from gpar_core.compare import donner  # noqa: PLC0415 -- TensorFlow

        return donner.similarity(x, code, chosen, fold, seed=seed, report=of_method)
    if method == "moasl":
        from gpar_core.compare import moasl  # noqa: PLC0415 -- TensorFlow

        return moasl.similarity(x, code, chosen, fold, merged.member, seed=seed, report=of_method)
    return _MEASURES[method](merged.z[chosen], merged.z)


def _classified(
    compendium: Compendium,
    questions: Sequence[Question],
    method: str,
    seed: int,
    pool: Pool,
    report: Report,
) -> pd.DataFrame:
    """Held-out scores: class, score; the drugs of a class in the order of its question."""
    alike: dict[bytes, list[Question]] = {}
    for each in questions:
        alike.setdefault(each.training_set.rows.tobytes(), []).append(each)
    found = []
    label = METHODS[method].label
    for number, group in enumerate(alike.values()):
        about = f"{label}, training set {number + 1} of {len(alike)}" if len(alike) > 1 else label
        scores = _of_group(compendium, group, method, about, seed, pool, report)
        found += [
            pd.DataFrame({"class": each.name, "score": score})
            for each, score in zip(group, scores.T, strict=True)
        ]
    return pd.concat(found, ignore_index=True)


def _of_group(
    compendium: Compendium,
    group: Sequence[Question],
    method: str,
    about: str,
    seed: int,
    pool: Pool,
    report: Report,
) -> np.ndarray:
    """(n_drugs, c) held-out scores of questions that have the same signatures."""
    first = group[0]
    x = first.training_set.z_scores(compendium)
    positive = np.stack([each.training_set.positive for each in group], axis=1)
    fold, k = first.folds.fold, first.folds.k

    def tell(done: Mapping[str, np.ndarray], share: float) -> None:
        report(
            Progress(
                STAGE, len(done), k, f"{about}, {len(done)} of {k} folds", {"step_share": share}
            )
        )

    score = np.empty(positive.shape)
    at_once = 1 if len(x) > LARGE else AT_ONCE
    asked = _Folds(x, positive, fold, method, seed)
    # Folds already run in parallel; multithreaded products would compete with them.
    with threadpool_limits(1), pool.sharing(asked, at_once=at_once) as shared:
        parts = {
            str(number): partial(shared.call, _held_out_of, number)
            for number in range(k)
            if (fold == number).any()
        }
        for number, scores in side_by_side(parts, tell, shared.at_once).items():
            score[fold == int(number)] = scores
    return _of_drugs(score, first.training_set)


@dataclass(frozen=True, eq=False)
class _Folds:
    """A classifier and what its folds share. x: (n, 978). positive: (n, c). fold: (n,)."""

    x: np.ndarray
    positive: np.ndarray
    fold: np.ndarray
    method: str
    seed: int


def _held_out_of(of: _Folds, number: int, pool: Pool, report: Report) -> np.ndarray:
    """(m, c) scores of the signatures of a fold."""
    seen = of.fold != number
    fit = CLASSIFIERS[of.method]
    return fit(of.x[seen], of.positive[seen], of.seed + number + 1, report)(of.x[~seen])
