"""Read chosen signatures of a GCTX on a web server, by byte ranges.

A GCTX is HDF5; its matrix has a row for each signature (which GCTX calls a column) and is stored in
one piece or in chunks. If it is not compressed, the position of every value is known and only the
needed bytes are requested; otherwise h5py reads and decodes the chunks that are needed.
"""

import io
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import h5py
import numpy as np

from gpar_core.data.fetching.web import CONNECTIONS, Version, Web
from gpar_core.data.matrix_files import GCTX_GENES, GCTX_MATRIX, GCTX_SIGNATURES, gctx_ids
from gpar_core.errors import DownloadError, FileFormatError, in_words

PAGE_BYTES: Final = 1 << 18
PAGES_KEPT: Final = 256

GAP_BYTES: Final = 1 << 17
"""Needed bytes this close are requested together: at 10 MB/s this many take as long as one more
request, of 80 ms, on one of six connections."""

RANGE_BYTES: Final = 1 << 22
BLOCK_BYTES: Final = 1 << 25
"""Bytes read for one block, after which a stopped download can resume."""

CHUNK_BYTES: Final = 1 << 28
"""Chunks larger than this when unpacked are not decoded."""

LARGEST_Z: Final = 1000.0
"""Level 5 z-scores are within about 10; values beyond this were not read from the right place."""

Arrived = Callable[[int], None]
"""Called with the number of further bytes received."""


class RemoteFile(io.RawIOBase):
    """A seekable file on a web server; its most recently read pages stay in memory.

    n_fetched: bytes read from the server so far.
    """

    def __init__(self, web: Web, url: str, version: Version) -> None:
        self.web = web
        self.url = url
        self.version = version
        self.n_fetched = 0
        self._at = 0
        self._pages: OrderedDict[int, bytes] = OrderedDict()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.version.n_bytes}
        self._at = base[whence] + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        stop = min(self._at + len(view), self.version.n_bytes)
        n_read = 0
        while self._at < stop:
            number, offset = divmod(self._at, PAGE_BYTES)
            piece = self._page(number)[offset : offset + stop - self._at]
            view[n_read : n_read + len(piece)] = piece
            n_read += len(piece)
            self._at += len(piece)
        return n_read

    def _page(self, number: int) -> bytes:
        if number not in self._pages:
            start = number * PAGE_BYTES
            stop = min(start + PAGE_BYTES, self.version.n_bytes)
            self._pages[number] = self.web.part(self.url, self.version, start, stop)
            self.n_fetched += stop - start
            if len(self._pages) > PAGES_KEPT:
                self._pages.popitem(last=False)
        self._pages.move_to_end(number)
        return self._pages[number]


@dataclass(frozen=True)
class RemoteMatrix:
    """An open GCTX on a server.

    file: to read it from. values: h5py's dataset, (n_signatures, n_genes). gene_ids, sig_ids: as
    written in the file, in file order.
    """

    file: RemoteFile
    values: Any
    gene_ids: tuple[str, ...]
    sig_ids: tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """Where the chunks of an uncompressed matrix are; a contiguous matrix is one chunk.

    height, width: of a chunk, in values. address: first byte of each chunk in the file, by its
    position among the chunks.
    """

    height: int
    width: int
    address: dict[tuple[int, int], int]


class Stripe(NamedTuple):
    """The needed columns that are in one column of chunks.

    chunk: its number. positions: of these columns in the result. offsets: of these columns in the
    chunk. first, n_values: the values read from each row of the chunk.
    """

    chunk: int
    positions: np.ndarray
    offsets: np.ndarray
    first: int
    n_values: int


class Range(NamedTuple):
    """Bytes requested together, and the spans (numbered by row, then stripe) that they contain."""

    start: int
    stop: int
    spans: tuple[int, ...]


class Block(NamedTuple):
    """Rows that are read together: their positions, rising, and the ranges they need."""

    rows: np.ndarray
    n_bytes: int
    n_requests: int


@dataclass(frozen=True)
class Plan:
    """How to read some rows and columns.

    columns: positions in the file, in the requested order. blocks: the rows. grid: None if h5py has
    to find or decode the values; bytes and requests are then estimates.
    """

    columns: np.ndarray
    blocks: tuple[Block, ...]
    grid: Grid | None

    @property
    def n_bytes(self) -> int:
        return sum(block.n_bytes for block in self.blocks)

    @property
    def n_requests(self) -> int:
        return sum(block.n_requests for block in self.blocks)


@contextmanager
def open_remote(web: Web, url: str) -> Iterator[RemoteMatrix]:
    """Read the ids of a GCTX. Raises DownloadError if it is not one, or cannot be read in parts."""
    raw = RemoteFile(web, url, web.look(url))
    try:
        opened = h5py.File(raw, "r", rdcc_nbytes=CHUNK_BYTES)
    except OSError as error:
        raise DownloadError(f"{url} is not an HDF5 file ({error}). {_ANOTHER}") from error
    with opened:
        try:
            values = opened[GCTX_MATRIX]
            gene_ids, sig_ids = gctx_ids(opened, GCTX_GENES), gctx_ids(opened, GCTX_SIGNATURES)
        except (FileFormatError, KeyError, OSError, AttributeError, TypeError) as error:
            raise DownloadError(
                f"{url} is not a readable GCTX file ({in_words(error)}). {_ANOTHER}"
            ) from error
        if values.shape != (len(sig_ids), len(gene_ids)) or values.dtype.kind != "f":
            raise DownloadError(
                f"{url} holds a matrix of {values.shape} for {len(sig_ids)} signatures and "
                f"{len(gene_ids)} genes, or its values are not floating-point numbers. {_ANOTHER}"
            )
        yield RemoteMatrix(raw, values, gene_ids, sig_ids)


def plan_reading(matrix: RemoteMatrix, rows: np.ndarray, columns: np.ndarray) -> Plan:
    """How to read `rows`, rising positions of signatures, and `columns`, positions of genes.

    Raises DownloadError if the layout of the file does not allow reading it in parts.
    """
    grid, stored = _layout(matrix, rows, columns)
    if grid is None:
        share = stored / len(rows)
        blocks = [
            Block(band, int(share * len(band)), int(share * len(band)) // PAGE_BYTES + 1)
            for band in _bands(matrix, rows)
        ]
        return Plan(columns, tuple(blocks), None)
    width = sum(stripe.n_values for stripe in _stripes(grid, columns))
    n_rows = max(BLOCK_BYTES // (width * matrix.values.dtype.itemsize), 1)
    blocks = []
    for start in range(0, len(rows), n_rows):
        group = rows[start : start + n_rows]
        _, asked = _spans(matrix, grid, group, columns)
        blocks.append(Block(group, sum(each.stop - each.start for each in asked), len(asked)))
    plan = Plan(columns, tuple(blocks), grid)
    _compare(matrix, plan, rows[:1])
    return plan


def read_block(matrix: RemoteMatrix, plan: Plan, rows: np.ndarray, arrived: Arrived) -> np.ndarray:
    """(n_rows, n_columns) float32 of the rows of a block.

    Raises DownloadError, and what `arrived` raises.
    """
    if plan.grid is None:
        before = matrix.file.n_fetched
        values = _decoded(matrix, rows, plan.columns)
        arrived(matrix.file.n_fetched - before)
    else:
        values = _fetched(matrix, plan.grid, rows, plan.columns, arrived)
    if (np.abs(values[np.isfinite(values)]) > LARGEST_Z).any():
        raise DownloadError(
            f"{matrix.file.url} contains values of up to {np.nanmax(np.abs(values)):.3g}, but "
            f"z-scores lie within about 10. {_ANOTHER}"
        )
    return values


_ANOTHER: Final = "Fetch it again, or use another mirror."


def _layout(matrix: RemoteMatrix, rows: np.ndarray, columns: np.ndarray) -> tuple[Grid | None, int]:
    """Where the needed chunks are, None if h5py must find or decode them; and their bytes."""
    values = matrix.values
    settings = values.id.get_create_plist()
    moved = values.file.userblock_size > 0 or settings.get_external_count() > 0
    if values.chunks is None:
        offset = values.id.get_offset()
        if offset is None or moved:
            return None, values.size * values.dtype.itemsize
        return Grid(values.shape[0], values.shape[1], {(0, 0): offset}), 0
    height, width = values.chunks
    if height * width * values.dtype.itemsize > CHUNK_BYTES:
        raise DownloadError(
            f"{matrix.file.url} is stored in chunks of {height} x {width} values, too large for "
            "reading only a few signatures. Use another mirror."
        )
    stored = {
        (i, j): values.id.get_chunk_info_by_coord((i * height, j * width))
        for i in np.unique(rows // height).tolist()
        for j in np.unique(columns // width).tolist()
    }
    n_bytes = sum(info.size for info in stored.values())
    if moved or settings.get_nfilters() or not all(info.size for info in stored.values()):
        return None, n_bytes
    return Grid(height, width, {at: info.byte_offset for at, info in stored.items()}), n_bytes


def _stripes(grid: Grid, columns: np.ndarray) -> list[Stripe]:
    chunk, offset = np.divmod(columns, grid.width)
    stripes = []
    for number in np.unique(chunk).tolist():
        positions = np.flatnonzero(chunk == number)
        offsets = offset[positions]
        first, last = int(offsets.min()), int(offsets.max())
        stripes.append(Stripe(number, positions, offsets, first, last - first + 1))
    return stripes


def _spans(
    matrix: RemoteMatrix, grid: Grid, rows: np.ndarray, columns: np.ndarray
) -> tuple[np.ndarray, list[Range]]:
    """First byte of each row (n_rows) in each stripe (n_stripes), and the ranges to request."""
    size = matrix.values.dtype.itemsize
    stripes = _stripes(grid, columns)
    chunk, offset = np.divmod(rows, grid.height)
    starts = np.array(
        [
            [
                grid.address[i, stripe.chunk] + (within * grid.width + stripe.first) * size
                for stripe in stripes
            ]
            for i, within in zip(chunk.tolist(), offset.tolist(), strict=True)
        ]
    )
    stops = starts + [stripe.n_values * size for stripe in stripes]
    return starts, _merged(starts.ravel(), stops.ravel())


def _merged(starts: np.ndarray, stops: np.ndarray) -> list[Range]:
    """Merge spans that are close to each other, up to `RANGE_BYTES`."""
    ranges: list[Range] = []
    for span in np.argsort(starts, kind="stable").tolist():
        start, stop = int(starts[span]), int(stops[span])
        last = ranges[-1] if ranges else None
        if last and start - last.stop <= GAP_BYTES and stop - last.start <= RANGE_BYTES:
            ranges[-1] = Range(last.start, max(last.stop, stop), (*last.spans, span))
        else:
            ranges.append(Range(start, stop, (span,)))
    return ranges


def _fetched(
    matrix: RemoteMatrix, grid: Grid, rows: np.ndarray, columns: np.ndarray, arrived: Arrived
) -> np.ndarray:
    """Values of an uncompressed matrix, extracted from the bytes that contain them."""
    dtype, stripes = matrix.values.dtype, _stripes(grid, columns)
    starts, ranges = _spans(matrix, grid, rows, columns)
    values = np.empty((len(rows), len(columns)), np.float32)
    # Closed immediately when `arrived` raises, so that no further ranges are requested.
    with closing(_parts(matrix.file, ranges)) as parts:
        for asked, content in parts:
            arrived(len(content))
            for span in asked.spans:
                row, number = divmod(span, len(stripes))
                stripe = stripes[number]
                at = int(starts[row, number]) - asked.start
                here = np.frombuffer(content, dtype, count=stripe.n_values, offset=at)
                values[row, stripe.positions] = here[stripe.offsets - stripe.first]
    return values


def _parts(file: RemoteFile, ranges: list[Range]) -> Generator[tuple[Range, bytes], None, None]:
    """The bytes of each range, as they arrive, over a few connections at once."""
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        futures = {
            pool.submit(file.web.part, file.url, file.version, each.start, each.stop): each
            for each in ranges
        }
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            for future in futures:
                future.cancel()


def _bands(matrix: RemoteMatrix, rows: np.ndarray) -> tuple[np.ndarray, ...]:
    """Rows in blocks of whole chunks, each about `BLOCK_BYTES` when decoded."""
    height = matrix.values.chunks[0] if matrix.values.chunks else 1
    n_bytes = matrix.values.shape[1] * matrix.values.dtype.itemsize
    band = rows // (max(BLOCK_BYTES // (n_bytes * height), 1) * height)
    return tuple(np.split(rows, np.flatnonzero(np.diff(band)) + 1))


def _decoded(matrix: RemoteMatrix, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Values that h5py reads and decodes, a few complete rows at a time."""
    first, last = int(columns.min()), int(columns.max()) + 1
    n_rows = max(BLOCK_BYTES // ((last - first) * matrix.values.dtype.itemsize), 1)
    values = np.empty((len(rows), len(columns)), np.float32)
    for start in range(int(rows[0]), int(rows[-1]) + 1, n_rows):
        here = np.flatnonzero((rows >= start) & (rows < start + n_rows))
        if len(here):
            low, high = int(rows[here[0]]), int(rows[here[-1]]) + 1
            try:
                block = matrix.values[low:high, first:last]
            except OSError as error:
                raise DownloadError(
                    f"{matrix.file.url} cannot be decoded ({error}). {_ANOTHER}"
                ) from error
            values[here] = block[rows[here] - low][:, columns - first]
    return values


def _compare(matrix: RemoteMatrix, plan: Plan, rows: np.ndarray) -> None:
    """Check that the bytes of one signature are where they were calculated to be."""
    mine = read_block(matrix, plan, rows, lambda n_bytes: None)
    if not np.array_equal(mine, _decoded(matrix, rows, plan.columns), equal_nan=True):
        raise DownloadError(
            f"{matrix.file.url} has a layout that GPAR does not know, so single signatures cannot "
            "be read from it. Use another mirror."
        )
