"""Train a network that embeds signatures: the common part of `donner` and `moasl`.

Importing any of the three imports TensorFlow, so they are imported where they run.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress

import numpy as np
import tensorflow as tf

from gpar_core.learn.steps import PRODUCT_TYPE, STEPS_PER_CALL, Adam, be_one_of_many
from gpar_core.progress import Progress, Report
from gpar_core.rank.scoring import BLOCK_ROWS

SMALLEST_SQUARE = 1e-12

Weights = Sequence[tf.Variable]
Embed = Callable[[Weights, tf.Tensor], tf.Tensor]
"""Weights and signatures (n, n_genes) to embeddings (n, d) of length 1."""
Loss = Callable[[Weights, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor], tf.Tensor]
"""Loss of a batch: weights, its signatures (b, n_genes), the labels of all signatures, the rows of
the batch (b,), a seed and the step, from 0."""
Rate = Callable[[tf.Tensor], tf.Tensor]
"""Learning rate at a step."""


class EmbeddingNet:
    """One architecture and its loss; the graph is traced once and used for every fit.

    shapes: of the weights; the first has n_genes rows. labels: shape and type of the labels.
    """

    def __init__(
        self,
        shapes: Sequence[tuple[int, ...]],
        embed: Embed,
        loss: Loss,
        rate: Rate,
        labels: tf.TensorSpec,
    ) -> None:
        # The thread count may already be set if this process has used TensorFlow before.
        with suppress(RuntimeError):
            be_one_of_many()
        self._embed, self._loss, self._rate = embed, loss, rate
        self._adam = Adam(shapes)
        scalar = tf.TensorSpec([], tf.int32)
        matrix = tf.TensorSpec([None, shapes[0][0]], tf.float32)
        rows = tf.TensorSpec([None, None], tf.int32)
        # Without autograph, which writes generated code to a file.
        self._run = tf.function(
            self._steps,
            input_signature=[matrix, labels, rows, scalar, scalar, scalar],
            autograph=False,
        )

    def fit(
        self,
        initial: Sequence[np.ndarray],
        x: np.ndarray,
        labels: np.ndarray,
        batches: np.ndarray,
        *,
        seed: int = 0,
        report: Report,
    ) -> None:
        """Train from these weights.

        x: (n, n_genes) float32. labels: (n, ...), int32 or float32. batches: (steps, b) int32, the
        rows of each step; other rows are ignored. report: gets step and loss every `STEPS_PER_CALL`
        steps, and may raise to stop.
        """
        self._adam.begin(initial)
        arguments = (
            tf.convert_to_tensor(x),
            tf.convert_to_tensor(labels),
            tf.constant(batches),
            tf.constant(seed, tf.int32),
        )
        for first in range(0, len(batches), STEPS_PER_CALL):
            last = min(first + STEPS_PER_CALL, len(batches))
            loss = float(self._run(*arguments, tf.constant(first), tf.constant(last)))
            report(Progress("Training", last, len(batches), values={"loss": loss}))

    def embedded(self, x: np.ndarray) -> np.ndarray:
        """(n, n_genes) float32 to (n, d) float32 of length 1, with the weights of the last fit."""
        blocks = [x[start : start + BLOCK_ROWS] for start in range(0, len(x), BLOCK_ROWS)]
        return np.concatenate(
            [self._embed(self._adam.variables, tf.constant(block)).numpy() for block in blocks]
        )

    def _steps(
        self,
        x: tf.Tensor,
        labels: tf.Tensor,
        batches: tf.Tensor,
        seed: tf.Tensor,
        first: tf.Tensor,
        last: tf.Tensor,
    ) -> tf.Tensor:
        def one(step: tf.Tensor, _: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            rows = batches[step]
            with tf.GradientTape() as tape:
                loss = self._loss(
                    self._adam.variables, tf.gather(x, rows), labels, rows, seed, step
                )
            gradients = tape.gradient(loss, self._adam.variables)
            self._adam.apply(gradients, step, self._rate(step))
            return step + 1, loss

        _, loss = tf.while_loop(lambda step, _: step < last, one, (first, tf.constant(0.0)))
        return loss


def batches_of(rows: np.ndarray, size: int, steps: int, rng: np.random.Generator) -> np.ndarray:
    """(steps, b) int32: all rows in random order, again and again, b the smaller of size and n."""
    size = min(size, len(rows))
    rounds = -(-steps * size // len(rows))
    order = np.concatenate([rng.permutation(rows) for _ in range(rounds)])
    return order[: steps * size].reshape(steps, size).astype(np.int32)


def product(x: tf.Tensor, weight: tf.Tensor) -> tf.Tensor:
    """Matrix product, float32, computed in the type that is fast on this processor."""
    return tf.cast(tf.matmul(tf.cast(x, PRODUCT_TYPE), tf.cast(weight, PRODUCT_TYPE)), tf.float32)


def unit(x: tf.Tensor) -> tf.Tensor:
    """(n, d) rows scaled to length 1."""
    return tf.math.l2_normalize(x, axis=1, epsilon=SMALLEST_SQUARE)
