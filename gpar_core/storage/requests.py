"""What a job is asked to do, whatever it is: frozen, comparable, JSON.

The id of a job is a hash of its request (which names the fingerprint of its data) and of
`METHOD_VERSION`: the same request twice is one job and one result.
"""

import hashlib
import json
from dataclasses import asdict
from typing import Any, ClassVar, Protocol

METHOD_VERSION = 6
"""Raise it when the same request would give another result."""


class Request(Protocol):
    """A frozen dataclass of what JSON can hold. kind: its key in `analyses.registry.KINDS`."""

    __dataclass_fields__: ClassVar[dict[str, Any]]
    kind: ClassVar[str]

    @property
    def title(self) -> str: ...


def to_json(request: Request) -> str:
    """The request as one line of JSON, keys sorted."""
    return json.dumps({"kind": request.kind, **asdict(request)}, sort_keys=True)


def job_id(request: Request) -> str:
    """20 hexadecimal digits that identify the request and the method."""
    text = f"{METHOD_VERSION} {to_json(request)}"
    return hashlib.sha256(text.encode()).hexdigest()[:20]
