"""Each molecule has an embedding that has not seen it, and signatures are pooled as they should."""

from dataclasses import replace

import numpy as np
import pytest

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.errors import Cancelled
from gpar_core.learn import space as spaces
from gpar_core.learn.presets import MatchingSettings
from gpar_core.learn.space import Space, embedded, embedding_without, one_hot, pooled, space_of
from gpar_core.progress import Progress
from gpar_core.rank.neighbors import unit
from tests.synthetic import build, drugs_of

CELLS = ("A375", "MCF7", "PC3")
FAST = MatchingSettings()


@pytest.fixture(scope="module")
def compendium(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    drugs = [*drugs_of("X inhibitor", 6, replicates=2), *drugs_of("", 20)]
    return build(tmp_path_factory.mktemp("space"), drugs, cells=CELLS, effect=8.0)


@pytest.fixture(scope="module")
def space(compendium: Compendium) -> Space:
    return space_of(compendium, FAST, seed=0)


def _with_values(compendium: Compendium, rows: np.ndarray, value: float) -> Compendium:
    matrix = np.array(compendium.matrix)
    matrix[rows] = value
    return replace(compendium, matrix=matrix)


def _same(one: object, other: object) -> bool:
    names = ("center", "shift", "matrix")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


def test_all_drugs_have_a_block_and_blocks_are_even(space: Space, compendium: Compendium) -> None:
    assert space.drug.tolist() == sorted(set(compendium.signatures["drug"]))
    assert space.cells.tolist() == sorted(CELLS)
    assert len(space.embeddings) == spaces.N_BLOCKS + 1
    sizes = np.bincount(space.block)
    assert (len(sizes), sizes.max() - sizes.min()) == (spaces.N_BLOCKS, 1)


@pytest.mark.parametrize("drug", ["x0", "dark7"])
def test_an_embedding_has_not_seen_its_block_to_the_last_bit(
    space: Space, compendium: Compendium, drug: str
) -> None:
    of_drug = np.flatnonzero(compendium.signatures["drug"] == drug)
    other = space_of(_with_values(compendium, of_drug, 1e6), FAST, seed=0)
    own = space.block[space.places([drug])[0]]
    for number in range(spaces.N_BLOCKS):
        assert _same(space.embeddings[number], other.embeddings[number]) == (number == own)
    assert not _same(space.embeddings[-1], other.embeddings[-1])


def test_an_embedding_without_chosen_drugs_has_not_seen_them(
    space: Space, compendium: Compendium
) -> None:
    drugs = {"x0", "dark7", "no such drug"}
    rows = np.flatnonzero(compendium.signatures["drug"].isin(drugs))
    other = _with_values(compendium, rows, np.nan)
    found = embedding_without(space, other, drugs)
    assert _same(found, embedding_without(space, compendium, drugs))
    assert not _same(found, space.embeddings[-1])
    assert _same(embedding_without(space, compendium, {"none"}), space.embeddings[-1])


def test_it_is_learned_without_a_look_at_any_moa(space: Space, compendium: Compendium) -> None:
    unknown = replace(compendium, compounds=compendium.compounds.assign(moa=""))
    for one, other in zip(
        space.embeddings, space_of(unknown, FAST, seed=0).embeddings, strict=True
    ):
        assert _same(one, other)


def test_the_same_with_any_number_of_threads_and_another_with_another_seed(
    space: Space, compendium: Compendium
) -> None:
    again = space_of(compendium, FAST, seed=0, threads=3)
    assert all(map(_same, space.embeddings, again.embeddings))
    assert not np.array_equal(space_of(compendium, FAST, seed=1).block, space.block)


def test_of_many_signatures_those_of_a_share_of_the_drugs_are_learned_from(
    compendium: Compendium, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spaces, "MAX_SIGNATURES", 30)
    space = space_of(compendium, FAST, seed=0)
    names = compendium.signatures["drug"].iloc[space.learned_from]
    assert (len(names), names.nunique()) == (30, 10)  # in three lines each
    unseen = ~np.isin(space.drug, names)
    assert (space.block[unseen] == len(space.embeddings) - 1).all()
    assert (space.block[~unseen] < len(space.embeddings) - 1).all()


def test_sums_by_group_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spaces, "BLOCK_ROWS", 4)
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(20, 5)).astype(np.float32)
    rows, group, code = rng.permutation(20)[:15], rng.integers(0, 6, 15), rng.integers(0, 3, 15)
    total, counts = pooled(matrix, rows, group, code, 6, 2)
    for one in range(6):
        np.testing.assert_allclose(total[one], matrix[rows[group == one]].sum(axis=0), atol=1e-5)
        np.testing.assert_array_equal(counts[one], np.bincount(code[group == one], minlength=3))
    matrix[rows[group > 1]] = np.nan  # not read where it does not count
    few, _ = pooled(matrix, rows, np.where(group > 1, -1, group), code, 2, 2)
    np.testing.assert_array_equal(few, total[:2])


def test_embedded_is_centered_by_cell_line_and_of_length_one(space: Space) -> None:
    rng = np.random.default_rng(0)
    of, z = space.embeddings[2], rng.normal(size=(4, fields.N_LANDMARKS)).astype(np.float32)
    code = space.codes(np.array(["PC3", "A375", "HELA", ""]))
    np.testing.assert_array_equal(code, [2, 0, 3, 3])
    means = [of.center + of.shift[2], of.center + of.shift[0], of.center, of.center]
    expected = unit((z - means) @ of.matrix)
    found = embedded(of, z, one_hot(code, 4))
    np.testing.assert_allclose(found, expected, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_it_can_be_stopped(compendium: Compendium) -> None:
    def stop(progress: Progress) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled, match="enough"):
        space_of(compendium, FAST, seed=0, report=stop)
