"""Many logistic regressions on the same signatures at once.

Fits for different classes, folds and penalties differ in targets and weights only, so their steps
share two matrix products. These fits agree with scikit-learn's within its tolerance.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np

from gpar_core.progress import Progress, Report

STAGE = "Logistic regression"
TOLERANCE = 1e-5
"""Of the largest component of the gradient, relative to that at 0."""
MAX_STEPS = 500
MEMORY = 10
"""Pairs of differences that L-BFGS remembers."""
SUFFICIENT, SHORTEST = 1e-4, 1e-8
"""Of a step: the share of the fall that its slope promises, and the length below which a shorter
one is not tried."""
AT_ONCE = 256
"""Fits whose scores of all signatures are in memory together."""


@dataclass(frozen=True, eq=False)
class Logistic:
    """Linear scores of c fits. coefficients: (p, c). intercepts: (c,)."""

    coefficients: np.ndarray
    intercepts: np.ndarray

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """(m, p) to (m, c) log-odds."""
        return x @ self.coefficients + self.intercepts


@dataclass(frozen=True, eq=False)
class Axes:
    """Signatures in the axes in which their scatter is diagonal.

    mean: (p,). rotation: (p, r). z: (n, r) rotated, centered signatures. scatter: (r,) sums of
    their squares.
    """

    mean: np.ndarray
    rotation: np.ndarray
    z: np.ndarray
    scatter: np.ndarray


def axes(x: np.ndarray) -> Axes:
    """x: (n, p), used in double precision."""
    x = np.asarray(x, np.float64)
    mean = x.mean(axis=0)
    centered = x - mean
    scatter, rotation = np.linalg.eigh(centered.T @ centered)
    return Axes(mean, rotation, centered @ rotation, scatter.clip(min=0))


def many_logistic(
    of: Axes, positive: np.ndarray, weight: np.ndarray, c: np.ndarray, report: Report
) -> Logistic:
    """Minimize 1/2 |w|^2 + c sum_i weight_i log(1 + exp(-y_i (x_i w + b))) for each column.

    positive, weight: (n, k), bool and at least 0; 0 leaves a signature out. c: (k,) inverse
    penalties, as scikit-learn's C. report: may raise to stop.
    """
    parts = []
    for first in range(0, positive.shape[1], AT_ONCE):
        some = slice(first, first + AT_ONCE)
        parts.append(_minimum(of, positive[:, some], weight[:, some] * c[some], report))
    w, b = (np.concatenate(part, axis=-1) for part in zip(*parts, strict=True))
    w = of.rotation @ w
    return Logistic(w, b - of.mean @ w)


def balanced(positive: np.ndarray, taking_part: np.ndarray) -> np.ndarray:
    """(n, k) weights that make both classes of each column count the same: n / (2 n of the class).

    positive, taking_part: (n, k) bool.
    """
    weight = np.zeros(positive.shape)
    n = taking_part.sum(axis=0)
    for kind in (positive & taking_part, ~positive & taking_part):
        weight += kind * (n / (2 * kind.sum(axis=0).clip(min=1)))
    return weight


def _minimum(
    of: Axes, positive: np.ndarray, weight: np.ndarray, report: Report
) -> tuple[np.ndarray, np.ndarray]:
    """(r, k) coefficients in the axes and (k,) intercepts, by L-BFGS in all columns at once.

    Nocedal and Wright 2006, Numerical Optimization, algorithms 3.1, 7.4 and 7.5. In these axes the
    curvature at 0 is nearly diagonal: 1 + scatter mean(weight) / 4. Starting from its inverse, a
    few tens of steps suffice for any penalty.
    """
    sign = np.where(positive, 1.0, -1.0)
    share = weight.sum(axis=0) / 4
    curvature = np.concatenate([1 + of.scatter[:, None] * share / len(of.z), share[None]])

    def value(at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        margin = sign * (of.z @ at[:-1] + at[-1])
        loss = (weight * np.logaddexp(0, -margin)).sum(axis=0) + (at[:-1] ** 2).sum(axis=0) / 2
        return loss, margin

    def slope(at: np.ndarray, margin: np.ndarray) -> np.ndarray:
        pull = -sign * weight / (1 + np.exp(margin.clip(max=500)))
        return np.concatenate([of.z.T @ pull + at[:-1], pull.sum(axis=0)[None]])

    at = np.zeros(curvature.shape)
    loss, margin = value(at)
    gradient = slope(at, margin)
    enough = TOLERANCE * np.abs(gradient).max(axis=0)
    steps: deque[np.ndarray] = deque(maxlen=MEMORY)
    changes: deque[np.ndarray] = deque(maxlen=MEMORY)
    for number in range(MAX_STEPS):
        report(Progress(STAGE, number, MAX_STEPS))
        moving = np.abs(gradient).max(axis=0) > enough
        if not moving.any():
            break
        direction = -_preconditioned(gradient, steps, changes, curvature) * moving
        fall = SUFFICIENT * (gradient * direction).sum(axis=0)
        length = np.ones(len(fall))
        new_loss, margin = value(at + direction)
        while (too_far := (new_loss > loss + length * fall) & (length > SHORTEST)).any():
            length[too_far] /= 2
            new_loss, margin = value(at + length * direction)
        step = length * direction
        new_gradient = slope(at + step, margin)
        steps.append(step)
        changes.append(new_gradient - gradient)
        at, loss, gradient = at + step, new_loss, new_gradient
    return at[:-1], at[-1]


def _preconditioned(
    gradient: np.ndarray,
    steps: deque[np.ndarray],
    changes: deque[np.ndarray],
    curvature: np.ndarray,
) -> np.ndarray:
    """The inverse Hessian that the last steps suggest, times the gradient; all (r + 1, k)."""
    found = gradient.copy()
    pairs = []
    for step, change in zip(reversed(steps), reversed(changes), strict=True):
        product = (step * change).sum(axis=0)
        scale = np.divide(1, product, out=np.zeros_like(product), where=product > 0)
        share = scale * (step * found).sum(axis=0)
        found -= share * change
        pairs.append((step, change, scale, share))
    found /= curvature
    if pairs:
        _, change, scale, _ = pairs[0]
        ratio = scale * (change**2 / curvature).sum(axis=0)
        found *= np.divide(1, ratio, out=np.ones_like(ratio), where=ratio > 0)
    for step, change, scale, share in reversed(pairs):
        found += step * (share - scale * (change * found).sum(axis=0))
    return found
