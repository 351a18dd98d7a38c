"""Recognize replicates of one drug among uploaded profiles by their names."""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

_SAID: Final = re.compile(
    r"[\s._(\[-]*(?<![a-z0-9])(?:(?:biological|technical|biol?|tech|independent)?[\s._-]*"
    r"(?:replicates?|repl?|reps)|br|tr|r)[\s._#-]*\d{1,3}[\s)\]]*$",
    re.IGNORECASE,
)
"""'_rep1', ' biological replicate 2', '(rep 3)', '-R1'."""
_NUMBERED: Final = re.compile(r"[._ #(-]+(\d{1,2})\)?$")
"""'.1' of R and pandas, '_1', '-2', ' (3)'."""
_NO_DRUG: Final = re.compile(
    r"(drug|compound|cmpd|cpd|cp|chemical|substance|substanz|molecule|perturbagen|treatment|sample|"
    r"profile|signature|gsm|s|x|v|column|col|brd|lead|hit|cluster|group|condition|plate|well|"
    r"query)?",
    re.IGNORECASE,
)
"""Words whose numbers distinguish drugs: compound_1 and compound_2 are two."""
MAX_NUMBERED: Final = 6
"""More columns with a bare number than this are probably different drugs."""


def drugs_by_name(names: Sequence[str]) -> list[str]:
    """The drug of each profile, from the profile's name.

    Names that differ in a word for replicates ('_rep1', 'biological replicate 2') are one drug, and
    so are 2 to `MAX_NUMBERED` names that differ in a number that starts at 0, 1 or 2 ('X', 'X.1' or
    'X_1', 'X_2') if the rest names a drug. Other names are drugs of their own. '' is the drug of
    names that are only a replicate's, such as 'rep1'.
    """
    drug = {name: _SAID.sub("", name).strip() for name in names}
    families: dict[str, list[str]] = defaultdict(list)
    for name, base in drug.items():
        if base == name:
            families[_NUMBERED.sub("", name).casefold()].append(name)
    for family in families.values():
        base = _NUMBERED.sub("", family[0])
        if _is_family(base, [_number(name) for name in family]):
            drug.update(dict.fromkeys(family, base))
    return [drug[name] for name in names]


def _number(name: str) -> int:
    """The number at the end of a name, 0 where it has none."""
    match = _NUMBERED.search(name)
    return int(match[1]) if match else 0


def _is_family(base: str, numbers: Sequence[int]) -> bool:
    first = min(numbers)
    return (
        2 <= len(numbers) <= MAX_NUMBERED
        and first in (0, 1, 2)
        and sorted(numbers) in ([*range(first, first + len(numbers))],
                                [0, *range(2, 1 + len(numbers))])
        and not _NO_DRUG.fullmatch(base.strip())
    )  # fmt: skip
