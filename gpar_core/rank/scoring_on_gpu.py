"""Scoring signatures on a GPU: the formulas of `scoring`, in TensorFlow."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from gpar_core.rank.scoring import LayeredNetwork, MatchingNetwork, Network, Probability, sigmoid

LogOdds = Callable[[tf.Tensor], tf.Tensor]


def probability(network: Network, device: str) -> Probability:
    """`network.probability` on a device of TensorFlow, where the network stays.

    Scores differ from those of the processor by rounding errors, less than 1e-4.
    """
    with tf.device(device):
        log_odds = _layered(network) if isinstance(network, LayeredNetwork) else _matching(network)

    def on_device(z_scores: np.ndarray, cell: np.ndarray | None = None) -> np.ndarray:
        with tf.device(device):
            return sigmoid(log_odds(tf.constant(network.inputs(z_scores, cell))).numpy())

    return on_device


def _layered(network: LayeredNetwork) -> LogOdds:
    weights = [tf.constant(each) for each in network.weights]
    biases = [tf.constant(each, weights[0].dtype) for each in network.biases]

    def log_odds(x: tf.Tensor) -> tf.Tensor:
        x = tf.cast(x, weights[0].dtype)
        for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
            x = tf.nn.relu(x @ weight + bias)
        return (x @ weights[-1] + biases[-1])[:, 0]

    return log_odds


def _matching(network: MatchingNetwork) -> LogOdds:
    center, embedding = tf.constant(network.center), tf.constant(network.embedding)
    positive, negative = (
        tf.constant(network.memory[chosen].T * np.float32(network.sharpness))
        for chosen in (network.positive, ~network.positive)
    )

    def log_odds(x: tf.Tensor) -> tf.Tensor:
        embedded = (x - center) @ embedding
        embedded /= tf.maximum(tf.norm(embedded, axis=1, keepdims=True), 1e-12)
        return _log_mean_exp(embedded @ positive) - _log_mean_exp(embedded @ negative)

    return log_odds


def _log_mean_exp(alike: tf.Tensor) -> tf.Tensor:
    return tf.reduce_logsumexp(alike, axis=1) - tf.math.log(float(alike.shape[1]))
