"""Which network scores which signature of a compendium; without any training."""

import numpy as np
import pytest

from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet, select
from gpar_core.learn.compendium_scores import FINAL, score_compendium
from gpar_core.learn.folds import Folds, assign_folds
from gpar_core.progress import Progress
from gpar_core.rank import scoring
from gpar_core.rank.scoring import LayeredNetwork, Network, score

HDAC = ("hdac0", "hdac1", "hdac2", "hdac3")


def _network(bias: float) -> LayeredNetwork:
    weight = np.random.default_rng(0).normal(size=(978, 1)).astype(np.float32) / 100
    return LayeredNetwork((weight,), (np.float32([bias]),), "signed-root")


def _folds(training_set: TrainingSet) -> tuple[Folds, list[Network]]:
    """Folds, and a network for each."""
    folds = assign_folds(training_set.positive, training_set.drug, seed=0)
    return folds, [_network(number + 1.0) for number in range(folds.k)]


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("negatives", ["others", "inactive"])
def test_every_signature_is_scored_once_by_the_network_that_may(
    tiny: Compendium, threads: int, negatives: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "BLOCK_ROWS", 16)
    training_set = select(tiny, HDAC, negatives=negatives)
    folds, of_folds = _folds(training_set)
    heard: list[Progress] = []
    scores, scored_by = score_compendium(
        tiny, training_set, folds, _network(0.0), of_folds, threads=threads, report=heard.append
    )
    drug = tiny.signatures["drug"].to_numpy()
    fold_of = dict(zip(training_set.drug, folds.fold, strict=True))
    assert set(HDAC) <= set(fold_of)
    np.testing.assert_array_equal(scored_by, [fold_of.get(name, FINAL) for name in drug])
    for row, fold in enumerate(scored_by):
        expected = score(_network(fold + 1.0), tiny.matrix[[row]])[0]
        assert scores[row] == pytest.approx(expected, abs=1e-6)
    done = [progress.done for progress in heard]
    assert done == sorted(done)
    assert done[-1] == tiny.n_signatures
    assert {progress.total for progress in heard} == {tiny.n_signatures}


def test_of_a_single_drug_only_what_was_shared_out_is_scored_by_folds(tiny: Compendium) -> None:
    training_set = select(tiny, HDAC[:1], negatives="others")
    folds, of_folds = _folds(training_set)
    assert folds.by == "signature"
    _, scored_by = score_compendium(tiny, training_set, folds, _network(0.0), of_folds)
    np.testing.assert_array_equal(scored_by[training_set.rows], folds.fold)
    of_drug = (tiny.signatures["drug"] == HDAC[0]).to_numpy()
    others_of_drug = of_drug & ~np.isin(np.arange(tiny.n_signatures), training_set.rows)
    assert (scored_by[others_of_drug] == FINAL).all()
