"""Similarity of drugs in an embedding learned from the MOAs of other drugs (MOASL).

Jiang et al. 2024, "MOASL: Predicting drug mechanism of actions through similarity learning with
transcriptomic signature", Computers in Biology and Medicine. From the paper:

- Layers of 1,024, 512 and 256 units, with tanh after each; signatures are compared by the cosine of
  the last layer.
- Triplets of an anchor a, a positive p of the same MOA and a negative n of another are taken from
  each batch of 256 where they are semi-hard, cos_ap - 0.1 < cos_an < cos_ap; the loss is the mean
  of cos_an - cos_ap + 0.1 over them. Adam.
- A query is compared with the embeddings of reference signatures.

Chosen here: two signatures are alike if their compounds share one of the evaluated classes; a
compound may have several. Compounds without a class are not learned from, and a single class alone
has no negatives. 30 epochs at a learning rate of 0.0001 replace the paper's 300 at 0.00001; they
take a tenth of the time and are about as good (`docs/benchmarks.md`). A compound is the mean
embedding of its signatures, and compounds are compared by the cosine.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import tensorflow as tf

from gpar_core.compare.embedding_net import EmbeddingNet, Weights, batches_of, product, unit
from gpar_core.compare.similarity import cosine_by_fold, mean_by_drug
from gpar_core.progress import Report, silent


@dataclass(frozen=True)
class MoaslSettings:
    """hidden: units of each layer, the embedding last. margin: of cosines."""

    hidden: tuple[int, ...] = (1024, 512, 256)
    margin: float = 0.1
    batch: int = 256
    epochs: int = 30
    learning_rate: float = 1e-4


def similarity(
    x: np.ndarray,
    drug: np.ndarray,
    chosen: np.ndarray,
    fold: np.ndarray,
    member: np.ndarray,
    *,
    seed: int,
    settings: MoaslSettings = MoaslSettings(),
    report: Report = silent,
) -> np.ndarray:
    """Cosine of each chosen drug to each drug, learned without the fold of the latter.

    x: (m, n_genes) float32 z-scores. drug: (m,) int, of n drugs from 0. chosen: (p,) of them.
    fold: (n,) int. member: (n, k) bool, the classes of each drug. report: may raise to stop.
    Returns (p, n).
    """
    labels = member[drug].astype(np.float32)
    labelled = labels.any(axis=1)
    steps = settings.epochs * -(-int(labelled.sum()) // settings.batch)
    net = _net(x.shape[1], member.shape[1], settings)

    def references(number: int, report: Report) -> np.ndarray:
        rows = np.flatnonzero(labelled & (fold != number)[drug])
        rng = np.random.default_rng([seed, number, 0x30A])
        net.fit(
            [_initial(rng, shape) for shape in _shapes(x.shape[1], settings)],
            x,
            labels,
            batches_of(rows, settings.batch, steps, rng),
            report=report,
        )
        return mean_by_drug(net.embedded(x), drug, len(fold))

    return cosine_by_fold(references, chosen, fold, report)


def _shapes(n_genes: int, settings: MoaslSettings) -> list[tuple[int, ...]]:
    shapes: list[tuple[int, ...]] = []
    for n_in, n_out in pairwise((n_genes, *settings.hidden)):
        shapes += [(n_in, n_out), (n_out,)]
    return shapes


def _initial(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Glorot and Bengio 2010 for matrices, 0 for biases."""
    if len(shape) == 1:
        return np.zeros(shape, np.float32)
    limit = np.sqrt(6.0 / sum(shape))
    return rng.uniform(-limit, limit, shape).astype(np.float32)


def _net(n_genes: int, n_classes: int, settings: MoaslSettings) -> EmbeddingNet:
    def embed(weights: Weights, x: tf.Tensor) -> tf.Tensor:
        for weight, bias in zip(weights[0::2], weights[1::2], strict=True):
            x = tf.tanh(product(x, weight) + bias)
        return unit(x)

    def loss(
        weights: Weights,
        x: tf.Tensor,
        labels: tf.Tensor,
        rows: tf.Tensor,
        seed: tf.Tensor,
        step: tf.Tensor,
    ) -> tf.Tensor:
        member = tf.gather(labels, rows)
        alike = tf.matmul(member, member, transpose_b=True) > 0
        embedded = embed(weights, x)
        return triplet_loss(tf.matmul(embedded, embedded, transpose_b=True), alike, settings.margin)

    def rate(_: tf.Tensor) -> tf.Tensor:
        return tf.constant(settings.learning_rate)

    labels = tf.TensorSpec([None, n_classes], tf.float32)
    return EmbeddingNet(_shapes(n_genes, settings), embed, loss, rate, labels)


def triplet_loss(cos: tf.Tensor, alike: tf.Tensor, margin: float) -> tf.Tensor:
    """Mean of cos_an - cos_ap + margin over the semi-hard triplets of a batch, 0 if there are none.

    cos: (b, b) float32. alike: (b, b) bool, symmetric.
    """
    pairs = tf.where(alike & ~tf.eye(tf.shape(alike)[0], dtype=tf.bool))
    anchor = pairs[:, 0]
    to_positive = tf.gather_nd(cos, pairs)[:, None]
    to_each = tf.gather(cos, anchor)
    of_triplet = to_each - to_positive + margin
    semi_hard = ~tf.gather(alike, anchor) & (of_triplet > 0) & (to_each < to_positive)
    n_triplets = tf.math.count_nonzero(semi_hard, dtype=tf.float32)
    total = tf.reduce_sum(tf.where(semi_hard, of_triplet, 0.0))
    return total / tf.maximum(n_triplets, 1.0)
