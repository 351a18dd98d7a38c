"""UMAP (McInnes, Healy and Melville 2018) with umap-learn's defaults."""

import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array

from gpar_core.maps.nearest import EXACT, nearest_neighbors
from gpar_core.progress import Progress, Report, part, silent

N_NEIGHBORS = 15
MANY = 10_000
EPOCHS_OF_FEW, EPOCHS_OF_MANY = 500, 200
"""umap-learn's own numbers, up to `MANY` signatures and above."""

EPOCHS_OF_GRAPH = 100
"""Of a graph alone: of 120,000 signatures, twice as many raise the trustworthiness from 0.992 to
0.994 (standard error 0.001); of 473,647, they would take minutes longer."""

SPREAD, MIN_DISTANCE = 1.0, 0.1
"""umap-learn's defaults."""


def embed(x: np.ndarray, *, seed: int, report: Report = silent) -> np.ndarray:
    """Place signatures in the plane.

    x: (n, d), n >= 4. 15 neighbors, counting the signature itself, or n - 1 if there are fewer. It
    starts from the first two principal components, so that the position of groups is meaningful
    (Kobak and Linderman 2021), and runs on one thread, without which the seed would not determine
    the result. report: gets epochs, and may raise to stop.

    Returns (n, 2) float32.
    """
    with _absent("tensorflow"):
        from umap import UMAP  # noqa: PLC0415 -- it compiles for seconds

    n = len(x)
    k = min(N_NEIGHBORS, n - 1)
    epochs = EPOCHS_OF_FEW if n <= MANY else EPOCHS_OF_MANY
    # Percent of the time at which all neighbors are found; measured with 473,647 and 20,000
    # signatures. Of fewer, they are found sooner.
    found = 45 if n > EXACT else 15
    report(Progress("UMAP", 0, 1000, "UMAP: nearest neighbors"))
    others, distances = nearest_neighbors(x, k - 1, seed=seed)
    model = UMAP(
        n_neighbors=k,
        n_epochs=epochs,
        init="pca",
        random_state=seed,
        n_jobs=1,
        precomputed_knn=(
            np.column_stack([np.arange(n, dtype=np.int32), others]),
            np.column_stack([np.zeros(n, np.float32), distances]),
        ),
        tqdm_kwds=_bar(epochs, part(report, "UMAP", found, 100)),
    )
    with warnings.catch_warnings():
        # The warning that no other signatures can be placed later, which GPAR never does.
        warnings.filterwarnings("ignore", "precomputed_knn")
        return np.asarray(model.fit_transform(x), np.float32)


def lay_out(
    pairs: np.ndarray, weight: np.ndarray, start: np.ndarray, *, seed: int, report: Report = silent
) -> np.ndarray:
    """Place the nodes of a graph by UMAP's gradient descent alone.

    pairs: (m, 2) nodes, each pair once. weight: (m,) > 0. start: (n, 2). Its time grows with the
    number of edges and, unlike that of force-directed layouts, not with pairs of nodes: each edge
    attracts its ends, and each end is repelled by some nodes at random. report: as in `embed`.

    Returns (n, 2) float32.
    """
    with _absent("tensorflow"):
        from umap.umap_ import find_ab_params, simplicial_set_embedding  # noqa: PLC0415

    n = len(start)
    graph = coo_array((weight, (pairs[:, 0], pairs[:, 1])), shape=(n, n)).tocsr()
    a, b = find_ab_params(SPREAD, MIN_DISTANCE)
    place, _ = simplicial_set_embedding(
        None,
        graph + graph.T,
        n_components=2,
        initial_alpha=1.0,
        a=a,
        b=b,
        gamma=1.0,
        negative_sample_rate=5,
        n_epochs=EPOCHS_OF_GRAPH,
        init=start,
        random_state=np.random.RandomState(seed),
        metric="euclidean",
        metric_kwds={},
        densmap=False,
        densmap_kwds={},
        output_dens=False,
        tqdm_kwds=_bar(EPOCHS_OF_GRAPH, report),
    )
    return np.asarray(place, np.float32)


def _bar(epochs: int, report: Report) -> dict[str, object]:
    """Settings of umap-learn's progress bar."""
    return {
        "disable": False,
        "file": _Epochs(epochs, report),
        "bar_format": "{n}",
        # One by one: otherwise tqdm's own thread would report too.
        "miniters": 1,
        "mininterval": 0.2,
    }


@dataclass(frozen=True)
class _Epochs:
    """Receives umap-learn's progress bar, the only point at which it can be stopped."""

    total: int
    report: Report

    def write(self, text: str) -> None:
        if numbers := re.findall(r"\d+", text):
            done = int(numbers[-1])
            message = f"UMAP: {done} of {self.total} epochs"
            self.report(Progress("UMAP", done, self.total, message))

    def flush(self) -> None:
        """Do nothing; files have this method."""


@contextmanager
def _absent(package: str) -> Iterator[None]:
    """Import as if the package were not installed.

    With TensorFlow, `import umap` takes ten times as long and 0.7 GB more, for an unused class.
    """
    before = {name: sys.modules[name] for name in [package] if name in sys.modules}
    sys.modules[package] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[package]
        sys.modules.update(before)
