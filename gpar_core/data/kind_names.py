"""Kinds of perturbagens in words."""

from collections.abc import Iterable

from gpar_core import fields


def plural(kind: str) -> str:
    """A kind in words, such as 'knock-downs'."""
    return f"{fields.PERT_TYPES[kind]}s"


def heading(kind: str) -> str:
    """A kind as a heading, such as 'Knock-downs'."""
    return plural(kind).capitalize()


def counted(n: int, kind: str) -> str:
    """A number of perturbagens of a kind.

    >>> counted(1, "trt_sh.cgs"), counted(1200, "trt_cp")
    ('1 knock-down', '1,200 compounds')
    """
    return f"{n:,} {fields.PERT_TYPES[kind] if n == 1 else plural(kind)}"


def in_words(kinds: Iterable[str]) -> str:
    """Kinds in words: 'compounds, knock-downs'."""
    return ", ".join(map(plural, kinds))
