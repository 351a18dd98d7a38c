"""Queries and signatures that are easy to look through."""

import numpy as np

from gpar_core import fields
from gpar_core.search.query import Query


def signatures(n: int, seed: int = 0) -> np.ndarray:
    """(n, 978) z-scores of noise."""
    return np.random.default_rng(seed).normal(size=(n, fields.N_LANDMARKS)).astype(np.float32)


def drawn(n_up: int, n_down: int, seed: int = 0) -> Query:
    """A query of random genes."""
    genes = np.random.default_rng([seed, 1]).permutation(fields.N_LANDMARKS)
    return Query("drawn", np.sort(genes[:n_up]), np.sort(genes[n_up : n_up + n_down]))
