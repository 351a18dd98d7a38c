"""Run a full-size release through GPAR: `python -m benchmarks.full_size --signatures 473647`.

Everything is written to a temporary folder on disk and deleted at the end. All of LINCS fits on 15
GB without the inferred genes, which nothing after the import reads:
`python -m benchmarks.full_size --signatures 1311913 --landmarks-only --compact --no-map`
"""

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from benchmarks import geo_release, memory
from benchmarks.figures import Figure, table, to_json
from benchmarks.full_size_work import (
    measure_library,
    measure_load,
    measure_map,
    measure_pages,
    measure_sizes,
    measure_training,
)
from gpar_core import fields
from gpar_core.data.importing.import_files import ImportFiles
from gpar_core.data.importing.plan import plan_import
from gpar_core.data.importing.run import run_import
from gpar_core.progress import silent
from gpar_core.storage.cache import Cache

NAME = "full"
BYTES_PER_SIGNATURE, OF_LANDMARKS = 60_000, 13_000
"""Of disk: the release, what it is made of or becomes; and without the inferred genes."""

READ_AT_ONCE = 16 * 1024 * 1024
GOAL_MEMORY = 1500.0


@contextmanager
def stage(
    n: int, parent: Path | None, *, all_kinds: bool = False, landmarks_only: bool = False
) -> Iterator[tuple[Cache, ImportFiles, Figure]]:
    """A cache, and a release of n signatures beside it, deleted when the block ends.

    all_kinds: whether the release has perturbagens of all kinds, not compounds alone.
    landmarks_only: whether the inferred genes are left out.
    Raises OSError where the disk is too full.
    """
    with tempfile.TemporaryDirectory(prefix="gpar-full-", dir=parent) as name:
        folder = Path(name)
        free = shutil.disk_usage(folder).free
        needed = n * (OF_LANDMARKS if landmarks_only else BYTES_PER_SIGNATURE)
        if free < needed:
            raise OSError(
                f"'{folder}' has {free / 1e9:.0f} GB free; the benchmark needs "
                f"{needed / 1e9:.0f} GB."
            )
        (folder / "release").mkdir()
        started = time.perf_counter()
        files = geo_release.write(
            folder / "release", n, all_kinds=all_kinds, landmarks_only=landmarks_only
        )
        seconds = time.perf_counter() - started
        made = Figure("release: written", (seconds,), "s", f"simulated, {n:,} x 12,328, not GPAR")
        yield Cache(folder / "cache"), files, made


def measure_import(cache: Cache, files: ImportFiles, *, compact: bool = False) -> list[Figure]:
    """The import in a separate process, compared with a plain read of the same bytes."""
    size = sum(path.stat().st_size for path in files.paths) / 1e6
    forget(files)
    plain = size / read_plainly(files)
    forget(files)
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        pid = process.submit(os.getpid).result()
        with memory.watched(pid) as watch:
            seconds = process.submit(run_once, cache, files, compact).result()
    return [
        Figure("import: time", (seconds,), "s", "plan, read, write, annotate, publish"),
        Figure(
            "import: speed",
            (size / seconds,),
            "MB/s",
            f"of the {size:,.0f} MB of all files; chunks without landmark genes are not read",
        ),
        Figure("plain read: speed", (plain,), "MB/s", "the same files from end to end, before"),
        Figure("import: share of the plain read", (size / seconds / plain,), "", "of its speed"),
        *memory.figures("import", [watch], at_most=GOAL_MEMORY),
    ]


def run_once(cache: Cache, files: ImportFiles, compact: bool) -> float:
    """Seconds of one import of all that is there."""
    started = time.perf_counter()
    request = plan_import(cache, files, name=NAME, pert_types=fields.PERT_TYPES, compact=compact)
    run_import(request, cache, silent)
    return time.perf_counter() - started


def read_plainly(files: ImportFiles) -> float:
    """Seconds to read all files from end to end."""
    started = time.perf_counter()
    buffer = bytearray(READ_AT_ONCE)
    for path in files.paths:
        with path.open("rb", buffering=0) as file:
            while file.readinto(buffer):
                pass
    return time.perf_counter() - started


def forget(files: ImportFiles) -> None:
    """Let the system read the files from disk next time, if it supports that."""
    if not hasattr(os, "posix_fadvise"):
        return
    for path in files.paths:
        with path.open("rb+") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def measure_use(cache: Cache, *, with_map: bool) -> list[Figure]:
    """A training, a library, a map, their sizes, and every page."""
    model_id, training = measure_training(cache, NAME)
    library = measure_library(cache, NAME)
    map_id, laid_out = measure_map(cache, NAME) if with_map else ("", [])
    pages = measure_pages(cache, NAME, model_id, map_id)
    return [*training, *library, *laid_out, *measure_sizes(cache, NAME, model_id, map_id), *pages]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.full_size")
    parser.add_argument("--signatures", type=int, default=20_000)
    parser.add_argument(
        "--all-kinds", action="store_true", help="knock-downs and so on beside compounds"
    )
    parser.add_argument("--import-only", action="store_true", help="import and load, nothing else")
    parser.add_argument("--landmarks-only", action="store_true", help="no inferred genes")
    parser.add_argument("--compact", action="store_true", help="a compact compendium")
    parser.add_argument("--no-map", action="store_true", help="UMAP takes minutes")
    parser.add_argument("--folder", type=Path, help="on the disk to measure (default: temporary)")
    parser.add_argument("--json", type=Path, default=Path("build/full_size.json"))
    options = parser.parse_args()
    kinds = {"all_kinds": options.all_kinds, "landmarks_only": options.landmarks_only}
    with stage(options.signatures, options.folder, **kinds) as (cache, files, made):
        imported = measure_import(cache, files, compact=options.compact)
        figures = [made, *imported, *measure_load(cache, NAME)]
        if not options.import_only:
            figures += measure_use(cache, with_map=not options.no_map)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(to_json(figures), "utf-8")
    print(table(figures))


if __name__ == "__main__":
    main()
