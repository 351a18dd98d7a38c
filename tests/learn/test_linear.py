"""The preset 'linear' is scikit-learn's logistic regression, as a network of one layer."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from gpar_core.data.training_set import select
from gpar_core.errors import Cancelled
from gpar_core.learn.attribution import integrated_gradients
from gpar_core.learn.cluster import ClusterPool
from gpar_core.learn.cross_validation import cross_validate
from gpar_core.learn.engine import FitPool, FitTask, Pool
from gpar_core.learn.linear import LinearTrainer
from gpar_core.learn.logistic import logistic_regression
from gpar_core.learn.presets import LINEAR
from gpar_core.learn.training import train
from gpar_core.progress import Progress, silent
from gpar_core.rank.scoring import LayeredNetwork, assembled, disassembled, scaled
from tests.synthetic import build, drugs_of

N, N_GENES = 120, 30

WITHOUT_TENSORFLOW = """
import sys
from pathlib import Path
sys.modules["tensorflow"] = None
from gpar_core.data.training_set import select
from gpar_core.learn.engine import FitPool
from gpar_core.learn.presets import LINEAR
from gpar_core.learn.training import train
from tests.synthetic import build, drugs_of

data = build(Path(sys.argv[1]), [*drugs_of("Some inhibitor", 5), *drugs_of("", 60, tas=0.1)])
chosen = select(data, ["some0", "some1", "some2"])
with FitPool(1) as pool:
    print(train(data, chosen, LINEAR, seed=0, pool=pool).validation.folds.k)
"""


def planted() -> tuple[np.ndarray, np.ndarray]:
    """z-scores and labels."""
    rng = np.random.default_rng(0)
    positive = np.arange(N) % 4 == 0
    x = rng.normal(size=(N, N_GENES)).astype(np.float32)
    x[positive, :5] += 1
    return x, positive


def fit(rows: np.ndarray | None = None) -> LayeredNetwork:
    x, positive = planted()
    return LinearTrainer(LINEAR).fit(scaled(x, LINEAR.scaling), positive, seed=0, rows=rows)


def test_it_is_the_regression_that_scikit_learn_fits() -> None:
    x, positive = planted()
    root = np.sign(x) * np.sqrt(np.abs(x.astype(np.float64)))
    expected = LogisticRegression(C=1e-3, class_weight="balanced", max_iter=1000)
    probability = expected.fit(root, positive).predict_proba(root)[:, 1]
    np.testing.assert_allclose(fit().probability(x), probability, rtol=1e-5)


def test_its_log_odds_are_those_of_the_method_beside_every_network() -> None:
    x, positive = planted()
    beside = logistic_regression(x, positive, 0, silent)(x)
    probability = fit().probability(x)
    np.testing.assert_allclose(np.log(probability / (1 - probability)), beside, atol=1e-9)


def test_nothing_but_the_chosen_rows_is_learned_from() -> None:
    x, positive = planted()
    rows = np.arange(0, N, 3)
    other = np.full((N, N_GENES), np.nan, np.float32)
    other[rows] = scaled(x, LINEAR.scaling)[rows]
    flipped = np.where(np.isin(np.arange(N), rows), positive, ~positive)
    network = LinearTrainer(LINEAR).fit(other, flipped, seed=5, rows=rows)
    np.testing.assert_array_equal(network.weights[0], fit(rows).weights[0])
    assert not np.array_equal(network.weights[0], fit().weights[0])


def test_it_is_kept_in_double_precision() -> None:
    network = fit()
    assert [array.dtype for array in (*network.weights, *network.biases)] == [np.float64] * 2
    again = assembled(*disassembled(network))
    x, _ = planted()
    np.testing.assert_array_equal(again.probability(x), network.probability(x))


def test_attributions_are_coefficient_times_signature() -> None:
    network, (x, _) = fit(), planted()
    root = scaled(x, LINEAR.scaling).astype(float)
    found = integrated_gradients(network, root, np.zeros(N_GENES))
    np.testing.assert_allclose(found, root * network.weights[0][:, 0], atol=1e-12)


@pytest.mark.parametrize("pool", [FitPool(1), ClusterPool("tcp://127.0.0.1:1", 1)])
def test_every_pool_fits_it_in_this_process(pool: Pool) -> None:
    x, positive = planted()
    tasks = [FitTask("all", np.arange(N), positive, 0)]
    ((task, network),) = pool.fit_all(x, LINEAR, tasks, report=silent)
    assert task is tasks[0]
    assert isinstance(network, LayeredNetwork)
    np.testing.assert_array_equal(network.weights[0], fit().weights[0])


def test_it_can_be_stopped_between_fits() -> None:
    x, positive = planted()
    tasks = [FitTask(str(number), np.arange(N), positive, 0) for number in range(3)]
    done = []

    def stop(progress: Progress) -> None:
        if progress.done == 1:
            raise Cancelled("enough")

    with pytest.raises(Cancelled), FitPool(1) as pool:
        for task, _ in pool.fit_all(x, LINEAR, tasks, report=stop):
            done.append(task.name)
    assert done == ["0"]


def test_a_training_is_the_cross_validation_beside_networks(tmp_path: Path) -> None:
    drugs = [*drugs_of("Planted inhibitor", 6), *drugs_of("", 60, tas=0.1)]
    data = build(tmp_path, drugs, effect=8.0)
    chosen = select(data, [f"planted{place}" for place in range(6)])
    with FitPool(1) as pool:
        found = train(data, chosen, LINEAR, seed=3, null_repeats=1, pool=pool)
    assert found.logistic is None
    assert len(found.null) == 1
    beside = cross_validate(
        chosen.z_scores(data), chosen, found.validation.folds, logistic_regression, seed=3
    )
    ours, theirs = found.validation.metrics, beside.metrics
    assert replace(ours) == theirs
    assert ours.mean_auroc > 0.8


def test_training_takes_no_tensorflow(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WITHOUT_TENSORFLOW, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == ("3", 0), done.stderr
