"""Check downloaded files before they are used, and unpack them."""

import gzip
import hashlib
import re
import zlib
from collections.abc import Callable, Collection
from contextlib import closing
from pathlib import Path
from typing import Final

from gpar_core.data.file_kinds import HDF5_MAGIC, HEAD, beginning
from gpar_core.data.importing.unpacking import blocks, is_packed
from gpar_core.data.matrix_files import open_matrix
from gpar_core.errors import DownloadError, FileFormatError

READ_BYTES: Final = 1 << 22
MAX_HEADER: Final = 1 << 20
MAX_TABLE: Final = 4_000_000_000
"""Maximum bytes of an unpacked table; the largest, of LINCS 2020, has an eighth of that."""

MAX_CHECKSUMS: Final = 1_000_000
_CHECKSUM_LINE = re.compile(r"([0-9a-fA-F]{128})\s+\*?(?:\./)?(\S+)")

Position = Callable[[int], None]
"""Called with the number of bytes of a file read so far."""


def sha512(path: Path, position: Position) -> str:
    """SHA-512 of a file, as 128 hexadecimal digits."""
    digest, n_read = hashlib.sha512(), 0
    with path.open("rb") as file:
        while block := file.read(READ_BYTES):
            digest.update(block)
            n_read += len(block)
            position(n_read)
    return digest.hexdigest()


def read_checksums(path: Path, names: Collection[str]) -> dict[str, str]:
    """SHA-512 sums by file name from GEO's gzipped list, of the files in `names` only.

    Other lines are skipped: they name other files, or are not checksums.
    Raises DownloadError where the list cannot be read or names a file twice.
    """
    try:
        with gzip.open(path, "rb") as file:
            text = file.read(MAX_CHECKSUMS).decode("ascii", errors="replace")
    except (OSError, EOFError, zlib.error) as error:
        raise DownloadError(
            f"'{_shown(path)}' is not a gzipped list of checksums ({error}). {_ANOTHER}"
        ) from error
    sums: dict[str, str] = {}
    for found in filter(None, map(_CHECKSUM_LINE.fullmatch, map(str.strip, text.splitlines()))):
        digest, name = found[1].lower(), found[2]
        if name in names and sums.setdefault(name, digest) != digest:
            raise DownloadError(f"'{_shown(path)}' has two checksums for '{name}'. {_ANOTHER}")
    if not sums:
        raise DownloadError(f"'{_shown(path)}' lists none of the files to download. {_ANOTHER}")
    return sums


def check_table(path: Path, columns: Collection[str]) -> None:
    """Check that a table, plain or gzipped, is complete, is text and has the columns in its header.

    Lines before the header that start with '!' are comments. Raises DownloadError.
    """
    header, n_bytes = b"", 0
    try:
        for block in blocks(path):
            n_bytes += len(block)
            if b"\0" in block or n_bytes > MAX_TABLE:
                raise DownloadError(f"'{_shown(path)}' is not a text table. {_ANOTHER}")
            if len(header) < MAX_HEADER:
                header += block[:MAX_HEADER]
    except (OSError, EOFError, zlib.error) as error:
        raise DownloadError(f"'{_shown(path)}' is damaged ({error}). {_ANOTHER}") from error
    lines = (line for line in header.split(b"\n") if not line.startswith(b"!"))
    first = next(lines, b"").decode("utf-8-sig", errors="replace").rstrip("\r")
    lacking = sorted(set(columns) - {name.strip() for name in first.split("\t")})
    if lacking:
        raise DownloadError(
            f"'{_shown(path)}' lacks the columns {', '.join(lacking)}. It begins with "
            f"'{first[:80]}'. If that is a web page, your network requires a login: open a "
            f"browser and sign in first. {_ANOTHER}"
        )
    if not next(lines, b""):
        raise DownloadError(f"'{_shown(path)}' has a header but no rows. {_ANOTHER}")


def check_packed(path: Path) -> None:
    """Check that a file is gzipped. Raises DownloadError."""
    if not is_packed(path):
        with path.open("rb") as file:
            head = file.read(HEAD)
        raise DownloadError(
            f"'{_shown(path)}' is not gzipped: it {beginning(head)}. If it is a web page, your "
            f"network requires a login: open a browser and sign in first. {_ANOTHER}"
        )


def check_matrix(path: Path, shown_as: str) -> None:
    """Check that a file is a GCTX with as many ids as rows and columns. Raises DownloadError."""
    try:
        matrix = open_matrix(path)
    except FileFormatError as error:
        raise DownloadError(f"'{shown_as}' is not a usable matrix: {error}") from error
    if matrix.kind != "gctx":
        raise DownloadError(f"'{shown_as}' is not a GCTX file. {_ANOTHER}")


def unpack(packed: Path, target: Path, *, limit: int, position: Position) -> None:
    """Write the gzipped HDF5 file `packed` to `target`, a block at a time.

    limit: maximum bytes of `target`. position: in the packed file. Raises DownloadError if it is
    damaged, too large or not HDF5.
    """
    n_bytes = 0
    try:
        with closing(blocks(packed, position)) as content, target.open("wb") as out:
            for block in content:
                if not n_bytes and not block.startswith(HDF5_MAGIC):
                    raise DownloadError(
                        f"'{_shown(packed)}' does not contain a GCTX (HDF5) file: it "
                        f"{beginning(block[:HEAD])}. {_ANOTHER}"
                    )
                n_bytes += len(block)
                if n_bytes > limit:
                    raise DownloadError(
                        f"'{_shown(packed)}' unpacks to more than {limit / 1e9:.1f} GB, more than "
                        f"the matrix can be. {_ANOTHER}"
                    )
                out.write(block)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DownloadError(f"'{_shown(packed)}' is damaged ({error}). {_ANOTHER}") from error


_ANOTHER = "Fetch it again, or use another mirror."


def _shown(path: Path) -> str:
    """The name the file will have."""
    return path.name.removesuffix(".part")
