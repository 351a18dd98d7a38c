"""A web server on this computer that serves a folder, with ranges, ETags and faults on demand."""

import hashlib
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from gpar_core.data.fetching.web import Web

HELD_SECONDS = 0.05
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@dataclass
class Faults:
    """What goes wrong; lists are used up as requests come.

    cut_after: bytes of each body after which its connection is cut. fail: statuses to answer with.
    wrong_bytes: the first byte of a body is another. no_ranges: always the whole file. no_tags: no
    ETag. slow: seconds to wait after each 16 kB. held: files whose names end so are not sent while
    it stands. deaf_to_if_range: a range is given whatever the tag in If-Range. content_encoding:
    sent with each body.
    """

    cut_after: list[int] = field(default_factory=list)
    fail: list[int] = field(default_factory=list)
    wrong_bytes: bool = False
    no_ranges: bool = False
    no_tags: bool = False
    slow: float = 0.0
    held: str = ""
    deaf_to_if_range: bool = False
    content_encoding: str = ""


@dataclass
class Site:
    """A running server: its address, and what was asked and sent so far."""

    url: str
    faults: Faults
    asked: list[tuple[str, str]] = field(default_factory=list)
    n_sent: int = 0

    def asked_for(self, name: str) -> list[str]:
        """The Range header, '' for none, of each request for a file."""
        return [span for path, span in self.asked if path.endswith("/" + name)]


@contextmanager
def serving(folder: Path) -> Iterator[Site]:
    """Serve a folder on a free port of 127.0.0.1."""
    site = Site("", Faults())
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each answer waits 40 ms for a late acknowledgment

        def do_GET(self) -> None:
            asked = self.headers.get("Range", "")
            with lock:
                site.asked.append((self.path, asked))
                status = site.faults.fail.pop(0) if site.faults.fail else 0
            path = folder / self.path.lstrip("/")
            if status or not path.is_file():
                self._answer(status or 404, b"", {})
                return
            while (held := site.faults.held) and path.name.endswith(held):
                time.sleep(HELD_SECONDS)
            content = path.read_bytes()
            tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
            tags = {} if site.faults.no_tags else {"ETag": tag}
            span = None if site.faults.no_ranges else _RANGE.fullmatch(asked)
            same = self.headers.get("If-Range", tag) == tag or site.faults.deaf_to_if_range
            if not span or not same:
                self._answer(200, content, tags)
                return
            start = int(span[1])
            stop = min(int(span[2] or len(content)) + 1, len(content))
            if start >= len(content):
                self._answer(416, b"", {"Content-Range": f"bytes */{len(content)}"})
                return
            place = {"Content-Range": f"bytes {start}-{stop - 1}/{len(content)}"}
            self._answer(206, content[start:stop], {**tags, **place})

        def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            with lock:
                cut = site.faults.cut_after.pop(0) if body and site.faults.cut_after else len(body)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if site.faults.content_encoding:
                self.send_header("Content-Encoding", site.faults.content_encoding)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if body and site.faults.wrong_bytes:
                body = bytes([body[0] ^ 1]) + body[1:]
            try:
                for start in range(0, cut, 1 << 14):
                    piece = body[start : min(start + (1 << 14), cut)]
                    with lock:
                        site.n_sent += len(piece)
                    self.wfile.write(piece)
                    time.sleep(site.faults.slow)
            except OSError:  # the other side has gone
                cut = 0
            if cut < len(body):
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that goes away is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def impatient() -> Web:
    """Tries again at once, four times."""
    return Web(wait=lambda seconds: None, waits=(0.0,) * 4)
