"""The search index: the same scores as without it, and never a wrong or half-written one."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock, Timeout

from gpar_core.data.compendium import Compendium
from gpar_core.data.derived_files import INDEX
from gpar_core.errors import Cancelled, DataError
from gpar_core.progress import Progress, silent
from gpar_core.search import index as module
from gpar_core.search import scan as scanning
from gpar_core.search.index import gene_index
from gpar_core.search.layers import LAYERS
from gpar_core.search.query import Query, of_profile
from gpar_core.search.scan import scan
from gpar_core.search.scores import SCORES
from tests.search.queries import drawn
from tests.synthetic import build, drugs_of

BY_SIGNATURE = [name for name, score in SCORES.items() if score.of is not None]
N = 2 * 130


@pytest.fixture
def compendium(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Compendium:
    """Indexed although it is small, in blocks that do not divide it."""
    for where, name, value in (
        (module, "BLOCK_SIGNATURES", 64),
        (scanning, "BLOCK_SIGNATURES", 64),
        (scanning, "INDEXED_FROM", 100),
    ):
        monkeypatch.setattr(where, name, value)
    return build(tmp_path, drugs_of("", 130))


def in_memory(compendium: Compendium) -> Compendium:
    """The same, which has no index as it is not what is stored."""
    return replace(compendium, matrix=np.array(compendium.matrix))


def kept(compendium: Compendium) -> list[Path]:
    assert compendium.folder is not None
    return sorted(compendium.folder.glob(INDEX))


def hidden(compendium: Compendium) -> list[Path]:
    assert compendium.folder is not None
    return [path for path in compendium.folder.iterdir() if path.name.startswith(".")]


QUERIES = [
    [drawn(30, 20)],
    [drawn(30, 20), drawn(1, 0, seed=1), drawn(400, 500, seed=2)],
    [of_profile("profile", np.linspace(-2, 3, 978)), drawn(5, 5)],
]


@pytest.mark.parametrize("queries", QUERIES)
@pytest.mark.parametrize("name", BY_SIGNATURE)
def test_scores_are_the_same_to_the_bit_with_an_index(
    compendium: Compendium, name: str, queries: list[Query]
) -> None:
    without = scan(in_memory(compendium), queries, SCORES[name])
    assert not kept(compendium)
    for threads in (1, 2):
        np.testing.assert_array_equal(
            scan(compendium, queries, SCORES[name], threads=threads), without
        )
        assert len(kept(compendium)) == len(SCORES[name].layers)
    assert not hidden(compendium)


def test_scores_are_those_of_the_whole_matrix_at_once(compendium: Compendium) -> None:
    for name in BY_SIGNATURE:
        of = SCORES[name].of
        assert of is not None
        whole = of(np.asarray(compendium.matrix), QUERIES[0])
        np.testing.assert_allclose(
            scan(compendium, QUERIES[0], SCORES[name]), whole, rtol=1e-5, atol=1e-6
        )


def test_small_compendia_have_none(compendium: Compendium, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "INDEXED_FROM", N + 1)
    scan(compendium, QUERIES[0], SCORES["wtcs"])
    assert not kept(compendium)


def test_the_index_has_the_layers_of_the_signatures(compendium: Compendium) -> None:
    index = gene_index(compendium, LAYERS)
    assert index is not None
    z = np.array(compendium.matrix)
    for name, layer in LAYERS.items():
        every = np.arange(layer.n_rows)
        found = np.hstack([index.block(number).rows(name, every) for number in range(5)])
        np.testing.assert_array_equal(found, layer.of(z))
        some = np.array([0, 1]) if name == "limits" else np.array([0, 1, 7, 977])
        np.testing.assert_array_equal(index.block(4).rows(name, some), layer.of(z)[some, 256:])
        assert index.block(1).rows(name, np.array([], int)).shape == (0, 64)


def test_it_is_computed_once(compendium: Compendium, monkeypatch: pytest.MonkeyPatch) -> None:
    gene_index(compendium, ["rank"])
    monkeypatch.setattr(module, "_write", None)
    assert gene_index(compendium, ["rank"]) is not None


def test_a_stopped_one_is_resumed(compendium: Compendium) -> None:
    def stop_at(start: int) -> module.Report:
        def report(progress: Progress) -> None:
            if progress.done >= start:
                raise Cancelled("Cancelled.")

        return report

    with pytest.raises(Cancelled):
        gene_index(compendium, ["z"], report=stop_at(128))
    assert not kept(compendium)
    (unfinished,) = hidden(compendium)
    with unfinished.open("ab") as file:
        file.write(b"half a block")
    reached: list[int] = []
    assert gene_index(compendium, ["z"], report=lambda progress: reached.append(progress.done))
    assert reached == [128, 192, 256]
    assert not hidden(compendium)
    (path,) = kept(compendium)
    whole = np.fromfile(path, np.float32, 64 * 978).reshape(978, 64)
    np.testing.assert_array_equal(whole, compendium.matrix[:64].T)


def test_one_that_was_cut_off_is_computed_again(compendium: Compendium) -> None:
    gene_index(compendium, ["z"])
    (path,) = kept(compendium)
    content = path.read_bytes()
    path.write_bytes(content[:-8])
    index = module.GeneIndex(N, {"z": path})
    with pytest.raises(DataError, match="cut off"):
        index.block(4).rows("z", np.array([977]))
    assert gene_index(compendium, ["z"]) is not None
    assert path.read_bytes() == content


def test_other_values_have_their_own(compendium: Compendium) -> None:
    gene_index(compendium, ["z"])
    gene_index(replace(compendium, fingerprint="0" * 64), ["z"])
    assert len(kept(compendium)) == 2


def test_without_room_a_search_does_without(
    compendium: Compendium, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SPARE", 1e9)
    scan(compendium, QUERIES[0], SCORES["wtcs"])
    assert not kept(compendium)


def test_where_it_cannot_be_written_nothing_is_left(
    compendium: Compendium, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, *_: object) -> None:
        path.write_bytes(b"so far")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "_write", full)
    found = scan(compendium, QUERIES[0], SCORES["zhang"])
    np.testing.assert_array_equal(found, scan(in_memory(compendium), QUERIES[0], SCORES["zhang"]))
    assert not kept(compendium)
    assert not hidden(compendium)


def test_a_search_waits_for_another_that_prepares_it_and_can_be_cancelled(
    compendium: Compendium, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAIT_SECONDS", 0.01)
    gene_index(compendium, ["z"])
    (path,) = kept(compendium)
    content = path.read_bytes()
    path.unlink()
    messages: list[str] = []
    other = FileLock(path.with_name(f".{path.name}").with_suffix(".lock"))

    def finish(progress: Progress) -> None:
        messages.append(progress.message)
        path.write_bytes(content)
        other.release()

    with other:
        assert gene_index(compendium, ["z"], report=finish) is not None
    assert messages == ["Another search is preparing it"]
    path.unlink()

    def cancel(_: Progress) -> None:
        raise Cancelled("Cancelled.")

    with other, pytest.raises(Cancelled):
        gene_index(compendium, ["z"], report=cancel)


def test_progress_of_a_scan_reaches_all_signatures(compendium: Compendium) -> None:
    seen: list[Progress] = []
    gene_index(compendium, ["z"], report=silent)
    scan(compendium, QUERIES[0], SCORES["cosine"], report=seen.append)
    assert [progress.done for progress in seen] == [0, 64, 128, 192, 256]
    assert {progress.total for progress in seen} == {N}


def test_the_lock_is_deleted_while_it_is_held(
    compendium: Compendium, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deleted afterwards, it could be the lock of the next, and a third would write with it."""
    held = []
    unlink = Path.unlink

    def watched(path: Path, missing_ok: bool = False) -> None:
        if path.suffix == ".lock":
            held.append(not _acquired(path))
        unlink(path, missing_ok=missing_ok)

    def _acquired(path: Path) -> bool:
        try:
            with FileLock(path, timeout=0, is_singleton=False):
                return True
        except Timeout:
            return False

    monkeypatch.setattr(Path, "unlink", watched)
    gene_index(compendium, ["z"])
    assert held == [True]
    assert not hidden(compendium)
