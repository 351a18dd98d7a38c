"""The cache: safe names, and results that appear whole or not at all."""

from pathlib import Path

import pytest

from gpar_core.errors import NotFoundError, RequestError
from gpar_core.storage.cache import MADE_BY, MANIFEST, Cache, checked_name, publishing, remove


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def _publish(target: Path, text: str = "{}") -> None:
    with publishing(target) as folder:
        (folder / MANIFEST).write_text(text)


@pytest.mark.parametrize("name", ["a", "gse92742", "2020-07_b", "x" * 64])
def test_plain_names_are_taken_as_they_are(name: str) -> None:
    assert checked_name(name, "compendium") == name


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a/b", "a\\b", "../x", "A", "é", "a b", "-a", "_a", ".a", "a\n", "x" * 65,
     "a\0", "a.b", "c:"],
)  # fmt: skip
def test_names_that_could_leave_the_folder_are_refused(cache: Cache, name: str) -> None:
    with pytest.raises(RequestError, match="is not a valid name for a compendium"):
        cache.compendium(name)
    with pytest.raises(RequestError, match="is not a valid name for a model"):
        cache.model(name)
    with pytest.raises(RequestError, match="is not a valid name for a job"):
        cache.job(name)


def test_an_empty_cache_lists_nothing_and_makes_no_folder(cache: Cache) -> None:
    assert cache.compendium_names() == cache.model_ids() == []
    assert not cache.root.exists()


def test_only_what_is_published_is_listed(cache: Cache) -> None:
    _publish(cache.compendium("b"))
    _publish(cache.compendium("a"))
    (cache.compendia / "no-manifest").mkdir()
    (cache.compendia / "a-file").write_text("")
    (cache.compendia / ".hidden").mkdir()
    (cache.compendia / ".hidden" / MANIFEST).write_text("{}")
    assert cache.compendium_names() == ["a", "b"]
    assert cache.existing_compendium("a") == cache.compendia / "a"


def test_an_unknown_name_is_answered_with_those_there_are(cache: Cache) -> None:
    with pytest.raises(NotFoundError, match=r"No model is named 'abc'. There is no model yet"):
        cache.existing_model("abc")
    for number in range(12):
        _publish(cache.compendium(f"c{number:02}"))
    with pytest.raises(NotFoundError, match=r"There are: c00, .*c09, …"):
        cache.existing_compendium("c99")


def test_while_it_is_built_nothing_is_to_be_seen(cache: Cache) -> None:
    with publishing(cache.compendium("new")) as folder:
        (folder / MANIFEST).write_text("{}")
        assert cache.compendium_names() == []
    assert cache.compendium_names() == ["new"]
    assert [path.name for path in cache.compendia.iterdir()] == ["new"]


def test_an_error_leaves_the_old_result_and_no_litter(cache: Cache) -> None:
    _publish(cache.compendium("mine"), "old")
    with pytest.raises(ZeroDivisionError), publishing(cache.compendium("mine")) as folder:
        (folder / MANIFEST).write_text("new")
        raise ZeroDivisionError
    assert (cache.compendium("mine") / MANIFEST).read_text() == "old"
    assert [path.name for path in cache.compendia.iterdir()] == ["mine"]


def test_a_new_result_replaces_the_old_one_whole(cache: Cache) -> None:
    with publishing(cache.compendium("mine")) as folder:
        (folder / MANIFEST).write_text("old")
        (folder / "left over").write_text("")
    _publish(cache.compendium("mine"), "new")
    assert [path.name for path in cache.compendium("mine").iterdir()] == [MANIFEST]
    assert [path.name for path in cache.compendia.iterdir()] == ["mine"]


def test_where_the_new_result_cannot_take_its_place_the_old_one_returns(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    _publish(cache.compendium("mine"), "old")
    rename = Path.replace

    def fail(source: Path, target: Path) -> Path:
        if source.name.startswith(".building"):
            raise PermissionError("in use")
        return rename(source, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(PermissionError):
        _publish(cache.compendium("mine"), "new")
    assert (cache.compendium("mine") / MANIFEST).read_text() == "old"


def test_two_builders_of_one_name_do_not_meet(cache: Cache) -> None:
    with publishing(cache.compendium("mine")) as one, publishing(cache.compendium("mine")) as two:
        (one / MANIFEST).write_text("one")
        (two / MANIFEST).write_text("two")
    assert (cache.compendium("mine") / MANIFEST).read_text() == "one"  # it ended last


def test_what_is_removed_is_gone_from_list_and_disk(cache: Cache) -> None:
    _publish(cache.model("abc"))
    remove(cache.model("abc"))
    assert cache.model_ids() == []
    assert list(cache.models.iterdir()) == []


def test_a_compendium_knows_the_job_that_made_it(cache: Cache) -> None:
    assert cache.compendium_made_by("mine") == ""
    with publishing(cache.compendium("mine")) as folder:
        (folder / MANIFEST).write_text("{}")
        (folder / MADE_BY).write_text("0123")
    assert cache.compendium_made_by("mine") == "0123"
