"""Terms and figures used in GPAR: what each means, and what it does not mean."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from gpar_core.errors import NotFoundError


@dataclass(frozen=True)
class Term:
    """name: as on screen. means: in one or two sentences. beware: what it does not mean, or ''."""

    name: str
    means: str
    beware: str = ""


_FILE = Path(__file__).with_suffix(".toml")

TERMS = {key: Term(**each) for key, each in tomllib.loads(_FILE.read_text("utf-8")).items()}
"""By the name in addresses, in the order of the page."""


def term(name: str) -> Term:
    """A term by the name in addresses. Raises NotFoundError."""
    if name not in TERMS:
        raise NotFoundError(f"The glossary has no '{name[:40]}'. Choose a term from the list.")
    return TERMS[name]


def explanation(name: str) -> str:
    """What a term means and what it does not mean, in a few sentences. Raises NotFoundError."""
    found = term(name)
    return f"{found.means} {found.beware}".strip()


def search(text: str) -> dict[str, Term]:
    """Terms with this text in their name or explanation, ignoring case; all terms for ''."""
    wanted = text.strip().casefold()
    return {
        key: each
        for key, each in TERMS.items()
        if wanted in f"{key} {each.name} {each.means} {each.beware}".casefold()
    }
