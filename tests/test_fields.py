"""The gene space is fixed."""

from gpar_core import fields


def test_there_are_978_landmarks_each_once_in_rising_order() -> None:
    assert fields.N_LANDMARKS == 978
    assert len(fields.LANDMARK_SYMBOLS) == 978
    assert list(fields.LANDMARK_IDS) == sorted(set(fields.LANDMARK_IDS))
    assert len(set(fields.LANDMARK_SYMBOLS)) == 978


def test_well_known_landmarks_have_their_symbols() -> None:
    symbol = dict(zip(fields.LANDMARK_IDS, fields.LANDMARK_SYMBOLS, strict=True))
    assert [symbol[entrez] for entrez in (5720, 780, 7849, 7157)] == [
        "PSME1", "DDR1", "PAX8", "TP53",
    ]  # fmt: skip
