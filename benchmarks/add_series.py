"""Series imported together and one by one, in time, memory and disk.

`python -m benchmarks.add_series --signatures 473647 118050 720216 --compact` is the size of all of
LINCS: 10 GB of disk, or 20 GB without --compact. The inferred genes are not written, and are not
read from a real release either. Everything is written to a temporary folder, deleted at the end.
"""

import argparse
import os
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks import geo_release, memory
from benchmarks.figures import Figure, table, to_json
from gpar_core.data import compendium as compendia
from gpar_core.data.importing.import_files import ImportFiles
from gpar_core.data.importing.plan import plan_import
from gpar_core.data.importing.run import run_import
from gpar_core.progress import silent
from gpar_core.storage.cache import Cache
from gpar_core.storage.disk import measured

GOAL_MEMORY = 1000.0


def measure(
    cache: Cache, files: ImportFiles, name: str, what: str, **asked: object
) -> list[Figure]:
    """One import in a process of its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        pid = process.submit(os.getpid).result()
        with memory.watched(pid) as watch:
            seconds = process.submit(run_once, cache, files, name, asked).result()
    figures = memory.figures(f"import, {what}", [watch], at_most=GOAL_MEMORY)
    return [Figure(f"import, {what}: time", (seconds,), "s", "from plan to publication"), *figures]


def run_once(cache: Cache, files: ImportFiles, name: str, asked: dict[str, object]) -> float:
    """Seconds of one import."""
    started = time.perf_counter()
    run_import(plan_import(cache, files, name=name, **asked), cache, silent)  # type: ignore[arg-type]
    return time.perf_counter() - started


def run(folder: Path, sizes: list[int], *, compact: bool) -> list[Figure]:
    """All figures. Raises AssertionError if the two ways do not give the same compendium."""
    series = [
        geo_release.write(folder, n, seed=seed, landmarks_only=True) for seed, n in enumerate(sizes)
    ]
    cache = Cache(folder / "cache")
    together = ImportFiles(
        tuple(each for files in series for each in files.series),
        tuple(moa for files in series for moa in files.moas),
    )
    kind = "compact" if compact else "exact"
    figures = measure(cache, together, "together", f"all, {kind}", compact=compact)
    for number, (n, files) in enumerate(zip(sizes, series, strict=True)):
        asked = {"add_to": "added", "replace": True} if number else {"compact": compact}
        figures += measure(
            cache, files, "added", f"{n:,} {'added' if number else 'alone'}", **asked
        )
    folders = [cache.compendium(name) for name in ("together", "added")]
    fingerprints = {compendia.read_manifest(each)["fingerprint"] for each in folders}
    assert len(fingerprints) == 1, "series added one by one differ from those imported together"
    disk = measured(folders[0])[1] / 1e6
    return [*figures, Figure(f"compendium, {kind}", (disk,), "MB", f"{sum(sizes):,} signatures")]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.add_series")
    parser.add_argument("--signatures", type=int, nargs="+", default=[20_000, 10_000])
    parser.add_argument("--compact", action="store_true")
    parser.add_argument("--folder", type=Path, help="on the disk to measure (default: temporary)")
    parser.add_argument("--json", type=Path, default=Path("build/add_series.json"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gpar-series-", dir=options.folder) as name:
        figures = run(Path(name), options.signatures, compact=options.compact)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(to_json(figures), "utf-8")
    print(table(figures))


if __name__ == "__main__":
    main()
