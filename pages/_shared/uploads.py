"""Read an uploaded file once, in a separate process and within the server's limits."""

import os

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from gpar_core.errors import DataError
from gpar_core.reading.limited import read_upload
from gpar_core.reading.uploads import UPLOADS, T, Upload
from gpar_core.server.limits import read_limits


def read(kind: Upload[T], upload: UploadedFile) -> T:
    """Return the content of the file. Raises DataError if it cannot be read."""
    found = _read(kind.name, upload.file_id, upload)
    if isinstance(found, DataError):
        raise type(found)(str(found))  # a new one: sessions and reruns share the cached one
    return found


# Each rerun of a page reads again, even a file that took the whole time limit to reject.
@st.cache_resource(max_entries=8, show_spinner="Reading the file …")
def _read(kind: str, file_id: str, _upload: UploadedFile):  # type: ignore[no-untyped-def]
    try:
        limits = read_limits(os.environ)
        return read_upload(UPLOADS[kind], _upload.getbuffer(), _upload.name, limits)
    except DataError as error:
        return error
