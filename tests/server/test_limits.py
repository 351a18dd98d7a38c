"""Limits of a server, from its environment."""

from dataclasses import fields

import pytest

from gpar_core.errors import RequestError
from gpar_core.server.limits import VARIABLE, ServerLimits, read_limits

VARIABLES = {each.name: each.metadata[VARIABLE] for each in fields(ServerLimits)}


def test_an_empty_environment_gives_the_defaults() -> None:
    assert read_limits({}) == ServerLimits()
    assert ServerLimits().jobs >= 1


@pytest.mark.parametrize(("name", "variable"), VARIABLES.items())
def test_each_limit_is_read_from_its_own_variable(name: str, variable: str) -> None:
    value = "1" if name in {"spares", "examples"} else "700"
    limits = read_limits({variable: f" {value} "})
    assert getattr(limits, name) == int(value)
    assert {**vars(limits), name: 0} == {**vars(ServerLimits()), name: 0}


@pytest.mark.parametrize("text", ["many", "", "-1", "1.5", "1e3", "٣", "9" * 5000])
def test_what_is_no_whole_number_is_named(text: str) -> None:
    with pytest.raises(
        RequestError, match=r"GPAR_MAX_JOBS is '.*', but .* a whole number of at least 1"
    ):
        read_limits({"GPAR_MAX_JOBS": text})


def test_bounds_hold() -> None:
    with pytest.raises(
        RequestError, match="GPAR_SPARE_WORKERS is '2', but it must be a whole number from 0 to 1"
    ):
        read_limits({"GPAR_SPARE_WORKERS": "2"})
    assert read_limits({"GPAR_SPARE_WORKERS": "0"}).spares == 0
    with pytest.raises(RequestError, match="of at least 500"):
        read_limits({"GPAR_READING_MB": "499"})
