"""Text with numbers, as a notebook shows it, beside the same text from another processor."""

import re
from collections import Counter

from gpar_core.report.tolerance import Tolerance

NUMBER = re.compile(r"(?<![\w.])(?<![A-Za-z]-)-?\d+(?:,\d{3})*(?:\.\d+)?(?!\w)")
"""A number that stands alone: none within a name, such as BAY-11-7082 or MCF7, or a fingerprint."""
PLACE = re.compile(r"^ *\d+ |number \d+ of \d+")
"""The row numbers of a table, and places in a ranking."""
PLACES = 2
"""By so many places compounds of nearly the same score may change theirs."""

Line = tuple[str, tuple[int, ...], tuple[str, ...]]
"""A line without its numbers, the places in it, and the other numbers."""


def differences(then: str, now: str, tolerance: Tolerance) -> list[str]:
    """What differs by more than another processor explains, in words; nothing where all agrees.

    Words and whole numbers are the same; decimals differ by no more than the tolerance of an ES and
    what rounding adds; places by no more than `PLACES`, so rows may have changed theirs.
    """
    before, after = (sorted(map(_line, text.splitlines())) for text in (then, now))
    words = Counter(line[0] for line in before), Counter(line[0] for line in after)
    found = [f"only then: {each}" for each in (words[0] - words[1]).elements()]
    found += [f"only now: {each}" for each in (words[1] - words[0]).elements()]
    if found:
        return found
    return [
        f"{old} is {new}"
        for old, new in zip(before, after, strict=True)
        if not _alike(old, new, tolerance)
    ]


def _line(text: str) -> Line:
    places = [int(n) for place in PLACE.findall(text) for n in re.findall(r"\d+", place)]
    rest = PLACE.sub("", text)
    return " ".join(NUMBER.sub("#", rest).split()), tuple(places), tuple(NUMBER.findall(rest))


def _alike(old: Line, new: Line, tolerance: Tolerance) -> bool:
    places = all(abs(a - b) <= PLACES for a, b in zip(old[1], new[1], strict=True))
    return places and all(
        a == b or _near(a, b, tolerance) for a, b in zip(old[2], new[2], strict=True)
    )


def _near(old: str, new: str, tolerance: Tolerance) -> bool:
    if not ("." in old and "." in new):
        return False
    # A table of 1.000 alone shows 1.0, which has not lost what its other digits would say.
    digits = max(2, *(len(each.partition(".")[2]) for each in (old, new)))
    return abs(float(old) - float(new)) <= tolerance.es + 10.0**-digits + 1e-9
