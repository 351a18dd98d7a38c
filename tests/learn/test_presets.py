"""Presets by name."""

import pytest

from gpar_core.errors import RequestError
from gpar_core.learn.presets import PRESETS, preset
from gpar_core.rank.scoring import SCALINGS


def test_the_paper_preset_is_that_of_the_paper() -> None:
    settings = preset("paper")
    assert settings.hidden == (978, 512, 256)
    assert (settings.steps, settings.dropout) == (2000, 0.1)
    assert settings.l1 > 0
    assert settings.scaling == "none"


def test_an_unknown_preset_is_answered_with_the_choices() -> None:
    with pytest.raises(RequestError, match="Use fast or paper"):
        preset("slow")


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_uses_a_scaling_there_is(name: str) -> None:
    assert preset(name).scaling in SCALINGS
