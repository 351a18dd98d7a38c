"""The container file, read as a list of steps."""

import json
import re
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PORT = "8501"


@dataclass(frozen=True)
class Step:
    """One line. word: RUN, COPY and so on. rest: what follows it."""

    word: str
    rest: str


STEPS = [
    Step(*line.split(maxsplit=1))
    for line in (ROOT / "Containerfile").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


def only(word: str) -> str:
    """What follows the one line that begins with the word."""
    (rest,) = (step.rest for step in STEPS if step.word == word)
    return rest


def command(port: int) -> list[str]:
    """What the container runs, at another port."""
    return [*json.loads(only("CMD")), f"--server.port={port}"]


def health_check(port: int) -> list[str]:
    """The check of a server at another port."""
    return json.loads(only("HEALTHCHECK").removeprefix("CMD ").replace(PORT, str(port)))


def health_address(port: int) -> str:
    """What the check asks for."""
    (address,) = re.findall(r"http://[^']+", health_check(port)[-1])
    return address


def copied(path: Path) -> bool:
    """Whether `COPY . .` copies the file, by the last matching line of .dockerignore."""
    said = True
    for line in (ROOT / ".dockerignore").read_text("utf-8").split():
        pattern = line.removeprefix("!")
        if any(fnmatch(str(each), pattern) for each in (path, *path.parents)):
            said = line.startswith("!")
    return said
