"""Run a report's request again and compare the two results."""

import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal

import pandas as pd

from gpar_core.analyses.evaluation.request import EvaluationRequest
from gpar_core.analyses.registry import from_json
from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.analyses.target_prediction.request import TargetEvaluationRequest, TargetRequest
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.data import compendium as compendia
from gpar_core.data.derived_files import is_derived
from gpar_core.errors import DataError, FileFormatError, RequestError
from gpar_core.report.bundle import ORIGIN
from gpar_core.report.document import FORMAT_VERSION, Origin
from gpar_core.report.tolerance import (
    HITS,
    SEARCH,
    TARGETS,
    TOLERANCES,
    ListTolerance,
    Tolerance,
)
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import Request
from gpar_core.storage.saved_json import as_dataclass
from gpar_core.storage.scratch import scratch_folder

MAX_BYTES = 64 * 2**20

Reproducible = (
    TrainRequest | EvaluationRequest | SearchRequest | TargetRequest | TargetEvaluationRequest
)
_TARGETS = TargetRequest | TargetEvaluationRequest
_NO_LABELS = (
    "This report uses uploaded class labels, which are not here. Give the same file with --labels."
)
_NO_UPLOAD = (
    "This report is of an uploaded file, which is not here. Run the same analysis of the file "
    "first, on the page or by the command in the report."
)
_NO_MODELS = (
    "This report asks models of targets that are not here. Build the same library of targets "
    "first, or get the cache from the author of the report."
)
_NEEDED = (
    (EvaluationRequest, Cache.table, "labels", _NO_LABELS),
    (SearchRequest, Cache.profile_set, "profiles", _NO_UPLOAD),
    (SearchRequest, Cache.table, "sets", _NO_UPLOAD),
    (TargetRequest, Cache.profile_set, "profiles", _NO_UPLOAD),
    (_TARGETS, Cache.library, "library", _NO_MODELS),
    (_TARGETS, Cache.model, "models", _NO_MODELS),
)
"""By requests and their field: the folders in a cache that it names, and what to do without."""

Verdict = Literal["identical", "within tolerance", "close", "different"]


@dataclass(frozen=True, eq=False)
class Agreement:
    """A result compared with that of a report.

    verdict: 'identical' to nine digits; 'within tolerance' of `tolerance` and with the same
    versions, so that a different processor explains the difference; 'close', within it but with
    other versions; or 'different'. tolerance: that of the request. figures: figure, then,
    now, difference. shared_first: how many of those ranked first are the same, of n_first.
    changed: in words, what has a different version now.
    """

    verdict: Verdict
    tolerance: Tolerance | ListTolerance
    figures: pd.DataFrame
    shared_first: int
    n_first: int
    changed: tuple[str, ...]


def read_origin(path: Path) -> Origin:
    """The origin in a report, HTML or zip. Raises FileFormatError."""
    if not path.is_file():
        raise FileFormatError(f"There is no file '{path}'. Check its name and folder.")
    try:
        content = json.loads(_of_zip(path) if zipfile.is_zipfile(path) else _of_page(path))
        version = content["gpar_report"]
        if version == FORMAT_VERSION:
            return as_dataclass(Origin, content)
    except (
        OSError, ValueError, KeyError, TypeError, RecursionError, zipfile.BadZipFile, DataError,
    ) as error:  # fmt: skip
        raise FileFormatError(
            f"'{path.name}' is not a report of GPAR, or has been changed. Use the HTML or zip "
            "file that the dashboard or 'report' wrote."
        ) from error
    raise FileFormatError(
        f"'{path.name}' is a report of format {version}, but this version of GPAR reads format "
        f"{FORMAT_VERSION}. Use the version of GPAR named in the report."
    )


@contextmanager
def apart(origin: Origin, cache: Cache) -> Iterator[Cache]:
    """An empty cache to run a report's request in, so that no saved result can replace a new one.

    It has the compendium of `cache`, the uploads and the models that are asked, and is deleted
    after the block. Raises NotFoundError or RequestError if they are not here, or not those of the
    report.
    """
    request = request_of(origin)
    compendium = cache.existing_compendium(request.compendium)
    found = compendia.read_manifest(compendium)["fingerprint"]
    if found != request.fingerprint:
        raise RequestError(
            f"The report is on a compendium '{request.compendium}' with the fingerprint "
            f"{request.fingerprint[:12]}; the one here has {found[:12]}. Import the same files, "
            "or get the compendium from the author of the report."
        )
    with scratch_folder() as folder:
        scratch = Cache(folder)
        _lend(compendium, scratch.compendium(request.compendium))
        for of, name, missing in _needed(request):
            if not cache.has(of(cache, name)):
                raise RequestError(missing)
            _lend(of(cache, name), of(scratch, name))
        yield scratch


def _needed(request: Request) -> Iterator[tuple[Callable[[Cache, str], Path], str, str]]:
    """What a request needs beside its compendium: its folder in a cache, its id, and what to do
    where it is missing."""
    for kinds, of, field, missing in _NEEDED:
        if isinstance(request, kinds):
            value = getattr(request, field)
            for name in (value,) if isinstance(value, str) else value:
                if name:
                    yield of, name, missing


def _lend(folder: Path, place: Path) -> None:
    """Make the files of a folder available elsewhere too, except what was computed from it."""
    place.mkdir(parents=True)
    for file in folder.iterdir():
        if is_derived(file):
            continue
        try:
            (place / file.name).symlink_to(file.resolve())
        except OSError:  # Windows requires a permission that most users lack
            shutil.copyfile(file, place / file.name)


def agreement(report: Origin, again: Origin) -> Agreement:
    """Compare the outcome of a report with that of the same request, computed again.

    Raises RequestError if the report does not contain its request.
    """
    request = request_of(report)
    tolerance = _tolerance(request)
    then, now = report.outcome, again.outcome
    names = list(dict.fromkeys((*then.figures, *now.figures)))
    figures = pd.DataFrame(
        {
            "figure": names,
            "then": [then.figures.get(name) for name in names],
            "now": [now.figures.get(name) for name in names],
        }
    ).astype({"then": float, "now": float})
    figures["difference"] = figures["now"] - figures["then"]
    shared = len(set(then.first) & set(now.first))
    n_first = max(len(then.first), len(now.first))
    changed = [
        f"{name} {report.versions.get(name, 'none')} then, {again.versions.get(name, 'none')} now"
        for name in dict.fromkeys((*report.versions, *again.versions))
        if report.versions.get(name) != again.versions.get(name)
    ]
    if report.result_id != again.result_id:
        changed.append("the method of GPAR itself")
    near = (figures["difference"].abs() <= figures["figure"].map(tolerance.of_figure)).all()
    verdict: Verdict = "different"
    if then.digest == now.digest:
        verdict = "identical"
    elif near and shared >= tolerance.first * n_first:
        verdict = "close" if changed else "within tolerance"
    return Agreement(verdict, tolerance, figures, shared, n_first, tuple(changed))


def _tolerance(request: Reproducible) -> Tolerance | ListTolerance:
    if isinstance(request, SearchRequest):
        return SEARCH
    if isinstance(request, TargetRequest):
        return TARGETS
    if isinstance(request, TargetEvaluationRequest):
        return HITS
    return TOLERANCES[request.method.preset]


def request_of(origin: Origin) -> Reproducible:
    """The request of a report. Raises RequestError if the report does not contain it."""
    if not origin.request:
        raise RequestError(
            "This report is of uploaded profiles, or from another version of the method, and "
            "does not contain its request. Run the analysis again from the dashboard."
        )
    request = from_json(origin.request)
    if not isinstance(request, Reproducible):
        raise RequestError("This kind of report cannot be run again.")
    return request


class _Script(HTMLParser):
    """Collects the content of the script with the id of the origin."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self._within = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within = tag == "script" and ("id", "gpar-origin") in attrs

    def handle_endtag(self, tag: str) -> None:
        self._within = False

    def handle_data(self, data: str) -> None:
        if self._within:
            self.text += data


def _of_page(path: Path) -> str:
    if path.stat().st_size > MAX_BYTES:
        raise ValueError("too large")
    parser = _Script()
    parser.feed(path.read_text("utf-8"))
    return parser.text


def _of_zip(path: Path) -> str:
    with zipfile.ZipFile(path) as archive, archive.open(ORIGIN) as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValueError("too large")
    return content.decode()
