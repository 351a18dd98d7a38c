"""What a reader may make of bad input: a result, or an error in words for a pharmacologist."""

import re
from collections.abc import Callable
from typing import TypeVar

import pytest

from gpar_core.errors import GparError

T = TypeVar("T")

JARGON = re.compile(
    r"Traceback|\b\w+(Error|Exception)\b|NoneType|<class|object at 0x|__\w+__|(?<!\S)b['\"]|"
    r"\b(numpy|np|pandas|h5py|pyarrow|ArrowInvalid|codec|keyword|positional|iterable|unhashable|"
    r"subscriptable|operand|hashable|builtin|indices|usecols|tokenizing|NaT|arrays?|dtype)\b|"
    r"values to unpack|has no attribute|must be (int|str|list|tuple|dict)|"
    r"not '?(int|str|list|dict|tuple|float)'?"
)
"""Words of Python and its libraries that no message may hold."""

MOST_SIGNS = 1_500


def outcome(read: Callable[[], T], case: object = "") -> T | GparError:
    """The result of `read`, or the GparError that it raised; anything else fails the test.

    case: what to say of it where it fails; texts in a list may be quoted in the error.
    """
    __tracebackhide__ = True
    try:
        return read()
    except GparError as error:
        said = str(error)
        bad = JARGON.search(_own_words(said, case))
        if bad or not said or len(said) > MOST_SIGNS or not _printable(said):
            pytest.fail(f"not in words ({bad}): {said[:3000]!r}\n{str(case)[:2000]}")
        return error
    except Exception as error:
        raise AssertionError(f"{type(error).__name__}: {error}\n{str(case)[:2000]}") from error


def _own_words(said: str, case: object) -> str:
    """The message without what it quotes of texts that may be anything."""
    return re.sub(r"'.*'", "''", said, flags=re.DOTALL) if isinstance(case, list) else said


def _printable(said: str) -> bool:
    return all(sign.isprintable() or sign == "\n" for sign in said)
