"""The parts of a training step: random draws, dropout, Adam."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf

from gpar_core import gpu

STEPS_PER_CALL = 25
"""Steps per call into the graph; between calls, progress is reported and a stop is noticed."""

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-7


def be_one_of_many() -> None:
    """Use one thread and no more GPU memory than needed: other processes train at the same time.

    Call it before any other use of TensorFlow in this process.
    """
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    gpu.device()


def _has_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 in hardware; elsewhere it is slower than float32.

    Read from the processor, not timed: the same machine must give the same result every time.
    """
    try:
        flags = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


PRODUCT_TYPE = tf.bfloat16 if _has_bfloat16() else tf.float32
"""Type of matrix products; weights, their updates and the loss are float32."""


class Adam:
    """Adam (Kingma and Ba 2015) on variables that it holds, through TensorFlow's fused update."""

    def __init__(self, shapes: Sequence[tuple[int, ...]]) -> None:
        self.variables = [tf.Variable(tf.zeros(shape)) for shape in shapes]
        self._moments = [
            (tf.Variable(tf.zeros(shape)), tf.Variable(tf.zeros(shape))) for shape in shapes
        ]

    def begin(self, values: Sequence[np.ndarray]) -> None:
        """Start again from these values."""
        for variable, value in zip(self.variables, values, strict=True):
            variable.assign(value)
        for first, second in self._moments:
            first.assign(tf.zeros_like(first))
            second.assign(tf.zeros_like(second))

    def apply(self, gradients: Sequence[tf.Tensor], step: tf.Tensor, rate: tf.Tensor) -> None:
        power = tf.cast(step + 1, tf.float32)
        for variable, (first, second), gradient in zip(
            self.variables, self._moments, gradients, strict=True
        ):
            tf.raw_ops.ResourceApplyAdam(
                var=variable.handle,
                m=first.handle,
                v=second.handle,
                beta1_power=tf.pow(BETA1, power),
                beta2_power=tf.pow(BETA2, power),
                lr=rate,
                beta1=BETA1,
                beta2=BETA2,
                epsilon=EPSILON,
                grad=gradient,
            )


def one_cycle(peak: float, step: tf.Tensor, steps: int) -> tf.Tensor:
    """Learning rate: up over the first 30% of the steps, then down along a cosine."""
    at = (tf.cast(step, tf.float32) + 1) / steps
    up = at / 0.3
    down = 0.5 * (1 + tf.cos(np.pi * (at - 0.3) / 0.7))
    return peak * tf.maximum(tf.where(at < 0.3, up, down), 0.01)


def dropout(x: tf.Tensor, rate: float, seed: tf.Tensor, step: tf.Tensor) -> tf.Tensor:
    """Set a share of x to 0 and scale the rest up.

    One random byte per entry decides, at a quarter of the cost of a random number; the share is
    therefore rounded to 256ths, and the scale matches the rounded share.
    """
    dropped = round(rate * 256)
    if dropped == 0:
        return x
    n = tf.size(x)
    words = tf.random.stateless_uniform([(n + 3) // 4], [seed, step], None, None, tf.int32)
    bytes_ = tf.reshape(tf.bitcast(words, tf.uint8), [-1])[:n]
    kept = tf.reshape(tf.cast(bytes_ >= dropped, x.dtype), tf.shape(x))
    return x * kept * tf.cast(256 / (256 - dropped), x.dtype)


def draw(size: int, n: tf.Tensor, seed: tf.Tensor, step: tf.Tensor) -> tf.Tensor:
    """(size,) whole numbers below n, with repeats."""
    return tf.random.stateless_uniform([size], [seed, step], 0, n, tf.int32)
