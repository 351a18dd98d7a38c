"""Unpack gzipped files in blocks: to check them, and to write a matrix to disk."""

import gzip
import shutil
import zlib
from collections.abc import Callable, Generator
from contextlib import closing, nullcontext
from itertools import chain
from pathlib import Path

from gpar_core.data.file_kinds import GZIP_MAGIC, HDF5_MAGIC, HEAD, beginning
from gpar_core.data.gct_text import begins_gct
from gpar_core.errors import FileFormatError, in_words
from gpar_core.progress import Progress, Report

AT_ONCE = 16 * 1024 * 1024
SPARE_BYTES = 2 * 1024**3
"""Bytes left free on the disk, for the compendium and for others."""


def is_packed(path: Path) -> bool:
    """Whether the file is gzipped, regardless of its name. Raises FileFormatError."""
    try:
        with path.open("rb") as file:
            return file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    except OSError as error:
        raise FileFormatError(f"'{path.name}' cannot be opened ({error.strerror}).") from error


def blocks(
    path: Path, position: Callable[[int], None] | None = None
) -> Generator[bytes, None, None]:
    """The content of a file, unpacked if it is gzipped, a block at a time.

    position: called with the bytes of the file read so far. Raises OSError, EOFError or zlib.error
    if it is damaged, FileFormatError if it cannot be opened.
    """
    packed = is_packed(path)
    with path.open("rb") as raw, gzip.open(raw) if packed else nullcontext(raw) as content:
        while block := content.read(AT_ONCE):
            yield block
            if position:
                position(raw.tell())


def unpack(packed: Path, folder: Path, report: Report) -> Path:
    """The matrix in the gzipped file, unpacked into `folder`, unless it is there already.

    Memory does not grow with the file. Raises FileFormatError if the file is damaged or is no GCTX
    or GCT, or if the disk is too full for it.
    """
    unpacked = folder / (packed.stem if packed.suffix.lower() == ".gz" else packed.name)
    if unpacked.is_file():
        return unpacked
    part = unpacked.with_name(unpacked.name + ".part")
    n_packed = packed.stat().st_size
    try:
        content = blocks(
            packed, lambda done: report(Progress("Unpacking", done, n_packed, packed.name))
        )
        with closing(content), part.open("wb") as target:
            first = next(content, b"")
            if not (first.startswith(HDF5_MAGIC) or begins_gct(first)):
                raise FileFormatError(
                    f"'{packed.name}' is compressed but contains neither GCTX, AnnData nor GCT: "
                    f"its content {beginning(first[:HEAD])}. Use a Level 5 matrix in one of these "
                    "formats."
                )
            for block in chain([first], content):
                if shutil.disk_usage(folder).free < SPARE_BYTES:
                    raise _full(packed, folder)
                target.write(block)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileFormatError(
            f"'{packed.name}' cannot be unpacked ({in_words(error)}). Download it again."
        ) from error
    part.replace(unpacked)
    return unpacked


def _full(packed: Path, folder: Path) -> FileFormatError:
    return FileFormatError(
        f"Unpacking '{packed.name}' leaves less than {SPARE_BYTES / 1e9:.0f} GB free on the disk "
        f"of '{folder}'. Free some space, or unpack it elsewhere (gunzip) and import the .gctx or "
        ".gct file."
    )
