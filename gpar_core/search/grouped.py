"""Scores within groups of signatures, in compiled code: one query a row."""

import numpy as np
from numba import njit

_MANY = 32


@njit(nogil=True, cache=True)
def divided_by_means(score: np.ndarray, group: np.ndarray, n_groups: int) -> np.ndarray:
    """(q, n): scores divided by the mean absolute value of those of their sign in their group.

    score: (q, n). group: (n,) int below n_groups.
    """
    found = np.zeros_like(score)
    for q in range(len(score)):
        total, count = np.zeros((2, n_groups)), np.zeros((2, n_groups))
        for i in range(len(group)):
            if score[q, i] != 0:
                side = 1 if score[q, i] > 0 else 0
                total[side, group[i]] += abs(score[q, i])
                count[side, group[i]] += 1
        for i in range(len(group)):
            if score[q, i] != 0:
                side = 1 if score[q, i] > 0 else 0
                found[q, i] = score[q, i] * count[side, group[i]] / total[side, group[i]]
    return found


@njit(nogil=True, cache=True)
def far_quantiles(
    score: np.ndarray, order: np.ndarray, ends: np.ndarray, low: float, high: float
) -> np.ndarray:
    """(q, n_groups): of two quantiles of each group, the one farther from 0; the high one if equal.

    score: (q, n). order: (n,) the groups one after another. ends: (n_groups,) where each ends in
    it. Quantiles are interpolated between the two nearest values.
    """
    found = np.empty((len(score), len(ends)))
    buffer = np.empty(len(order), score.dtype)
    for q in range(len(score)):
        start = 0
        for group in range(len(ends)):
            values = buffer[: ends[group] - start]
            for k in range(len(values)):
                values[k] = score[q, order[start + k]]
            start = ends[group]
            _sort(values)
            upper, lower = _quantile(values, high), _quantile(values, low)
            found[q, group] = upper if abs(upper) >= abs(lower) else lower
    return found


@njit(nogil=True, cache=True)
def _sort(values: np.ndarray) -> None:
    """In place; most groups have a few values, which are moved one by one."""
    if len(values) > _MANY:
        values.sort()
        return
    for k in range(1, len(values)):
        value, place = values[k], k
        while place > 0 and values[place - 1] > value:
            values[place] = values[place - 1]
            place -= 1
        values[place] = value


@njit(nogil=True, cache=True)
def _quantile(values: np.ndarray, share: float) -> float:
    """Of rising values."""
    place = share * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    weight = place - below
    return values[below] * (1 - weight) + values[above] * weight
