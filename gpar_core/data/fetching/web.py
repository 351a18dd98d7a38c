"""Read from web servers over unreliable connections: retry, and never mix two versions."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, TypeVar

import requests
import urllib3

from gpar_core.errors import DownloadError

CONNECTIONS: Final = 6
"""Connections at once, for parts of a file; as many as a public server accepts from one client."""

TIMEOUT: Final = (15.0, 60.0)
"""Seconds to wait for a connection, and for the next bytes."""

WAITS: Final = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
"""Seconds before each retry; after the last, it gives up."""

READ_BYTES: Final = 1 << 16
"""Bytes read at once; a broken connection loses less than this."""

_CONTENT_RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)")

T = TypeVar("T")


class Trouble(Exception):
    """Temporary failures: a broken connection, a busy server."""


@dataclass(frozen=True)
class Version:
    """The version of a file on a server.

    n_bytes: its length, -1 if the server does not say. tag: a strong ETag, else the time of the
    last change, else ''.
    """

    n_bytes: int
    tag: str


class Answer:
    """A server's answer to a GET, its body unread."""

    def __init__(self, response: requests.Response) -> None:
        self._response = response
        self.status = response.status_code

    @property
    def span(self) -> tuple[int, int] | None:
        """First byte, and byte after the last, of the part that is sent; None for a whole file."""
        found = _CONTENT_RANGE.fullmatch(self._response.headers.get("Content-Range", ""))
        if self.status != requests.codes.partial_content or not found or not found[1]:
            return None
        return int(found[1]), int(found[2]) + 1

    @property
    def version(self) -> Version:
        headers = self._response.headers
        length = headers.get("Content-Length", "")
        if self.status == requests.codes.partial_content:
            found = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", ""))
            length = found[3] if found else ""
        etag = headers.get("ETag", "")
        tag = headers.get("Last-Modified", "") if etag.startswith("W/") or not etag else etag
        return Version(int(length) if length.isdecimal() else -1, tag)

    def body(self) -> Iterator[bytes]:
        """The bytes as sent. Raises Trouble if the connection breaks."""
        try:
            # Not `iter_content`: it would unpack 'Content-Encoding: x-gzip', which some servers set
            # for .gz files, but the length and checksum are those of the packed file.
            yield from self._response.raw.stream(READ_BYTES, decode_content=False)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise Trouble(f"the connection broke: {_reason(error)}") from error


class Web:
    """GET requests with retries.

    wait: sleeps for that many seconds. waits: seconds before each retry. Thread-safe.
    """

    def __init__(
        self, *, wait: Callable[[float], None] = time.sleep, waits: tuple[float, ...] = WAITS
    ) -> None:
        self._wait = wait
        self._waits = waits
        self._session = requests.Session()
        adapter = requests.adapters.HTTPAdapter(pool_maxsize=CONNECTIONS)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    @contextmanager
    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Iterator[Answer]:
        """The answer 200, 206 or 416. Raises Trouble, or DownloadError if retrying cannot help."""
        try:
            response = self._session.get(
                url,
                headers={"Accept-Encoding": "identity", **(headers or {})},
                stream=True,
                timeout=TIMEOUT,
            )
        except (requests.ConnectionError, requests.Timeout) as error:
            raise Trouble(f"no connection: {_reason(error)}") from error
        except requests.RequestException as error:
            raise DownloadError(f"{url} cannot be read ({_reason(error)}).") from error
        with response:
            status = response.status_code
            if status in {408, 425, 429} or status >= 500:
                raise Trouble(f"the server answered {status} {response.reason}")
            if status not in {200, 206, 416}:
                raise DownloadError(
                    f"{url} cannot be downloaded: the server answered {status} {response.reason}. "
                    "Check the address; the file may have moved."
                )
            yield Answer(response)

    def patiently(
        self,
        attempt: Callable[[], T],
        url: str,
        *,
        position: Callable[[], int] = lambda: 0,
        tell: Callable[[str], None] = lambda message: None,
    ) -> T:
        """The result of `attempt`, retried with growing waits as long as it raises Trouble.

        position: how far it is; tries that made progress do not count. tell: called at each wait.
        Raises DownloadError after the last try.
        """
        failures, before = 0, position()
        while True:
            try:
                return attempt()
            except Trouble as trouble:
                now = position()
                failures = 0 if now > before else failures + 1
                before = now
                if failures > len(self._waits):
                    raise DownloadError(
                        f"{url} could not be read in {failures} tries ({trouble}). The part "
                        "downloaded so far is kept. Check your connection and fetch again to "
                        "resume."
                    ) from trouble
                seconds = self._waits[max(failures - 1, 0)] if self._waits else 0.0
                tell(f"{trouble}; trying again in {seconds:.0f} s")
                self._wait(seconds)

    def look(self, url: str) -> Version:
        """Length and tag of a file that supports reading in parts. Raises DownloadError."""

        def ask() -> Version:
            with self.get(url, {"Range": "bytes=0-0"}) as answer:
                if answer.span != (0, 1) or answer.version.n_bytes < 0:
                    raise DownloadError(
                        f"The server of {url} does not send parts of files (it answered "
                        f"{answer.status}), so the selected signatures cannot be read from it. "
                        "Use another mirror."
                    )
                return answer.version

        return self.patiently(ask, url)

    def part(self, url: str, version: Version, start: int, stop: int) -> bytes:
        """Bytes from `start` up to but excluding `stop` of a file that must still be `version`.

        Raises DownloadError.
        """

        def read() -> bytes:
            with self.get(url, {"Range": f"bytes={start}-{stop - 1}"}) as answer:
                if answer.version != version or answer.span != (start, stop):
                    raise DownloadError(
                        f"{url} has changed on the server while it was read (asked for bytes "
                        f"{start}-{stop} of {version.n_bytes}, got {answer.span} of "
                        f"{answer.version.n_bytes}). Fetch again to start over with the new file."
                    )
                content = bytearray()
                for piece in answer.body():
                    content += piece
                    if len(content) > stop - start:
                        break
            if len(content) != stop - start:
                raise Trouble(f"{len(content)} of {stop - start} bytes arrived")
            return bytes(content)

        return self.patiently(read, url)


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).splitlines()[0][:200] if str(error) else ''}"
