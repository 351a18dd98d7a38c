"""A compact compendium against the exact one: `python -m benchmarks.compact --lincs2020 FOLDER`.

FOLDER has real signatures in GEO layout, with pert_info and a table of MOAs; they are imported,
copied compactly, and learned from. Speed is measured on signatures repeated from them.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from benchmarks.figures import Figure, table, to_json
from gpar_core.data.compact_matrix import CompactMatrix
from gpar_core.data.compendium import MATRIX, Compendium
from gpar_core.data.derived_files import unmapped
from gpar_core.data.stored_matrix import BLOCK_ROWS, StoredMatrix
from gpar_core.rank.scoring import Network, score
from gpar_core.storage.saved_arrays import read_array
from gpar_core.workspace import Workspace

METHODS = ("gpar", "cosine", "balanced_logistic")
RANDOM_ROWS = 5000
TABLES = {kind: [f"{kind}.txt.gz"] for kind in ("sig_info", "gene_info", "pert_info")}


def measure_accuracy(
    here: Workspace,
    exact: Compendium,
    compact: Compendium,
    moas: list[str],
    presets: list[str],
) -> list[Figure]:
    """The order of scores, and AUROCs, of models trained on either."""
    found: dict[str, list[float]] = {}
    cell = exact.signatures["cell_id"].to_numpy()
    for preset in presets:
        for moa in moas:
            one, two = (here.train(each, moa=moa, preset=preset) for each in (exact, compact))
            pairs = {
                "same model": [
                    score(one.network, each.matrix, cell=cell) for each in (exact, compact)
                ],
                "trained again": [one.scores, two.scores],
            }
            for what, pair in pairs.items():
                rank = float(spearmanr(*pair).statistic)
                found.setdefault(f"{preset}, order of scores, {what}", []).append(rank)
            for what, each in (("exact", one), ("compact", two)):
                auroc = each.summary.metrics.mean_auroc
                found.setdefault(f"{preset}, AUROC, {what}", []).append(auroc)
    how = f"Spearman correlation, or held-out AUROC, of {', '.join(moas)}"
    return [Figure(f"compact: {what}", tuple(values), "", how) for what, values in found.items()]


def measure_evaluation(here: Workspace, exact: Compendium, compact: Compendium) -> list[Figure]:
    """Mean AUROC and average precision over all MOAs, by methods of three kinds."""
    figures = []
    for name, each in (("exact", exact), ("compact", compact)):
        measures = here.evaluate(each, methods=METHODS).tables["measures"]
        measures = measures[measures["protocol"] == "drug"]
        for method, of in measures.groupby("method"):
            how = f"held-out, the {of['class'].nunique()} MOAs with enough drugs"
            mean = (float(of["auroc"].mean()),)
            figures.append(Figure(f"compact: mean AUROC, {method}, {name}", mean, "", how))
    return figures


def measure_speed(folder: Path, source: Compendium, n: int, rounds: int) -> list[Figure]:
    """Reading and scoring n signatures, exact and compact in turn, from files in memory."""
    stored = {
        "exact": StoredMatrix.create(folder / "exact.npy", (n, 978)),
        "compact": StoredMatrix.create(folder / "compact.npy", (n, 978), compact=True),
    }
    for start in range(0, n, BLOCK_ROWS):
        rows = np.arange(start, min(start + BLOCK_ROWS, n))
        for each in stored.values():
            each.put(rows, np.arange(978), source.matrix[rows % source.n_signatures])
    arrays = {name: read_array(each.path, mapped=True) for name, each in stored.items()}
    matrices = {"exact": arrays["exact"], "compact": CompactMatrix(arrays["compact"])}
    rows = np.random.default_rng(0).choice(n, RANDOM_ROWS, replace=False)
    network = _random_network()
    seconds: dict[tuple[str, str], list[float]] = {}
    for _ in range(rounds):
        for name, each in stored.items():
            ways: dict[str, Callable[[], object]] = {
                "all rows in blocks": lambda each=each: [each[rows] for rows in each.blocks()],
                f"{RANDOM_ROWS:,} random rows": lambda name=name: matrices[name][rows],
                "scoring": lambda name=name: score(network, matrices[name], threads=2),
            }
            for way, run in ways.items():
                started = time.perf_counter()
                run()
                seconds.setdefault((way, name), []).append(time.perf_counter() - started)
    sizes = {name: each.path.stat().st_size / 1e6 for name, each in stored.items()}
    return [
        *(
            Figure(f"compact: {way}, {name}", tuple(values), "s", f"{n:,} signatures, in turn")
            for (way, name), values in seconds.items()
        ),
        *(Figure(f"compact: disk, {name}", (mb,), "MB", MATRIX) for name, mb in sizes.items()),
    ]


def _random_network() -> Network:
    from benchmarks.scoring import random_matching_network  # noqa: PLC0415 -- joblib

    return random_matching_network(978, (300, 700))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compact")
    parser.add_argument("--lincs2020", type=Path, required=True)
    parser.add_argument("--moas", nargs="+", default=["HDAC inhibitor", "CDK inhibitor"])
    parser.add_argument("--presets", nargs="+", default=["fast", "linear"])
    parser.add_argument("--signatures", type=int, default=100_000, help="for the speed")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-evaluation", action="store_true")
    parser.add_argument("--json", type=Path, default=Path("build/compact.json"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gpar-compact-") as name:
        here = Workspace(Path(name) / "cache")
        exact = here.import_files(
            name="exact",
            gctx=sorted(options.lincs2020.glob("*.gctx")),
            moa_tables=[options.lincs2020 / "moa.tsv"],
            **{kind: [options.lincs2020 / file for file in of] for kind, of in TABLES.items()},
        )
        compact = here.select(exact, name="compact", compact=True)
        z, stored = np.asarray(exact.matrix), np.asarray(unmapped(compact)[:])
        cosine = np.einsum("ij,ij->i", z, stored) / np.linalg.norm(z, axis=1)
        cosine /= np.linalg.norm(stored, axis=1)
        figures = [
            Figure("compact: largest difference", (float(np.abs(z - stored).max()),), "", "of z"),
            Figure("compact: least cosine", (float(cosine.min()),), "", "of a signature to itself"),
            *measure_accuracy(here, exact, compact, options.moas, options.presets),
        ]
        if not options.no_evaluation:
            figures += measure_evaluation(here, exact, compact)
        figures += measure_speed(Path(name), exact, options.signatures, options.rounds)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(to_json(figures), "utf-8")
    print(table(figures))


if __name__ == "__main__":
    main()
