"""A filter says what it asks for, and refuses limits that mean nothing."""

import json

import pytest

from gpar_core.data.quality import EVERYTHING, QualityFilter, from_json
from gpar_core.errors import RequestError

WHOLE = QualityFilter(
    min_tas=0.2, min_cc_q75=0.1, min_replicates=3, exemplars_only=True, min_dose=0.1,
    max_dose=10.0, times=(6.0, 24.0), cells=("A375", "MCF7"),
)  # fmt: skip


@pytest.mark.parametrize("quality", [EVERYTHING, WHOLE, QualityFilter(times=(6.0,))])
def test_a_filter_comes_back_from_json(quality: QualityFilter) -> None:
    assert from_json(json.loads(json.dumps(quality.as_json()))) == quality


def test_only_what_is_asked_for_is_written() -> None:
    assert EVERYTHING.as_json() == {}
    assert QualityFilter(min_tas=0.0, cells=("A375",)).as_json() == {
        "min_tas": 0.0,
        "cells": ("A375",),
    }


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"min_tas": 1.5}, "minimum TAS is 1.5"),
        ({"min_tas": float("nan")}, "minimum TAS is nan"),
        ({"min_cc_q75": -0.1}, "minimum correlation of replicates is -0.1"),
        ({"min_replicates": 0}, "number of replicates is 0"),
        ({"min_dose": 0.0}, "dose is 0"),
        ({"max_dose": float("inf")}, "dose is inf"),
        ({"min_dose": 10.0, "max_dose": 1.0}, "10 µM, is above the highest, 1 µM"),
        ({"times": (24.0, -6.0)}, "A time is not above 0"),
    ],
)
def test_limits_that_mean_nothing_are_refused(asked: dict[str, object], words: str) -> None:
    with pytest.raises(RequestError, match=words):
        QualityFilter(**asked)
