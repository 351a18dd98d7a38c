"""Finished results and jobs as the API gives them: JSON values and tables."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
import pandas as pd

from gpar_core import export
from gpar_core.analyses import result as analysis
from gpar_core.analyses.curation import result as curation
from gpar_core.analyses.library import result as library
from gpar_core.analyses.moa_prediction import result as prediction
from gpar_core.analyses.registry import kind_of
from gpar_core.analyses.training import result as model
from gpar_core.errors import NotFoundError, RequestError
from gpar_core.formats.excel import served_workbook
from gpar_core.jobs.events import Event
from gpar_core.jobs.job import Job, State
from gpar_core.jobs.store import JobStore
from gpar_core.rank import ranking
from gpar_core.rank.moa_prediction import DEFAULT_ORDER as BY_EVIDENCE
from gpar_core.storage.cache import Cache, checked_name
from gpar_core.storage.requests import to_json

JSON, CSV, PARQUET, EXCEL = "json", "csv", "parquet", "xlsx"
TYPES: Final = {
    JSON: "application/json",
    CSV: "text/csv; charset=utf-8",
    PARQUET: "application/vnd.apache.parquet",
    EXCEL: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Media types of the formats of a table."""

MODEL_TABLES: Final = ("ranking", "signatures", "training_drugs", "held_out", "map")
WITHOUT_RESULT: Final = ("compendia", "sources")


@dataclass(frozen=True, eq=False)
class Result:
    """details: JSON values. tables: by name, each read when it is called. csv: of a table."""

    details: Mapping[str, Any]
    tables: Mapping[str, Callable[[], pd.DataFrame]]
    csv: Callable[[str, pd.DataFrame], str]


def result(cache: Cache, result_id: str, order: str = "") -> Result:
    """The result of a job that the visitor may see.

    order: of the ranking of a model or of MOAs, '' for the default. Raises NotFoundError,
    RequestError or DataError.
    """
    checked_name(result_id, "result")
    for parent, read in _READ.items():
        if cache.has(folder := cache.root / parent / result_id):
            return read(cache, folder, order)
    raise NotFoundError(f"There is no result '{result_id}'.")


def _model(cache: Cache, folder: Path, order: str) -> Result:
    summary = model.load_summary(folder)

    def ranked() -> pd.DataFrame:
        return ranking.order_by(model.load_ranking(folder), order or ranking.DEFAULT_ORDER)

    def other(name: str) -> Callable[[], pd.DataFrame]:
        return lambda: getattr(model.load(folder, signatures=name == "signatures"), name)

    def csv(name: str, table: pd.DataFrame) -> str:
        if name == "ranking":
            return export.ranking_csv(table, summary)
        return export.csv_text(export.with_provenance(table, summary))

    tables = {name: ranked if name == "ranking" else other(name) for name in MODEL_TABLES}
    return Result(_described("model", summary), tables, csv)


def _analysis(cache: Cache, folder: Path, order: str) -> Result:
    done = analysis.load(folder)
    return Result(
        _described("analysis", {**vars(done), "request": _request(done.request), "tables": None}),
        {name: partial(done.tables.__getitem__, name) for name in done.readable},
        lambda _, table: export.csv_text(export.with_analysis(table, done)),
    )


def _curation(cache: Cache, folder: Path, order: str) -> Result:
    saved = curation.load(folder)
    figures = {name: value for name, value in vars(saved.curation).items() if name != "drugs"}
    details = {"provenance": vars(saved.provenance), **figures}
    return Result(
        _described("curation", details),
        {"drugs": lambda: saved.curation.drugs},
        lambda _, table: export.csv_text(table),
    )


def _prediction(cache: Cache, folder: Path, order: str) -> Result:
    done = prediction.load(folder)
    details = {"library_id": done.library_id, "compendium": done.compendium,
               "simulated": done.simulated}  # fmt: skip
    by = order or BY_EVIDENCE
    return Result(
        _described("prediction", details),
        {"moas": lambda: prediction.ranked(done, by=by)},
        lambda _, table: export.csv_text(export.moas_table(table, done)),
    )


def _library(cache: Cache, folder: Path, order: str) -> Result:
    shown = library.load(cache, folder.name)
    simulated = any(each.summary.simulated for each in shown.entries if each.summary)
    return Result(
        _described("library", {"request": _request(shown.request), "simulated": simulated}),
        {"classes": lambda: library.table(shown)},
        lambda _, table: export.csv_text(export.library_table(shown, simulated=simulated)),
    )


_READ: Final[dict[str, Callable[[Cache, Path, str], Result]]] = {
    "models": _model,
    "analyses": _analysis,
    "curations": _curation,
    "predictions": _prediction,
    "libraries": _library,
}


def _described(kind: str, details: Any) -> dict[str, Any]:
    return {"kind": kind, "details": msgspec.to_builtins(details, enc_hook=_plain)}


def _plain(value: Any) -> Any:
    """What numpy and pandas hold, as Python holds it."""
    return value.tolist() if hasattr(value, "tolist") else str(value)


def table_in(done: Result, name: str, wanted: str) -> bytes:
    """A table of a result in a format. Raises NotFoundError or RequestError."""
    if name not in done.tables:
        known = ", ".join(done.tables)
        raise NotFoundError(f"The result has no table '{name[:80]}'. It has: {known}.")
    if wanted not in TYPES:
        raise RequestError(f"There is no format '{wanted[:20]}'. Use {', '.join(TYPES)}.")
    table = done.tables[name]()
    if wanted == CSV:
        return done.csv(name, table).encode()
    if wanted == PARQUET:
        return export.parquet_bytes(table)
    if wanted == EXCEL:
        return served_workbook(table)
    text: str = table.to_json(orient="records", double_precision=15)
    return text.encode()


def job(cache: Cache, one: Job) -> dict[str, Any]:
    """A job as JSON values. result: the address of its result, once it is done."""
    has_result = one.request is not None and kind_of(one.request).folder not in WITHOUT_RESULT
    names = (
        "id", "title", "state", "stage", "done", "total", "message", "error", "cancel_requested",
        "attempt", "created_at", "started_at", "finished_at",
    )  # fmt: skip
    return {
        **{name: getattr(one, name) for name in names},
        "request": _request(one.request) if one.request else None,
        "position": JobStore(cache).position(one.id) if one.state is State.QUEUED else 0,
        "result": f"/v1/results/{one.id}" if has_result and one.state is State.DONE else None,
    }


def progress(event: Event) -> dict[str, Any]:
    """A progress event as JSON values."""
    return {"time": event.time, **vars(event.progress), "values": dict(event.progress.values)}


def _request(request: Any) -> Any:
    return json.loads(to_json(request))
