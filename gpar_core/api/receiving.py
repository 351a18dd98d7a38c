"""What a client sends: its kind and size are checked before anything is held."""

from collections.abc import AsyncIterator
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request

from gpar_core.storage.disk import saying_full


def declared_size(request: Request, kind: str, most: int) -> int:
    """Bytes of the body as the client declares them, 0 if it does not.

    Raises HTTPException if the body is of another kind or is larger than `most`.
    """
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if said != kind:
        raise HTTPException(415, f"Send {kind}.")
    length = request.headers.get("content-length", "")
    size = int(length) if length.isdecimal() else 0
    if size > most:
        raise _too_much(most)
    return size


async def whole(request: Request, most: int) -> bytes:
    """The body. Raises HTTPException if it is larger than `most`."""
    return b"".join([part async for part in _parts(request, most)])


async def spool(request: Request, most: int, path: Path) -> None:
    """Write the body to a file as it comes in.

    Raises HTTPException if it is larger than `most`, DiskFullError.
    """
    with saying_full(path), path.open("wb") as file:
        async for part in _parts(request, most):
            await run_in_threadpool(file.write, part)


async def _parts(request: Request, most: int) -> AsyncIterator[bytes]:
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise _too_much(most)
        yield part


def _too_much(most: int) -> HTTPException:
    return HTTPException(413, f"At most {most:,} bytes can be sent.")
