"""Download one file; after an interruption, the next try resumes where it stopped.

The bytes received are in `NAME.part`, and which version of the file they belong to is in
`NAME.part.json`.
"""

import json
from pathlib import Path

from gpar_core.data.fetching.meter import Meter, size_text
from gpar_core.data.fetching.web import Answer, Trouble, Version, Web
from gpar_core.errors import DownloadError

PARTIAL = ".part"
MARGIN = 100_000_000
"""Bytes that a file may have beyond twice its expected size."""


def part_of(target: Path) -> Path:
    """Where `target` is kept until it is complete and checked."""
    return target.with_name(target.name + PARTIAL)


def download(web: Web, url: str, target: Path, meter: Meter, *, expected: int) -> Path:
    """Download `url`; returns the unchecked `part_of(target)`, which the caller publishes.

    Resumes an earlier try if the file on the server is still the same, and starts over if not, or
    if the server does not say or does not send parts.
    expected: approximate number of bytes. Raises DownloadError, and what the meter's report raises.
    """
    part = part_of(target)

    def attempt() -> None:
        have, version = _left(part, url)
        if have and have == version.n_bytes:
            meter.start(have, have)
            return
        headers = {}
        if have and version.tag:
            headers = {"Range": f"bytes={have}-", "If-Range": version.tag}
        with web.get(url, headers) as answer:
            _receive(answer, url, part, have, version, meter, expected)

    web.patiently(attempt, url, position=lambda: _size(part), tell=meter.tell)
    return part


def discard(target: Path) -> None:
    """Delete what a download of `target` left behind."""
    _remove(part_of(target))


def publish(target: Path) -> None:
    """Give a checked part its final name."""
    part_of(target).replace(target)
    _note(part_of(target)).unlink(missing_ok=True)


def _receive(
    answer: Answer,
    url: str,
    part: Path,
    have: int,
    version: Version,
    meter: Meter,
    expected: int,
) -> None:
    if answer.status == 416 or (answer.status == 206 and not _continues(answer, have, version)):
        _remove(part)
        raise Trouble("the file on the server has changed, so it is downloaded from the start")
    if answer.status == 200:
        have, version = 0, answer.version
        if version.n_bytes > 2 * expected + MARGIN:
            raise DownloadError(
                f"{url} has {size_text(version.n_bytes)} where about {size_text(expected)} were "
                "expected. This cannot be the right file. Check the address."
            )
        _remove(part)
        part.touch()
        _note(part).write_text(
            json.dumps({"url": url, "bytes": version.n_bytes, "tag": version.tag}), "utf-8"
        )
    limit = version.n_bytes if version.n_bytes >= 0 else 2 * expected + MARGIN
    meter.start(have, version.n_bytes)
    with part.open("ab") as file:
        for piece in answer.body():
            have += len(piece)
            if have > limit:
                break
            file.write(piece)
            meter.at(have)
    if have > limit:
        _remove(part)
        raise DownloadError(
            f"{url} sent more than the {size_text(limit)} it should have. The download was "
            "deleted. Try again, or use another mirror."
        )
    if have < version.n_bytes:
        raise Trouble(f"only {size_text(have)} of {size_text(version.n_bytes)} arrived")


def _continues(answer: Answer, have: int, version: Version) -> bool:
    """Whether the server sends the rest of the file that is here."""
    return (
        answer.span is not None
        and answer.span[0] == have
        and answer.version.n_bytes in {version.n_bytes, -1}
        and answer.version.tag in {version.tag, ""}
    )


def _left(part: Path, url: str) -> tuple[int, Version]:
    """The partial file of an earlier try: its bytes and version; (0, unknown) if unusable."""
    try:
        note = json.loads(_note(part).read_text("utf-8"))
        version = Version(int(note["bytes"]), str(note["tag"]))
        if note["url"] == url:
            return part.stat().st_size, version
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return 0, Version(-1, "")


def _note(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _remove(part: Path) -> None:
    # The note first: a part without a note is never resumed.
    _note(part).unlink(missing_ok=True)
    part.unlink(missing_ok=True)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
