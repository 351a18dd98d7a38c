"""The filters of a ranked list: which compounds pass, and what to relax if none does."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from gpar_core import fields as columns
from gpar_core.chemistry.similarity import not_more_alike
from gpar_core.rank.ranking import MIN_SIGNATURES

ANY_P = 1.01


@dataclass(frozen=True)
class Filters:
    """min_signatures: at least this many. max_p: p below it; above 1, any p. find: part of a name,
    id, MOA or target, '' for all. similarity: maximum to the nearest training drug, 1 for all."""

    min_signatures: int = 1
    max_p: float = ANY_P
    find: str = ""
    similarity: float = 1.0

    def __str__(self) -> str:
        """The active filters in words, '' for none."""
        n, p, find, limit = self.min_signatures, self.max_p, self.find.strip(), self.similarity
        asked = (
            n > 1 and f"at least {count(n, 'signature')}",
            p <= 1 and f"p below {p:g}",
            find and f"Find '{find}'",
            limit < 1 and f"similarity at most {limit:.2f}",
        )
        return ", ".join(each for each in asked if each)


@dataclass(frozen=True)
class Relaxation:
    """why: the reason for the empty list. label: of a button. changes: values of `Filters`."""

    why: str
    label: str
    changes: Mapping[str, object]


def usual_minimum(ranking: pd.DataFrame) -> int:
    """The paper's minimum number of signatures, or 1 if no compound has that many."""
    return MIN_SIGNATURES if ranking["k"].max() >= MIN_SIGNATURES else 1


def masks(
    ranking: pd.DataFrame, filters: Filters, structures: pd.DataFrame | None
) -> dict[str, np.ndarray]:
    """(m,) bool for each field of `Filters`: the compounds that it lets pass.

    structures: from `chemistry.similarity.beside_training`, None if there are none.
    """
    found = np.ones(len(ranking), dtype=bool)
    if wanted := filters.find.strip():
        searched = [columns.NAMES, columns.PERT_IDS, columns.MOA, columns.TARGET]
        said = ranking.reindex(columns=searched, fill_value="").agg(" ".join, axis=1)
        found = said.str.contains(wanted, case=False, regex=False).to_numpy(dtype=bool)
    unlike = np.ones(len(ranking), dtype=bool)
    if structures is not None:
        unlike = not_more_alike(ranking[columns.PERT_ID], structures, filters.similarity)
    return {
        "min_signatures": (ranking["k"] >= filters.min_signatures).to_numpy(),
        "max_p": (ranking["p"] < filters.max_p).to_numpy(),
        "find": found,
        "similarity": unlike,
    }


def passing(ranking: pd.DataFrame, let_pass: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """The compounds that pass all filters, `rank` first.

    The rank counts those that pass the statistical filters, so a search does not change it.
    """
    counted = let_pass["min_signatures"] & let_pass["max_p"]
    numbered = ranking.assign(rank=np.cumsum(counted))[["rank", *ranking.columns]]
    return numbered[np.logical_and.reduce(list(let_pass.values()))].reset_index(drop=True)


def relaxations(
    ranking: pd.DataFrame, filters: Filters, let_pass: Mapping[str, np.ndarray]
) -> list[Relaxation]:
    """If no compound passes: each filter that alone empties the list, and how to relax it."""
    found = []
    for name in let_pass:
        others = np.logical_and.reduce([let_pass[each] for each in let_pass if each != name])
        if others.any():
            found.append(_relaxation(name, ranking[others], filters))
    if found:
        return found
    everything = {each.name: each.default for each in fields(Filters)}
    label = f"Remove all filters to see {count(len(ranking), 'compound')}"
    return [Relaxation("No compound passes any two filters together.", label, everything)]


def _relaxation(name: str, others: pd.DataFrame, filters: Filters) -> Relaxation:
    """others: the compounds that pass all other filters."""
    n = len(others)
    see = f"to see {count(n, 'compound')}"
    match name:
        case "min_signatures":
            most = int(others["k"].max())
            see = f"to see {count(int((others['k'] == most).sum()), 'compound')}"
            return Relaxation(
                f"None has {count(filters.min_signatures, 'signature')}; the maximum is {most}.",
                f"Lower the minimum to {count(most, 'signature')} {see}",
                {name: most},
            )
        case "max_p":
            lowest = others["p"].min()
            return Relaxation(
                f"None has p below {filters.max_p:g}; the lowest p is {lowest:.3g}.",
                f"Remove the p limit {see}",
                {name: ANY_P},
            )
        case "find":
            return Relaxation(
                f"None matches '{filters.find.strip()}'.", f"Clear Find {see}", {name: ""}
            )
        case _:
            return Relaxation(
                "Each has a similarity to a training drug above "
                f"{filters.similarity:.2f}, or no structure.",
                f"Remove the similarity limit {see}",
                {name: 1.0},
            )


def count(number: int, thing: str) -> str:
    """A number of things, in words."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
