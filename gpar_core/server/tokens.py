"""Tokens for the HTTP API: who holds which, and until when.

Only a SHA-256 of each token is stored, in a file that its owner alone can read. Tokens are 32
random bytes, which nobody can guess, so that the hash needs neither salt nor a slow function.
"""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock

from gpar_core.errors import AccessError, DataError, NotFoundError, RequestError
from gpar_core.storage.saved_json import as_dataclass

FILE_NAME: Final = "tokens.json"
PREFIX: Final = "gpar_"
"""Lets people and scanners of code recognize a token."""

DAY_SECONDS: Final = 86400.0
MAX_DAYS: Final = 3650


@dataclass(frozen=True)
class Token:
    """A token of a person. digest: SHA-256. created, expires: seconds since 1970."""

    owner: str
    digest: str
    created: float
    expires: float


def add(root: Path, owner: str, days: int, now: float) -> str:
    """A new token, which cannot be shown again. Raises RequestError or DataError."""
    if not 1 <= days <= MAX_DAYS:
        raise RequestError(f"The token is to be valid for {days} days. Choose 1 to {MAX_DAYS:,}.")
    text = PREFIX + secrets.token_urlsafe(32)
    with _locked(root):
        kept = [each for each in tokens(root) if each.expires > now]
        _write(root, [*kept, Token(owner, _digest(text), now, now + days * DAY_SECONDS)])
    return text


def remove(root: Path, owner: str) -> int:
    """Remove all tokens of a person; returns how many. Raises NotFoundError or DataError."""
    with _locked(root):
        there = tokens(root)
        kept = [each for each in there if each.owner != owner]
        if len(kept) == len(there):
            raise NotFoundError(f"'{owner[:80]}' has no token.")
        _write(root, kept)
    return len(there) - len(kept)


def tokens(root: Path) -> list[Token]:
    """All tokens, oldest first. Raises DataError if the file cannot be read."""
    path = root / FILE_NAME
    try:
        content = json.loads(path.read_text("utf-8"))
        return list(as_dataclass(tuple[Token, ...], content))
    except FileNotFoundError:
        return []
    except (OSError, ValueError, DataError) as error:
        raise DataError(
            f"The list of tokens {path} cannot be read. Delete it and give out new tokens."
        ) from error


def owner_of(root: Path, text: str, now: float) -> str:
    """The person who holds a token. Raises AccessError for one that is unknown or has expired."""
    digest, owner = _digest(text), ""
    for each in tokens(root):  # all of them, so that the time says nothing
        if hmac.compare_digest(each.digest, digest) and each.expires > now:
            owner = each.owner
    if not owner:
        raise AccessError("The token is unknown or has expired. Ask your administrator for one.")
    return owner


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    root.mkdir(parents=True, exist_ok=True)
    with FileLock(root / f".{FILE_NAME}.lock"):
        yield


def _write(root: Path, there: list[Token]) -> None:
    building = root / f".{FILE_NAME}.new"
    building.unlink(missing_ok=True)
    with open(os.open(building, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123
        json.dump([asdict(each) for each in there], file, indent=1)
    building.replace(root / FILE_NAME)
