"""A report with all of its figures and tables as one zip file, and a checksum for each."""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from io import BytesIO

from gpar_core.export import csv_text
from gpar_core.report import pictures
from gpar_core.report.document import Document, Table
from gpar_core.report.page import page_with

CHECKSUMS = "SHA256SUMS"
ORIGIN = "origin.json"
PAGE = "report.html"
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""A fixed time, so that the same report is always the same file."""


def bundle(document: Document) -> bytes:
    """The zip: `report.html`, `figures/`, `tables/`, `origin.json`, and `SHA256SUMS` of them all.

    `sha256sum --check SHA256SUMS` checks it after unpacking.
    """
    sums = []
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in _files(document):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
            sums.append(f"{hashlib.sha256(data).hexdigest()}  {name}\n")
        archive.writestr(zipfile.ZipInfo(CHECKSUMS, _EPOCH), "".join(sums))
    return content.getvalue()


def _files(document: Document) -> Iterator[tuple[str, bytes]]:
    svgs = pictures.drawn(document.figures)
    yield PAGE, page_with(document, svgs).encode()
    yield ORIGIN, json.dumps(asdict(document.origin), indent=1).encode()
    for name, picture in svgs.items():
        yield f"figures/{name}.svg", picture.encode()
        yield f"figures/{name}.png", pictures.png(picture)
    for table in document.tables:
        yield f"tables/{table.name}.csv", csv_text(table.rows).encode()
        yield f"tables/{table.name}.parquet", _parquet(table)


def _parquet(table: Table) -> bytes:
    content = BytesIO()
    table.rows.to_parquet(content, index=False)
    return content.getvalue()
