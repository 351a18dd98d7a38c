"""Plan an import, ready to be queued."""

from collections.abc import Iterable
from pathlib import Path

from gpar_core.data import compendium as compendia
from gpar_core.data.importing import kept_series
from gpar_core.data.importing.import_files import ImportFiles, digest
from gpar_core.data.importing.request import ImportRequest
from gpar_core.data.pert_types import COMPOUNDS, known_pert_types
from gpar_core.data.quality import EVERYTHING, QualityFilter
from gpar_core.data.requests import SelectRequest
from gpar_core.errors import FileFormatError, RequestError
from gpar_core.storage.cache import Cache, compendium_name
from gpar_core.storage.requests import job_id


def plan_import(
    cache: Cache,
    files: ImportFiles,
    *,
    name: str,
    fill_missing: bool = False,
    quality: QualityFilter = EVERYTHING,
    replace: bool = False,
    pert_types: Iterable[str] = COMPOUNDS,
    compact: bool = False,
    add_to: str = "",
) -> ImportRequest:
    """Check that the files exist and the name is free. Raises RequestError or FileFormatError.

    name: of the compendium; converted to lower case. pert_types: the kinds of perturbagens to
    import, of `fields.PERT_TYPES`, or 'all'. compact: store the z-scores in 8 bits. add_to: a
    compendium to whose series those of the files are added; quality, pert_types and compact are
    its own then, and must not be given. Raises NotFoundError if it does not exist.
    """
    name, pert_types = compendium_name(name), known_pert_types(pert_types)
    before: tuple[str, ...] = ()
    fingerprint = ""
    if add_to:
        if quality != EVERYTHING or pert_types != COMPOUNDS or compact:
            raise RequestError(
                f"Series are added with the filter, perturbagens and storage of '{add_to}'. Leave "
                "these options out."
            )
        folder = cache.existing_compendium(add_to)
        earlier, manifest = kept_series.load(folder), compendia.read_manifest(folder)
        add_to, before, fingerprint = folder.name, earlier.origin.names, manifest["fingerprint"]
        quality, pert_types = earlier.quality, earlier.pert_types
        compact = compendia.is_compact(manifest)
    for path in files.paths:
        if not path.is_file():
            raise FileFormatError(f"There is no file '{path}'. Check its name and folder.")
    names = [each.series for each in files.series]
    if len({*before, *names}) < len(before) + len(names):
        raise RequestError(
            f"The series are named {', '.join([*before, *names])}. Give each series a different "
            "name (--series)."
        )

    def text(path: Path | None) -> str:
        return str(path.resolve()) if path else ""

    request = ImportRequest(
        name=name,
        series=tuple(names),
        gctx=tuple(text(each.matrix) for each in files.series),
        sig_info=tuple(text(each.sig_info) for each in files.series),
        gene_info=tuple(text(each.gene_info) for each in files.series),
        sig_metrics=tuple(text(each.sig_metrics) for each in files.series),
        pert_info=tuple(text(each.pert_info) for each in files.series),
        moas=tuple(text(path) for path in files.moas),
        fill_missing=fill_missing,
        replace=replace,
        files_digest=digest(files.paths),
        quality=quality,
        pert_types=pert_types,
        compact=compact,
        add_to=add_to,
        fingerprint=fingerprint,
    )
    check_free(cache, request)
    return request


def check_free(cache: Cache, request: ImportRequest | SelectRequest) -> None:
    """Raises RequestError if another compendium has the name and should not be replaced."""
    if (
        not request.replace
        and request.name in cache.compendium_names()
        and cache.compendium_made_by(request.name) != job_id(request)
    ):
        raise RequestError(
            f"There is already a compendium '{request.name}' from other files. Choose another "
            "name, or replace it (--replace)."
        )
