"""A map of signatures: their coordinates, how reliable they are, and what was left out."""

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.compact_matrix import Matrix
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet
from gpar_core.errors import RequestError
from gpar_core.learn.engine import Pool
from gpar_core.learn.presets import Settings
from gpar_core.maps import FROM_FILE, MAPS, fwd, tsne, umap
from gpar_core.maps import purity as purities
from gpar_core.maps.faithfulness import faithfulness
from gpar_core.maps.principal_components import principal_components
from gpar_core.progress import Progress, Remember, Report, Tables, part, silent, uncached
from gpar_core.rank.scoring import BLOCK_ROWS, Network

STAGE = "Map"
PERCENT = 100
UNPLACED = "without coordinates in the file"
SMALL = f"in a component of {fwd.SMALL_COMPONENT} signatures or fewer"


@dataclass(frozen=True, eq=False)
class TrainedNetwork:
    """A network whose last hidden layer defines neighbors, and what it learned from.

    training_set: None if no longer available; settings, seed: those it was trained with.
    """

    network: Network
    training_set: TrainingSet | None
    settings: Settings
    seed: int


def signature_map(
    compendium: Compendium,
    rows: np.ndarray,
    method: str,
    *,
    trained: TrainedNetwork | None = None,
    elsewhere: pd.DataFrame | None = None,
    seed: int,
    pool: Pool,
    report: Report = silent,
    remember: Remember = uncached,
) -> Tables:
    """Map signatures to the plane; coordinates, faithfulness and purity are saved as they finish.

    rows: (n,) rows of the compendium, rising, at least as many as the method of `MAPS` needs.
    elsewhere: coordinates for 'file': row, x, y by rising row, from `coordinates.placed`. trained:
    if given, the values of its last hidden layer are mapped, else z-scores. The drugs it learned
    from are close together there because it learned them; the purity of the drugs that each fold
    held out shows whether that holds for others.

    Returns
    points: row (of the compendium), x, y (float32), by rising row.
    quality: one row: n (signatures requested), n_shown, the fields of `Faithfulness`, n_neighbours
        (of the purity) and the values of `purity.summary`, missing without a network.
    dropped: reason, count.
    purity: from `held_out_purity`.

    `report` may raise to stop, at least between stages, see the methods. Raises RequestError if
    nothing is left to show, WorkerError if a process dies.
    """
    # Percent of the time at which the signatures are read, the coordinates are there and their
    # faithfulness; measured.
    read, placed, measured = (5, 50, 60) if trained else (1, 90, PERCENT)

    def places() -> Tables:
        if elsewhere is not None:
            return {"points": _those_of(elsewhere, rows)}
        space = _space(compendium, rows, trained, part(report, STAGE, 0, read))
        told = part(report, STAGE, read, placed)
        return {"points": _places(space, rows, method, seed, pool, told)}

    points = remember("places", places)["points"]
    shown = points["row"].to_numpy()

    def judged() -> Tables:
        space = _space(compendium, shown, trained, part(report, STAGE, placed, placed + 2))
        told = part(report, STAGE, placed + 2, measured)
        found = faithfulness(space, points[["x", "y"]].to_numpy(), seed=seed, report=told)
        return {"faithfulness": pd.DataFrame([asdict(found)])}

    def pure() -> Tables:
        if trained is None or trained.training_set is None:
            return {"purity": pd.DataFrame(columns=purities.COLUMNS)}
        table = purities.held_out_purity(
            compendium,
            trained.training_set,
            trained.settings,
            seed=trained.seed,
            pool=pool,
            report=part(report, STAGE, measured, PERCENT),
        )
        return {"purity": table}

    faithful = remember("faithfulness", judged)["faithfulness"]
    purity = remember("purity", pure)["purity"]
    n_neighbours = np.nan
    if trained is not None and trained.training_set is not None and len(purity):
        its = trained.training_set
        n_neighbours = purities.n_neighbours(its.positive, its.drug.astype(str))
    quality = faithful.assign(
        n=len(rows), n_shown=len(points), n_neighbours=n_neighbours, **purities.summary(purity)
    )
    reason = UNPLACED if method == FROM_FILE else SMALL
    dropped = pd.DataFrame({"reason": [reason], "count": len(rows) - len(points)})
    return {
        "points": points,
        "quality": quality,
        "dropped": dropped[dropped["count"] > 0],
        "purity": purity,
    }


def hidden_layer(
    network: Network, compendium: Compendium, rows: np.ndarray, report: Report = silent
) -> np.ndarray:
    """(n, d) float32 of n signatures of a compendium, block by block."""
    cell = compendium.signatures[fields.CELL_ID].to_numpy()
    blocks = []
    for start in range(0, len(rows), BLOCK_ROWS):
        chosen = rows[start : start + BLOCK_ROWS]
        blocks.append(network.hidden(compendium.matrix[chosen], cell[chosen]))
        report(Progress(STAGE, start, len(rows), "The space of the model"))
    return np.concatenate(blocks)


def _space(
    compendium: Compendium, rows: np.ndarray, trained: TrainedNetwork | None, report: Report
) -> Matrix:
    """(n, d) vectors that define neighbors."""
    report(Progress(STAGE, 0, 1, "Reading signatures"))
    if trained is not None:
        return hidden_layer(trained.network, compendium, rows, report)
    # No copy of all rows, to save memory: the next steps read the file in blocks.
    everything = len(rows) == compendium.n_signatures
    return compendium.matrix if everything else compendium.matrix[rows]


def _those_of(elsewhere: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    """row, x, y of the chosen signatures that have coordinates."""
    points = elsewhere[elsewhere["row"].isin(rows)].reset_index(drop=True)
    if len(points) < MAPS[FROM_FILE].min_signatures:
        raise RequestError(
            f"{len(points)} of the {len(rows):,} chosen signatures have coordinates in the file, "
            f"but a map needs {MAPS[FROM_FILE].min_signatures}. Choose more cell lines or MOAs."
        )
    return points


def _places(
    space: Matrix, rows: np.ndarray, method: str, seed: int, pool: Pool, report: Report
) -> pd.DataFrame:
    """row, x, y."""
    if method == "fwd":
        shown, place = fwd.embed(space, seed=seed, report=report)
        if not len(shown):
            raise RequestError(
                f"The graph of the strongest 0.1% of all similarities between the {len(rows):,} "
                f"signatures has no component with more than {fwd.SMALL_COMPONENT} signatures. "
                "Choose more signatures, or use UMAP."
            )
        rows = rows[shown]
    else:
        reduced = 15 if method == "tsne" else 4
        components = principal_components(space, report=part(report, STAGE, 0, reduced))
        told = part(report, STAGE, reduced, PERCENT)
        if method == "tsne":
            place = tsne.embed(components, seed=seed, threads=pool.processes, report=told)
        else:
            place = umap.embed(components, seed=seed, report=told)
    return pd.DataFrame({"row": rows, "x": place[:, 0], "y": place[:, 1]})
