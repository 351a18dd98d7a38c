"""The errors that GPAR raises on purpose.

GparError
├── DataError            files and compendia
│   ├── FileFormatError      a file is of the wrong kind or has the wrong content
│   ├── LandmarkError        landmark genes are missing, repeated or unknown
│   ├── AnnotationError      a metadata or MOA table cannot be used
│   ├── DiskFullError        a disk is full
│   ├── ReadingError         an upload was too much to read, or its reader broke down
│   └── DownloadError        a server, or what came from it, cannot be used
├── RequestError         the request cannot be carried out
│   ├── NotFoundError        no such compendium, model, job, drug or MOA
│   ├── AccessError          it belongs to others
│   │   └── LimitError           a limit of this server is reached
│   ├── TrainingSetError     too few drugs, signatures or negatives
│   └── EmptyRankingError    the filters leave no drug
└── JobError             background work
    ├── Cancelled            the user stopped the job
    └── WorkerError          the child process died

A message says what was found, what is needed and what to do next.
"""

import re


class GparError(Exception):
    """Base of all errors with a message for the user.

    Unprintable characters, in names that come from files, become spaces.
    """

    def __str__(self) -> str:
        said = super().__str__()
        return "".join(one if one.isprintable() or one == "\n" else " " for one in said)


class DataError(GparError):
    """A file or a compendium cannot be used."""


class FileFormatError(DataError):
    """A file is of the wrong kind or has the wrong content."""


class LandmarkError(DataError):
    """The landmark genes of a matrix are missing, repeated or unknown."""


class AnnotationError(DataError):
    """A metadata or MOA table cannot be used."""


class DiskFullError(DataError):
    """The disk is full."""


class ReadingError(DataError):
    """Reading an upload exceeded its limits or failed."""


class DownloadError(DataError):
    """A server does not send a file, or sends something else."""


class RequestError(GparError):
    """The request cannot be carried out."""


class NotFoundError(RequestError):
    """No compendium, model, job, drug or MOA has this name."""


class AccessError(RequestError):
    """The user may not do this."""


class LimitError(AccessError):
    """The user has reached a limit of this server."""


class TrainingSetError(RequestError):
    """The positive or the negative set is too small to learn from."""


class EmptyRankingError(RequestError):
    """No drug passes the filters of a ranking."""


class JobError(GparError):
    """Background work did not finish."""


class Cancelled(JobError):
    """The user stopped the job."""


class WorkerError(JobError):
    """The child process of a job died."""


def in_words(error: Exception) -> str:
    """Why a file cannot be read, as text for parentheses.

    A library's own message describes its code rather than the file; it stays in the log as the
    cause of the error.
    """
    if isinstance(error, GparError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, KeyError) and (named := re.findall(r"'([\w/]{1,80})'", repr(error))):
        return f"it lacks {', '.join(named[:5])}"
    return "it is cut short, damaged or of the wrong kind"


def check_seed(seed: int) -> None:
    """Raises RequestError for a negative seed, which random generators do not take."""
    if seed < 0:
        raise RequestError(f"The seed is {seed}. It must be a whole number, 0 or more.")
