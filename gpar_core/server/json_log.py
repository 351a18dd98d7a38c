"""Logs as lines of JSON, where GPAR_LOG=json asks for them."""

import json
import logging
from collections.abc import Mapping
from typing import Any, Final

FIELDS: Final = "fields"
"""What a message is about, given by `extra={FIELDS: {...}}`: ids, kinds and numbers. No names or
data of users."""


def formatter(environment: Mapping[str, str], plain: str) -> logging.Formatter:
    """The formatter that the environment asks for. plain: format of lines of text."""
    return JsonLines() if is_wanted(environment) else logging.Formatter(plain)


def is_wanted(environment: Mapping[str, str]) -> bool:
    return environment.get("GPAR_LOG", "") == "json"


class JsonLines(logging.Formatter):
    """Each record as one line: time, level, logger, its fields or its message, and the traceback of
    an error."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = getattr(record, FIELDS, None) or {"message": record.getMessage()}
        if record.exc_info:
            fields = fields | {"trace": self.formatException(record.exc_info)}
        level = record.levelname.lower()
        return line(record.created, level=level, logger=record.name, **fields)


def line(time: float, **fields: Any) -> str:
    """One line of a log. time: seconds since 1970."""
    return json.dumps({"time": round(time, 3), **fields})
