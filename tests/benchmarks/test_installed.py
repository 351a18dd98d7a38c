"""How the starts of wheel and clone are compared."""

from benchmarks.installed import compared


def test_rounds_are_compared_in_pairs() -> None:
    clone, wheel, share = compared("version", {"clone": [1.0, 4.0, 2.0], "wheel": [1.5, 4.0, 1.0]})
    assert (clone.value, wheel.value) == (2.0, 1.5)
    assert share.values == (1.5, 1.0, 0.5)
    assert share.reached
    assert "from the wheel" in wheel.how
