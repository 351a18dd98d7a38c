"""A web server on this computer that has a simulated release where GEO has GSE92742."""

import gzip
import hashlib
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks import geo_release
from gpar_core import fields
from gpar_core.data.fetching.sources import MATRIX, SOURCES

SOURCE = "gse92742"
READ_AT_ONCE = 16 * 1024 * 1024


def write(folder: Path, n: int) -> None:
    """Write all files of the source into the existing folder, of n signatures' landmark genes.

    Takes 13 kB of disk a signature while it is at work.
    """
    source = SOURCES[SOURCE]
    written = geo_release.write(folder, n, landmarks_only=True).series[0]
    for file in source.files:
        if file.role not in (MATRIX, "cell_info"):
            getattr(written, file.role).rename(folder / file.name)
    names = {file.role: file.name for file in source.files}
    cells = pd.read_csv(folder / names["sig_info"], sep="\t", usecols=[fields.CELL_ID])
    cells.drop_duplicates().to_csv(folder / names["cell_info"], sep="\t", index=False)
    with (
        written.matrix.open("rb") as matrix,
        gzip.open(folder / names[MATRIX], "wb", compresslevel=1) as packed,
    ):
        shutil.copyfileobj(matrix, packed, READ_AT_ONCE)
    written.matrix.unlink()
    if source.checksums is None:
        raise ValueError(f"{source.title} has no list of checksums.")
    lines = [f"{_sha512(folder / file.name)}  {file.name}\n" for file in source.files]
    with gzip.open(folder / source.checksums.name, "wt") as checksums:
        checksums.writelines(lines)


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of a server of the files in the folder, ending in '/'."""
    with ThreadingHTTPServer(("localhost", 0), partial(_Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


def _sha512(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha512").hexdigest()
