"""What a job is asked to do: frozen, comparable, JSON.

The id of a job is a hash of its request (which names the fingerprint of its data) and of
`METHOD_VERSION`: the same request twice is one job and one result.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, get_args

from gpar_core.compare.methods import METHODS
from gpar_core.data.fetching.sources import SOURCES
from gpar_core.data.quality import EVERYTHING, QualityFilter
from gpar_core.errors import DataError, RequestError
from gpar_core.maps import MAPS
from gpar_core.storage.cache import Cache
from gpar_core.storage.saved_json import as_dataclass

METHOD_VERSION = 6
"""Raise it when the same request would give another result."""


@dataclass(frozen=True)
class DemoRequest:
    """Build the simulated demo compendium."""

    kind: ClassVar[str] = "demo"
    seed: int = 0

    @property
    def title(self) -> str:
        return "Build the demo compendium"


@dataclass(frozen=True)
class ImportRequest:
    """Import LINCS files into a compendium.

    name: of the compendium to publish. series: names of the series; gctx to pert_info: the files
    of each. Paths are absolute; '' where a table is not given. moas: tables of MOAs, in order.
    fill_missing: whether missing landmark genes are set to 0 instead of refused.
    quality: what the signatures must be like to be kept.
    files_digest: identifies the content of the files (or their sizes and times of change).
    """

    kind: ClassVar[str] = "import"
    name: str
    series: tuple[str, ...]
    gctx: tuple[str, ...]
    sig_info: tuple[str, ...]
    gene_info: tuple[str, ...]
    sig_metrics: tuple[str, ...]
    pert_info: tuple[str, ...]
    moas: tuple[str, ...] = ()
    fill_missing: bool = False
    replace: bool = False
    files_digest: str = ""
    quality: QualityFilter = EVERYTHING

    @property
    def title(self) -> str:
        return f"Import '{self.name}'"


@dataclass(frozen=True)
class SelectRequest:
    """Make a compendium of the signatures of another one that a filter keeps.

    compendium, fingerprint: the data. name: of the compendium to publish.
    """

    kind: ClassVar[str] = "select"
    compendium: str
    fingerprint: str
    name: str
    quality: QualityFilter
    replace: bool = False

    @property
    def title(self) -> str:
        return f"Choose '{self.name}' from '{self.compendium}'"


@dataclass(frozen=True)
class FetchRequest:
    """Fetch a source of LINCS data.

    source: its name in `data.fetching.sources.SOURCES`. base_url: of a mirror, ending in '/', or
    ''. cells: cell lines, sorted; empty for all. to: absolute path of the folder, '' for the one in
    the cache; never what a page was told.
    """

    kind: ClassVar[str] = "fetch"
    source: str
    base_url: str = ""
    cells: tuple[str, ...] = ()
    to: str = ""

    def folder(self, cache: Cache) -> Path:
        """Where what is fetched lies."""
        return Path(self.to) if self.to else cache.source(self.source)

    @property
    def title(self) -> str:
        cells = f" · {', '.join(self.cells)}" if self.cells else ""
        return f"Fetch {SOURCES[self.source].title}{cells}"


@dataclass(frozen=True)
class TrainRequest:
    """Train a model on some drugs, cross-validate it and rank all other compounds.

    compendium, fingerprint: the data. label: what the positive set is called on screen.
    drugs: names without case, sorted. moa: the MOA they were chosen by, or ''.
    cells: cell lines, sorted; empty for all. preset: a key of `learn.presets.PRESETS`.
    negatives: 'inactive' (unannotated, low TAS) or 'others' (all compounds without the MOA).
    null_repeats: whole trainings with permuted labels, beside the quick runs.
    profiles: id of the uploaded profiles that are the positive set in place of drugs, or ''.
    """

    kind: ClassVar[str] = "train"
    compendium: str
    fingerprint: str
    label: str
    drugs: tuple[str, ...]
    moa: str = ""
    cells: tuple[str, ...] = ()
    preset: str = "fast"
    negatives: str = "inactive"
    seed: int = 0
    null_repeats: int = 0
    profiles: str = ""

    @property
    def title(self) -> str:
        return f"Train on {self.label}"


@dataclass(frozen=True)
class LibraryRequest:
    """Train a model on each of many MOAs, those that are trained already left as they are.

    moas: their names, sorted. The rest as in `TrainRequest`, the same for all.
    """

    kind: ClassVar[str] = "library"
    compendium: str
    fingerprint: str
    moas: tuple[str, ...]
    cells: tuple[str, ...] = ()
    preset: str = "fast"
    negatives: str = "auto"
    seed: int = 0

    @property
    def title(self) -> str:
        return f"Library of {len(self.moas)} MOAs of '{self.compendium}'"


@dataclass(frozen=True)
class CurationRequest:
    """Find the training drugs of a model that do not belong.

    model: its id. label: what its positive set is called. repeats: cross-validations with other
    folds, of the whole set and without each drug.
    """

    kind: ClassVar[str] = "curation"
    model: str
    label: str
    repeats: int = 5

    @property
    def title(self) -> str:
        return f"Which drugs do not belong to {self.label}?"


@dataclass(frozen=True)
class PredictionRequest:
    """Have uploaded profiles read by the models of a library.

    profiles: id of the uploaded profiles. library: id of the library. models: ids of its models
    that are to be asked, sorted. label: what the profiles are called on screen.
    """

    kind: ClassVar[str] = "prediction"
    profiles: str
    library: str
    models: tuple[str, ...]
    label: str

    @property
    def title(self) -> str:
        return f"MOAs of {self.label}"


@dataclass(frozen=True)
class EvaluationRequest:
    """Compare methods on identical folds of many classes of drugs.

    classes: MOAs, or classes of the uploaded table `labels` (its id, '' for MOAs), sorted.
    methods: names of `compare.methods.METHODS`. The rest as in `TrainRequest`, the same for all.
    """

    kind: ClassVar[str] = "evaluation"
    compendium: str
    fingerprint: str
    classes: tuple[str, ...]
    methods: tuple[str, ...]
    labels: str = ""
    cells: tuple[str, ...] = ()
    preset: str = "fast"
    negatives: str = "others"
    seed: int = 0

    @property
    def title(self) -> str:
        names = [METHODS[name].label for name in self.methods]
        what = names[0] if len(names) == 1 else f"{len(names)} methods"
        on = ", ".join(self.classes) if len(self.classes) <= 2 else f"{len(self.classes)} classes"
        return f"Evaluate {what} on {on}"


@dataclass(frozen=True)
class CellInfluenceRequest:
    """Cross-validate the same drugs on several selections of cell lines.

    selections: each a sorted tuple of cell lines, an empty one for all. left_out: drugs that were
    chosen but lack signatures in some selection, and so are neither positive nor negative. The rest
    as in `TrainRequest`.
    """

    kind: ClassVar[str] = "cell_influence"
    compendium: str
    fingerprint: str
    label: str
    drugs: tuple[str, ...]
    selections: tuple[tuple[str, ...], ...]
    left_out: tuple[str, ...] = ()
    moa: str = ""
    preset: str = "fast"
    negatives: str = "others"
    seed: int = 0

    @property
    def title(self) -> str:
        return f"Cell influence on {self.label}"


@dataclass(frozen=True)
class SweepRequest:
    """Cross-validate networks of different depth and width on the same folds.

    layers: numbers of hidden layers. nodes: numbers of nodes of each of them. Both rising. The rest
    as in `TrainRequest`.
    """

    kind: ClassVar[str] = "sweep"
    compendium: str
    fingerprint: str
    label: str
    drugs: tuple[str, ...]
    layers: tuple[int, ...]
    nodes: tuple[int, ...]
    steps: int = 2000
    moa: str = ""
    cells: tuple[str, ...] = ()
    negatives: str = "others"
    seed: int = 0

    @property
    def title(self) -> str:
        return f"Hyper-parameters for {self.label}"


@dataclass(frozen=True)
class GeneImportanceRequest:
    """Find the landmark genes that a model goes by.

    model: its id. label: what its positive set is called. compendium, fingerprint: what it was
    trained on.
    """

    kind: ClassVar[str] = "gene_importance"
    compendium: str
    fingerprint: str
    model: str
    label: str

    @property
    def title(self) -> str:
        return f"Which genes: {self.label}"


@dataclass(frozen=True)
class GeneCountRequest:
    """Cross-validate on fewer landmark genes, drawn at random or the most important ones.

    counts: numbers of genes, rising. repeats: draws of each. The rest as in `TrainRequest`.
    """

    kind: ClassVar[str] = "gene_count"
    compendium: str
    fingerprint: str
    label: str
    drugs: tuple[str, ...]
    counts: tuple[int, ...]
    repeats: int = 10
    moa: str = ""
    cells: tuple[str, ...] = ()
    preset: str = "fast"
    negatives: str = "others"
    seed: int = 0

    @property
    def title(self) -> str:
        return f"How many genes: {self.label}"


@dataclass(frozen=True)
class MapRequest:
    """Lay signatures out in the plane.

    method: a key of `maps.MAPS`: 'tsne', 'umap', 'fwd' (cosine graph, after L1000FWD) or 'file'.
    coordinates: id of the uploaded table of places that 'file' takes, else ''.
    cells: cell lines, sorted; empty for all. moas: MOAs, sorted; empty for all signatures.
    representatives: only one signature per compound and cell line.
    model: id of the model in whose last hidden layer neighbours are looked for, '' for z-scores.
    """

    kind: ClassVar[str] = "map"
    compendium: str
    fingerprint: str
    method: str = "umap"
    cells: tuple[str, ...] = ()
    moas: tuple[str, ...] = ()
    representatives: bool = False
    model: str = ""
    coordinates: str = ""
    seed: int = 0

    @property
    def title(self) -> str:
        parts = [f"{MAPS[self.method].label} of '{self.compendium}'"]
        for names in (self.cells, self.moas):
            more = f" and {len(names) - 2} more" if len(names) > 2 else ""
            parts += [", ".join(names[:2]) + more] if names else []
        parts += ["one per compound and cell line"] if self.representatives else []
        parts += ["last hidden layer of a model"] if self.model else []
        return " · ".join(parts)


AnalysisRequest = (
    EvaluationRequest
    | CellInfluenceRequest
    | SweepRequest
    | GeneImportanceRequest
    | GeneCountRequest
    | MapRequest
)
"""Requests whose result is an `analysis.Analysis`."""

Request = (
    DemoRequest
    | ImportRequest
    | SelectRequest
    | FetchRequest
    | TrainRequest
    | LibraryRequest
    | CurationRequest
    | PredictionRequest
    | AnalysisRequest
)
_KINDS: dict[str, type[Request]] = {kind.kind: kind for kind in get_args(Request)}


def to_json(request: Request) -> str:
    """The request as one line of JSON, keys sorted."""
    return json.dumps({"kind": request.kind, **asdict(request)}, sort_keys=True)


def from_json(text: str) -> Request:
    """The request that `to_json` wrote. Raises RequestError for anything else."""
    try:
        content: dict[str, Any] = json.loads(text)
        kind = _KINDS[content.pop("kind")]
        request = as_dataclass(kind, content)
        request.title  # noqa: B018 -- a source or method of another version has none
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, DataError) as error:
        raise RequestError("This job was written by another version of GPAR.") from error
    return request


def job_id(request: Request) -> str:
    """20 hexadecimal digits that identify the request and the method."""
    text = f"{METHOD_VERSION} {to_json(request)}"
    return hashlib.sha256(text.encode()).hexdigest()[:20]
