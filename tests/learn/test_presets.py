"""Presets by name."""

import pytest

from gpar_core.errors import RequestError
from gpar_core.learn.presets import PRESETS, LayeredSettings, MatchingSettings, preset
from gpar_core.rank.scoring import SCALINGS


def test_the_paper_preset_is_that_of_the_paper() -> None:
    settings = preset("paper")
    assert isinstance(settings, LayeredSettings)
    assert settings.hidden == (978, 512, 256)
    assert (settings.steps, settings.dropout) == (2000, 0.1)
    assert settings.l1 > 0
    assert settings.scaling == "none"


def test_the_fast_preset_compares_signatures() -> None:
    assert isinstance(preset("fast"), MatchingSettings)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_can_be_looked_up_by_what_it_holds(name: str) -> None:
    """Trainers are kept by their settings."""
    assert {preset(name): name}[preset(name)] == name


def test_an_unknown_preset_is_answered_with_the_choices() -> None:
    with pytest.raises(RequestError, match="Use fast, linear or paper"):
        preset("slow")


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_uses_a_scaling_there_is(name: str) -> None:
    assert preset(name).scaling in SCALINGS
