"""Names of MOAs: unify spellings, split lists, and report similar names.

Spellings that differ in capitals, spaces and kinds of dashes are one name. Names that differ in
more are never merged; `resembling` reports them, for a person to decide.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Final

import pandas as pd

from gpar_core import fields

NONE: Final = frozenset(
    {"", "-", "--", "?", "na", "n/a", "nan", "none", "null", "unknown", "not available", "-666"}
)
"""Texts that tables use for an unknown MOA."""

_JOINED: Final = re.compile("[|;]")
_COMMA: Final = (re.compile(r",\s+"), re.compile(","))
_DASHES: Final = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－", "-"))
_ACTIONS: Final = frozenset({
    "activator", "agent", "agonist", "analog", "analogue", "antagonist", "blocker", "chelator",
    "donor", "enhancer", "inducer", "inhibitor", "ligand", "modulator", "opener", "precursor",
    "scavenger", "secretagogue", "sensitizer", "stabilizer", "stimulant", "suppressant",
})  # fmt: skip
"""Last words of most MOAs of CMap and the Drug Repurposing Hub."""
_LEAST_LETTERS: Final = 7
"""Minimum letters of a word that may be misspelled; in shorter ones (ATPase, GTPase) each letter
counts."""


def moa_key(name: str) -> str:
    """The name without irrelevant differences: capitals, spaces, kinds of dashes.

    >>> moa_key(" Beta  Agonist ")
    'beta agonist'
    """
    return " ".join(unicodedata.normalize("NFKC", name).translate(_DASHES).casefold().split())


def moas_in(cell: str) -> list[str]:
    """The MOAs of a cell, separated by '|' and ';': each once, spaces tidied, without `NONE`.

    >>> moas_in("alpha  inhibitor; beta agonist|Alpha inhibitor|N/A")
    ['alpha inhibitor', 'beta agonist']
    """
    names: dict[str, str] = {}
    for name in _JOINED.split(cell):
        names.setdefault(moa_key(name), " ".join(name.split()))
    return [name for key, name in names.items() if key not in NONE]


def parted_at_commas(cells: pd.Series, table: pd.Series) -> tuple[pd.Series, list[str], list[str]]:
    """Split MOAs that are joined by commas, but not names that contain a comma.

    cells: of some tables, MOAs joined by '|'. table: the table of each cell.

    A comma separates MOAs only if the table has no other separator and each part is the name of a
    MOA: it is alone in some cell, or ends as MOAs do ('inhibitor', 'agonist').

    Returns the cells, the names that were split, and the others with a comma; both sorted.
    """
    several = cells.str.contains(fields.MOA_SEPARATOR, regex=False)
    other_separator = several.groupby(table).transform("any")
    names = cells.str.split(fields.MOA_SEPARATOR, regex=False)
    alone = {moa_key(name) for name in names.explode() if "," not in name} - NONE
    whole = {moa_key(name) for name in names[other_separator].explode() if "," in name}
    parted, kept = set(), set()

    def parts(cell: str) -> str:
        name = cell.strip()
        if "," not in name:
            return cell
        for comma in _COMMA if moa_key(name) not in whole else ():
            pieces = [piece.strip() for piece in comma.split(name)]
            if len(pieces) > 1 and all(_is_moa(piece, alone) for piece in pieces):
                parted.add(name)
                return fields.MOA_SEPARATOR.join(dict.fromkeys(pieces))
        kept.add(name)
        return cell

    apart = cells.where(other_separator, cells[~other_separator].map(parts))
    return apart, sorted(parted), sorted(kept)


def resembling(n_drugs: Mapping[str, int]) -> list[tuple[str, str]]:
    """Names that may be misspellings, each with the similar name that has more drugs.

    n_drugs: number of drugs of each name. Two names resemble each other if they differ only in
    hyphens, spaces, other signs and plurals, or by one letter in one long word.
    """
    by_trait: dict[str, list[str]] = defaultdict(list)
    for name in sorted(n_drugs, key=lambda name: (-n_drugs[name], name)):
        for trait in _traits(name):
            by_trait[trait].append(name)
    others: dict[str, str] = {}
    for first, *later in by_trait.values():
        for name in later:
            if name != first and n_drugs[first] > n_drugs.get(others.get(name, ""), -1):
                others[name] = first
    return sorted(others.items())


def _is_moa(name: str, known: Collection[str]) -> bool:
    key = moa_key(name)
    words = re.sub(r"\([^)]*\)", " ", key).split()
    return key in known or bool(len(words) > 1 and words[-1].removesuffix("s") in _ACTIONS)


def _traits(name: str) -> Iterable[str]:
    """Keys that similar names share."""
    words = [_singular(word) for word in re.findall(r"[^\W_]+", moa_key(name))]
    yield "".join(words)
    for place, word in enumerate(words):
        if len(word) >= _LEAST_LETTERS and word.isalpha():
            less = {word[:letter] + word[letter + 1 :] for letter in range(len(word))}
            for each in (word, *sorted(less)):
                yield " ".join([*words[:place], f"{each}*", *words[place + 1 :]])


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
