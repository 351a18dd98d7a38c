"""The wheel has all that the clone has, and works where there is no clone."""

import os
import re
import subprocess
import sys
import tomllib
import urllib.request
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from benchmarks.ports import free_port
from gpar_core.__main__ import main
from tests.containerfile import health_address
from tests.processes import end_jobs
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as `pip install` fills it, without what GPAR depends on."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_nothing_of_core_and_pages_is_left_out(installed: Path) -> None:
    for folder, place in (("gpar_core", installed), ("pages", installed / "gpar_app")):
        files = {
            path.relative_to(ROOT)
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        assert {path for path in files if not (place / path).is_file()} == set()
    assert not list(installed.rglob("test_*.py"))


def test_the_dashboard_starts_with_its_data_in_the_users_folder(
    installed: Path, tmp_path: Path
) -> None:
    port = free_port()
    environment = {name: text for name, text in os.environ.items() if name != "GPAR_CACHE"} | {
        "PYTHONPATH": str(installed),
        "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path / "data"),
    }
    gpar = [sys.executable, "-c", "from gpar_core.__main__ import gpar; gpar()"]
    where = {"cwd": tmp_path, "env": environment}
    assert subprocess.check_output([*gpar, "compendia"], **where) == b""
    options = ["--server.port", str(port), "--server.headless", "true"]
    server = subprocess.Popen([*gpar, "app", *options], **where)
    try:
        until(lambda: _answer(health_address(port)) == "ok")
        config = _answer(f"http://localhost:{port}/_stcore/host-config")
        assert '"allowedOrigins":[]' in config.replace(" ", "")  # as .streamlit/config.toml has it
    finally:
        server.terminate()
        server.wait()
        end_jobs(tmp_path / "data" / "gpar")
    assert (tmp_path / "data" / "gpar" / "format.json").is_file()


def test_an_unknown_option_is_refused_but_by_app(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["compendia", "--no-such-option"])
    assert ended.value.code == 2
    assert "unrecognized arguments: --no-such-option" in capsys.readouterr().err


def test_pins_lie_in_the_ranges_and_the_lock_has_them() -> None:
    pins = _pins("requirements.txt")
    extras = [each for needed in PROJECT["optional-dependencies"].values() for each in needed]
    ranges = {
        each.name: each.specifier
        for each in map(Requirement, PROJECT["dependencies"] + extras)
        if not each.extras
    }
    assert set(ranges) == set(pins)
    assert {name for name, pin in pins.items() if not ranges[name].contains(pin)} == set()
    locked = {name.lower(): pin for name, pin in _pins("constraints.txt").items()}
    for name, pin in (pins | _pins("requirements-dev.txt")).items():
        assert locked[name.lower()] == pin, f"{name}: run `make lock`"


def _pins(file: str) -> dict[str, str]:
    """Version by name; one that differs between versions of Python is that of the first line."""
    found = re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / file).read_text("utf-8"), re.MULTILINE)
    return dict(reversed(found))


def _answer(address: str) -> str:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 -- this computer
            return str(answer.read().decode())
    except OSError:
        return ""
