"""Combine the lines of evidence into the probability that a gene is a known target.

A logistic regression over the lines, fitted on compounds whose targets are known: its probability
is the share of cases (a compound and a gene) with such evidence in which the gene was a known
target. A model of a compound's molecule never saw that molecule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

N_FOLDS: Final = 5
MIN_MOLECULES: Final = 10
"""Molecules with a known target that a fit needs."""
N_OTHERS: Final = 200
"""Genes that are no known targets, sampled for each molecule; they are weighted up to all."""
RIDGE: Final = 1.0
STEPS: Final = 50
CLOSE: Final = 1e-8


@dataclass(frozen=True, eq=False)
class Combination:
    """Fitted weights.

    lines: (l,) names. coefficients: (folds + 1, 2 l + 1) of each fold's model and, last, of that of
    all molecules: for each line, the weight of its value and of its presence; then the intercept.
    fold: by molecule, the model that did not see it. base_rate: share of cases that are known
    targets. n_molecules, n_positive: molecules, and cases that are known targets.
    """

    lines: tuple[str, ...]
    coefficients: np.ndarray
    fold: Mapping[str, int]
    base_rate: float
    n_molecules: int
    n_positive: int

    def probability(self, lines: Mapping[str, np.ndarray], queries: Sequence[str]) -> np.ndarray:
        """(n, g) probabilities; NaN for a gene on which no line says anything.

        lines: as in `Evidence.lines`; one may be missing. queries: (n,) molecules; new ones get
        the model of all.
        """
        found, none = [], np.full(next(iter(lines.values())).shape[1], np.nan)
        for number, query in enumerate(queries):
            x, some = features(
                [lines[name][number] if name in lines else none for name in self.lines]
            )
            weights = self.coefficients[self.fold.get(query, -1)]
            logit = x @ weights[:-1] + weights[-1]
            found.append(np.where(some, 1 / (1 + np.exp(-logit)), np.nan))
        return np.stack(found)


def features(lines: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Values and presence of each line, (n, 2 l), and where any is present, (n,) bool.

    lines: l arrays (n,), NaN where missing: the value is then 0.
    """
    values = np.stack(lines, axis=-1)
    present = np.isfinite(values)
    x = np.empty((len(values), 2 * len(lines)))
    x[:, ::2], x[:, 1::2] = np.where(present, values, 0.0), present
    return x, present.any(axis=-1)


def combine(
    lines: Mapping[str, np.ndarray],
    known: np.ndarray,
    molecules: Sequence[str],
    *,
    seed: int = 0,
) -> Combination | None:
    """Fit the weights of the lines of evidence.

    lines: as in `Evidence.lines`, of n molecules. known: (n, g) bool. Returns None if fewer than
    `MIN_MOLECULES` have a known target with some evidence.
    """
    some = (
        np.any([np.isfinite(each) for each in lines.values()], axis=0) if lines else known & False
    )
    usable = np.flatnonzero((known & some).any(axis=1))
    if len(usable) < MIN_MOLECULES:
        return None
    rng = np.random.default_rng([seed, 0x7A26])
    row, gene, weight = _cases(known, some, usable, rng)
    x, _ = features([each[row, gene] for each in lines.values()])
    is_target = known[row, gene]
    fold_of = np.full(len(known), -1)
    fold_of[usable] = rng.permutation(len(usable)) % N_FOLDS
    kept = [fold_of[row] != fold for fold in range(N_FOLDS)] + [np.ones(len(row), bool)]
    fits = [fit_weights(x[own], is_target[own], weight[own]) for own in kept]
    return Combination(
        lines=tuple(lines),
        coefficients=np.stack(fits),
        fold={molecules[one]: int(fold_of[one]) for one in usable.tolist()},
        base_rate=float(is_target.sum() / weight.sum()),
        n_molecules=len(usable),
        n_positive=int(is_target.sum()),
    )


def fit_weights(x: np.ndarray, positive: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """(2 l + 1,) coefficients of a logistic regression, the intercept last.

    x: (n, 2 l), values and presences in turn. positive: (n,) bool. weight: (n,).

    Maximizes sum w log p - RIDGE |b|^2 / 2 without penalty on the intercept, by Newton's method.
    Evidence never counts against a target: a value whose weight would be below 0 is left out.
    """
    used = np.ones(x.shape[1], bool)
    while True:
        found = np.zeros(x.shape[1] + 1)
        found[np.append(used, True)] = _newton(x[:, used], positive, weight)
        wrong = np.zeros(x.shape[1], bool)
        wrong[::2] = found[:-1:2] < 0
        if not wrong.any():
            return found
        used &= ~wrong


def _newton(x: np.ndarray, positive: np.ndarray, weight: np.ndarray) -> np.ndarray:
    design = np.column_stack([x, np.ones(len(x))])
    penalty = np.append(np.full(x.shape[1], RIDGE), 0.0)
    share = np.clip(weight[positive].sum() / weight.sum(), 1e-9, 1 - 1e-9)
    b = np.append(np.zeros(x.shape[1]), np.log(share / (1 - share)))
    value = _objective(design, positive, weight, penalty, b)
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-np.clip(design @ b, -500, 500)))
        gradient = design.T @ (weight * (positive - p)) - penalty * b
        curved = weight * p * (1 - p)
        hessian = (design * curved[:, None]).T @ design + np.diag(penalty + CLOSE)
        step, length = np.linalg.solve(hessian, gradient), 1.0
        new = _objective(design, positive, weight, penalty, b + step)
        while new < value and length > CLOSE:
            length /= 2
            new = _objective(design, positive, weight, penalty, b + length * step)
        b, gained, value = b + length * step, new - value, new
        if gained < CLOSE:
            break
    return b


def _objective(
    design: np.ndarray,
    positive: np.ndarray,
    weight: np.ndarray,
    penalty: np.ndarray,
    b: np.ndarray,
) -> float:
    logit = design @ b
    return float(
        (weight * (positive * logit - np.logaddexp(0, logit))).sum() - (penalty * b * b).sum() / 2
    )


def _cases(
    known: np.ndarray, some: np.ndarray, usable: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Molecule, gene and weight of the cases: all known targets, and a sample of other genes."""
    rows, genes, weights = [], [], []
    for row in usable:
        targets = np.flatnonzero(known[row] & some[row])
        others = np.flatnonzero(~known[row] & some[row])
        sample = others
        if len(others) > N_OTHERS:
            sample = np.sort(rng.choice(others, N_OTHERS, replace=False))
        rows.append(np.full(len(targets) + len(sample), row))
        genes += [targets, sample]
        weights.append(np.ones(len(targets)))
        weights.append(np.full(len(sample), len(others) / max(len(sample), 1)))
    return np.concatenate(rows), np.concatenate(genes), np.concatenate(weights)
