"""Nearest neighbors of every signature, without holding all distances at once."""

import numpy as np
from sklearn.neighbors import NearestNeighbors

from gpar_core import gpu

EXACT = 30_000
"""With more signatures, neighbors are found by NN-descent: 20,000 in 200 dimensions take a few
seconds either way, but the number of all pairs grows with the square."""

BREADTH = 50
"""Neighbors that NN-descent looks for at least: of the 14 nearest of 60,000 simulated signatures it
finds 88% when it looks for 15, 94% for 30 and 97% for 50, in 2, 5 and 11 s."""

BLOCK_ROWS = 512
"""Rows whose distances to all others a GPU holds at once: 1 GB for 473,647."""


def nearest_neighbors(x: np.ndarray, k: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The k nearest others of each row by Euclidean distance.

    x: (n, d) float32, n > k. Exact (scikit-learn) up to `EXACT` rows; above that, exact on a GPU
    and without one by NN-descent (Dong et al. 2011, pynndescent), which finds nearly all. None can
    be stopped midway.

    Returns rows (n, k) int32 and distances (n, k) float32, rising.
    """
    found, distances = _with_itself(x, k + 1, seed)
    others = found != np.arange(len(x))[:, None]
    # Among equal rows, a row may be missing from its own neighbors: then the last one is dropped.
    others[others.all(axis=1), -1] = False
    found, distances = found[others].astype(np.int32), distances[others].astype(np.float32)
    return found.reshape(len(x), k), distances.reshape(len(x), k)


def _with_itself(x: np.ndarray, k: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    if len(x) <= EXACT:
        index = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(x)
        distances, found = index.kneighbors(x)
        return found, distances
    if device := gpu.device():
        return exact_on(device, x, k)
    from pynndescent import NNDescent  # noqa: PLC0415 -- it compiles for seconds

    # Its result depends on the number of threads, and must not depend on the machine.
    index = NNDescent(x, n_neighbors=max(k, BREADTH), random_state=seed, n_jobs=1)
    found, distances = index.neighbor_graph
    return found[:, :k], distances[:, :k]


def exact_on(device: str, x: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The k nearest rows of each row, itself included, on a device of TensorFlow.

    x: (n, d) float32. It takes 4 n `BLOCK_ROWS` bytes at a time. Returns as `nearest_neighbors`.
    """
    import tensorflow as tf  # noqa: PLC0415 -- only where there is a GPU

    found, distances = [], []
    with tf.device(device):
        # Rounding errors grow with the distance from 0.
        whole = tf.constant(x - x.mean(axis=0))
        half_squared = tf.reduce_sum(whole * whole, axis=1) / 2
        for start in range(0, len(x), BLOCK_ROWS):
            block = whole[start : start + BLOCK_ROWS]
            # |a - b|^2 / 2 without |a|^2 / 2, which is the same for all b.
            near = tf.math.top_k(tf.matmul(block, whole, transpose_b=True) - half_squared, k)
            # Once more for the nearest, without the rounding errors of that difference.
            apart = tf.norm(tf.gather(whole, near.indices) - block[:, None], axis=2)
            order = tf.argsort(apart, axis=1, stable=True)
            found.append(tf.gather(near.indices, order, batch_dims=1).numpy())
            distances.append(tf.gather(apart, order, batch_dims=1).numpy())
    return np.concatenate(found), np.concatenate(distances)
