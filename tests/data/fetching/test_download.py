"""One file: whatever breaks, the next try goes on, and never mixes two versions."""

import gzip
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from gpar_core.data.fetching.download import discard, download, part_of, publish
from gpar_core.data.fetching.meter import Meter
from gpar_core.data.fetching.web import READ_BYTES, Web
from gpar_core.errors import Cancelled, DownloadError
from gpar_core.progress import Progress, silent
from tests.http_files import Site, impatient, serving
from tests.waiting import until

CONTENT = np.random.default_rng(0).bytes(300_000)
PIECE = READ_BYTES
"""A broken connection loses less than this; one that breaks just here loses nothing."""

CHILD = """
import sys
from pathlib import Path
from gpar_core.data.fetching.download import download
from gpar_core.data.fetching.meter import Meter
from gpar_core.data.fetching.web import Web
meter = Meter("x", -1, lambda progress: None, lambda: 0.0)
download(Web(), sys.argv[1], Path(sys.argv[2]), meter, expected=300_000)
"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    folder = tmp_path / "published"
    folder.mkdir()
    (folder / "file.bin").write_bytes(CONTENT)
    with serving(folder) as site:
        yield site


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "file.bin"


def _meter() -> Meter:
    return Meter("Fetching", -1, silent, lambda: 0.0)


def _get(site: Site, target: Path, web: Web | None = None, expected: int = 300_000) -> bytes:
    url = site.url + "file.bin"
    return download(web or impatient(), url, target, _meter(), expected=expected).read_bytes()


def test_a_file_is_whole_and_gets_its_name_only_when_published(site: Site, target: Path) -> None:
    assert _get(site, target) == CONTENT
    assert not target.exists()
    publish(target)
    assert target.read_bytes() == CONTENT
    assert [path.name for path in target.parent.iterdir() if path.is_file()] == ["file.bin"]


def _stop_after_a_piece(site: Site, target: Path) -> None:
    site.faults.cut_after = [PIECE, 0]
    with pytest.raises(DownloadError, match="fetch again to resume"):
        _get(site, target, Web(waits=()))
    assert part_of(target).read_bytes() == CONTENT[:PIECE]


def test_a_cut_connection_goes_on_where_it_was(site: Site, target: Path) -> None:
    site.faults.cut_after = [PIECE, 2 * PIECE, 0]
    assert _get(site, target) == CONTENT
    assert site.asked_for("file.bin") == [
        "", f"bytes={PIECE}-", f"bytes={3 * PIECE}-", f"bytes={3 * PIECE}-"
    ]  # fmt: skip
    assert site.n_sent == len(CONTENT)


def test_a_try_that_got_further_does_not_count(site: Site, target: Path) -> None:
    site.faults.cut_after = [PIECE] * 4
    assert _get(site, target, Web(wait=lambda seconds: None, waits=(0.0,))) == CONTENT


def test_a_server_that_gives_nothing_more_is_given_up_with_growing_waits(
    site: Site, target: Path
) -> None:
    _stop_after_a_piece(site, target)
    site.faults.fail = [503] * 4
    waits: list[float] = []
    with pytest.raises(DownloadError, match=r"in 4 tries .*503.*fetch again to resume"):
        _get(site, target, Web(wait=waits.append, waits=(1.0, 2.0, 4.0)))
    assert waits == [1.0, 2.0, 4.0]
    assert _get(site, target) == CONTENT
    assert site.n_sent == len(CONTENT)


@pytest.mark.parametrize("status", [500, 503, 429, 408])
def test_a_busy_server_is_asked_again(site: Site, target: Path, status: int) -> None:
    site.faults.fail = [status, status]
    assert _get(site, target) == CONTENT


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_refusal_is_told_at_once(site: Site, target: Path, status: int) -> None:
    site.faults.fail = [status]
    with pytest.raises(DownloadError, match=f"answered {status}"):
        _get(site, target)
    assert len(site.asked) == 1


def test_no_server_at_all_is_told(target: Path, site: Site) -> None:
    web = impatient()
    with pytest.raises(DownloadError, match="no connection"):
        download(web, "http://127.0.0.1:1/file.bin", target, _meter(), expected=1)


def test_a_file_that_has_changed_is_fetched_anew(site: Site, target: Path, tmp_path: Path) -> None:
    _stop_after_a_piece(site, target)
    other = bytes(reversed(CONTENT))
    (tmp_path / "published/file.bin").write_bytes(other)
    assert _get(site, target) == other
    assert site.asked_for("file.bin")[2] == f"bytes={PIECE}-"


def test_a_change_is_seen_even_if_the_server_does_not_care(
    site: Site, target: Path, tmp_path: Path
) -> None:
    _stop_after_a_piece(site, target)
    other = bytes(reversed(CONTENT))
    (tmp_path / "published/file.bin").write_bytes(other)
    site.faults.deaf_to_if_range = True
    assert _get(site, target) == other


def test_a_file_that_became_shorter_is_fetched_anew(
    site: Site, target: Path, tmp_path: Path
) -> None:
    _stop_after_a_piece(site, target)
    (tmp_path / "published/file.bin").write_bytes(b"short")
    site.faults.deaf_to_if_range = True
    assert _get(site, target) == b"short"


@pytest.mark.parametrize("fault", ["no_ranges", "no_tags"])
def test_a_server_that_cannot_go_on_sends_all_again(site: Site, target: Path, fault: str) -> None:
    setattr(site.faults, fault, True)
    site.faults.cut_after = [PIECE]
    assert _get(site, target) == CONTENT
    assert site.n_sent == len(CONTENT) + PIECE


def test_a_part_of_another_address_is_not_gone_on_with(
    site: Site, target: Path, tmp_path: Path
) -> None:
    (tmp_path / "published/other.bin").write_bytes(CONTENT)
    _stop_after_a_piece(site, target)
    url = site.url + "other.bin"
    download(impatient(), url, target, _meter(), expected=300_000)
    assert site.asked_for("other.bin") == [""]


@pytest.mark.parametrize("note", ["", "{}", "[1]", '{"url": 1, "bytes": "x", "tag": ""}'])
def test_a_damaged_note_means_to_begin_anew(site: Site, target: Path, note: str) -> None:
    part_of(target).write_bytes(b"anything")
    part_of(target).with_name("file.bin.part.json").write_text(note)
    assert _get(site, target) == CONTENT


def test_a_whole_part_is_not_asked_for_again(site: Site, target: Path) -> None:
    _get(site, target)
    _get(site, target)
    assert len(site.asked) == 1


def test_a_packed_file_stays_packed_whatever_the_server_calls_it(
    site: Site, target: Path, tmp_path: Path
) -> None:
    packed = gzip.compress(b"text")
    (tmp_path / "published/file.bin").write_bytes(packed)
    site.faults.content_encoding = "gzip"
    assert _get(site, target) == packed


def test_far_too_large_a_file_is_refused_before_it_comes(site: Site, target: Path) -> None:
    url = site.url + "file.bin"
    with pytest.raises(DownloadError, match=r"has 300 kB where about .* were expected"):
        download(impatient(), url, target, _meter(), expected=-50_000_000)
    assert not part_of(target).exists()


def test_progress_is_told_in_bytes_with_speed_and_time_left(site: Site, target: Path) -> None:
    told: list[Progress] = []
    seconds = iter(range(1000))
    meter = Meter("Fetching", -1, told.append, lambda: float(next(seconds)))
    download(impatient(), site.url + "file.bin", target, meter, expected=300_000)
    second, last = told[1], told[-1]
    assert second.message == "65.5 of 300.0 kB, 66 kB/s, 4 s left"
    assert second.values == {
        "bytes": PIECE,
        "bytes_total": 300_000,
        "bytes_per_second": PIECE,
        "seconds_left": pytest.approx((300_000 - PIECE) / PIECE),
    }
    assert (last.done, last.total) == (300_000, 300_000)


def test_a_report_may_stop_it_and_the_same_call_goes_on(site: Site, target: Path) -> None:
    def report(progress: Progress) -> None:
        if progress.done >= 2 * PIECE:
            raise Cancelled("Paused.")

    seconds = iter(range(1000))
    meter = Meter("Fetching", -1, report, lambda: float(next(seconds)))
    with pytest.raises(Cancelled):
        download(impatient(), site.url + "file.bin", target, meter, expected=300_000)
    assert _get(site, target) == CONTENT
    assert site.asked_for("file.bin") == ["", f"bytes={2 * PIECE}-"]


def test_a_broken_connection_is_told_while_it_waits(site: Site, target: Path) -> None:
    told: list[Progress] = []
    site.faults.cut_after = [PIECE]
    meter = Meter("Fetching", -1, told.append, lambda: 0.0)
    web = Web(wait=lambda seconds: None, waits=(8.0,))
    download(web, site.url + "file.bin", target, meter, expected=300_000)
    assert any("connection broke" in each.message and "in 8 s" in each.message for each in told)


def test_discarding_leaves_nothing(site: Site, target: Path) -> None:
    _get(site, target)
    discard(target)
    assert not [path for path in target.parent.iterdir() if path.is_file()]


def test_a_killed_process_is_gone_on_from(site: Site, target: Path) -> None:
    site.faults.slow = 0.05
    url = site.url + "file.bin"
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, url, str(target)], cwd=Path(__file__).parents[3]
    )
    try:
        until(
            lambda: part_of(target).exists() and part_of(target).stat().st_size,
            unless=lambda: child.poll() is not None and "the process has ended",
        )
    finally:
        child.kill()
        child.wait()
    here = part_of(target).stat().st_size
    site.faults.slow = 0.0
    assert _get(site, target) == CONTENT
    assert 0 < here < len(CONTENT)
    assert site.asked_for("file.bin")[1:] == [f"bytes={here}-"]
