"""Kinds of perturbagens in words."""

from collections.abc import Iterable

from gpar_core import fields


def plural(kind: str) -> str:
    """A kind in words, such as 'knock-downs'."""
    return f"{fields.PERT_TYPES[kind]}s"


def in_words(kinds: Iterable[str]) -> str:
    """Kinds in words: 'compounds, knock-downs'."""
    return ", ".join(map(plural, kinds))
