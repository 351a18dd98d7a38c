"""The layered network: shape, determinism, and that numpy scores what TensorFlow learned."""

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf
from sklearn.metrics import roc_auc_score

from gpar_core.errors import Cancelled
from gpar_core.learn import network as network_module
from gpar_core.learn.network import LayeredTrainer
from gpar_core.learn.presets import LayeredSettings, preset
from gpar_core.learn.steps import STEPS_PER_CALL
from gpar_core.progress import Progress
from gpar_core.rank.scoring import LayeredNetwork, score

N_GENES = 40
SMALL = LayeredSettings(steps=40, hidden=(16, 8), batch=32, learning_rate=0.01)


def _planted(n: int = 200, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    positive = np.arange(n) % 5 == 0
    x = rng.normal(size=(n, N_GENES)).astype(np.float32)
    x[positive, :5] += 1.5
    return x, positive


def _fit(settings: LayeredSettings = SMALL, seed: int = 0) -> LayeredNetwork:
    x, positive = _planted()
    return LayeredTrainer(settings, N_GENES).fit(x, positive, seed=seed)


def _same(one: LayeredNetwork, other: LayeredNetwork) -> bool:
    pairs = zip((*one.weights, *one.biases), (*other.weights, *other.biases), strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


def test_weights_have_the_shape_of_the_settings() -> None:
    network = _fit()
    assert [weight.shape for weight in network.weights] == [(40, 16), (16, 8), (8, 1)]
    assert [bias.shape for bias in network.biases] == [(16,), (8,), (1,)]
    assert {array.dtype for array in (*network.weights, *network.biases)} == {np.dtype("float32")}
    assert network.scaling == "none"


def test_the_paper_preset_is_978_512_256() -> None:
    settings = preset("paper")
    assert isinstance(settings, LayeredSettings)
    trainer = LayeredTrainer(settings, 978)
    assert trainer._shapes[::2] == [(978, 978), (978, 512), (512, 256), (256, 1)]


def test_the_same_seed_gives_the_same_weights_bit_for_bit() -> None:
    assert _same(_fit(seed=7), _fit(seed=7))


def test_a_trainer_forgets_its_last_fit() -> None:
    x, positive = _planted()
    trainer = LayeredTrainer(SMALL, N_GENES)
    first = trainer.fit(x, positive, seed=1)
    trainer.fit(x[::-1].copy(), positive, seed=2)
    assert _same(trainer.fit(x, positive, seed=1), first)


def test_another_seed_gives_other_weights() -> None:
    assert not _same(_fit(seed=1), _fit(seed=2))


def test_numpy_scores_what_tensorflow_would(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_module, "PRODUCT_TYPE", tf.float32)
    x, positive = _planted()
    trainer = LayeredTrainer(replace(SMALL, dropout=0.0), N_GENES)
    network = trainer.fit(x, positive, seed=0)
    logits = trainer._forward(tf.constant(x), tf.constant(0), tf.constant(0))
    np.testing.assert_allclose(score(network, x), tf.sigmoid(logits).numpy(), atol=1e-6)


def test_a_planted_direction_is_learned() -> None:
    x, positive = _planted(seed=1)
    assert roc_auc_score(positive, score(_fit(), x)) > 0.9


def test_nothing_but_the_chosen_rows_is_learned_from() -> None:
    x, positive = _planted()
    rows = np.random.default_rng(1).permutation(len(x))[:120]
    trainer = LayeredTrainer(SMALL, N_GENES)
    network = trainer.fit(x, positive, seed=0, rows=rows)
    held_out = ~np.isin(np.arange(len(x)), rows)
    x, positive = x.copy(), np.where(held_out, ~positive, positive)
    x[held_out] = np.nan
    assert _same(trainer.fit(x, positive, seed=0, rows=rows), network)
    assert not _same(_fit(), network)


def test_the_l1_penalty_shrinks_the_weights() -> None:
    size = [
        np.mean([np.abs(weight).mean() for weight in _fit(replace(SMALL, l1=l1)).weights])
        for l1 in (0.0, 0.1)
    ]
    assert size[1] < size[0]


def test_a_batch_has_its_true_labels() -> None:
    positive_rows, negative_rows = np.array([3, 4, 5]), np.array([0, 1, 2, 6, 7, 8])
    rows, target = LayeredTrainer(SMALL, N_GENES)._batch(
        tf.constant(positive_rows, tf.int32),
        tf.constant(negative_rows, tf.int32),
        tf.constant(1),
        tf.constant(0),
    )
    assert len(rows) == 32
    assert set(rows.numpy()) <= set(range(9))
    np.testing.assert_array_equal(target, np.isin(rows, positive_rows))


def test_progress_ends_with_the_last_step() -> None:
    heard: list[Progress] = []
    x, positive = _planted()
    LayeredTrainer(SMALL, N_GENES).fit(x, positive, seed=0, report=heard.append)
    assert [(progress.done, progress.total) for progress in heard] == [
        (STEPS_PER_CALL, 40), (40, 40),
    ]  # fmt: skip
    assert all(np.isfinite(progress.values["loss"]) for progress in heard)


def test_training_can_be_stopped_between_steps() -> None:
    def stop(progress: Progress) -> None:
        raise Cancelled("enough")

    x, positive = _planted()
    with pytest.raises(Cancelled):
        LayeredTrainer(SMALL, N_GENES).fit(x, positive, seed=0, report=stop)
