"""The files for whoever runs a server say what the code does."""

import configparser
import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from gpar_core.server.identity import MIN_SECRET, SECRET_HEADER
from gpar_core.server.limits import VARIABLE, ServerLimits
from gpar_core.upkeep.pruning import UPLOAD_SECONDS

ROOT = Path(__file__).resolve().parents[1]
SERVER = (ROOT / "docs" / "server.md").read_text("utf-8")
STREAMLIT = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
SOURCES = "\n".join(
    path.read_text("utf-8")
    for folder in ("gpar_core", "pages")
    for path in (ROOT / folder).rglob("*.py")
)


def _table(heading: str) -> dict[str, str]:
    """Default by variable, of the table under a heading."""
    section = SERVER.split(f"## {heading}\n")[1].split("\n## ")[0]
    return dict(re.findall(r"^\| `(GPAR_\w+)` \| (.*?) \|", section, re.MULTILINE))


def test_the_table_of_limits_is_that_of_the_code() -> None:
    told = _table("Limits")
    assert list(told) == [each.metadata[VARIABLE] for each in fields(ServerLimits)]
    for each in fields(ServerLimits):
        expected = "cores - 1, at least 2" if each.name == "jobs" else str(each.default)
        assert told[each.metadata[VARIABLE]] == expected


def test_every_variable_that_is_read_is_told_and_every_one_told_is_read() -> None:
    read = set(re.findall(r"GPAR_[A-Z_]+[A-Z]", SOURCES)) - {"GPAR_"}
    # `identity` joins the prefix and the names that it reads.
    read |= {f"GPAR_{name}" for name in re.findall(r'"([A-Z_]+)"', _identity())}
    assert set(re.findall(r"GPAR_[A-Z_]+[A-Z]", SERVER)) == read


def test_what_is_said_in_numbers_is_so() -> None:
    assert f"An upload can be up to {STREAMLIT['server']['maxUploadSize']} MB" in SERVER
    assert UPLOAD_SECONDS == 7 * 24 * 3600
    assert "a week after their import" in SERVER
    assert f"at least {MIN_SECRET} random characters" in SERVER
    assert SECRET_HEADER in SERVER


def test_every_path_that_is_named_exists() -> None:
    for name in re.findall(r"docs/[\w.-]+", SERVER):
        assert (ROOT / name).exists(), name


def test_the_service_runs_the_app_in_a_closed_box() -> None:
    unit = configparser.ConfigParser(strict=False)
    unit.optionxform = str
    unit.read(ROOT / "docs" / "gpar.service")
    service = unit["Service"]
    assert "streamlit run streamlit_app.py" in service["ExecStart"]
    assert service["KillMode"] == "process"  # or a restart would kill the jobs
    assert (service["NoNewPrivileges"], service["ProtectSystem"]) == ("true", "strict")
    assert "/srv/gpar/cache" in service["ReadWritePaths"]


def _identity() -> str:
    source = (ROOT / "gpar_core" / "server" / "identity.py").read_text("utf-8")
    return source.split("for name in (")[1].split(")")[0]


def _threats() -> list[list[str]]:
    text = (ROOT / "docs" / "threats.md").read_text("utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [row for row in rows[1:] if not row[0].startswith("**")]


def test_the_table_of_threats_is_read() -> None:
    assert len(_threats()) > 30
    assert all(len(row) == 3 for row in _threats())


@pytest.mark.parametrize("row", _threats(), ids=lambda row: row[0][:40])
def test_every_threat_names_a_test_that_exists(row: list[str]) -> None:
    found = re.fullmatch(r"`(tests/[\w/]+\.py)::(test_\w+)`", row[2])
    assert found, row[2]
    assert re.search(rf"^def {found[2]}\(", (ROOT / found[1]).read_text("utf-8"), re.MULTILINE)
