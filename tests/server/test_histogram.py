"""Histograms as Prometheus reads them, and those of dashboards through the cache."""

import json
import re
from pathlib import Path

import numpy as np

from gpar_core.server import page_times
from gpar_core.server.histogram import BOUNDS, Histogram, added, lines


def test_buckets_are_cumulative_and_agree_with_the_durations() -> None:
    seconds = np.r_[np.random.default_rng(0).exponential(2, 200), BOUNDS]
    histogram = Histogram()
    for each in seconds:
        histogram.observe('page="Map"', each)
    written = lines("a_seconds", histogram.counts)
    assert written[0] == "# TYPE a_seconds histogram"
    buckets = re.findall(r'a_seconds_bucket{page="Map",le="(\S+)"} (\d+)', "\n".join(written))
    assert [bound for bound, _ in buckets] == [*map(str, BOUNDS), "+Inf"]
    for bound, n in buckets:
        assert int(n) == (seconds <= float(bound)).sum(), bound
    assert written[-1] == f'a_seconds_count{{page="Map"}} {len(seconds)}'
    assert float(written[-2].split()[1]) == np.float64(sum(seconds))


def test_without_labels_there_are_no_braces() -> None:
    histogram = Histogram()
    histogram.observe("", 700.0)
    written = lines("a_seconds", added([histogram.counts, histogram.counts]))
    assert written[-3:] == ['a_seconds_bucket{le="+Inf"} 2', "a_seconds_sum 1400.0",
                            "a_seconds_count 2"]  # fmt: skip


def test_dashboards_that_have_ended_and_damaged_files_are_left_out(tmp_path: Path) -> None:
    page_times.note(tmp_path, "Models", 0.2)
    (own,) = (tmp_path / page_times.FOLDER).iterdir()
    counts = json.loads(own.read_text())
    ended = own.with_name("pages-999999999.json")
    ended.write_text(own.read_text())
    own.with_name("pages-1.json").write_text("{")
    assert page_times.noted(tmp_path) == counts
    assert not ended.exists()
