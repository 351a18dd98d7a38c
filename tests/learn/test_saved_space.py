"""A space is learned once for a compendium, and never taken for that of other values."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gpar_core.data.compendium import Compendium
from gpar_core.learn import saved_space as module
from gpar_core.learn.held_out import space_for
from gpar_core.learn.presets import MatchingSettings, preset
from gpar_core.learn.saved_space import keep_space, saved_space
from gpar_core.learn.space import Space, space_of
from tests.synthetic import build, drugs_of

FAST = MatchingSettings()


DRUGS = [*drugs_of("X inhibitor", 4), *drugs_of("", 8)]


@pytest.fixture
def compendium(tmp_path: Path) -> Compendium:
    return build(tmp_path, DRUGS, cells=("A375", "PC3"), effect=8.0)


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Space:
    folder = tmp_path_factory.mktemp("learned")
    return space_of(build(folder, DRUGS, cells=("A375", "PC3"), effect=8.0), FAST, seed=0)


@pytest.fixture
def space(compendium: Compendium, learned: Space) -> Space:
    keep_space(learned, compendium, seed=0)
    return learned


@pytest.fixture
def learning(learned: Space, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The seeds that a space is learned by."""
    seeds: list[int] = []

    def learn(*_: object, seed: int, **__: object) -> Space:
        seeds.append(seed)
        return learned

    monkeypatch.setattr(module, "space_of", learn)
    return seeds


def kept(compendium: Compendium) -> list[Path]:
    assert compendium.folder is not None
    return sorted(compendium.folder.glob("space-*"))


def same(one: Space, other: Space) -> bool:
    arrays = ("cells", "drug", "block", "learned_from")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays) and all(
        np.array_equal(getattr(ours, name), getattr(theirs, name))
        for ours, theirs in zip(one.embeddings, other.embeddings, strict=True)
        for name in ("center", "shift", "matrix")
    )


def test_what_was_kept_comes_again_to_the_bit(compendium: Compendium, space: Space) -> None:
    found = saved_space(compendium, FAST, seed=0)
    assert found is not None
    assert found.settings == FAST
    assert same(found, space)


def test_it_is_learned_once(compendium: Compendium, learning: list[int]) -> None:
    first, again = (space_for(compendium, FAST, seed=0, threads=1) for _ in range(2))
    assert learning == [0]
    assert first is not None
    assert again is not None
    assert same(first, again)


def test_presets_that_need_none_have_none(compendium: Compendium) -> None:
    assert space_for(compendium, preset("linear"), seed=0, threads=1) is None
    assert not kept(compendium)


def test_another_seed_and_other_settings_have_their_own(
    compendium: Compendium, space: Space
) -> None:
    assert saved_space(compendium, FAST, seed=1) is None
    assert saved_space(compendium, MatchingSettings(dimensions=20), seed=0) is None
    assert saved_space(replace(compendium, fingerprint="0" * 64), FAST, seed=0) is None


def test_changed_values_do_not_get_the_space_of_what_is_stored(
    compendium: Compendium, space: Space
) -> None:
    matrix = compendium.matrix
    for other in (np.array(matrix), matrix[:, :100], matrix[:10], matrix[:, np.arange(50)]):
        changed = replace(compendium, matrix=other)
        assert saved_space(changed, FAST, seed=0) is None
        keep_space(space, changed, seed=1)
    assert len(kept(compendium)) == 1


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"\x93NUMPY"])
def test_a_damaged_one_is_learned_again(
    compendium: Compendium, space: Space, learning: list[int], content: bytes
) -> None:
    (path,) = kept(compendium)
    path.write_bytes(content)
    assert saved_space(compendium, FAST, seed=0) is None
    assert space_for(compendium, FAST, seed=0, threads=1) is space
    assert learning == [0]
    assert saved_space(compendium, FAST, seed=0) is not None


def test_one_of_other_contents_is_learned_again(compendium: Compendium, space: Space) -> None:
    (path,) = kept(compendium)
    np.savez(path, cells=space.cells)
    assert saved_space(compendium, FAST, seed=0) is None


def test_where_it_cannot_be_kept_nothing_is_lost_or_left(
    compendium: Compendium, learning: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", refuse)
    assert space_for(compendium, FAST, seed=0, threads=1) is not None
    assert learning == [0]
    assert compendium.folder is not None
    assert not [
        path for path in compendium.folder.iterdir() if path.name.startswith((".", "space"))
    ]
