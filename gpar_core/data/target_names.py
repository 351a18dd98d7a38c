"""Symbols of target genes in tables of compounds: split lists, and tell them from MOAs."""

import re
from collections.abc import Iterable
from typing import Final

from gpar_core.data.moa_names import NONE, moa_key

SYMBOL: Final = re.compile(r"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*|[A-Z0-9]+orf\d+", re.ASCII)
"""How HGNC writes symbols of human genes: capitals and digits, C19orf12 and the like apart."""
LENGTHS: Final = range(2, 16)
ALIKE: Final = 0.9
"""Share of symbols among the distinct values from which a column holds targets."""

_SEPARATORS: Final = re.compile(r"[|;,]|\s+/+\s+")


def targets_in(cell: str) -> list[str]:
    """The symbols of a cell, separated by '|', ';', ',' or ' / ': each once, without unknown ones.

    >>> targets_in("DRD2, HTR2A; drd2|-")
    ['DRD2', 'HTR2A']
    """
    names: dict[str, str] = {}
    for name in _SEPARATORS.split(cell):
        names.setdefault(moa_key(name), " ".join(name.split()))
    return [name for key, name in names.items() if key not in NONE]


def are_targets(cells: Iterable[str]) -> bool:
    """Whether the values of a column are symbols of genes rather than MOAs.

    A MOA ('HMGCR inhibitor') has small letters or several words. Abbreviated MOAs ('HDAC') are
    taken for symbols.
    """
    names = {name for cell in cells for name in targets_in(cell)}
    symbols = [name for name in names if len(name) in LENGTHS and SYMBOL.fullmatch(name)]
    return bool(names) and len(symbols) >= ALIKE * len(names)
