"""A stranger among real members is found, and where all belong hardly anyone is suspected."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gpar_core.analyses.curation.leave_one_out import Curation, curate, n_networks, standing_out
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet, select
from gpar_core.errors import Cancelled, TrainingSetError
from gpar_core.learn import saved_space
from gpar_core.learn.engine import FitPool
from gpar_core.learn.folds import assign_folds
from gpar_core.learn.presets import PRESETS, LayeredSettings, MatchingSettings, Settings
from gpar_core.learn.saved_space import known_space
from gpar_core.learn.space import Space, space_of
from gpar_core.learn.training import train
from gpar_core.progress import Progress
from tests.pools import Means
from tests.synthetic import Drug, build, drugs_of

FAST, LAYERED = PRESETS["fast"], LayeredSettings(hidden=(32, 16), steps=20)
CELLS = ("A375", "MCF7", "PC3")
MEMBERS = tuple(f"planted{i}" for i in range(5))


def compendium(
    folder: Path, *, members: int = 5, strangers: int = 1, effect: float = 9.0, seed: int = 0
) -> Compendium:
    """Members of one MOA, strangers said to be of it that do nothing, and 40 inactive drugs."""
    drugs = [
        *drugs_of("Planted inhibitor", members),
        *(Drug(f"STRANGE-{i}", f"Stranger{i}") for i in range(strangers)),
        *drugs_of("", 40, tas=0.1),
    ]
    return build(folder, drugs, cells=CELLS, effect=effect, seed=seed)


def chosen(compendium: Compendium) -> TrainingSet:
    drugs = sorted(set(compendium.signatures["drug"]))
    positives = [drug for drug in drugs if not drug.startswith("dark")]
    return select(compendium, positives, negatives="inactive")


def suspects(curation: Curation) -> set[str]:
    return set(curation.suspects["drug"])


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    return compendium(tmp_path_factory.mktemp("strange"), seed=1)


def test_a_stranger_is_found(strange: Compendium) -> None:
    found = curate(strange, chosen(strange), FAST, seed=0, repeats=2, pool=Means())
    assert suspects(found) == {"stranger0"}
    first = found.drugs.iloc[0]
    assert (first["drug"], first["pert_iname"], first["n_signatures"]) == (
        "stranger0",
        "Stranger0",
        len(CELLS),
    )
    assert first["auroc_without"] - found.mean_auroc == pytest.approx(first["effect"])
    assert first["effect"] > first["noise"] > 0
    assert found.drugs["effect"].is_monotonic_decreasing
    assert set(found.drugs["drug"]) == {*MEMBERS, "stranger0"}


@pytest.mark.parametrize("settings", [FAST, LAYERED])
def test_the_first_repeat_is_the_cross_validation_of_the_model(
    strange: Compendium, settings: Settings
) -> None:
    training_set = chosen(strange)
    found = curate(strange, training_set, settings, seed=3, repeats=1, pool=Means())
    model = train(strange, training_set, settings, seed=3, pool=Means())
    assert found.mean_auroc == pytest.approx(model.validation.metrics.mean_auroc, abs=1e-9)
    assert found.spread == 0


def _of_several(
    folder: Path, settings: Settings, effect: float, n: int, strangers: int
) -> list[set[str]]:
    """The suspects with each of n seeds."""
    found = []
    for seed in range(n):
        made = compendium(
            folder / str(seed), members=6 - strangers, strangers=strangers, effect=effect, seed=seed
        )
        curation = curate(made, chosen(made), settings, seed=seed, repeats=2, pool=Means())
        found.append(suspects(curation))
    return found


SEVERAL = pytest.mark.parametrize(
    ("settings", "effect", "n"), [(LAYERED, 6.0, 10), (FAST, 8.0, 5)], ids=["layered", "fast"]
)


@SEVERAL
def test_a_stranger_is_found_with_most_seeds(
    tmp_path: Path, settings: Settings, effect: float, n: int
) -> None:
    found = _of_several(tmp_path, settings, effect, n, strangers=1)
    assert sum(each == {"stranger0"} for each in found) >= 0.8 * n


@SEVERAL
def test_where_all_belong_hardly_anyone_is_suspected(
    tmp_path: Path, settings: Settings, effect: float, n: int
) -> None:
    found = _of_several(tmp_path, settings, effect, n, strangers=0)
    assert sum(bool(each) for each in found) <= 0.1 * n


def judged(effect: Sequence[float], *, auroc: float = 1.0, k: int = 6) -> tuple[np.ndarray, ...]:
    return standing_out(np.array(effect), np.full(len(effect), auroc), np.full(len(effect), k))


@pytest.mark.parametrize("n", [3, 4, 6, 12, 30])
def test_drugs_that_differ_by_chance_alone_are_rarely_suspected(n: int) -> None:
    """Own AUROCs vary as those of k signatures do; what one lacks, over n - 1, is its effect."""
    rng, auroc, k = np.random.default_rng(n), 0.9, 6
    sd = np.sqrt((2 * auroc**2 / (1 + auroc) - auroc**2) / k)
    alarms = 0
    for _ in range(1000):
        own = rng.normal(auroc, sd, n)
        effect = (own.mean() - own) / (n - 1)
        alarms += standing_out(effect, auroc + effect, np.full(n, k))[0].any()
    assert alarms < 110


def test_noise_is_as_the_docstring_says() -> None:
    others = np.array([-0.05, -0.03, -0.04, -0.02, -0.03])
    suspect, noise = judged([*others, 0.2], auroc=0.9, k=4)
    assert suspect.tolist() == [False] * 5 + [True]
    own = np.sqrt((2 * 0.81 / 1.9 - 0.81) / 4) / 5
    z = NormalDist().inv_cdf(1 - 0.05 / 6)
    expected = others.mean() + z * np.sqrt((others.var(ddof=1) + own**2) * (1 + 1 / 5))
    np.testing.assert_allclose(noise, expected)


def test_few_signatures_are_forgiven_more() -> None:
    effect, auroc = np.array([0.03, -0.01, -0.01, -0.01]), np.full(4, 0.9)
    few, many = (standing_out(effect, auroc, np.array([k, 6, 6, 6])) for k in (1, 60))
    assert few[1][0] > many[1][0]


def test_two_strangers_do_not_hide_each_other() -> None:
    suspect, _ = judged([0.05, -0.02, -0.021, 0.052, -0.022, -0.018, -0.02])
    assert np.flatnonzero(suspect).tolist() == [0, 3]


def test_a_trifle_is_no_suspicion_where_all_others_are_perfect() -> None:
    suspect, noise = judged([0.003, 0.0, 0.0, 0.0, 0.0])
    assert not suspect.any()
    np.testing.assert_allclose(noise, 0.1 / 4)


@pytest.mark.parametrize("negatives", ["inactive", "others"])
def test_a_drug_left_out_is_nowhere(tmp_path: Path, negatives: str) -> None:
    """By drug, one of them of another MOA, whose kin are no negatives either."""
    made = build(
        tmp_path,
        [
            *drugs_of("Planted inhibitor", 4),
            *drugs_of("Odd agonist", 3),
            *drugs_of("Third agonist", 3),
            *drugs_of("", 60, tas=0.1),
        ],
    )
    positives = [*(f"planted{i}" for i in range(3)), "odd0"]
    training_set = select(made, positives, negatives=negatives)
    pool = Means()
    curate(made, training_set, LAYERED, seed=0, repeats=2, pool=pool)
    (tasks,) = pool.calls
    learned = {task.name: set(training_set.drug[task.rows]) for task in tasks}
    number = {str(i): drug for i, drug in enumerate(sorted(positives))}
    for name, drugs in learned.items():
        if "without" in name:
            assert number[name.split()[-1]] not in drugs
    assert not {"odd1", "odd2", "planted3"} & set().union(*learned.values())


def test_with_a_drug_left_out_nothing_is_compared(
    strange: Compendium, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its signatures change all other figures, but for a space that is learned without labels."""
    embeddings = known_space(strange, MatchingSettings(), seed=0).embeddings

    def embedded_as_before(*of: Any, **how: Any) -> Space:
        return replace(space_of(*of, **how), embeddings=embeddings)

    monkeypatch.setattr(saved_space, "space_of", embedded_as_before)
    matrix = np.array(strange.matrix)
    matrix[(strange.signatures["drug"] == "planted0").to_numpy()] *= -1
    before, after = (
        curate(made, chosen(made), FAST, seed=0, repeats=1, pool=Means())
        for made in (strange, replace(strange, matrix=matrix))
    )
    one, other = (each.drugs.set_index("drug")["auroc_without"] for each in (before, after))
    assert one["planted0"] == other["planted0"]
    assert before.mean_auroc > after.mean_auroc + 0.05
    assert (one.drop("planted0") > other[one.index].drop("planted0")).all()


@pytest.mark.parametrize("members", [3, 6, 11])
def test_every_set_is_validated_on_the_same_folds(tmp_path: Path, members: int) -> None:
    made = compendium(tmp_path, members=members, strangers=0)
    training_set, pool = chosen(made), Means()
    curate(made, training_set, LAYERED, seed=7, repeats=2, pool=pool)
    (tasks,) = pool.calls
    folds = assign_folds(training_set.positive, training_set.drug, seed=7)
    assert len({task.name for task in tasks}) == len(tasks) == n_networks(members, folds.k, 2)
    first = [task for task in tasks if task.name.startswith("repeat 0 fold 0")]
    held_out = set(training_set.drug[folds.fold == 0])
    for task in first:
        assert not held_out & set(training_set.drug[task.rows])
    assert len({task.seed for task in first}) == 1
    assert len({task.seed for task in tasks}) == 2 * folds.k


@pytest.mark.parametrize("settings", [FAST, LAYERED])
def test_the_same_seed_gives_the_same_result(strange: Compendium, settings: Settings) -> None:
    one, other = (
        curate(strange, chosen(strange), settings, seed=1, repeats=2, pool=Means())
        for _ in range(2)
    )
    pd.testing.assert_frame_equal(one.drugs, other.drugs)
    assert (one.mean_auroc, one.spread) == (other.mean_auroc, other.spread)


def test_networks_trained_by_a_pool_will_do(strange: Compendium, pool: FitPool) -> None:
    found = curate(strange, chosen(strange), LAYERED, seed=0, repeats=1, pool=pool)
    assert 0 <= found.mean_auroc <= 1
    assert found.drugs.notna().all(axis=None)


def test_two_drugs_are_too_few(strange: Compendium) -> None:
    few = select(strange, MEMBERS[:2], negatives="inactive")
    with pytest.raises(TrainingSetError, match=r"has 2 drugs; .* at least 3\."):
        curate(strange, few, FAST, seed=0, pool=Means())


def test_progress_counts_networks(strange: Compendium) -> None:
    heard: list[Progress] = []
    curate(strange, chosen(strange), LAYERED, seed=0, repeats=1, pool=Means(), report=heard.append)
    assert {progress.stage for progress in heard} == {"Curation"}
    assert heard[-1].message == f"{len(heard) - 1} of {len(heard)} trainings done"


def test_progress_counts_sets_where_no_network_is_trained(tmp_path: Path) -> None:
    heard: list[Progress] = []
    made = compendium(tmp_path)
    curate(made, chosen(made), FAST, seed=0, repeats=2, pool=Means(), report=heard.append)
    stages = list(dict.fromkeys(progress.stage for progress in heard))
    assert stages == ["Learning the space", "Curation"]
    told = [(each.done, each.total) for each in heard if each.stage == "Curation"]
    assert told == [(number, 14) for number in range(1, 15)]


@pytest.mark.parametrize("settings", [FAST, LAYERED])
@pytest.mark.parametrize("n", [1, 12, 25])
def test_it_can_be_stopped(strange: Compendium, settings: Settings, n: int) -> None:
    """With a seed of its own, so that it learns a space of its own."""
    reports = count(1)

    def stop(progress: Progress) -> None:
        if next(reports) >= n:
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        curate(strange, chosen(strange), settings, seed=10 + n, pool=Means(), report=stop)
