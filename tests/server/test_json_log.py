"""Logs in JSON: one line for each record, with its fields in place of its words."""

import json
import logging

from gpar_core.server.json_log import FIELDS, JsonLines, formatter


def test_a_record_is_one_line_with_its_fields() -> None:
    try:
        1 / 0  # noqa: B018
    except ZeroDivisionError as error:
        record = logging.makeLogRecord(
            {"name": "gpar", "levelname": "ERROR", "msg": "of Ann", "created": 1.23456,
             "exc_info": (type(error), error, error.__traceback__), FIELDS: {"error_id": "AB12"}}
        )  # fmt: skip
    said = formatter({"GPAR_LOG": "json"}, "%(message)s").format(record)
    assert "\n" not in said
    line = json.loads(said)
    assert "ZeroDivisionError" in line.pop("trace")
    assert line == {"time": 1.235, "level": "error", "logger": "gpar", "error_id": "AB12"}


def test_a_record_without_fields_keeps_its_words() -> None:
    record = logging.makeLogRecord({"msg": "%s is %d", "args": ("a", 1)})
    assert json.loads(JsonLines().format(record))["message"] == "a is 1"
    assert formatter({}, "said: %(message)s").format(record) == "said: a is 1"
