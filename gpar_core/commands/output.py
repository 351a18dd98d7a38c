"""The files that commands write."""

import argparse
import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd

from gpar_core.analyses.result import Analysis
from gpar_core.errors import RequestError, in_words
from gpar_core.export import csv_text, parquet_bytes, with_analysis
from gpar_core.formats.excel import excel_bytes

FORMATS: Final[Mapping[str, tuple[str, Callable[[pd.DataFrame], str | bytes]]]] = {
    "csv": ("CSV", csv_text),
    "parquet": ("Parquet", parquet_bytes),
    "xlsx": ("Excel", excel_bytes),
}
"""Options for the files of a table: what the format is called, and what a file of it has."""


def add_output(command: argparse.ArgumentParser, rows: str = "rows") -> None:
    """Add the options for files. rows: what the CSV file has."""
    add_table_output(command, rows)
    command.add_argument("--json", type=Path, metavar="OUT", help="write all tables to a JSON file")


def add_table_output(command: argparse.ArgumentParser, rows: str = "rows") -> None:
    """Add the options for files of one table. rows: what the table has."""
    for option, (name, _) in FORMATS.items():
        command.add_argument(
            f"--{option}", type=Path, metavar="OUT", help=f"write all {rows} to a file: {name}"
        )


def check_outputs(options: argparse.Namespace) -> None:
    """`check_output` for the files of `add_output` or `add_table_output`."""
    for name in (*FORMATS, "json"):
        check_output(getattr(options, name, None))


def write_analysis(options: argparse.Namespace, done: Analysis, table: pd.DataFrame) -> None:
    """Write the files of `add_output`: this table, and all tables as JSON."""
    write_table(options, with_analysis(table, done))
    if options.json:
        content = {
            "analysis_id": done.analysis_id,
            "compendium": done.compendium,
            "data": "SIMULATED" if done.simulated else "measured",
            "seconds": done.seconds,
            "versions": dict(done.versions),
            **{name: records(rows) for name, rows in done.readable.items()},
        }
        write_output(options.json, json.dumps(content, indent=1) + "\n")
        print(f"{len(done.readable)} tables -> {options.json}")


def write_table(options: argparse.Namespace, table: pd.DataFrame) -> None:
    """Write the files of `add_table_output`. table: with its provenance.

    Raises RequestError, also where a sheet of Excel has too few rows.
    """
    for option, (_, content) in FORMATS.items():
        if output := getattr(options, option):
            write_output(output, content(table))
            print(f"{len(table):,} rows -> {output}")


def writes_table(options: argparse.Namespace) -> bool:
    """Whether `write_table` has a file to write."""
    return any(getattr(options, option) for option in FORMATS)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows for JSON, which has no NaN."""
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def print_simulated(simulated: bool) -> None:
    if simulated:
        print("SIMULATED data: no laboratory measured these signatures.")


def check_output(output: Path | None) -> None:
    """Check before the work that its result can be written. Raises RequestError.

    The check writes nothing, and leaves devices and pipes alone.
    """
    if output is None:
        return
    folder = output.absolute().parent
    if output.is_dir():
        raise refused(output, "it is a folder")
    if not folder.is_dir():
        raise refused(output, "its folder does not exist")
    try:
        if output.is_file():
            output.open("ab").close()
        elif not output.exists():
            # Permissions alone do not tell: the disk may be read-only.
            tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise refused(output, in_words(error)) from error


def write_output(output: Path, content: str | bytes) -> None:
    """Write a result. Raises RequestError if that fails, as on a full disk."""
    try:
        output.write_bytes(content.encode() if isinstance(content, str) else content)
    except OSError as error:
        raise refused(output, in_words(error)) from error


def refused(output: Path, why: str) -> RequestError:
    """What to raise where a file cannot be written."""
    return RequestError(f"'{output}' cannot be written: {why}. Choose another file.")
