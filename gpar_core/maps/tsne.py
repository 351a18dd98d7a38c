"""t-SNE of a training set and its top predictions (Gao et al. 2021, scikit-learn defaults)."""

import numpy as np
from sklearn.manifold import TSNE


def embed(x: np.ndarray, *, seed: int) -> np.ndarray:
    """Place signatures in the plane.

    x: (n, n_genes), n >= 3. Perplexity is scikit-learn's 30, or less where n is too small for it.
    Returns (n, 2) float32.
    """
    perplexity = min(30.0, (len(x) - 1) / 3)
    model = TSNE(perplexity=perplexity, random_state=seed, init="pca")
    return model.fit_transform(np.asarray(x, np.float32))
