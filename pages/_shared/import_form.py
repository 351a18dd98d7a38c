"""The import form: files from the browser or from the server's inbox."""

import hashlib
import re
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from gpar_core.data.import_files import ImportFiles, SeriesFiles
from gpar_core.errors import RequestError
from gpar_core.jobs import engine
from gpar_core.planning import plan_import
from pages._shared.error_box import plain
from pages._shared.state import OWNER, Key, cache

KINDS = {
    "matrix": ("Level 5 matrix", "GCTX or GCT", True),
    "sig_info": ("sig_info", "one row per signature", True),
    "gene_info": ("gene_info", "gene ids and landmark flags", True),
    "sig_metrics": ("sig_metrics", "optional: TAS", False),
    "pert_info": ("pert_info", "optional: PubChem CIDs, InChIKeys", False),
    "moa": ("MOA table", "optional: pert_id or pert_iname, and moa", False),
}


def show_import() -> None:
    """Collect the files of one import and queue it. Raises RequestError or FileFormatError."""
    st.markdown(
        "LINCS files in the layout of GEO (GSE92742, GSE70138) or of LINCS2020, plain or gzipped. "
        "Kept are compound signatures over the 978 landmark genes; everything left out is counted "
        "and named."
    )
    source = st.segmented_control(
        "Files", ["Upload", "From the server's inbox"], default="Upload", required=True
    )
    name = st.text_input("Name of the new compendium", placeholder="gse92742", max_chars=64)
    if source == "Upload":
        uploads = {
            kind: st.file_uploader(f"{title} ({note})", key=f"upload-{kind}")
            for kind, (title, note, _) in KINDS.items()
        }
        given = {kind: upload for kind, upload in uploads.items() if upload is not None}
    else:
        given = _inbox()
    fill_missing = st.checkbox("Set missing landmark genes to 0 instead of refusing the file")
    replace = st.checkbox("Replace a compendium of this name")
    lacking = [KINDS[kind][0] for kind in KINDS if KINDS[kind][2] and kind not in given]
    if lacking or not name:
        st.caption("Still needed: " + ", ".join([*([] if name else ["a name"]), *lacking]))
    if not st.button("Import", type="primary", disabled=bool(lacking) or not name):
        return
    paths = _store(given)
    moas = (paths.pop("moa"),) if "moa" in paths else ()
    files = ImportFiles((SeriesFiles(**paths),), moas)
    request = plan_import(cache(), files, name=name, fill_missing=fill_missing, replace=replace)
    job = engine.submit(cache(), request, OWNER)
    st.query_params[Key.JOB] = job.id
    st.rerun()


def _inbox() -> dict[str, Path]:
    folder = cache().inbox
    folder.mkdir(parents=True, exist_ok=True)
    files = {path.name: path for path in sorted(folder.iterdir()) if path.is_file()}
    st.caption(f"Put large files into {plain(str(folder))} on the server, then choose them here.")
    chosen = {
        kind: st.selectbox(f"{title} ({note})", list(files), index=None, key=f"inbox-{kind}")
        for kind, (title, note, _) in KINDS.items()
    }
    return {kind: files[name] for kind, name in chosen.items() if name}


def _store(given: dict[str, UploadedFile] | dict[str, Path]) -> dict[str, Path]:
    """Paths of the files; uploads are written to a folder named after their content."""
    uploads = {kind: file for kind, file in given.items() if isinstance(file, UploadedFile)}
    paths = {kind: file for kind, file in given.items() if isinstance(file, Path)}
    digest = hashlib.sha256()
    for upload in uploads.values():
        digest.update(hashlib.sha256(upload.getbuffer()).digest())
    folder = cache().uploads / digest.hexdigest()[:20]
    for kind, upload in uploads.items():
        target = folder / kind / _safe_name(upload.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            target.write_bytes(upload.getbuffer())
        except OSError as error:
            raise RequestError(f"The upload could not be kept ({error.strerror}).") from error
        paths[kind] = target
    return paths


def _safe_name(name: str) -> str:
    """A file name the user will know again, with nothing in it that could lead elsewhere."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name)[-80:].lstrip(".") or "file"
