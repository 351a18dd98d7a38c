"""Chosen signatures out of a GCTX on a server: the right values, and few bytes."""

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import h5py
import numpy as np
import pytest

from gpar_core import fields
from gpar_core.data.fetching import remote_gctx
from gpar_core.data.fetching.chosen_matrix import Chosen, fetch_chosen
from gpar_core.data.matrix_files import open_matrix
from gpar_core.errors import Cancelled, DownloadError, LandmarkError, RequestError
from gpar_core.progress import Progress, Report, silent
from tests.geo_files import INFERRED, LANDMARKS, write_gctx
from tests.http_files import Site, impatient, serving

N = 60
GENES = tuple(np.random.default_rng(1).permutation([*LANDMARKS, *INFERRED[:1022]]))
SIG_IDS = tuple(f"CPC{number:03}_MCF7_24H:BRD-K{number:08}" for number in range(N))
VALUES = np.random.default_rng(2).normal(size=(N, len(GENES))).astype(np.float32)
CHOSEN = tuple(SIG_IDS[number] for number in (41, 3, 4, 5, 58, 30))

LAYOUTS: dict[str, dict[str, object]] = {
    "one piece": {},
    "chunks of one row": {"chunks": (1, 2000)},
    "chunks of some rows and columns": {"chunks": (7, 300)},
    "chunks as tall as the file": {"chunks": (60, 100)},
    "compressed": {"chunks": (7, 300), "compression": "gzip"},
}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    folder = tmp_path / "published"
    folder.mkdir()
    with serving(folder) as site:
        yield site


@pytest.fixture(autouse=True)
def small_units(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file then has several pages, ranges and blocks, as the real one has."""
    monkeypatch.setattr(remote_gctx, "PAGE_BYTES", 1 << 12)
    monkeypatch.setattr(remote_gctx, "GAP_BYTES", 1 << 10)
    monkeypatch.setattr(remote_gctx, "RANGE_BYTES", 20_000)
    monkeypatch.setattr(remote_gctx, "BLOCK_BYTES", 20_000)


def _publish(tmp_path: Path, values: np.ndarray = VALUES, **layout: object) -> Path:
    path = tmp_path / "published/level5.gctx"
    return write_gctx(path, values, sig_ids=SIG_IDS, genes=GENES, **layout)  # type: ignore[arg-type]


def _fetch(
    site: Site, tmp_path: Path, chosen: tuple[str, ...] = CHOSEN, report: Report = silent
) -> Chosen:
    return fetch_chosen(
        impatient(),
        {site.url + "level5.gctx": chosen},
        tmp_path / "out.gctx",
        tmp_path / "blocks",
        enough_room=lambda n_bytes: None,
        report=report,
        clock=map(float, count()).__next__,
    )


def _expected(chosen: tuple[str, ...], values: np.ndarray = VALUES) -> np.ndarray:
    columns = [GENES.index(gene) for gene in LANDMARKS]
    rows = [number for number, sig_id in enumerate(SIG_IDS) if sig_id in chosen]
    return values[np.ix_(rows, columns)].astype(np.float32)


def _written(tmp_path: Path) -> np.ndarray:
    with h5py.File(tmp_path / "out.gctx") as file:
        return file["/0/DATA/0/matrix"][()]


@pytest.mark.parametrize(
    ("layout", "chosen"),
    [
        *((layout, CHOSEN) for layout in LAYOUTS),
        ("chunks of some rows and columns", SIG_IDS),
        ("chunks as tall as the file", SIG_IDS[:1]),
    ],
    ids=[*LAYOUTS, "all", "one"],
)
def test_the_values_are_those_of_the_landmarks_in_their_order(
    site: Site, tmp_path: Path, layout: str, chosen: tuple[str, ...]
) -> None:
    _publish(tmp_path, **LAYOUTS[layout])
    found = _fetch(site, tmp_path, chosen)
    assert found.sig_ids == tuple(sig_id for sig_id in SIG_IDS if sig_id in chosen)
    np.testing.assert_array_equal(_written(tmp_path), _expected(chosen))
    opened = open_matrix(tmp_path / "out.gctx")
    assert (opened.gene_ids, opened.sig_ids) == (LANDMARKS, found.sig_ids)


def test_files_of_several_layouts_become_one(site: Site, tmp_path: Path) -> None:
    """Each with its own signatures, some compressed, as the matrices of LINCS 2020 are."""
    published = tmp_path / "published"
    wanted, expected = {}, []
    for number, (layout, chosen) in enumerate(
        zip(LAYOUTS, (CHOSEN, SIG_IDS[:1], CHOSEN, SIG_IDS, CHOSEN), strict=True)
    ):
        values = VALUES + number
        ids = [f"{number}:{sig_id}" for sig_id in SIG_IDS]
        path = published / f"{number}.gctx"
        write_gctx(path, values, sig_ids=ids, genes=GENES, **LAYOUTS[layout])  # type: ignore[arg-type]
        wanted[site.url + path.name] = [f"{number}:{sig_id}" for sig_id in chosen]
        expected.append(_expected(chosen, values))
    asked: list[int] = []
    pauses = [2, 4, 8]

    def report(progress: Progress) -> None:
        if pauses and progress.done > progress.total / pauses[-1]:
            pauses.pop()
            raise Cancelled("Paused.")

    def fetch() -> Chosen:
        return fetch_chosen(
            impatient(),
            wanted,
            tmp_path / "out.gctx",
            tmp_path / "blocks",
            enough_room=asked.append,
            report=report,
            clock=map(float, count()).__next__,
        )

    while pauses:
        with pytest.raises(Cancelled):
            fetch()
    found = fetch()
    np.testing.assert_array_equal(_written(tmp_path), np.concatenate(expected))
    assert set(found.sig_ids) == {sig_id for chosen in wanted.values() for sig_id in chosen}
    assert set(asked) == {2 * sum(map(len, wanted.values())) * 978 * 4}
    whole = sum(path.stat().st_size for path in published.iterdir())
    assert found.n_saved == whole - found.n_fetched


@pytest.mark.parametrize("layout", ["one piece", "chunks of some rows and columns"])
def test_few_bytes_are_fetched_and_counted(site: Site, tmp_path: Path, layout: str) -> None:
    path = _publish(tmp_path, **LAYOUTS[layout])
    found = _fetch(site, tmp_path)
    whole = path.stat().st_size
    assert site.n_sent < whole / 3
    assert found.n_saved == whole - found.n_fetched
    # One signature is read twice to compare, and the first answer has one byte.
    assert found.n_fetched <= site.n_sent <= found.n_fetched + 10 * remote_gctx.PAGE_BYTES


@pytest.mark.parametrize("dtype", ["<f8", ">f4", "<f2"])
def test_values_of_other_types_become_float32(site: Site, tmp_path: Path, dtype: str) -> None:
    values = VALUES.astype(dtype)
    _publish(tmp_path, values)
    _fetch(site, tmp_path)
    np.testing.assert_array_equal(_written(tmp_path), _expected(CHOSEN, values))


def test_near_bytes_are_asked_for_together(site: Site, tmp_path: Path) -> None:
    _publish(tmp_path)
    told: list[Progress] = []
    _fetch(site, tmp_path, report=told.append)
    # Rows 3, 4 and 5 lie next to each other; a range holds two of them.
    assert "6 signatures: 48 kB in 5 requests" in told[1].message


@pytest.mark.parametrize("layout", ["chunks of one row", "compressed"])
def test_a_stopped_fetch_goes_on_with_the_next_block(
    site: Site, tmp_path: Path, layout: str
) -> None:
    _publish(tmp_path, **LAYOUTS[layout])

    def report(progress: Progress) -> None:
        if len(list((tmp_path / "blocks").rglob("*.npy"))) == 3:
            raise Cancelled("Paused.")

    with pytest.raises(Cancelled):
        _fetch(site, tmp_path, SIG_IDS, report)
    assert not (tmp_path / "out.gctx").exists()
    before = site.n_sent
    _fetch(site, tmp_path, SIG_IDS)
    np.testing.assert_array_equal(_written(tmp_path), _expected(SIG_IDS))
    the_rest = site.n_sent - before
    _fetch(site, tmp_path, SIG_IDS)
    only_ids = site.n_sent - before - the_rest
    _fetch_anew(site, tmp_path)
    the_whole = site.n_sent - before - the_rest - only_ids
    assert only_ids < the_rest < the_whole


def _fetch_anew(site: Site, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "blocks")
    _fetch(site, tmp_path, SIG_IDS)


def test_blocks_of_another_version_of_the_file_are_not_used(site: Site, tmp_path: Path) -> None:
    _publish(tmp_path)
    _fetch(site, tmp_path)
    other = -VALUES
    _publish(tmp_path, other)
    _fetch(site, tmp_path)
    np.testing.assert_array_equal(_written(tmp_path), _expected(CHOSEN, other))


def test_blocks_of_another_choice_are_not_used(site: Site, tmp_path: Path) -> None:
    _publish(tmp_path)
    _fetch(site, tmp_path)
    _fetch(site, tmp_path, SIG_IDS[10:16])
    np.testing.assert_array_equal(_written(tmp_path), _expected(SIG_IDS[10:16]))


def test_a_file_that_changes_while_it_is_read_is_refused(site: Site, tmp_path: Path) -> None:
    _publish(tmp_path)

    def report(progress: Progress) -> None:
        if "requests" in progress.message:
            _publish(tmp_path, -VALUES)

    with pytest.raises(DownloadError, match="has changed on the server"):
        _fetch(site, tmp_path, report=report)


def test_broken_connections_and_busy_servers_are_tried_again(site: Site, tmp_path: Path) -> None:
    _publish(tmp_path)
    site.faults.fail = [503, 500]
    site.faults.cut_after = [1, 0, 1000, 5]
    _fetch(site, tmp_path)
    np.testing.assert_array_equal(_written(tmp_path), _expected(CHOSEN))


def test_a_server_without_ranges_is_refused_in_words(site: Site, tmp_path: Path) -> None:
    _publish(tmp_path)
    site.faults.no_ranges = True
    with pytest.raises(DownloadError, match="does not send parts of files"):
        _fetch(site, tmp_path)


def test_what_is_no_gctx_is_refused(site: Site, tmp_path: Path) -> None:
    (tmp_path / "published/level5.gctx").write_bytes(b"<html>" * 1000)
    with pytest.raises(DownloadError, match="not an HDF5 file"):
        _fetch(site, tmp_path)
    with h5py.File(tmp_path / "published/level5.gctx", "w") as file:
        file["x"] = np.arange(3)
    with pytest.raises(DownloadError, match="not a readable GCTX"):
        _fetch(site, tmp_path)


def test_values_that_are_no_z_scores_are_refused(site: Site, tmp_path: Path) -> None:
    values = VALUES.copy()
    values[4, GENES.index(LANDMARKS[7])] = 1e7
    _publish(tmp_path, values)
    with pytest.raises(DownloadError, match="z-scores lie within about 10"):
        _fetch(site, tmp_path)


def test_missing_values_are_left_for_the_import(site: Site, tmp_path: Path) -> None:
    values = VALUES.copy()
    values[3] = np.nan
    values[4] = -666
    _publish(tmp_path, values)
    _fetch(site, tmp_path)
    np.testing.assert_array_equal(_written(tmp_path), _expected(CHOSEN, values))


def test_signatures_the_file_lacks_are_left_out_unless_it_lacks_all(
    site: Site, tmp_path: Path
) -> None:
    _publish(tmp_path)
    assert _fetch(site, tmp_path, ("nobody", *CHOSEN)).sig_ids == _fetch(site, tmp_path).sig_ids
    with pytest.raises(DownloadError, match="None of the 1 chosen signatures"):
        _fetch(site, tmp_path, ("nobody",))


def test_missing_landmark_genes_are_named(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "published/level5.gctx"
    write_gctx(path, VALUES[:, :977], sig_ids=SIG_IDS, genes=LANDMARKS[1:])
    with pytest.raises(LandmarkError, match=rf"lacks 1 of the 978 .*{fields.LANDMARK_IDS[0]}"):
        _fetch(site, tmp_path)


def test_too_little_room_is_told_before_anything_is_read(site: Site, tmp_path: Path) -> None:
    _publish(tmp_path)
    asked: list[int] = []

    def no_room(n_bytes: int) -> None:
        asked.append(n_bytes)
        raise RequestError("no room")

    with pytest.raises(RequestError):
        fetch_chosen(
            impatient(),
            {site.url + "level5.gctx": CHOSEN},
            tmp_path / "out.gctx",
            tmp_path / "blocks",
            enough_room=no_room,
            report=silent,
            clock=lambda: 0.0,
        )
    assert asked == [2 * 6 * 978 * 4]
    assert not (tmp_path / "blocks").exists()
