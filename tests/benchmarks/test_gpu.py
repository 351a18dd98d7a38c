"""The comparison with a GPU runs on any device, and says where there is none."""

import sys

import pytest

import gpar_core.gpu
from benchmarks import gpu


def test_what_is_computed_on_a_device_is_what_gpar_computes() -> None:
    found = {each.name: each for each in gpu.measure(gpu.CPU, 2000, steps=2, rounds=1)}
    gaps = [each for name, each in found.items() if "difference" in name]
    assert len(gaps) == 3
    assert all(each.reached for each in gaps)
    assert min(found[f"{what}: GPU"].value for what in ("training", "scoring", "neighbors")) > 0


def test_without_a_gpu_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gpar_core.gpu, "device", lambda: None)
    monkeypatch.setattr(sys, "argv", ["gpu"])
    gpu.main()
    assert "sees no GPU" in capsys.readouterr().out
