"""What GPAR runs on: what a bug report needs to say, and what is not as GPAR needs it."""

import os
import platform
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Final

import psutil
from packaging.requirements import Requirement
from threadpoolctl import threadpool_info

from gpar_core import __version__
from gpar_core.processors import usable
from gpar_core.storage import folders
from gpar_core.storage.disk import free_mb

DASHBOARD_PORT: Final = 8501
API_PORT: Final = 8502
NEEDED_MB: Final = 2000
NETWORK_DRIVES: Final = {"9p", "afpfs", "cifs", "fuse.sshfs", "nfs", "nfs4", "smb3", "smbfs"}
"""On these, SQLite and file locks are unreliable: https://www.sqlite.org/faq.html#q5"""

AGAIN: Final = "Install GPAR again, into an empty environment."


@dataclass(frozen=True)
class Line:
    """One fact. problem: what is wrong with it and what to do; '' if it is as it should be."""

    name: str
    value: str
    problem: str = ""


def examine(root: Path) -> list[Line]:
    """All facts. root: folder of the cache. Nothing is changed."""
    memory = psutil.virtual_memory()
    return [
        Line("GPAR", f"{__version__}, from {_origin()}"),
        Line("Python", f"{platform.python_version()} on {platform.platform()}"),
        Line(
            "Computer",
            f"{platform.machine()}, {usable()} processors for GPAR, {memory.total / 1e9:.1f} GB of "
            f"memory, {memory.available / 1e9:.1f} GB available",
        ),
        Line("Matrix products", _blas()),
        _cache(root),
        Line("Ports", _ports()),
        Line("Browser", "needs WebSocket; the map is slower without WebGL 2"),
        Line("Variables", ", ".join(sorted(_variables())) or "none"),
        *_packages(),
    ]


def requirements() -> list[Requirement]:
    """What GPAR needs of the environment it is in, extras included."""
    try:
        said = requires("gpar") or []
    except PackageNotFoundError:
        project = tomllib.loads((folders.CLONE / "pyproject.toml").read_text("utf-8"))["project"]
        extras = project["optional-dependencies"].items()
        said = project["dependencies"] + [
            f'{each}; extra == "{name}"' for name, needed in extras for each in needed
        ]
    return [Requirement(each) for each in said]


def _packages() -> Iterator[Line]:
    there, problems = [], []
    for needed in requirements():
        if needed.extras:  # the same package again
            continue
        try:
            installed = version(needed.name)
        except PackageNotFoundError:
            if needed.marker is None:
                problems.append(Line(needed.name, "missing", f"GPAR needs {needed}. {AGAIN}"))
            continue
        there.append(f"{needed.name}=={installed}")
        if not needed.specifier.contains(installed, prereleases=True):
            wanted = f"GPAR is tested with {needed.specifier}. {AGAIN}"
            problems.append(Line(needed.name, installed, wanted))
    yield Line("Packages", ", ".join(there))
    yield from problems


def _blas() -> str:
    import numpy as np  # noqa: F401, PLC0415 -- loads the library that is asked about

    found = {
        f"{each['internal_api']} {each['version']} for {each.get('architecture', 'any processor')}"
        for each in threadpool_info()
        if each["user_api"] == "blas"
    }
    return ", ".join(sorted(found)) or "unknown"


def _cache(root: Path) -> Line:
    drives = sorted(psutil.disk_partitions(all=True), key=lambda each: len(each.mountpoint))
    kinds = [each.fstype for each in drives if root.resolve().is_relative_to(each.mountpoint)]
    free = free_mb(root / "any")
    problem = ""
    if kinds and kinds[-1] in NETWORK_DRIVES:
        problem = "A network drive loses jobs. Choose a folder on a local disk with --cache."
    elif free < NEEDED_MB:
        problem = f"GPAR needs {NEEDED_MB / 1000:.0f} GB. Free some space or choose --cache."
    return Line(
        "Cache", f"{root}, {free / 1000:.1f} GB free, {kinds[-1] if kinds else 'unknown'}", problem
    )


def _ports() -> str:
    try:
        taken = {
            each.laddr[1:]
            for each in psutil.net_connections("tcp")
            if each.status == psutil.CONN_LISTEN
        }
    except psutil.AccessDenied:  # macOS tells administrators only
        return "unknown"
    return ", ".join(
        f"{port} ({whose}) is {f'taken; {other} chooses another' if (port,) in taken else 'free'}"
        for port, whose, other in (
            (DASHBOARD_PORT, "dashboard", "--server.port"),
            (API_PORT, "API", "--api-port"),
        )
    )


def _origin() -> str:
    """Where GPAR came from; of a clone, the commit and whether files of it were changed."""
    if folders.app() == folders.INSTALLED:
        return "a wheel"
    git = shutil.which("git")
    if git is None or not (folders.CLONE / ".git").exists():
        return "a folder"
    described = subprocess.run(
        [git, "describe", "--tags", "--always", "--dirty"],
        cwd=folders.CLONE, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return f"a clone ({described.stdout.strip() or 'its commit is unknown'})"


def _variables() -> set[str]:
    """Names of the settings in the environment; their values may be secret."""
    return {name for name in os.environ if name.startswith("GPAR_")}
