"""Draws, dropout, learning rate and Adam."""

import numpy as np
import pytest
import tensorflow as tf

from gpar_core.learn.steps import Adam, draw, dropout, one_cycle

# ------------------------------------------------------------------------------------- dropout


def _dropped(
    rate: float, seed: int = 1, step: int = 0, shape: tuple[int, ...] = (200, 501)
) -> np.ndarray:
    return dropout(tf.ones(shape), rate, tf.constant(seed), tf.constant(step)).numpy()


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_dropout_leaves_out_its_share_and_keeps_the_mean(rate: float) -> None:
    left = _dropped(rate)
    assert (left == 0).mean() == pytest.approx(rate, abs=0.01)
    assert left.mean() == pytest.approx(1.0, abs=0.05)


def test_what_dropout_leaves_is_scaled_by_the_share_in_256ths() -> None:
    assert set(np.unique(_dropped(0.1))) == {np.float32(0), np.float32(256 / (256 - 26))}


def test_dropout_depends_on_seed_and_step_alone() -> None:
    left = _dropped(0.5)
    np.testing.assert_array_equal(_dropped(0.5), left)
    assert (_dropped(0.5, seed=2) != left).any()
    assert (_dropped(0.5, step=1) != left).any()


def test_dropout_treats_entries_independently() -> None:
    kept = _dropped(0.5, shape=(4000, 8)) > 0
    together = np.corrcoef(kept.T)
    np.testing.assert_allclose(together, np.eye(8), atol=0.06)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_dropout_takes_any_number_of_entries(n: int) -> None:
    assert _dropped(0.5, shape=(n,)).shape == (n,)


def test_no_dropout_leaves_all_as_it_was() -> None:
    x = tf.constant(np.random.default_rng(0).normal(size=(3, 5)))
    np.testing.assert_array_equal(dropout(x, 0.0, tf.constant(1), tf.constant(0)), x)


# ---------------------------------------------------------------------------------------- draws


def test_draws_are_below_the_bound_and_reach_all_below_it() -> None:
    drawn = draw(500, tf.constant(7), tf.constant(1), tf.constant(0)).numpy()
    assert drawn.shape == (500,)
    assert set(drawn) == set(range(7))
    assert np.bincount(drawn).min() > 40


def test_a_draw_from_one_is_that_one() -> None:
    np.testing.assert_array_equal(draw(4, tf.constant(1), tf.constant(1), tf.constant(0)), [0] * 4)


def test_draws_depend_on_seed_and_step_alone() -> None:
    drawn, again, other_seed, other_step = (
        draw(50, tf.constant(1000), tf.constant(seed), tf.constant(step)).numpy()
        for seed, step in ((1, 0), (1, 0), (2, 0), (1, 1))
    )
    np.testing.assert_array_equal(drawn, again)
    assert (drawn != other_seed).any()
    assert (drawn != other_step).any()


# --------------------------------------------------------------------------------- learning rate


def test_one_cycle_rises_to_its_peak_and_falls() -> None:
    rate = np.array([float(one_cycle(0.5, tf.constant(step), 100)) for step in range(100)])
    peak = int(rate.argmax())
    assert 28 <= peak <= 30
    assert rate[peak] == pytest.approx(0.5, rel=0.01)
    assert rate[14] == pytest.approx(0.25)
    assert (np.diff(rate[:peak]) > 0).all()
    assert (np.diff(rate[peak:]) <= 0).all()
    assert rate[-1] == pytest.approx(0.005)


@pytest.mark.parametrize("steps", [1, 2, 7])
def test_one_cycle_of_few_steps_stays_between_nothing_and_its_peak(steps: int) -> None:
    rates = [float(one_cycle(0.5, tf.constant(step), steps)) for step in range(steps)]
    assert all(0 < rate <= 0.5 + 1e-6 for rate in rates)


# ----------------------------------------------------------------------------------------- Adam


def _adam_by_numpy(
    value: np.ndarray, gradients: list[np.ndarray], rates: list[float]
) -> np.ndarray:
    """Algorithm 1 of Kingma and Ba 2015."""
    first, second = np.zeros_like(value), np.zeros_like(value)
    for t, (gradient, rate) in enumerate(zip(gradients, rates, strict=True), start=1):
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        unbiased, squared = first / (1 - 0.9**t), second / (1 - 0.999**t)
        value = value - rate * unbiased / (np.sqrt(squared) + 1e-7)
    return value


def test_adam_is_that_of_its_paper() -> None:
    rng = np.random.default_rng(0)
    shapes = [(4, 3), (3,)]
    rates = [0.1, 0.05, 0.2, 0.01, 0.1]
    adam = Adam(shapes)
    for _ in range(2):  # the second time, nothing is left of the first
        start = [rng.normal(size=shape) for shape in shapes]
        gradients = [[rng.normal(size=shape) for shape in shapes] for _ in rates]
        adam.begin([value.astype(np.float32) for value in start])
        for step, rate in enumerate(rates):
            now = [tf.constant(gradient, tf.float32) for gradient in gradients[step]]
            adam.apply(now, tf.constant(step), tf.constant(rate))
        for number, variable in enumerate(adam.variables):
            expected = _adam_by_numpy(start[number], [one[number] for one in gradients], rates)
            np.testing.assert_allclose(variable.numpy(), expected, rtol=1e-4, atol=1e-5)


def test_adam_does_not_write_into_what_it_began_with() -> None:
    start = np.ones((2, 2), np.float32)
    adam = Adam([(2, 2)])
    adam.begin([start])
    adam.apply([tf.ones([2, 2])], tf.constant(0), tf.constant(0.5))
    np.testing.assert_array_equal(start, 1.0)
    np.testing.assert_allclose(adam.variables[0].numpy(), 0.5, atol=1e-5)
