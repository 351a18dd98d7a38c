"""t-SNE: scikit-learn's for few signatures, as in Gao et al. 2021; openTSNE's for many."""

from itertools import count

import numpy as np
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits

from gpar_core.progress import Progress, Report, silent

PERPLEXITY = 30.0
FEW = 1000
"""Up to this many signatures, scikit-learn is used, as in the paper; openTSNE is twice as fast, and
can be stopped."""

FEW_ITERATIONS = 500
"""For scikit-learn: on 400 real signatures, 1,000 take twice as long for equal trustworthiness."""

ITERATIONS_PER_CALL = 10
EXAGGERATED, PLAIN = 250, 500
"""Iterations with early exaggeration and without: openTSNE's defaults."""

LARGE = 20_000
"""Up to this many signatures one thread is enough, and on a busy computer faster: several wait for
each other some ten times in each iteration. The map is the same."""


def embed(x: np.ndarray, *, seed: int, threads: int = 1, report: Report = silent) -> np.ndarray:
    """Place signatures in the plane.

    x: (n, d), n >= 3. Perplexity is 30, or less if n is too small for it. Above `FEW` signatures,
    openTSNE interpolates (Linderman et al. 2019), above `LARGE` on `threads` threads. report: gets
    its iterations, and may raise to stop; scikit-learn cannot be stopped.

    Returns (n, 2) float32.
    """
    x = np.asarray(x, np.float32)
    if len(x) <= FEW:
        perplexity = min(PERPLEXITY, (len(x) - 1) / 3)
        few = TSNE(perplexity=perplexity, random_state=seed, init="pca", max_iter=FEW_ITERATIONS)
        # The order of summation, and so the map, depends on the number of threads.
        with threadpool_limits(1):
            return few.fit_transform(x)
    return _embed_many(x, seed, threads, report)


def _embed_many(x: np.ndarray, seed: int, threads: int, report: Report) -> np.ndarray:
    # Imported late: training sets are placed without it.
    import openTSNE  # noqa: PLC0415
    from openTSNE.affinity import PerplexityBasedNN  # noqa: PLC0415
    from openTSNE.initialization import pca  # noqa: PLC0415
    from openTSNE.nearest_neighbors import PrecomputedNeighbors  # noqa: PLC0415

    from gpar_core.maps.nearest import nearest_neighbors  # noqa: PLC0415

    threads = threads if len(x) > LARGE else 1
    n_iterations = EXAGGERATED + PLAIN
    report(Progress("t-SNE", 0, n_iterations, "t-SNE: nearest neighbors"))
    found, distances = nearest_neighbors(x, int(3 * PERPLEXITY), seed=seed)
    affinities = PerplexityBasedNN(
        perplexity=PERPLEXITY,
        knn_index=PrecomputedNeighbors(found, distances),
        n_jobs=threads,
        random_state=seed,
    )
    calls = count(1)

    def on_iterations(*_: object) -> bool:
        done = ITERATIONS_PER_CALL * next(calls)
        report(Progress("t-SNE", done, n_iterations, f"t-SNE: {done} of {n_iterations} iterations"))
        return False

    model = openTSNE.TSNE(
        early_exaggeration_iter=EXAGGERATED,
        n_iter=PLAIN,
        n_jobs=threads,
        random_state=seed,
        callbacks=on_iterations,
        callbacks_every_iters=ITERATIONS_PER_CALL,
    )
    place = model.fit(affinities=affinities, initialization=pca(x, random_state=seed))
    return np.asarray(place, np.float32)
