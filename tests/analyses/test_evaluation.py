"""Methods on identical folds: planted classes are found, figures are those of the scores."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import wilcoxon
from sklearn.metrics import average_precision_score, roc_auc_score

from gpar_core.analyses.evaluation import evaluate as evaluation
from gpar_core.analyses.evaluation.evaluate import (
    compare,
    curves,
    of_protocol,
    smallest_p,
    summary,
    verdict,
)
from gpar_core.compare import drug_scores
from gpar_core.compare.methods import METHODS, MIN_CLASSES, USUAL
from gpar_core.compare.standings import SIGNIFICANT
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.errors import Cancelled, TrainingSetError
from gpar_core.learn import saved_space
from gpar_core.learn.presets import PRESETS, LayeredSettings, MatchingSettings, Settings
from gpar_core.learn.saved_space import known_space
from gpar_core.learn.space import Space, space_of
from gpar_core.progress import Progress, Tables
from tests.pools import Means
from tests.synthetic import Drug, build, drugs_of

PLANTED, NOISE, LONELY = "Planted inhibitor", "Noise inhibitor", "Lonely inhibitor"
QUICK = ("gpar", "gsea", "cosine", "default_logistic")


def compendium(folder: Path) -> Compendium:
    drugs = [
        *drugs_of(PLANTED, 6),
        *(Drug(f"NOISE-{i}", f"noise{i}", NOISE) for i in range(5)),
        Drug("LONELY-0", "lonely0", LONELY),
        *drugs_of("", 40, tas=0.1),
    ]
    made = build(folder, drugs, effect=0.0, seed=3, simulated=True)
    matrix = np.array(made.matrix)
    planted = made.signatures["drug"].str.startswith("planted").to_numpy()
    matrix[planted, :60] += 1.5
    np.save(folder / compendia.MATRIX, matrix)
    return compendia.load(folder)


def ask(
    data: Compendium,
    *classes: str,
    methods: tuple[str, ...] = QUICK,
    settings: Settings = PRESETS["fast"],
    **more: object,
) -> Tables:
    classes = classes or (PLANTED, NOISE)
    return compare(data, classes, methods, settings, seed=0, pool=Means(), **more)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    return compendium(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def found(data: Compendium) -> Tables:
    return ask(data, methods=USUAL)


@pytest.fixture(scope="module")
def quick(data: Compendium) -> tuple[Tables, dict[str, Tables]]:
    """What the quick methods say, and what may be remembered of it."""
    kept: dict[str, Tables] = {}

    def remember(key: str, compute: Callable[[], Tables]) -> Tables:
        return kept.setdefault(key, compute())

    return ask(data, remember=remember), kept


def test_every_method_finds_a_planted_class_and_none_finds_noise(found: Tables) -> None:
    auroc = of_protocol(found["measures"], "drug").pivot_table(
        index="method", columns="class", values="auroc"
    )
    assert set(auroc.index) == set(USUAL)
    assert (auroc[PLANTED] > 0.8).all()
    assert auroc[NOISE].mean() == pytest.approx(0.5, abs=0.15)


def test_peers_that_train_a_network_find_it_too(data: Compendium) -> None:
    heard: list[str] = []
    measures = ask(
        data,
        methods=("donner", "moasl"),
        report=lambda progress: heard.append(progress.message),
    )["measures"]
    auroc = of_protocol(measures, "drug").pivot_table(
        index="method", columns="class", values="auroc"
    )
    assert (auroc[PLANTED] > 0.8).all()
    assert auroc[NOISE].mean() == pytest.approx(0.5, abs=0.3)
    assert any("MOASL of" in message and "fold 2 of" in message for message in heard)


def test_figures_are_those_of_the_scores_by_drug(found: Tables) -> None:
    measures = found["measures"].set_index(["class", "method", "protocol"])
    for name, scores in found["scores"].groupby("class"):
        for method in USUAL:
            folds = [rows for _, rows in scores.groupby("fold") if rows["positive"].any()]
            auroc = np.mean([roc_auc_score(rows["positive"], rows[method]) for rows in folds])
            row = measures.loc[(name, method, "drug")]
            assert row["auroc"] == pytest.approx(auroc)
            assert row["ap"] == pytest.approx(
                average_precision_score(scores["positive"], scores[method])
            )
            assert row["low"] <= row["auroc"] <= row["high"]
            assert row["n_positive"] == scores["positive"].sum()
            assert row["n_negative"] == (~scores["positive"]).sum()


def test_all_methods_see_the_same_drugs_and_folds_and_no_drug_is_on_both_sides(
    found: Tables,
) -> None:
    scores = found["scores"]
    assert not scores.duplicated(["class", "drug"]).any()
    assert scores[list(USUAL)].notna().all().all()
    shared = scores[["drug", "fold"]].drop_duplicates()
    assert shared["drug"].is_unique  # in one fold, whatever the class
    planted = scores[scores["class"] == PLANTED]
    assert sorted(planted.loc[planted["positive"], "drug"]) == [f"planted{i}" for i in range(6)]
    assert not planted.loc[~planted["positive"], "drug"].str.startswith("planted").any()


@pytest.mark.parametrize(
    ("settings", "methods"),
    [(LayeredSettings(scaling="none"), QUICK), (PRESETS["fast"], ("gpar",))],
)
def test_a_held_out_drug_has_no_part_in_its_own_score(
    data: Compendium,
    settings: Settings,
    methods: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever the signature of a held-out drug, the others of its fold score the same.

    With the same embeddings, since those of 'fast' are learned, without any label, from others of
    the fold too.
    """
    embeddings = known_space(data, MatchingSettings(), seed=0).embeddings

    def embedded_as_before(*of: Any, **how: Any) -> Space:
        return replace(space_of(*of, **how), embeddings=embeddings)

    monkeypatch.setattr(saved_space, "space_of", embedded_as_before)
    before = ask(data, PLANTED, methods=methods, settings=settings)["scores"]
    changed = np.array(data.matrix)
    changed[(data.signatures["drug"] == "planted0").to_numpy()] *= -3
    other = replace(data, matrix=changed)
    after = ask(other, PLANTED, methods=methods, settings=settings)["scores"]
    fold = before.loc[before["drug"] == "planted0", "fold"].iloc[0]
    same = (before["fold"] == fold) & (before["drug"] != "planted0")
    pd.testing.assert_frame_equal(before[same], after[same])
    assert not before[~same].equals(after[~same])


def test_only_similarities_have_pairs(found: Tables) -> None:
    measures = found["measures"]
    of_pairs = set(measures.loc[measures["protocol"] == "pair", "method"])
    assert of_pairs == {name for name in USUAL if METHODS[name].kind == "similarity"}
    as_in_the_paper = of_protocol(measures, "pair").set_index(["class", "method"])
    assert set(as_in_the_paper.loc[PLANTED].index) == set(USUAL)
    assert as_in_the_paper.loc[(PLANTED, "gpar"), "protocol"] == "drug"
    assert as_in_the_paper.loc[(PLANTED, "gsea"), "protocol"] == "pair"
    assert set(found["pair_curves"]["method"]) == of_pairs


def test_the_summary_is_that_of_scipy_and_pandas() -> None:
    rng = np.random.default_rng(0)
    rows = [
        {"class": f"class {i}", "method": method, "auroc": rng.random(), "ap": 0.1, "seconds": 2.0}
        for i in range(12)
        for method in ("gsea", "gpar")
    ]
    table = summary(pd.DataFrame(rows)).set_index("method")
    by_method = {name: rows["auroc"] for name, rows in pd.DataFrame(rows).groupby("method")}
    gpar, gsea = by_method["gpar"].to_numpy(), by_method["gsea"].to_numpy()
    assert list(table.index) == ["gpar", "gsea"]
    assert table.loc["gsea", "p"] == pytest.approx(wilcoxon(gpar, gsea).pvalue)
    assert table.loc["gsea", "difference"] == pytest.approx(np.median(gpar - gsea))
    assert table.loc["gsea", "mean"] == pytest.approx(gsea.mean())
    assert table.loc["gsea", "se"] == pytest.approx(gsea.std(ddof=1) / np.sqrt(12))
    assert table.loc["gsea", "reach_line"] == pytest.approx((gsea >= 0.6).mean())
    assert table.loc["gsea", "seconds"] == 24
    assert np.isnan(table.loc["gpar", "p"])


def _measured(n: int, **auroc: float) -> pd.DataFrame:
    """AUROC of each method in n classes, one a little higher than the other."""
    return pd.DataFrame(
        {"class": f"class {i}", "method": method, "auroc": value + i / 100, "ap": 0.1, "seconds": 1}
        for method, value in auroc.items()
        for i in range(n)
    )


def test_the_verdict_names_the_method_that_is_ahead_by_more_than_noise() -> None:
    said = verdict(_measured(8, gpar=0.8, gsea=0.6))
    assert said == (
        "GPAR finds held-out drugs best: mean AUROC 0.835 (95% interval 0.819–0.850, 8 classes), "
        "followed by GSEA with 0.635 (p = 0.0078, Wilcoxon's test over the classes)."
    )
    assert verdict(_measured(8, gsea=0.8, cosine=0.6)).startswith("GSEA finds held-out drugs best")


def test_within_noise_no_method_is_ahead() -> None:
    measures = _measured(8, gpar=0.8, gsea=0.8)
    measures.loc[measures["method"] == "gsea", "auroc"] -= [0.1, -0.1] * 3 + [0.1, -0.09]
    said = verdict(measures)
    assert "GPAR has the highest mean AUROC" in said
    assert said.endswith("), so neither is ahead.")
    assert "within noise" in said


@pytest.mark.parametrize("n", [1, 2, 5])
def test_few_classes_name_no_winner_and_no_standard_error(n: int) -> None:
    measures = _measured(n, gpar=0.8, gsea=0.6)
    said = verdict(measures)
    assert "cannot show which method is better" in said
    assert "highest" not in said
    assert f"is {wilcoxon(np.arange(1, n + 1)).pvalue:.2g}." in said
    assert summary(measures)["se"].isna().all()


def test_one_method_is_held_beside_none() -> None:
    assert verdict(_measured(2, gpar=0.8)) == "GPAR has a mean AUROC of 0.805."


def test_fewer_classes_than_needed_cannot_reach_significance() -> None:
    assert smallest_p(MIN_CLASSES) < SIGNIFICANT <= smallest_p(MIN_CLASSES - 1)


def test_without_gpar_there_is_nothing_to_test_against(data: Compendium) -> None:
    table = summary(of_protocol(ask(data, PLANTED, methods=("cosine",))["measures"], "drug"))
    assert table["method"].tolist() == ["cosine"]
    assert table["p"].isna().all()


def test_a_class_that_cannot_be_evaluated_is_left_out_with_the_reason(data: Compendium) -> None:
    found = ask(data, PLANTED, LONELY, "Unheard inhibitor", methods=("cosine",))
    assert set(found["measures"]["class"]) == {PLANTED}
    reasons = found["left_out"].set_index("class")["reason"]
    assert set(reasons.index) == {LONELY, "Unheard inhibitor"}
    assert "two are needed" in reasons[LONELY]
    with pytest.raises(TrainingSetError, match="None of the 1 classes can be evaluated"):
        ask(data, LONELY)


def test_what_is_remembered_is_not_computed_again(
    data: Compendium, quick: tuple[Tables, dict[str, Tables]], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, kept = quick
    methods = {f"\n{name}" for name in QUICK if name != "gpar"}
    assert set(kept) == {PLANTED, NOISE, evaluation.RETRIEVAL} | methods
    for module, name in ((evaluation, "drug_scores"), (drug_scores, "_similarity")):
        monkeypatch.setattr(module, name, None)  # a second call would fail
    monkeypatch.setattr(drug_scores, "_classified", None)
    second = ask(data, remember=lambda key, _: kept[key])
    pd.testing.assert_frame_equal(first["scores"], second["scores"])


def test_the_same_seed_gives_the_same_answer(
    data: Compendium, quick: tuple[Tables, dict[str, Tables]]
) -> None:
    one, other = quick[0], ask(data)
    drop = {"measures": ["seconds"]}
    for name in one:
        left, right = (each[name].drop(columns=drop.get(name, [])) for each in (one, other))
        pd.testing.assert_frame_equal(left, right)


def test_cancelling_stops_all_classes(data: Compendium) -> None:
    def report(progress: Progress) -> None:
        if progress.stage == "Evaluation":
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        ask(data, report=report)


def test_curves_begin_and_end_at_the_corners(found: Tables) -> None:
    scores = found["scores"]
    of_class = curves(scores[scores["class"] == PLANTED], ["gpar"])
    roc = of_class[of_class["kind"] == "roc"]
    assert roc[["x", "y"]].iloc[0].tolist() == [0, 0]
    assert roc[["x", "y"]].iloc[-1].tolist() == [1, 1]
    pr = of_class[of_class["kind"] == "pr"]
    assert pr["x"].max() == 1
    assert pr["y"].iloc[-1] == 1
