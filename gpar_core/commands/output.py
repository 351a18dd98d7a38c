"""The files that commands write."""

import tempfile
from pathlib import Path

from gpar_core.errors import RequestError, in_words


def check_output(output: Path | None) -> None:
    """Check before the work that its result can be written. Raises RequestError.

    The check writes nothing, and leaves devices and pipes alone.
    """
    if output is None:
        return
    folder = output.absolute().parent
    if output.is_dir():
        raise _refused(output, "it is a folder")
    if not folder.is_dir():
        raise _refused(output, "its folder does not exist")
    try:
        if output.is_file():
            output.open("ab").close()
        elif not output.exists():
            # Permissions alone do not tell: the disk may be read-only.
            tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise _refused(output, in_words(error)) from error


def write_output(output: Path, content: str | bytes) -> None:
    """Write a result. Raises RequestError if that fails, as on a full disk."""
    try:
        output.write_bytes(content.encode() if isinstance(content, str) else content)
    except OSError as error:
        raise _refused(output, in_words(error)) from error


def _refused(output: Path, why: str) -> RequestError:
    return RequestError(f"'{output}' cannot be written: {why}. Choose another file.")
