"""The import form: files from the browser or from the server's inbox."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from gpar_core.data.importing.import_files import ImportFiles, SeriesFiles
from gpar_core.data.importing.kept_series import can_be_added_to
from gpar_core.data.importing.plan import plan_import
from gpar_core.data.pert_types import COMPOUNDS
from gpar_core.errors import RequestError
from pages._compendium.pert_types import choose_pert_types
from pages._compendium.storage import choose_compact
from pages._shared.error_box import plain
from pages._shared.job_panel import start
from pages._shared.name_field import name_field
from pages._shared.state import Key, cache

KINDS = {
    "matrix": ("Level 5 matrix", "GCTX or GCT", True),
    "sig_info": ("sig_info", "one row per signature; optional if the matrix has them", False),
    "gene_info": ("gene_info", "optional if the rows are Entrez ids or symbols", False),
    "sig_metrics": ("sig_metrics", "optional: TAS", False),
    "pert_info": ("pert_info", "optional: PubChem CIDs, InChIKeys", False),
}
MOAS = "MOA tables (optional: repurposing_drugs and repurposing_samples, compoundinfo, your own)"
MAX_SERIES = 5

File = UploadedFile | Path
Field = Callable[[str, str, bool], list[File]]
"""A field by its label, its key, and whether it takes several files."""


def show_import() -> None:
    """Collect the files of one import and queue it. Raises RequestError or FileFormatError."""
    st.markdown(
        "Import LINCS files in the layout of GEO (GSE92742, GSE70138) or LINCS2020, plain or "
        "gzipped. GPAR keeps signatures over the 978 landmark genes, and counts and names "
        "everything that it leaves out. Tables may be separated by tabs, semicolons or commas, "
        "with or without quotes."
    )
    source = st.segmented_control(
        "Files", ["Upload", "From the server's inbox"], default="Upload", required=True
    )
    name = name_field("Name of the new compendium", placeholder="gse92742", key="import-name")
    field = _upload if source == "Upload" else _of_inbox()
    n_series = st.session_state.get(Key.SERIES, 1)
    given = {("1", kind): file for kind, file in _files(field, "").items()}
    for number in map(str, range(2, n_series + 1)):
        with st.container(border=True):
            st.markdown(f"**Series {number}**; uses the gene_info above if you give none")
            given |= {(number, kind): file for kind, file in _files(field, f"-{number}").items()}
    if n_series < MAX_SERIES and st.button(
        "Add another series", help="Signatures in several series are taken from the first."
    ):
        st.session_state[Key.SERIES] = n_series + 1
        st.rerun()
    moas = {("moa", str(place)): file for place, file in enumerate(field(MOAS, "moas", True))}
    add_to = _add_to()
    pert_types, compact = list(COMPOUNDS), False
    if not add_to:
        pert_types = choose_pert_types("import-pert-types")
        compact = choose_compact("import-compact")
    fill_missing = st.checkbox("Set missing landmark genes to 0 instead of rejecting the file")
    replace = st.checkbox("Replace an existing compendium of this name", key="import-replace")
    lacking = [] if name else ["a name"]
    lacking += [] if pert_types else ["perturbagens"]
    for number in dict.fromkeys(["1", *(number for number, _ in given)]):
        lacking += _lacking(number, given)
    if lacking:
        st.caption("Still needed: " + "; ".join(lacking))
    if any((number, "sig_info") not in given for number, kind in given if kind == "matrix"):
        st.caption(
            "Without sig_info, the matrix itself must describe its signatures: pert_id, pert_type "
            "and cell_id as column metadata (GCTX, GCT 1.3)."
        )
    if not st.button("Import", type="primary", disabled=bool(lacking)):
        return
    files = _import_files(_store(given | moas))
    start(
        plan_import(
            cache(),
            files,
            name=name,
            fill_missing=fill_missing,
            replace=replace,
            pert_types=pert_types,
            compact=compact,
            add_to=add_to,
        )
    )


def _add_to() -> str:
    """The compendium to whose series the new ones are added, '' for none."""
    names = [
        name for name in cache().compendium_names() if can_be_added_to(cache().compendium(name))
    ]
    if not names:
        return ""
    chosen = st.selectbox(
        "Add to the series of",
        names,
        index=None,
        placeholder="No compendium: import these files alone",
        help="The new compendium then has the series of this one and those of the files, as if you "
        "had imported all of them together. The files of its own series are not needed. Its "
        "perturbagens, filter and storage stay the same.",
        key="import-add-to",
    )
    return chosen or ""


def _files(field: Field, suffix: str) -> dict[str, File]:
    """The chosen files of one series, by kind."""
    chosen = {
        kind: field(f"{title} ({note})", kind + suffix, False)
        for kind, (title, note, _) in KINDS.items()
    }
    return {kind: files[0] for kind, files in chosen.items() if files}


def _lacking(number: str, given: dict[tuple[str, str], File]) -> list[str]:
    of = "" if number == "1" else f" of series {number}"
    return [
        title + of
        for kind, (title, _, needed) in KINDS.items()
        if needed and (number, kind) not in given
    ]


def _import_files(paths: dict[tuple[str, str], Path]) -> ImportFiles:
    """By ('moa', place) and (number of the series, kind)."""
    moas = tuple(path for (number, _), path in paths.items() if number == "moa")
    for_all = {key[1]: path for key, path in paths.items() if key == ("1", "gene_info")}
    series: dict[str, dict[str, Path]] = {}
    for (number, kind), path in paths.items():
        if number != "moa":
            series.setdefault(number, dict(for_all))[kind] = path
    return ImportFiles(tuple(SeriesFiles(**series[number]) for number in sorted(series)), moas)


def _upload(label: str, key: str, several: bool) -> list[File]:
    found = st.file_uploader(label, key=f"upload-{key}", accept_multiple_files=several)
    return found if several else [found] if found else []


def _of_inbox() -> Field:
    folder = cache().inbox
    folder.mkdir(parents=True, exist_ok=True)
    files = {path.name: path for path in sorted(folder.iterdir()) if path.is_file()}
    st.caption(f"Put large files in {plain(str(folder))} on the server, then choose them here.")

    def field(label: str, key: str, several: bool) -> list[File]:
        if several:
            names = st.multiselect(label, list(files), key=f"inbox-{key}")
        else:
            names = [st.selectbox(label, list(files), index=None, key=f"inbox-{key}")]
        return [files[name] for name in names if name]

    return field


def _store(given: dict[tuple[str, str], File]) -> dict[tuple[str, str], Path]:
    """Paths of the files; uploads are written to a folder named after their content."""
    uploads = {kind: file for kind, file in given.items() if isinstance(file, UploadedFile)}
    digest = hashlib.sha256()
    for upload in uploads.values():
        digest.update(hashlib.sha256(upload.getbuffer()).digest())
    folder = cache().uploads / digest.hexdigest()[:20]
    if uploads:
        cache().hold(folder.name)
    paths = {kind: file for kind, file in given.items() if isinstance(file, Path)}
    for kind, upload in uploads.items():
        target = folder / "-".join(kind) / _safe_name(upload.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            target.write_bytes(upload.getbuffer())
        except OSError as error:
            raise RequestError(f"The upload could not be saved ({error.strerror}).") from error
        paths[kind] = target
    return paths


def _safe_name(name: str) -> str:
    """A file name that the user will recognize, without characters that could change the path."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name)[-80:].lstrip(".") or "file"
