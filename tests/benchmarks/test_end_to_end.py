"""What the way from GEO to a report reads on a page, and where it gets its release."""

import gzip
import hashlib
from pathlib import Path
from urllib.request import urlopen

import pytest

from benchmarks import geo_mirror
from benchmarks.end_to_end import Told, right, seconds_left
from gpar_core.data.fetching.sources import SOURCES


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("Import · 40 s · about 25 s left", 25),
        ("UMAP · 2 min · about 12 min left", 720),
        ("1.2 of 20 GB, 30 MB/s, 2 h 5 min left", 7500),
        ("Scoring · 3 s · almost done", 3),
        ("Reading compendium …", None),
        ("left-out compounds", None),
    ],
)
def test_the_time_left_is_read_from_what_a_page_says(words: str, seconds: float | None) -> None:
    assert seconds_left(words) == seconds


def test_a_time_left_is_judged_after_a_tenth_and_before_the_end() -> None:
    told = [Told(5.0, 10.0), Told(20.0, 40.0), Told(50.0, 100.0), Told(98.0, 5.0)]
    assert right(told, 100.0) == (2.0, 0.5)


def test_the_mirror_has_every_file_of_the_source_as_its_checksums_say(tmp_path: Path) -> None:
    geo_mirror.write(tmp_path, 300)
    source = SOURCES[geo_mirror.SOURCE]
    assert source.checksums is not None
    with geo_mirror.serving(tmp_path) as address:
        with urlopen(source.checksums.url(address)) as listed:  # noqa: S310
            sums = dict(
                reversed(line.split())
                for line in gzip.decompress(listed.read()).decode().splitlines()
            )
        for file in source.files:
            with urlopen(file.url(address)) as content:  # noqa: S310
                assert hashlib.sha512(content.read()).hexdigest() == sums[file.name]
