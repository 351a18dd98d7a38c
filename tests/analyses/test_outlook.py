"""What the cross-validation of a model means for its ranked list."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gpar_core.analyses.training.charts.along import MAX_NEGATIVES
from gpar_core.analyses.training.charts.along import along_the_score as chart
from gpar_core.analyses.training.outlook import (
    MEMBER,
    NEGATIVE,
    PREDICTED,
    Recovery,
    along_the_score,
    headline,
    recovery,
)
from gpar_core.analyses.training.result import Model
from gpar_core.learn.verdict import Chance
from tests import saved_model

N = 900


@pytest.fixture
def model() -> Model:
    """Of three drugs: one would come first, one at place 31, one last; all others are negatives."""
    score = np.linspace(1, 0, N)
    ranking = pd.DataFrame(
        {
            "pert_iname": [f"drug {place}" for place in range(N)],
            "score": score,
            "mean_score": score,
            "k": 6,
            "p": 0.001,
            "held_out": True,
        }
    )
    own = [2.0, (score[29] + score[30]) / 2, -1.0]
    trained = pd.DataFrame({"pert_iname": list("abc"), "mean_score": 0.5, "score": own})
    held_out = pd.DataFrame({"pert_iname": list("aab"), "positive": True, "score": [0.9, 0.7, 0.1]})
    made = saved_model.model()
    return replace(made, ranking=ranking, training_drugs=trained, held_out=held_out)


def test_a_drug_is_found_if_fewer_than_thirty_compounds_score_as_high(model: Model) -> None:
    found = recovery(model.training_drugs, model.ranking)
    assert found == Recovery(n_drugs=3, n_found=1, n_ranked=N)
    assert found.by_chance == pytest.approx(3 * 30 / N)
    model.training_drugs.loc[1, "score"] = model.ranking["score"][29] + 1e-9
    assert recovery(model.training_drugs, model.ranking).n_found == 2
    model.training_drugs.loc[1, "score"] = model.ranking["score"][29]  # a tie is no win
    assert recovery(model.training_drugs, model.ranking).n_found == 1


def test_drugs_without_a_score_of_their_own_are_not_counted(model: Model) -> None:
    model.training_drugs.loc[0, "score"] = np.nan
    assert recovery(model.training_drugs, model.ranking) == Recovery(2, 0, N)
    assert recovery(model.training_drugs.assign(score=np.nan), model.ranking) is None
    assert recovery(model.training_drugs.drop(columns="score"), model.ranking) is None


def test_the_headline_says_what_the_list_is_worth(model: Model) -> None:
    said = headline(model.summary, recovery(model.training_drugs, model.ranking))
    assert said.count(".") == said.count("0.") + 1  # one sentence
    assert "1 of its 3 drugs would be among the first 30 of 900 ranked compounds" in said
    assert "(0.1 expected by chance)" in said
    assert "95% interval" in headline(model.summary, None)
    assert "first 30" not in headline(model.summary, None)


@pytest.mark.parametrize(
    ("auroc", "interval", "reached", "said"),
    [
        (0.55, (0.52, 0.58), 0, "; this is below the paper's threshold of 0.60, so read the list"),
        (
            0.7,
            (0.5, 0.8),
            0,
            "; the interval does not lie above 0.5, so read the list with caution.",
        ),
        (0.7, (0.6, 0.8), 9, "; permuted labels often do as well, so read"),
        (
            0.55,
            (0.4, 0.6),
            0,
            "threshold of 0.60, and the interval does not lie above 0.5, so read",
        ),
        (0.5, (0.4, 0.6), 50, "; do not rely on the list."),
        (0.9, (0.8, 1.0), 0, "(95% interval 0.80–1.00)."),
    ],
)
def test_the_headline_says_why_to_doubt(
    model: Model, auroc: float, interval: tuple[float, float], reached: int, said: str
) -> None:
    metrics = replace(model.summary.metrics, mean_auroc=auroc, interval=interval)
    chance = Chance(n_runs=99, n_reached=reached, quick=True)
    summary = replace(model.summary, metrics=metrics, chance=chance, null_auroc=())
    assert said in headline(summary, None)


def test_negatives_that_are_predicted_stay_among_the_negatives(model: Model) -> None:
    compounds = along_the_score(model)
    assert compounds["role"].value_counts().to_dict() == {
        NEGATIVE: N,
        PREDICTED: 30,
        MEMBER: 3,
    }
    predicted = compounds[compounds["role"] == PREDICTED]
    assert predicted["rank"].tolist() == list(range(1, 31))
    assert predicted["pert_iname"].iloc[0] == "drug 0"
    assert compounds.loc[compounds["role"] == MEMBER, "score"].tolist()[0] == 2.0


def test_the_members_of_a_model_of_one_drug_are_its_signatures(model: Model) -> None:
    alone = replace(model, summary=replace(model.summary, folds_by="signature"))
    compounds = along_the_score(alone)
    assert compounds.loc[compounds["role"] == MEMBER, "score"].tolist() == [0.9, 0.7, 0.1]


def test_the_picture_is_small_and_keeps_members_and_predictions(model: Model) -> None:
    (rows,) = chart(along_the_score(model), simulated=True).to_dict()["datasets"].values()
    roles = pd.Series([row["role"] for row in rows]).value_counts()
    predicted = {row["pert_iname"] for row in rows if row["role"] == PREDICTED}
    drawn = {row["pert_iname"] for row in rows if row["role"] == NEGATIVE}
    assert MAX_NEGATIVES <= roles[NEGATIVE] <= MAX_NEGATIVES + 30
    assert predicted <= drawn, "all of them are negatives too"
    assert (roles[PREDICTED], roles[MEMBER]) == (30, 3)
    assert all(abs(row["odds"]) < 10 for row in rows)
