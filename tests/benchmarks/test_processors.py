"""How far apart two models are, by hand; and a kind of processor is what its process is told."""

from dataclasses import replace

import pandas as pd
import pytest

from benchmarks.processors import KINDS, available, difference, environment, worst
from tests.saved_model import SUMMARY, model


def test_a_model_agrees_with_itself() -> None:
    found = difference(model(), model())
    assert (found.pop("spearman"), found.pop("first")) == (pytest.approx(1), 1)
    assert set(found.values()) == {0.0}


def test_what_differs_is_measured() -> None:
    metrics = replace(SUMMARY.metrics, mean_auroc=SUMMARY.metrics.mean_auroc + 0.1)
    one, other = model(), model(metrics=metrics, logistic_auroc=SUMMARY.logistic_auroc - 0.2)
    ranking = other.ranking.iloc[[1, 0]].reset_index(drop=True)
    ranking["es"] += 0.25
    other = replace(other, ranking=ranking)
    found = difference(one, other)
    assert found["mean_auroc"] == pytest.approx(0.1)
    assert found["logistic"] == pytest.approx(0.2)
    assert found["es_first"] == found["es"] == pytest.approx(0.25)
    assert found["spearman"] == pytest.approx(-1)
    assert found["first"] == pytest.approx(2 / 3)
    assert found["score"] == 0


def test_the_worst_is_the_largest_difference_and_the_least_agreement() -> None:
    about = {"preset": "fast", "one": "AVX", "other": "AVX2"}
    rows = [
        about | {"model": "a", "es": 0.1, "spearman": 0.9, "first": 1.0},
        about | {"model": "b", "es": 0.2, "spearman": 1.0, "first": 0.5},
    ]
    (found,) = worst(pd.DataFrame(rows)).to_dict("records")
    assert found == about | {"es": 0.2, "spearman": 0.9, "first": 0.5}


def test_a_kind_is_told_to_the_libraries_before_they_start() -> None:
    told = environment(KINDS["SSE4.1"])
    assert told["OPENBLAS_CORETYPE"] == "Nehalem"
    assert told["ONEDNN_MAX_CPU_ISA"] == "SSE41"
    assert told["OPENBLAS_NUM_THREADS"] == "1"
    assert "X86_V3" in told["NPY_DISABLE_CPU_FEATURES"] or "AVX2" not in available()
    assert environment(KINDS["AVX2 without oneDNN"])["TF_ENABLE_ONEDNN_OPTS"] == "0"
