"""The doctor says what GPAR runs on, and what of it is not as it should be."""

import re
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import pytest
from packaging.requirements import Requirement

from gpar_core.upkeep import installation


def _problems(root: Path) -> dict[str, str]:
    return {line.name: line.problem for line in installation.examine(root) if line.problem}


def test_this_environment_is_as_it_should_be(tmp_path: Path) -> None:
    lines = {line.name: line.value for line in installation.examine(tmp_path / "new")}
    assert _problems(tmp_path / "new") == {}
    assert f"numpy=={version('numpy')}" in lines["Packages"]
    assert str(tmp_path / "new") in lines["Cache"]
    assert "blas" in lines["Matrix products"].lower()
    assert not (tmp_path / "new").exists()


def test_what_is_missing_or_of_another_version_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed = ["numpy<1", "no-such-package>=2", 'nor-this; extra == "cluster"', "pandas"]
    monkeypatch.setattr(
        installation, "requirements", lambda: [Requirement(each) for each in needed]
    )
    problems = _problems(tmp_path)
    assert set(problems) == {"numpy", "no-such-package"}
    assert "<1" in problems["numpy"]
    assert "no-such-package>=2" in problems["no-such-package"]


@pytest.mark.parametrize(("kind", "free", "said"), [("nfs4", 9e9, "local"), ("ext4", 1e9, "space")])
def test_a_disk_that_will_not_do_is_told(
    kind: str, free: float, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drives = [
        SimpleNamespace(mountpoint="/", fstype="ext4"),
        SimpleNamespace(mountpoint=str(tmp_path), fstype=kind),
    ]
    monkeypatch.setattr(installation.psutil, "disk_partitions", lambda all: drives)
    monkeypatch.setattr(installation, "free_mb", lambda path: free / 1e6)
    assert said in _problems(tmp_path)["Cache"]


def test_a_bug_report_names_commit_ports_and_variables_without_their_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GPAR_PROXY_SECRET", "a secret of the proxy")
    listening = SimpleNamespace(status=installation.psutil.CONN_LISTEN, laddr=("::", 8502))
    monkeypatch.setattr(installation.psutil, "net_connections", lambda kind: [listening])
    lines = {line.name: line.value for line in installation.examine(tmp_path)}
    assert "8501 (dashboard) is free" in lines["Ports"]
    assert "8502 (API) is taken" in lines["Ports"]
    assert "GPAR_PROXY_SECRET" in lines["Variables"]
    assert "a secret of the proxy" not in str(lines)
    if (installation.folders.CLONE / ".git").exists():
        assert re.search(r"from a clone \(\S*[0-9a-f]{7}", lines["GPAR"])
