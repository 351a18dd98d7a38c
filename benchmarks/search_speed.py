"""How long a signature search takes: `python -m benchmarks.search_speed --signatures 473647`.

A simulated compendium is written to a temporary folder and searched with 75 genes up and 75 down.
The same weighted connectivity scores are computed by GPAR, by a plain loop over signatures, gene by
gene in Python, by the same loop in numpy and by gseapy (prerank without permutations, many
signatures in one call), one after another in each round. The loops and gseapy are slow, so that
they score a sample of the signatures, and their time is scaled to all. The limit of the machine is
the time to read the bytes of the index that the query needs.

Deletes everything at the end. Needs 14 kB of disk for each signature.
"""

import argparse
import logging
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import cpu_count

from benchmarks import memory, simulated
from benchmarks.figures import Figure, table, to_json
from gpar_core import fields
from gpar_core.data.compendium import MATRIX, Compendium
from gpar_core.search.index import BLOCK_SIGNATURES, gene_index, n_blocks
from gpar_core.search.query import Query
from gpar_core.search.scan import scan
from gpar_core.search.scores import SCORES, SPACE
from gpar_core.search.search import comparison, search
from gpar_core.storage.saved_arrays import read_array

N_SIGNATURES = 473_647
N_SIDE = 75
SAMPLE_LOOP, SAMPLE_NUMPY, SAMPLE_GSEAPY = 200, 2000, 500
BATCH, OF_BATCH = 32, 1000
BYTES_PER_SIGNATURE = 14_000
WTCS = "wtcs"

GOAL_SECONDS, GOAL_TAU_SECONDS, GOAL_BATCH_SECONDS, GOAL_MEMORY = 1.0, 5.0, 300.0, 1000.0
TAU = "tau"
GOAL_LOOP, GOAL_GSEAPY = 200.0, 20.0


def query(seed: int = 0) -> Query:
    """Random genes: as many as the goal has, and none of the shortcuts of a list that fits."""
    genes = np.random.default_rng(seed).permutation(fields.N_LANDMARKS)
    return Query("random", np.sort(genes[:N_SIDE]), np.sort(genes[N_SIDE : 2 * N_SIDE]))


def run(compendium: Compendium, rounds: int, threads: int) -> list[Figure]:
    """All figures of a compendium without an index."""
    n, own = compendium.n_signatures, query()
    score = SCORES[WTCS]
    first = [
        _first(
            "index: written once", lambda: gene_index(compendium, score.layers, threads=threads)
        ),
        _first(
            "GPAR's space: learned and embedded once",
            lambda: comparison(compendium, SPACE, threads=threads),
        ),
        _first(
            "random lists of these sizes: scored once",
            lambda: search(compendium, own, score=WTCS, threads=threads),
        ),
    ]
    search(compendium, own, score=SPACE, threads=threads)
    first.append(
        _first(
            "reference queries of tau in GPAR's space: answered once",
            lambda: search(compendium, own, score=SPACE, tau=True, threads=threads),
        )
    )
    # Later searches are processes of their own, in which nothing of the matrix was read.
    matrix = read_array(compendium.folder / MATRIX, mapped=True) if compendium.folder else None
    compendium = replace(compendium, matrix=matrix)
    many = comparison(compendium, WTCS, threads=threads)
    batch = [query(seed) for seed in range(BATCH)]
    ways: dict[str, tuple[Callable[[], object], float]] = {
        "scores": (lambda: scan(compendium, [own], score, threads=threads), 1),
        "limit": (lambda: read_plainly(compendium, own), 1),
        "loop": (lambda: plain_loop(compendium, own), n / min(n, SAMPLE_LOOP)),
        "numpy": (lambda: numpy_loop(compendium, own), n / min(n, SAMPLE_NUMPY)),
        "gseapy": (lambda: by_gseapy(compendium, own), n / min(n, SAMPLE_GSEAPY)),
        WTCS: (lambda: search(compendium, own, score=WTCS, threads=threads), 1),
        SPACE: (lambda: search(compendium, own, score=SPACE, threads=threads), 1),
        TAU: (lambda: search(compendium, own, score=SPACE, tau=True, threads=threads), 1),
        "batch": (lambda: many.connectivity(batch), OF_BATCH / BATCH),
    }
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    processor: dict[str, list[float]] = {way: [] for way in ways}
    watches: dict[str, list[memory.Watch]] = {way: [] for way in ways}
    for way, (act, scale) in [way for _ in range(rounds) for way in ways.items()]:
        with memory.watched() as watch:
            started, before = time.perf_counter(), time.process_time()
            act()
            seconds[way].append(scale * (time.perf_counter() - started))
            processor[way].append(scale * (time.process_time() - before))
        watches[way].append(watch)
    best = {way: min(values) for way, values in seconds.items()}
    shape = f"{2 * N_SIDE} genes, {n:,} signatures, {threads} threads"
    return [
        *first,
        *(
            Figure(f"{what}: processor time", tuple(processor[way]), "s", "of all threads together")
            for way, what in ((WTCS, "search: weighted connectivity"), ("batch", "1,000 queries"))
        ),
        Figure(
            "search: weighted connectivity",
            tuple(seconds[WTCS]),
            "s",
            f"{shape}: scores, p-values, tables",
            at_most=GOAL_SECONDS,
        ),
        Figure(
            "search: GPAR's space",
            tuple(seconds[SPACE]),
            "s",
            f"{shape}: scores, p-values, tables",
            at_most=GOAL_SECONDS,
        ),
        Figure(
            "search: GPAR's space, with tau",
            tuple(seconds[TAU]),
            "s",
            f"{shape}: sRGES and p of signatures as well",
            at_most=GOAL_TAU_SECONDS,
        ),
        Figure(
            f"{OF_BATCH:,} queries: weighted connectivity",
            tuple(seconds["batch"]),
            "s",
            f"scaled from {BATCH}; connectivity of signatures, compounds and cell lines",
            at_most=GOAL_BATCH_SECONDS,
        ),
        Figure("scores alone", tuple(seconds["scores"]), "s", f"{shape}: WTCS of all signatures"),
        Figure(
            "scores alone: share of the limit",
            (best["limit"] / best["scores"],),
            "",
            f"reading what the query needs of the index takes {best['limit']:.2f} s at best",
        ),
        Figure(
            "times a plain loop",
            (best["loop"] / best["scores"],),
            "",
            f"gene by gene in Python; scaled from {min(n, SAMPLE_LOOP)} signatures",
            at_least=GOAL_LOOP,
        ),
        Figure(
            "times a numpy loop",
            (best["numpy"] / best["scores"],),
            "",
            f"one signature at a time; scaled from {min(n, SAMPLE_NUMPY)}",
        ),
        Figure(
            "times gseapy",
            (best["gseapy"] / best["scores"],),
            "",
            f"prerank without permutations; scaled from {min(n, SAMPLE_GSEAPY)}",
            at_least=GOAL_GSEAPY,
        ),
        *memory.figures("search", [*watches[WTCS], *watches[SPACE]], at_most=GOAL_MEMORY),
        *memory.figures("search with tau", watches[TAU], at_most=GOAL_MEMORY),
    ]


def plain_loop(compendium: Compendium, own: Query) -> list[float]:
    """WTCS of the first signatures, as one would write it down."""
    found = []
    for z in compendium.matrix[:SAMPLE_LOOP]:
        values = z.tolist()
        order = sorted(range(len(values)), key=values.__getitem__, reverse=True)
        both = []
        for genes in (set(own.up.tolist()), set(own.down.tolist())):
            total = sum(abs(values[gene]) for gene in genes)
            fall = 1 / (len(values) - len(genes))
            running = highest = lowest = 0.0
            for gene in order:
                if gene in genes:
                    running += abs(values[gene]) / total
                else:
                    running -= fall
                highest, lowest = max(highest, running), min(lowest, running)
            both.append(highest if highest >= -lowest else lowest)
        found.append((both[0] - both[1]) / 2 if both[0] * both[1] < 0 else 0.0)
    return found


def numpy_loop(compendium: Compendium, own: Query) -> list[float]:
    """WTCS of the first signatures, one at a time."""
    member = [own.direction == side for side in (1, -1)]
    found = []
    for z in compendium.matrix[:SAMPLE_NUMPY]:
        order = np.argsort(-z)
        both = []
        for inside in member:
            hit, size = inside[order], np.abs(z[order])
            running = np.cumsum(np.where(hit, size / size[hit].sum(), -1 / np.sum(~hit)))
            high, low = max(running.max(), 0.0), min(running.min(), 0.0)
            both.append(high if high >= -low else low)
        found.append((both[0] - both[1]) / 2 if both[0] * both[1] < 0 else 0.0)
    return found


def by_gseapy(compendium: Compendium, own: Query) -> pd.DataFrame:
    """ES of both lists in the first signatures: Term, Name, ES."""
    import gseapy  # noqa: PLC0415 -- not needed to import this module

    z = np.asarray(compendium.matrix[:SAMPLE_GSEAPY], float)
    names = np.array(fields.LANDMARK_SYMBOLS)
    ids = [f"s{number}" for number in range(len(z))]
    logging.disable(logging.WARNING)  # it lists every signature with equal values
    try:
        return gseapy.prerank(
            rnk=pd.DataFrame(z.T, index=names, columns=ids),
            gene_sets={"up": names[own.up].tolist(), "down": names[own.down].tolist()},
            weight=1,
            min_size=1,
            permutation_num=0,
            threads=cpu_count(),
            outdir=None,
            no_plot=True,
        ).res2d
    finally:
        logging.disable(logging.NOTSET)


def read_plainly(compendium: Compendium, own: Query) -> int:
    """Bytes of the index that the query needs, once they are read."""
    index = gene_index(compendium, SCORES[WTCS].layers)
    if index is None:
        raise OSError("There is no index")
    return sum(
        index.block(number).rows(layer, own.genes).nbytes
        for number in range(n_blocks(compendium.n_signatures, BLOCK_SIGNATURES))
        for layer in SCORES[WTCS].layers
    )


def _first(name: str, act: Callable[[], object]) -> Figure:
    with memory.watched() as watch:
        started = time.perf_counter()
        act()
        seconds = time.perf_counter() - started
    return Figure(name, (seconds,), "s", f"peak memory {watch.peak.pss:,.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search_speed")
    parser.add_argument("--signatures", type=int, default=N_SIGNATURES)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="on the disk to measure (default: temporary)")
    parser.add_argument("--json", type=Path, default=Path("build/search_speed.json"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gpar-search-", dir=options.folder) as name:
        free, needed = shutil.disk_usage(name).free, options.signatures * BYTES_PER_SIGNATURE
        if free < needed:
            parser.error(f"'{name}' has {free / 1e9:.1f} GB free; {needed / 1e9:.1f} are needed")
        figures = run(
            simulated.compendium(Path(name), options.signatures), options.rounds, cpu_count()
        )
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(to_json(figures), "utf-8")
    print(table(figures))


if __name__ == "__main__":
    main()
