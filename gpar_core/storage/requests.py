"""Requests of all kinds: frozen, comparable, saved as JSON.

The id of a job is a hash of its request (which includes the fingerprint of its data) and of
`METHOD_VERSION`: equal requests are one job and one result.
"""

import hashlib
import json
from dataclasses import asdict, fields, is_dataclass
from functools import cache
from typing import Any, ClassVar, Protocol, get_type_hints

METHOD_VERSION = 7
"""Raise this when the same request would give a different result."""


class Request(Protocol):
    """A frozen dataclass of JSON values. kind: its key in `analyses.registry.KINDS`."""

    __dataclass_fields__: ClassVar[dict[str, Any]]
    kind: ClassVar[str]

    @property
    def title(self) -> str: ...


def to_json(request: Request) -> str:
    """The request as one line of JSON, with keys sorted.

    Parts marked `inlined` are replaced by their own fields, without those that the request marks
    `unused`.
    """
    content = {"kind": request.kind, **asdict(request)}
    kind: Any = type(request)
    for name, _ in _inlined(kind):
        content |= content.pop(name)
    for name in getattr(request, "unused", ()):
        del content[name]
    return json.dumps(content, sort_keys=True)


def nested(kind: Any, content: dict[str, Any]) -> dict[str, Any]:
    """The content written by `to_json` for a request of this kind, with inlined parts restored."""
    parts = {
        name: {each.name: content[each.name] for each in fields(part) if each.name in content}
        for name, part in _inlined(kind)
    }
    taken = {name for part in parts.values() for name in part}
    return {name: value for name, value in content.items() if name not in taken} | parts


@cache
def _inlined(kind: Any) -> tuple[tuple[str, Any], ...]:
    return tuple(
        (name, part)
        for name, part in get_type_hints(kind).items()
        if isinstance(part, type) and is_dataclass(part) and getattr(part, "inlined", False)
    )


def job_id(request: Request) -> str:
    """20 hexadecimal digits that identify the request and the method."""
    text = f"{METHOD_VERSION} {to_json(request)}"
    return hashlib.sha256(text.encode()).hexdigest()[:20]
