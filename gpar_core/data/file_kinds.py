"""Recognize the kind of a file by its first bytes, regardless of its name."""

from typing import Final

HEAD: Final = 8192
"""Bytes of a file that `what_it_is` needs."""

HDF5_MAGIC: Final = b"\x89HDF\r\n\x1a\n"
GZIP_MAGIC: Final = b"\x1f\x8b"
UTF_16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")

_UNPACK: Final = "Unpack it first and upload the file inside."
_SAVE: Final = "Save the table as CSV (UTF-8) and upload that."

_KINDS: Final = (
    (HDF5_MAGIC, "an HDF5 file, such as a GCTX", _SAVE),
    (GZIP_MAGIC, "compressed (gzip)", _UNPACK),
    (b"BZh", "compressed (bzip2)", _UNPACK),
    (b"\xfd7zXZ\0", "compressed (xz)", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "compressed (zstd)", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (
        b"PK\x03\x04",
        "an Excel workbook or a zip archive",
        "Save the sheet as CSV, or unpack the archive, and upload that.",
    ),
    (
        b"\xd0\xcf\x11\xe0",
        "an Excel workbook or a zip archive",
        "Save the sheet as CSV, or unpack the archive, and upload that.",
    ),
    (b"%PDF", "a PDF", _SAVE),
    (b"{\\rtf", "a document (RTF)", _SAVE),
    (b"\x89PNG", "an image (PNG)", _SAVE),
    (b"\xff\xd8\xff", "an image (JPEG)", _SAVE),
    (b"GIF8", "an image (GIF)", _SAVE),
    (b"\x7fELF", "a program", _SAVE),
    (b"MZ\x90", "a program", _SAVE),
    (b"PAR1", "a Parquet file", _SAVE),
    (b"\x93NUMPY", "a NumPy file", _SAVE),
    (b"SQLite format 3", "a database (SQLite)", _SAVE),
    *(
        (b"\x80" + bytes([version]), "a Python pickle, which can contain a program", _SAVE)
        for version in range(2, 6)
    ),
)
"""First bytes of a kind of file, what it is, and what to do with it."""

_PAGES: Final = (b"<!doctype html", b"<html", b"<?xml", b"<svg")


def what_it_is(head: bytes) -> tuple[str, str] | None:
    """For a file that is not text, what it is and what to do; None if it may be a table.

    head: its first `HEAD` bytes. The words continue a sentence after "it is".
    """
    for magic, what, advice in _KINDS:
        if head.startswith(magic):
            return what, advice
    if head[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_PAGES):
        return "a web page or XML", _SAVE
    if b"\0" in head and not head.startswith(UTF_16_MARKS):
        return "not a text file", _SAVE
    return None


def beginning(head: bytes) -> str:
    """How a file begins, in words that continue a sentence after "it"."""
    if other := what_it_is(head):
        return f"is {other[0]}"
    text = head[:40].decode("utf-8", "replace").split("\n")[0]
    shown = "".join(one if one.isprintable() else " " for one in text).strip()
    return f"begins with '{shown}'" if shown else "is empty"
