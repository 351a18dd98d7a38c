"""Retrieval by mean average precision: is a compound recognizable, and is a class?

This is the field's standard measure for profiles (Kalinin et al. 2025, Nature Communications
16:5181, doi:10.1038/s41467-025-60306-2), computed by its authors' library `copairs`. Each query
ranks its positives and negatives by cosine. Its average precision (AP) is the mean, over its
positives, of the share of positives down to the rank of each; mAP is the mean AP of the queries of
a compound or a class. Normalized, 0 is chance and 1 is perfect.

Compounds: a query is one signature; positives are the signatures of the same compound in other cell
lines, negatives those of other compounds in other cell lines. Both cross cell lines, so that
effects of the cell line neither help nor harm.
Classes: a query is a member, its signatures pooled over cell lines; positives are the other
members, negatives all compounds of the evaluation without the class, as for its AUROC. Classes are
computed one at a time, so a compound may have several; the library's `multilabel` would do all at
once, but holds the labels of every pair of compounds in memory.

Hypotheses nest: a compound in one cell line within the compound, a member within its class. mAP of
compounds and of classes is corrected by Benjamini-Hochberg; what is nested in them, by the
library's hierarchical procedure: the smallest p of each compound or class is corrected over all of
them, and within those that pass, the nested p is corrected again; in the others, the corrected p is
1.

A p assumes that every order of a query's positives and negatives is equally likely. Related cell
lines and shared plates make some orders likelier, so it is optimistic.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from gpar_core import fields
from gpar_core.compare.similarity import cosine
from gpar_core.data.compendium import Compendium
from gpar_core.learn.space import Space, embedded, one_hot, pooled
from gpar_core.progress import Progress, Report, Tables, Whole, silent
from gpar_core.storage.scratch import scratch_folder

STAGE = "Retrieval"

COMPOUND, CELL_LINE, CLASS, MEMBER = "compound", "cell_line", "class", "member"
NESTED = {COMPOUND: CELL_LINE, CLASS: MEMBER}
"""Level -> the level nested in it."""

Z_SCORES, SPACE = "z_scores", "space"
VIEWS = {Z_SCORES: "z-scores", SPACE: "GPAR's space"}
"""Where similarity is measured -> its name on screen."""

MAX_SIGNATURES = 5_000
"""Signatures used at the level of compounds; with more, a seeded sample of compounds is drawn."""
MAX_COMPOUNDS = 2_000
"""Compounds used at the level of classes; with more, members come first, others are sampled."""

NULL_SIZE = 1_000
"""Random rankings for each null distribution: the smallest p is about 0.001."""
SIGNIFICANT = 0.05
EMPTY = {
    COMPOUND: "No compound has signatures in two cell lines, so none can be found across them.",
    CLASS: "No class has two compounds here, and others to tell them from.",
}
"""Why a level has no rows."""
TOO_FEW = (
    "Compounds are not looked for in GPAR's space here: it was learned from fewer signatures than "
    "genes, so compounds that it has seen would differ from those that it has not."
)
MAX_PAIRS = 2_000_000
"""Negative pairs ranked at a time, at 100 bytes each."""
HAIR = 1e-6
"""Smaller than any difference that counts, and larger than a rounding error."""

COLUMNS = [
    "level", "name", "part", "view", "n_queries", "map", "normalized_map", "p", "corrected_p",
]  # fmt: skip
TESTS = "tests"
_SCORES = ["average_precision", "normalized_average_precision", "n_pos_pairs", "n_total_pairs"]


@dataclass(frozen=True, eq=False)
class _View:
    """Where similarity is measured.

    block: (n,) which of the similarities the queries of each profile use. similarity: from a block
    to (n, n) float32, -1 to 1.
    """

    name: str
    block: np.ndarray
    similarity: Callable[[int], np.ndarray]


def retrieval(
    compendium: Compendium,
    rows: np.ndarray,
    members: Mapping[str, Collection[str]],
    space: Space | None,
    *,
    seed: int,
    report: Report = silent,
) -> Tables:
    """mAP of compounds across cell lines and of classes of compounds.

    rows: (n,) rows of the compendium that take part, one for each compound and cell line. members:
    names of the drugs of each class. space: of the compendium, None to measure in z-scores alone.
    In the space, compounds are retrieved in the embedding that has not seen them, but not if it was
    learned from fewer signatures than genes, since it then separates compounds it has seen from
    those it has not. Classes are retrieved in the embedding of all compounds, which has seen no
    class. report: may raise to stop.

    Returns
    retrieval: a row per hypothesis and view.
        level: 'compound', 'cell_line' (a compound in one line), 'class' or 'member' (of a class).
        name: the compound or class. part: the cell line or member, '' if not applicable.
        view: a key of `VIEWS`. n_queries. map, normalized_map: the latter from -1 to 1.
        p: by `NULL_SIZE` random rankings, one-sided. corrected_p: see above.
    retrieval_scope: a row per level, 'compound' and 'class'.
        n_used, n_available: signatures for compounds, compounds for classes.
        reason: why the level is empty, '' if it is not.
    """
    drug = compendium.signatures[fields.DRUG].to_numpy(dtype=str)[rows]
    all_members = {member for of_class in members.values() for member in of_class}
    few = rows[_drawn(drug, MAX_SIGNATURES, seed)]
    names = np.unique(drug)
    compounds = names[_drawn(names, MAX_COMPOUNDS, seed, first=all_members)]
    pooled_rows = rows[np.isin(drug, compounds)]
    with threadpool_limits(1), scratch_folder() as nulls:
        # As measured beside each other, on samples as large as their limits.
        seconds = {
            Z_SCORES: 20.0, SPACE: 25.0 if space else 0.0, CLASS: 0.3 * len(members), TESTS: 12.0,
        }  # fmt: skip
        whole = Whole(seconds, report)
        of_compounds = _of_compounds(compendium, few, space, whole.of)
        of_classes = _of_classes(compendium, pooled_rows, members, space, whole.of(CLASS))
        tested = [
            _tested(of_compounds, COMPOUND, len(few), seed, nulls, whole.of(TESTS)),
            _tested(of_classes, CLASS, len(compounds), seed, nulls, whole.of(TESTS)),
        ]
    scope = pd.DataFrame(
        {
            "level": [COMPOUND, CLASS],
            "n_used": [len(few), len(compounds)],
            "n_available": [len(rows), len(names)],
            "reason": [
                "" if len(table) else EMPTY[level]
                for level, table in zip(NESTED, tested, strict=True)
            ],
        }
    )
    filled = [table for table in tested if len(table)]
    found = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=COLUMNS)
    return {"retrieval": found, "retrieval_scope": scope}


def by_level(found: pd.DataFrame) -> pd.DataFrame:
    """One row per level and view, compounds and classes only.

    found: as `retrieval` gives it. Columns: level, view, n (compounds or classes), map and
    normalized_map (means), significant (share with a corrected p of 0.05 or less).
    """
    tops = found[found["level"].isin(list(NESTED))]
    return (
        tops.assign(significant=tops["corrected_p"] <= SIGNIFICANT)
        .groupby(["level", "view"], sort=False)
        .agg(
            n=("map", "size"),
            map=("map", "mean"),
            normalized_map=("normalized_map", "mean"),
            significant=("significant", "mean"),
        )
        .reset_index()
    )


def in_words(tables: Tables) -> list[str]:
    """One line per level and view, and notes on each level.

    tables: those of an evaluation; without those of `retrieval`, there are no lines.
    """
    if "retrieval" not in tables:
        return []
    lines, scope = by_level(tables["retrieval"]), tables["retrieval_scope"].set_index("level")
    units = {
        COMPOUND: ("Compounds across cell lines", "signatures"),
        CLASS: ("Classes", "compounds"),
    }
    said = []
    for level, (name, unit) in units.items():
        said += [
            f"{name}, {VIEWS[row['view']]}: mean mAP {row['map']:.3f} "
            f"(normalized {row['normalized_map']:.3f}); {row['significant']:.0%} of {row['n']:,} "
            f"have a corrected p of {SIGNIFICANT:g} or less."
            for row in lines[lines["level"] == level].to_dict("records")
        ]
        of_level = scope.loc[level].to_dict()
        if of_level["reason"]:
            said.append(f"{name}: {of_level['reason']}")
        elif of_level["n_used"] < of_level["n_available"]:
            said.append(
                f"{name}: a random sample of {of_level['n_used']:,} of "
                f"{of_level['n_available']:,} {unit}."
            )
    views = {level: set(lines.loc[lines["level"] == level, "view"]) for level in NESTED}
    if views[COMPOUND] and views[COMPOUND] < views[CLASS]:
        said.append(TOO_FEW)
    return said


def _of_compounds(
    compendium: Compendium,
    rows: np.ndarray,
    space: Space | None,
    report_of: Callable[[str], Report],
) -> pd.DataFrame:
    """AP of each signature, by view. Columns: name (drug), part (cell line), view, `_SCORES`."""
    signatures = compendium.signatures.iloc[rows]
    drug, cell = (signatures[each].to_numpy(dtype=str) for each in (fields.DRUG, fields.CELL_ID))
    if not pd.DataFrame({"drug": drug, "cell": cell}).groupby("drug")["cell"].nunique().gt(1).any():
        return pd.DataFrame()
    n, x = len(rows), np.asarray(compendium.matrix[rows], np.float32)
    alike = cosine(x, x)
    n_parts = 1 + n * n // (2 * MAX_PAIRS)
    views = [_View(Z_SCORES, np.arange(n) * n_parts // n, lambda _: alike)]
    if space is not None and len(space.learned_from) >= x.shape[1]:
        counts = one_hot(space.codes(cell), len(space.cells) + 1)

        def unseen(block: int) -> np.ndarray:
            profiles = embedded(space.embeddings[block], x, counts)
            return profiles @ profiles.T

        views.append(_View(SPACE, space.block[space.places(drug)], unseen))
    meta = pd.DataFrame(
        {"drug": np.unique(drug, return_inverse=True)[1], "cell": pd.factorize(cell)[0]}
    )
    names = pd.DataFrame({"name": drug, "part": cell})
    found = []
    for view in views:
        blocks = np.unique(view.block)
        for done, block in enumerate(blocks):
            message = f"Compounds, {VIEWS[view.name]}: {done} of {len(blocks)} parts"
            report_of(view.name)(Progress(STAGE, done, len(blocks), message))
            ours = view.block == block
            # Different for all pairs, except those of two profiles not queried, which are left out.
            asked = meta.assign(aside=np.where(ours, np.arange(n) + 1, 0))
            scores = _average_precision(
                asked,
                view.similarity(block),
                asked["drug"].to_numpy(),
                positive=(["drug"], ["cell"]),
                negative_diffby=["drug", "cell", "aside"],
            )
            found.append(names[ours].assign(view=view.name).join(scores, how="inner"))
    return pd.concat(found, ignore_index=True)


def _of_classes(
    compendium: Compendium,
    rows: np.ndarray,
    members: Mapping[str, Collection[str]],
    space: Space | None,
    report: Report,
) -> pd.DataFrame:
    """AP of each member of each class. Columns: name (class), part (drug), view, `_SCORES`."""
    signatures = compendium.signatures.iloc[rows]
    drugs, group = np.unique(signatures[fields.DRUG].to_numpy(dtype=str), return_inverse=True)
    if space is None:
        code, n_cells = np.zeros(len(rows), int), 0
    else:
        code, n_cells = space.codes(signatures[fields.CELL_ID].to_numpy()), len(space.cells)
    total, counts = pooled(compendium.matrix, rows, group, code, len(drugs), n_cells)
    views = {Z_SCORES: cosine(total, total)}
    if space is not None:
        profiles = embedded(space.embeddings[-1], total, counts)
        views[SPACE] = profiles @ profiles.T
    found = []
    for done, (name, of_class) in enumerate(members.items()):
        report(Progress(STAGE, done, len(members), f"Classes: {done} of {len(members)}"))
        inside = np.isin(drugs, list(of_class))
        meta = pd.DataFrame(
            {"side": inside, "unit": np.where(inside, 0, np.arange(len(drugs)) + 1)}
        )
        for view, alike in views.items():
            scores = _average_precision(
                meta,
                alike,
                meta["unit"].to_numpy(),
                positive=(["unit"], []),
                negative_diffby=["side"],
            )
            part = pd.DataFrame({"name": name, "part": drugs, "view": view})
            found.append(part[inside].join(scores, how="inner"))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()


def _average_precision(
    meta: pd.DataFrame,
    alike: np.ndarray,
    group: np.ndarray,
    *,
    positive: tuple[list[str], list[str]],
    negative_diffby: list[str],
) -> pd.DataFrame:
    """`_SCORES` of those of (n,) profiles that have positives and negatives, by position.

    alike: (n, n). group: (n,) equal for positives. positive: columns of meta in which positives are
    equal, and differ. negative_diffby: columns in which negatives differ.
    """

    from copairs.map import average_precision  # noqa: PLC0415 -- pages start without it
    from copairs.matching import UnpairedException  # noqa: PLC0415

    def similarity(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        i, j = one[:, 0], other[:, 0]
        # copairs ranks positives first on ties; here they come last.
        return alike[i, j] - np.float32(HAIR) * (group[i] == group[j])

    place = np.arange(len(meta))[:, None]
    try:
        found = average_precision(
            meta, place, *positive, [], negative_diffby, distance=similarity, progress_bar=False
        )
    except UnpairedException:
        return pd.DataFrame(columns=_SCORES)
    has_both = (found["n_pos_pairs"] > 0) & (found["n_total_pairs"] > found["n_pos_pairs"])
    return found.loc[has_both, _SCORES]


def _tested(
    ap: pd.DataFrame, level: str, n: int, seed: int, folder: Path, report: Report
) -> pd.DataFrame:
    """Rows of `COLUMNS` of a level and of the level nested in it.

    ap: from `_of_compounds` or `_of_classes`. n: profiles among which they were found. folder: for
    null distributions, which the views share.
    """
    from copairs.map import (  # noqa: PLC0415 -- pages start without it
        mean_average_precision,
        mean_average_precision_hierarchical,
    )

    found = []
    for view in ap["view"].unique() if len(ap) else ():
        report(Progress(STAGE, 0, 0, f"Random rankings, {VIEWS[view]}"))
        # Rounded down to a percent of all profiles, which makes p negligibly larger: otherwise each
        # of hundreds of numbers of pairs would need its own null distribution.
        step = max(n // 100, 1)
        coarse = np.maximum(ap["n_total_pairs"] // step * step, ap["n_pos_pairs"] + 1)
        # copairs counts random rankings that are better; minus a hair, also those that are equal.
        lower = ap["average_precision"] * (1 - HAIR)
        of_view = ap.assign(n_total_pairs=coarse, average_precision=lower)[ap["view"] == view]
        how: dict[str, Any] = {
            "null_size": NULL_SIZE,
            "threshold": SIGNIFICANT,
            "seed": seed,
            "progress_bar": False,
            "cache_dir": folder / level,
        }
        top = mean_average_precision(of_view, ["name"], **how)
        nested = mean_average_precision_hierarchical(
            of_view, ["name", "part"], hierarchical_by=["name"], **how
        )
        found += [
            top.assign(level=level, part="", view=view),
            nested.assign(level=NESTED[level], view=view),
        ]
    if not found:
        return pd.DataFrame(columns=COLUMNS)
    table = pd.concat(found, ignore_index=True)
    return table.assign(n_queries=table["indices"].map(len)).rename(
        columns={
            "mean_average_precision": "map",
            "mean_normalized_average_precision": "normalized_map",
            "p_value": "p",
            "corrected_p_value": "corrected_p",
        }
    )[COLUMNS]


def _drawn(
    drug: np.ndarray, limit: int, seed: int, first: Collection[str] = frozenset()
) -> np.ndarray:
    """(n,) bool: rows of as many drugs as fit within the limit, at least of one.

    drug: (n,) names. first: drugs that are drawn before all others.
    """
    names, place, size = np.unique(drug, return_inverse=True, return_counts=True)
    if len(drug) <= limit:
        return np.ones(len(drug), bool)
    order = np.random.default_rng([seed, 0x3A9]).permutation(len(names))
    order = order[np.argsort(~np.isin(names[order], list(first)), kind="stable")]
    n_drugs = max(int((np.cumsum(size[order]) <= limit).sum()), 1)
    return np.isin(place, order[:n_drugs])
