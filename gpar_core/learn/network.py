"""The network of Gao et al. 2021: three hidden layers, ReLU, dropout, L1.

Weights leave this module as numpy arrays, so that scoring needs no TensorFlow.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import tensorflow as tf

from gpar_core.learn.presets import LayeredSettings
from gpar_core.learn.steps import PRODUCT_TYPE, STEPS_PER_CALL, Adam, draw, dropout
from gpar_core.progress import Progress, Report, silent
from gpar_core.rank.scoring import LayeredNetwork


@dataclass(frozen=True)
class LayeredTrainer:
    """Trains networks of one shape; its graph is traced once and used for every fit."""

    settings: LayeredSettings
    n_genes: int

    def fit(
        self,
        x: np.ndarray,
        positive: np.ndarray,
        *,
        seed: int,
        rows: np.ndarray | None = None,
        report: Report = silent,
    ) -> LayeredNetwork:
        """Train on scaled signatures.

        x: (n, n_genes). positive: (n,) bool.
        rows: (m,) rows to learn from, with both kinds among them; None for all.
        report: gets step and loss every `STEPS_PER_CALL` steps and may raise to stop.
        """
        rows = np.arange(len(positive)) if rows is None else rows
        rng = np.random.default_rng([seed, 0x11])
        self._adam.begin([_initial(rng, shape) for shape in self._shapes])
        arguments = (
            tf.convert_to_tensor(x),
            tf.constant(rows[positive[rows]], tf.int32),
            tf.constant(rows[~positive[rows]], tf.int32),
            tf.constant(int(rng.integers(2**31 - 1)), tf.int32),
        )
        for first in range(0, self.settings.steps, STEPS_PER_CALL):
            last = min(first + STEPS_PER_CALL, self.settings.steps)
            loss = float(self._run(*arguments, tf.constant(first), tf.constant(last)))
            report(Progress("Training", last, self.settings.steps, values={"loss": loss}))
        arrays = [variable.numpy() for variable in self._adam.variables]
        return LayeredNetwork(tuple(arrays[0::2]), tuple(arrays[1::2]), self.settings.scaling)

    @cached_property
    def _shapes(self) -> list[tuple[int, ...]]:
        widths = (self.n_genes, *self.settings.hidden, 1)
        shapes: list[tuple[int, ...]] = []
        for n_in, n_out in pairwise(widths):
            shapes += [(n_in, n_out), (n_out,)]
        return shapes

    @cached_property
    def _adam(self) -> Adam:
        return Adam(self._shapes)

    @cached_property
    def _run(self) -> tf.types.experimental.GenericFunction:
        scalar = tf.TensorSpec([], tf.int32)
        rows = tf.TensorSpec([None], tf.int32)
        matrix = tf.TensorSpec([None, self.n_genes], tf.float32)
        _ = self._adam  # its variables must exist before the graph is traced
        return tf.function(
            self._steps, input_signature=[matrix, rows, rows, scalar, scalar, scalar]
        )

    def _steps(
        self,
        x: tf.Tensor,
        positive_rows: tf.Tensor,
        negative_rows: tf.Tensor,
        seed: tf.Tensor,
        first: tf.Tensor,
        last: tf.Tensor,
    ) -> tf.Tensor:
        loss = tf.constant(0.0)
        for step in tf.range(first, last):
            batch, target = self._batch(positive_rows, negative_rows, seed, step)
            with tf.GradientTape() as tape:
                logits = self._forward(tf.gather(x, batch), seed, step)
                losses = tf.nn.sigmoid_cross_entropy_with_logits(target, logits)
                loss = tf.reduce_mean(losses)
            gradients = tape.gradient(loss, self._adam.variables)
            self._update(gradients, step)
        return loss

    def _batch(
        self, positive_rows: tf.Tensor, negative_rows: tf.Tensor, seed: tf.Tensor, step: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        n_positive, n_negative = tf.size(positive_rows), tf.size(negative_rows)
        drawn = draw(self.settings.batch, n_positive + n_negative, seed, step)
        rows = tf.gather(tf.concat([positive_rows, negative_rows], 0), drawn)
        return rows, tf.cast(drawn < n_positive, tf.float32)

    def _forward(self, x: tf.Tensor, seed: tf.Tensor, step: tf.Tensor) -> tf.Tensor:
        weights = self._adam.variables
        n_layers = len(weights) // 2
        x = tf.cast(x, PRODUCT_TYPE)
        for layer in range(n_layers):
            weight, bias = weights[2 * layer], weights[2 * layer + 1]
            x = tf.matmul(x, tf.cast(weight, PRODUCT_TYPE)) + tf.cast(bias, PRODUCT_TYPE)
            if layer < n_layers - 1:
                x = dropout(tf.nn.relu(x), self.settings.dropout, seed + layer, step)
        return tf.cast(x[:, 0], tf.float32)

    def _update(self, gradients: list[tf.Tensor], step: tf.Tensor) -> None:
        """Adam, with the L1 penalty's gradient l1 * sign(w) added for weight matrices."""
        penalised = [
            gradient + self.settings.l1 * tf.sign(weight) if len(weight.shape) == 2 else gradient
            for gradient, weight in zip(gradients, self._adam.variables, strict=True)
        ]
        self._adam.apply(penalised, step, tf.constant(self.settings.learning_rate))


def _initial(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """He et al. 2015 for matrices, 0 for biases."""
    scale = np.sqrt(2.0 / shape[0]) if len(shape) == 2 else 0.0
    return rng.normal(0.0, 1.0, shape).astype(np.float32) * np.float32(scale)
