"""Similarity of drugs in an embedding learned from the identity of compounds (Donner et al. 2018).

Donner, Kazmierczak and Fortney 2018, Mol. Pharmaceutics 15:4314,
doi:10.1021/acs.molpharmaceut.8b00284. From the paper:

- Genes are standardized over the training signatures, and get Gaussian noise of standard deviation
  0.3 in training.
- Layers are densely connected (each sees all earlier ones), with SELU; the embedding has 32
  dimensions and length 1.
- With cos_j the cosine of a signature's embedding to the learned embedding of compound j, y its
  compound, s a learned scale and m a margin that rises linearly over the steps to 0.25, the loss is
  -log softmax(s (cos - m [j = y]))_y.
- The similarity of two signatures is the dot product of their embeddings.

Chosen here: four hidden layers of 32 units, since the paper found little gain from more layers;
Adam at a learning rate of 0.001 in one cycle; batches of 256; and 12 epochs. More units or epochs
found fewer drugs (`docs/benchmarks.md`). In the paper, replicates share a label; here, the
signatures of a compound in several cell lines do. A compound is the mean embedding of its
signatures, and compounds are compared by the cosine.
"""

from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from gpar_core.compare.embedding_net import EmbeddingNet, Weights, batches_of, product, unit
from gpar_core.compare.similarity import cosine_by_fold, mean_by_drug
from gpar_core.learn.steps import one_cycle
from gpar_core.progress import Report, silent


@dataclass(frozen=True)
class DonnerSettings:
    """layers, width: number of hidden layers, and units in each. dimensions: of the embedding.

    noise: standard deviation. margin: at the end. scale: at the start.
    """

    layers: int = 4
    width: int = 32
    dimensions: int = 32
    noise: float = 0.3
    margin: float = 0.25
    scale: float = 16.0
    batch: int = 256
    epochs: int = 12
    learning_rate: float = 0.001


def similarity(
    x: np.ndarray,
    drug: np.ndarray,
    chosen: np.ndarray,
    fold: np.ndarray,
    *,
    seed: int,
    settings: DonnerSettings = DonnerSettings(),
    report: Report = silent,
) -> np.ndarray:
    """Cosine of each chosen drug to each drug, learned without the fold of the latter.

    x: (m, n_genes) float32 z-scores. drug: (m,) int, of n drugs from 0. chosen: (p,) of them.
    fold: (n,) int. report: may raise to stop. Returns (p, n). Where fewer than two compounds have
    two signatures, the standardized genes are the embedding.
    """
    several = np.bincount(drug, minlength=len(fold)) >= 2
    steps = settings.epochs * -(-int(several[drug].sum()) // settings.batch)
    net = _net(x.shape[1], len(fold), steps, settings)

    def references(number: int, report: Report) -> np.ndarray:
        seen = (fold != number)[drug]
        rows = np.flatnonzero(seen & several[drug])
        standard = _standardized(x, seen)
        names, label = np.unique(drug[rows], return_inverse=True)
        if len(names) < 2:
            return mean_by_drug(standard, drug, len(fold))
        labels = np.full(len(x), -1, np.int32)
        labels[rows] = label
        rng = np.random.default_rng([seed, number, 0xD0])
        net.fit(
            _initial(x.shape[1], len(fold), settings, rng),
            standard,
            labels,
            batches_of(rows, settings.batch, steps, rng),
            seed=int(rng.integers(2**31 - 1)),
            report=report,
        )
        return mean_by_drug(net.embedded(standard), drug, len(fold))

    return cosine_by_fold(references, chosen, fold, report)


def _standardized(x: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """(m, n_genes) with a mean of 0 and a standard deviation of 1 over the training signatures."""
    ours = x[seen]
    return (x - ours.mean(axis=0)) / np.maximum(ours.std(axis=0), np.float32(1e-6))


def _shapes(n_genes: int, n_drugs: int, settings: DonnerSettings) -> list[tuple[int, ...]]:
    """Matrix and bias of each layer and of the embedding; log scale; embeddings of compounds."""
    shapes: list[tuple[int, ...]] = []
    for number in range(settings.layers + 1):
        last = number == settings.layers
        n_out = settings.dimensions if last else settings.width
        shapes += [(n_genes + number * settings.width, n_out), (n_out,)]
    return [*shapes, (), (n_drugs, settings.dimensions)]


def _initial(
    n_genes: int, n_drugs: int, settings: DonnerSettings, rng: np.random.Generator
) -> list[np.ndarray]:
    """LeCun normal initialization, as SELU requires (Klambauer et al. 2017), and biases of 0."""
    *layers, scale, classes = _shapes(n_genes, n_drugs, settings)
    weights = [
        rng.normal(0, shape[0] ** -0.5, shape) if len(shape) == 2 else np.zeros(shape)
        for shape in layers
    ]
    start = [*weights, np.full(scale, np.log(settings.scale)), rng.normal(size=classes)]
    return [weight.astype(np.float32) for weight in start]


def _net(n_genes: int, n_drugs: int, steps: int, settings: DonnerSettings) -> EmbeddingNet:
    def embed(weights: Weights, x: tf.Tensor) -> tf.Tensor:
        for number in range(settings.layers):
            hidden = product(x, weights[2 * number]) + weights[2 * number + 1]
            x = tf.concat([x, tf.nn.selu(hidden)], axis=1)
        return unit(product(x, weights[-4]) + weights[-3])

    def loss(
        weights: Weights,
        x: tf.Tensor,
        labels: tf.Tensor,
        rows: tf.Tensor,
        seed: tf.Tensor,
        step: tf.Tensor,
    ) -> tf.Tensor:
        noise = tf.random.stateless_normal(tf.shape(x), tf.stack([seed, step]))
        n_classes = tf.reduce_max(labels) + 1
        label = tf.gather(labels, rows)
        cos = tf.matmul(
            embed(weights, x + settings.noise * noise),
            unit(weights[-1][:n_classes]),
            transpose_b=True,
        )
        margin = settings.margin * tf.cast(step + 1, tf.float32) / steps
        logits = tf.exp(weights[-2]) * (cos - margin * tf.one_hot(label, n_classes))
        return tf.reduce_mean(
            tf.nn.sparse_softmax_cross_entropy_with_logits(labels=label, logits=logits)
        )

    return EmbeddingNet(
        _shapes(n_genes, n_drugs, settings),
        embed,
        loss,
        lambda step: one_cycle(settings.learning_rate, step, steps),
        tf.TensorSpec([None], tf.int32),
    )
