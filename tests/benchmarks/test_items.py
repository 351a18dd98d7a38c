"""Every benchmark runs, at tiny sizes; training with stand-ins."""

import json
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest

from benchmarks import __main__ as command
from benchmarks import alone, enrichment, memory, scoring, startup, training
from benchmarks.figures import Figure
from gpar_core.rank.enrichment import enrich
from tests.pools import Means
from tests.waiting import until


def _by_name(figures: list[Figure]) -> dict[str, Figure]:
    named = {figure.name: figure for figure in figures}
    assert len(named) == len(figures)
    return named


def test_scoring_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "PRODUCT_ROWS", 64)
    found = _by_name(scoring.run(2, n=700))
    assert len(found["scoring: one network, share of the rate"].values) == 2
    assert all(share > 0 for share in found["scoring: folds, share of the rate"].values)
    assert found["scoring: memory over the start"].reached


def test_the_matrix_is_as_long_as_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "PAGE_ROWS", 4)
    scoring.write_matrix(tmp_path / "x.npy", 10)
    x = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert (x.shape, x.dtype) == ((10, 978), np.float32)
    np.testing.assert_array_equal(x[:4], x[4:8])


def test_a_full_disk_is_told_before_it_is_written(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="GB free; the benchmark needs"):
        scoring.write_matrix(tmp_path / "x.npy", 10**12)
    assert not list(tmp_path.iterdir())


def test_enrichment_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enrichment, "PERMUTATIONS", 20)
    found = _by_name(enrichment.run(2, n=12_000, n_compounds=500, n_looped=2))
    assert "EXTRAPOLATED from 2 compounds" in found["enrichment: loop"].how
    assert all(value > 0 for value in found["enrichment: times as fast as the loop"].values)


def test_the_loop_finds_what_the_whole_finds() -> None:
    ranks, compound = enrichment.random_ranks(10_000, 300)
    whole = enrich(ranks, compound, 300, permutations=400, seed=0)
    assert whole.k.min() >= 1
    assert whole.k.max() > 10 * np.median(whole.k)
    rng = np.random.default_rng(0)
    for one in range(0, 300, 50):
        es, p, exact = enrichment.by_loop(ranks[compound == one], 10_000, 400, rng)
        assert es == pytest.approx(whole.es[one])
        assert p == pytest.approx(whole.p[one], abs=0.15)
        assert exact == pytest.approx(whole.p_exact[one], abs=1e-5)


def test_a_start_is_measured(tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text("import streamlit as st\nst.write('hello')\n")
    found = _by_name(startup.run(1, app=app, cache=tmp_path / "cache"))
    assert found["start: healthy"].value < found["start: first page"].value
    assert found["start: imports of TensorFlow, Keras and UMAP"].value == 0


def test_imports_are_read_from_the_log() -> None:
    log = (
        "import time: self [us] | cumulative | imported package\n"
        "import time:       157 |        157 |   numpy.core\n"
        "a warning\n"
        "import time:    200000 |     200157 | numpy\n"
    )
    found = startup.imported(log)
    assert found["numpy"] == startup.Import(0.2, 0.200157)
    assert set(found) == {"numpy", "numpy.core"}


def test_training_is_told_in_seconds_ratios_and_quality(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "N_POSITIVE", 20)
    monkeypatch.setattr(training, "N_NEGATIVE", 40)
    monkeypatch.setattr(training, "keras_alone", lambda *_: (2.0, 0.8, 0.5))
    monkeypatch.setattr(training, "gpar", lambda *_: (1.0, 0.9, 0.6))
    pool = Means()
    monkeypatch.setattr(training, "FitPool", lambda _: nullcontext(pool))
    monkeypatch.setattr(training, "cpu_count", lambda: 1)
    found = _by_name(training.run(1))
    assert found["training: keras"].values == (22.0,)
    assert found["training: fast, times as fast as keras"].values == (22.0,)
    assert found["training: paper, AUROC"].value == 0.9
    assert found["training: keras, average precision"].value == 0.5
    assert found["training: fast: peak memory"].at_most == 2000
    assert found["training: start of the processes"].value > 0
    assert len(pool.calls) == 1


def test_memory_counts_the_descendants_and_keeps_the_peak() -> None:
    hold = "import sys; held = bytearray(80_000_000); sys.stdin.read()"
    parent = (
        "import subprocess, sys; sys.stdin.readline(); "
        f"subprocess.run([sys.executable, '-c', {hold!r}])"
    )
    with (
        subprocess.Popen([sys.executable, "-c", parent], stdin=subprocess.PIPE) as process,
        memory.watched(process.pid) as watch,
    ):
        assert process.stdin is not None
        process.stdin.write(b"\n")
        process.stdin.flush()
        until(lambda: watch.peak.pss > 80, saw=lambda: watch.peak)
        process.communicate()
    assert watch.start.pss < 60
    assert 80 < watch.peak.pss < 160
    assert watch.peak.rss >= watch.peak.pss >= watch.peak.held > 0


def test_the_command_prints_a_table_and_writes_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = []

    def run(item: str, rounds: int) -> list[Figure]:
        asked.append((item, rounds))
        return [Figure(f"{item}: speed", (1.0,), "s", "measured")]

    monkeypatch.setattr(alone, "run", run)
    target = tmp_path / "new" / "bench.json"
    monkeypatch.setattr(
        sys, "argv", ["", "--rounds", "2", "--only", "scoring,startup", "--json", str(target)]
    )
    command.main()
    assert asked == [("scoring", 2), ("startup", 2)]
    assert "startup: speed" in capsys.readouterr().out
    assert len(json.loads(target.read_text())["figures"]) == 2


@pytest.mark.parametrize("wrong", [["--only", "scoring,tea"], ["--rounds", "0"]])
def test_the_command_refuses_what_it_cannot_measure(
    wrong: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["", *wrong])
    with pytest.raises(SystemExit):
        command.main()
    assert "tea" in capsys.readouterr().err or wrong[0] == "--rounds"
