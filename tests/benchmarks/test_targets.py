"""The benchmark of target prediction runs, at a tiny size."""

import pytest

from benchmarks import targets


def test_one_and_many_compounds_are_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sizes = {"N_SIGNATURES": 80, "N_GENES": 4, "WRITTEN": 40, "MAX_MOLECULES": 3}
    for name, value in sizes.items():
        monkeypatch.setattr(targets, name, value)
    targets.main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" compounds:")[0].strip() for line in lines] == ["1", "3"]
    assert all("s of processor" in line and "MiB" in line for line in lines)
