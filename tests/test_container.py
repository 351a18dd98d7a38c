"""The container file names what exists, and what it builds answers."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from packaging.requirements import SpecifierSet

from benchmarks.ports import free_port
from benchmarks.server import Server
from gpar_core.storage.cache import Cache
from tests.containerfile import PORT, ROOT, STEPS, command, copied, health_check, only
from tests.processes import end_jobs
from tests.waiting import until

Run = Callable[..., subprocess.CompletedProcess[str]]
"""Runs a command where the server is."""


def test_it_is_read_whole() -> None:
    known = {"FROM", "RUN", "WORKDIR", "COPY", "USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "CMD"}
    assert {step.word for step in STEPS} == known
    assert not any(step.rest.endswith("\\") for step in STEPS)


def test_its_python_is_one_that_gpar_allows() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert SpecifierSet(project["requires-python"]).contains(_python())


def test_what_it_copies_is_what_the_dashboard_needs() -> None:
    for step in STEPS:
        if step.word == "COPY":
            assert all((ROOT / name).exists() for name in step.rest.split()[:-1])
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]
    for name in wheel["targets"]["wheel"]["force-include"]:
        assert copied(Path(name)), name
    for name in ("gpar_core/__main__.py", "cache/README.md"):
        assert copied(Path(name)), name
    for name in (".venv-oldest/bin/python", "cache/tokens.json", "pages/__pycache__/map.pyc"):
        assert not copied(Path(name)), name


def test_the_server_is_nobody_special_and_may_write_its_cache() -> None:
    words = [step.word for step in STEPS]
    assert any(
        step.rest.startswith("useradd ") and step.rest.endswith(only("USER")) for step in STEPS
    )
    assert max(i for i, word in enumerate(words) if word == "RUN") < words.index("USER")
    (made,) = (step.rest for step in STEPS if step.rest.startswith("install --directory"))
    assert Path(only("VOLUME")).name in made.split()
    assert only("EXPOSE") == PORT


@pytest.mark.container
def test_what_is_built_answers(tmp_path: Path) -> None:
    """With podman or docker and the base image, a container; else the same steps in a folder."""
    port = free_port()
    tool = next(filter(_has_base, ("podman", "docker")), None)
    with _container(tool, port) if tool else _folder(tmp_path, port) as run:
        until(lambda: not run(*health_check(port)).returncode)
        Server(port, pid=0, started=0).open("learn")
        doctor = run("python", "-m", "gpar_core", "doctor")
        assert "The cache is healthy." in doctor.stdout, doctor
        if tool:
            assert run("id", "-un").stdout.strip() == only("USER")


def _python() -> str:
    (version,) = re.findall(r"python:([\d.]+)", only("FROM"))
    return version


def _has_base(tool: str) -> bool:
    asked = [tool, "image", "inspect", only("FROM")]
    return bool(shutil.which(tool)) and not _run(asked, check=False).returncode


@contextmanager
def _container(tool: str, port: int) -> Iterator[Run]:
    image = f"gpar-test-{port}"
    # Podman writes images of OCI, which have no health check, unless it is told to.
    options = ["--format=docker"] if tool == "podman" else []
    _run([tool, "build", *options, "--network=host", "--tag", image, str(ROOT)])
    started = [tool, "run", "--detach", "--network=host", "--name", image, image, *command(port)]
    try:
        _run(started)
        yield lambda *asked: _run([tool, "exec", image, *asked], check=False)
    finally:
        _run([tool, "rm", "--force", image], check=False)
        _run([tool, "rmi", "--force", image], check=False)


@contextmanager
def _folder(folder: Path, port: int) -> Iterator[Run]:
    """The steps one by one below a folder, with an environment of Python as the base image.

    No user is made, since this computer would keep it.
    """
    python = folder / "python"
    uv = [sys.executable, "-m", "uv", "venv", "--quiet", "--seed", "--python", _python()]
    _run([*uv, str(python)])
    kept = {name: text for name, text in os.environ.items() if not name.startswith("GPAR_")}
    inside = {"env": kept | {"PATH": f"{python / 'bin'}:{kept['PATH']}"}, "cwd": folder}
    for step in STEPS:
        match step.word:
            case "WORKDIR":
                inside["cwd"] = folder / "root" / step.rest.lstrip("/")
                inside["cwd"].mkdir(parents=True)
            case "COPY":
                _copy(step.rest.split()[:-1], inside["cwd"])
            case "RUN" if not step.rest.startswith("useradd "):
                line = re.sub(r"--(owner|group) \w+ ", "", step.rest)
                _run(["sh", "-c", line], **inside)
    server = subprocess.Popen(command(port), **inside)
    try:
        yield lambda *asked: _run(asked, check=False, **inside)
    finally:
        server.terminate()
        server.wait()
        end_jobs(Cache(inside["cwd"] / "cache"))


def _copy(names: list[str], folder: Path) -> None:
    for name in names:
        for source in [ROOT / name] if (ROOT / name).is_file() else (ROOT / name).rglob("*"):
            place = source.relative_to(ROOT)
            if source.is_file() and copied(place):
                (folder / place).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, folder / place)


def _run(
    asked: list[str], *, check: bool = True, **where: object
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(asked, capture_output=True, text=True, check=False, **where)
    assert not (check and done.returncode), f"{asked}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done
