"""Files under `static/`, which Streamlit serves to anyone who can reach it, without sign-in.

Only maps of public compendia are stored there, under the digest of their content.
"""

import os
import time
import uuid
from contextlib import suppress
from pathlib import Path

import streamlit as st

from gpar_core.analyses.map.packing import Packed
from gpar_core.storage import folders

FOLDER = folders.app() / "static"
MAX_FILES = 24
HALF_WRITTEN_SECONDS = 3600
ENDING = ".points.gz"


def address(packed: Packed) -> str:
    """URL of the content; '' if it cannot be served from a file.

    The least recently used files are removed if there are more than `MAX_FILES`.
    """
    if not st.get_option("server.enableStaticServing"):
        return ""
    file = FOLDER / f"{packed.digest}{ENDING}"
    try:
        _write(file, packed.content)
        _thin_out()
    except OSError:  # a folder that is read-only or full: the message carries the points
        return ""
    base = st.get_option("server.baseUrlPath").strip("/")
    return f"{'/' if base else ''}{base}/app/static/{file.name}"


def _write(file: Path, content: bytes) -> None:
    if file.is_file():
        file.touch()
        return
    building = file.with_name(f".{uuid.uuid4().hex}.building")
    try:
        building.write_bytes(content)
        building.replace(file)
    finally:
        building.unlink(missing_ok=True)


def _thin_out() -> None:
    there = sorted(FOLDER.glob(f"*{ENDING}"), key=os.path.getmtime, reverse=True)
    for old in there[MAX_FILES:]:
        old.unlink(missing_ok=True)
    for half in FOLDER.glob(".*.building"):  # of a server that was killed
        with suppress(FileNotFoundError):
            if time.time() - half.stat().st_mtime > HALF_WRITTEN_SECONDS:
                half.unlink()
