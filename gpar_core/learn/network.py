"""The network of Gao et al. 2021: three hidden layers, ReLU, dropout, L1; the only TensorFlow user.

Weights leave this module as numpy arrays, so that scoring needs no TensorFlow.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
import tensorflow as tf

from gpar_core.learn.presets import Settings
from gpar_core.progress import Progress, Report, silent
from gpar_core.rank.scoring import Network

STEPS_PER_CALL = 25


def _has_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 in hardware; elsewhere it is slower than float32.

    Asked of the processor, not timed: the same machine must give the same result every time.
    """
    try:
        flags = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


PRODUCT_TYPE = tf.bfloat16 if _has_bfloat16() else tf.float32
"""Of matrix products; weights, their updates and the loss are float32."""

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-7


def use_one_thread() -> None:
    """Before anything else is asked of TensorFlow in this process."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


@dataclass(frozen=True)
class Trainer:
    """Trains networks of one shape; its graph is traced once and used for every fit."""

    settings: Settings
    n_genes: int

    def fit(
        self,
        x: np.ndarray | tf.Tensor,
        positive: np.ndarray,
        *,
        seed: int,
        rows: np.ndarray | None = None,
        report: Report = silent,
    ) -> Network:
        """Train on scaled signatures.

        x: (n, n_genes) float32, scaled by `settings.scaling`. positive: (n,) bool.
        rows: (m,) rows of x to learn from, with both kinds among them; None for all.
        report: gets step and loss every `STEPS_PER_CALL` steps and may raise to stop.
        """
        rows = np.arange(len(positive)) if rows is None else rows
        rng = np.random.default_rng([seed, 0x11])
        for variable, shape in zip(self._weights, self._shapes, strict=True):
            scale = np.sqrt(2.0 / shape[0]) if len(shape) == 2 else 0.0
            variable.assign(rng.normal(0.0, 1.0, shape).astype(np.float32) * np.float32(scale))
        for slot in (*self._first_moment, *self._second_moment):
            slot.assign(tf.zeros_like(slot))
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
        arrays = [variable.numpy() for variable in self._weights]
        return Network(tuple(arrays[0::2]), tuple(arrays[1::2]), self.settings.scaling)

    @cached_property
    def _shapes(self) -> list[tuple[int, ...]]:
        widths = (self.n_genes, *self.settings.hidden, 1)
        shapes: list[tuple[int, ...]] = []
        for n_in, n_out in pairwise(widths):
            shapes += [(n_in, n_out), (n_out,)]
        return shapes

    @cached_property
    def _weights(self) -> list[tf.Variable]:
        return [tf.Variable(tf.zeros(shape)) for shape in self._shapes]

    @cached_property
    def _first_moment(self) -> list[tf.Variable]:
        return [tf.Variable(tf.zeros(shape)) for shape in self._shapes]

    @cached_property
    def _second_moment(self) -> list[tf.Variable]:
        return [tf.Variable(tf.zeros(shape)) for shape in self._shapes]

    @cached_property
    def _run(self) -> tf.types.experimental.GenericFunction:
        scalar = tf.TensorSpec([], tf.int32)
        rows = tf.TensorSpec([None], tf.int32)
        matrix = tf.TensorSpec([None, self.n_genes], tf.float32)
        # The variables must exist before the graph is traced.
        _ = self._weights, self._first_moment, self._second_moment
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
            gradients = tape.gradient(loss, self._weights)
            self._adam(gradients, step)
        return loss

    def _batch(
        self, positive_rows: tf.Tensor, negative_rows: tf.Tensor, seed: tf.Tensor, step: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        size = self.settings.batch
        n_positive, n_negative = tf.size(positive_rows), tf.size(negative_rows)
        if self.settings.positive_share is None:
            drawn = _draw(size, n_positive + n_negative, seed, 2 * step)
            rows = tf.gather(tf.concat([positive_rows, negative_rows], 0), drawn)
            return rows, tf.cast(drawn < n_positive, tf.float32)
        wanted = round(size * self.settings.positive_share)
        positives = tf.gather(positive_rows, _draw(wanted, n_positive, seed, 2 * step))
        negatives = tf.gather(negative_rows, _draw(size - wanted, n_negative, seed, 2 * step + 1))
        target = tf.constant([1.0] * wanted + [0.0] * (size - wanted))
        return tf.concat([positives, negatives], 0), target

    def _forward(self, x: tf.Tensor, seed: tf.Tensor, step: tf.Tensor) -> tf.Tensor:
        n_layers = len(self._weights) // 2
        x = _dropout(tf.cast(x, PRODUCT_TYPE), self.settings.input_dropout, seed - 1, step)
        for layer in range(n_layers):
            weight, bias = self._weights[2 * layer], self._weights[2 * layer + 1]
            x = tf.matmul(x, tf.cast(weight, PRODUCT_TYPE)) + tf.cast(bias, PRODUCT_TYPE)
            if layer < n_layers - 1:
                x = _dropout(tf.nn.relu(x), self.settings.dropout, seed + layer, step)
        return tf.cast(x[:, 0], tf.float32)

    def _adam(self, gradients: list[tf.Tensor], step: tf.Tensor) -> None:
        """Adam, with the L1 penalty's gradient l1 * sign(w) added for weight matrices."""
        power = tf.cast(step + 1, tf.float32)
        rate = self._learning_rate(step)
        for variable, m, v, gradient in zip(
            self._weights, self._first_moment, self._second_moment, gradients, strict=True
        ):
            if len(variable.shape) == 2:
                gradient = gradient + self.settings.l1 * tf.sign(variable)  # noqa: PLW2901
            tf.raw_ops.ResourceApplyAdam(
                var=variable.handle,
                m=m.handle,
                v=v.handle,
                beta1_power=tf.pow(BETA1, power),
                beta2_power=tf.pow(BETA2, power),
                lr=rate,
                beta1=BETA1,
                beta2=BETA2,
                epsilon=EPSILON,
                grad=gradient,
            )

    def _learning_rate(self, step: tf.Tensor) -> tf.Tensor:
        """Constant, or one cycle: up over the first 30% of the steps, then down along a cosine."""
        peak = self.settings.learning_rate
        if not self.settings.one_cycle:
            return tf.constant(peak)
        at = (tf.cast(step, tf.float32) + 1) / self.settings.steps
        up = at / 0.3
        down = 0.5 * (1 + tf.cos(np.pi * (at - 0.3) / 0.7))
        return peak * tf.maximum(tf.where(at < 0.3, up, down), 0.01)


def _dropout(x: tf.Tensor, rate: float, seed: tf.Tensor, step: tf.Tensor) -> tf.Tensor:
    """Set a share of x to 0 and scale the rest up.

    One random byte an entry decides, a quarter of the price of a random number; the share is
    therefore rounded to 256ths, and the scale fits the rounded share.
    """
    dropped = round(rate * 256)
    if dropped == 0:
        return x
    n = tf.size(x)
    words = tf.random.stateless_uniform([(n + 3) // 4], [seed, step], None, None, tf.int32)
    bytes_ = tf.reshape(tf.bitcast(words, tf.uint8), [-1])[:n]
    kept = tf.reshape(tf.cast(bytes_ >= dropped, x.dtype), tf.shape(x))
    return x * kept * tf.cast(256 / (256 - dropped), x.dtype)


def _draw(size: int, n: tf.Tensor, seed: tf.Tensor, step: tf.Tensor) -> tf.Tensor:
    return tf.random.stateless_uniform([size], [seed, step], 0, n, tf.int32)
