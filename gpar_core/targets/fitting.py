"""Fit the combination of a compendium on its own compounds, once."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from gpar_core.data.compendium import Compendium
from gpar_core.data.derived_files import TARGETS, derived_path, keep_arrays
from gpar_core.progress import Report, silent
from gpar_core.targets.combination import Combination, combine
from gpar_core.targets.evidence import Evidence, LibraryEvidence, evidence_on
from gpar_core.targets.known_targets import KnownTargets, known_targets
from gpar_core.targets.line_similarity import compound_queries

VERSION: Final = 1
"""Of the method and the file."""
MAX_MOLECULES: Final = 500
"""More known compounds are sampled: weights hardly change, and memory has a bound."""

LibraryOf = Callable[[Sequence[str]], LibraryEvidence | None]
"""The library's evidence on some drugs."""


def no_library(drugs: Sequence[str]) -> None:
    """Of a compendium without models of targets."""


@dataclass(frozen=True, eq=False)
class Fit:
    """evidence: on the molecules that the combination was fitted on, in their order. known: (n, g)
    their known targets among its genes."""

    combination: Combination | None
    evidence: Evidence
    known: np.ndarray


def fit_combination(
    compendium: Compendium,
    known: KnownTargets,
    library_of: LibraryOf = no_library,
    *,
    in_lines: bool = True,
    seed: int = 0,
    report: Report = silent,
) -> Fit | None:
    """Fit on the compounds with known targets, at most `MAX_MOLECULES`; None without any.

    in_lines: whether the cell lines of the compounds may be used; False for queries whose cell
    lines are unknown.
    """
    drugs = known.drugs
    if not len(drugs):
        return None
    if len(drugs) > MAX_MOLECULES:
        chosen = np.random.default_rng([seed, 0x7A27]).choice(len(drugs), MAX_MOLECULES, False)
        drugs = drugs[np.sort(chosen)]
    queries = compound_queries(compendium, list(drugs))
    if not in_lines:
        queries = replace(queries, in_line={})
    evidence = evidence_on(
        queries, compendium, known=known, library=library_of(list(drugs)), report=report
    )
    is_known = known.among(drugs, evidence.genes)
    return Fit(combine(evidence.lines, is_known, list(drugs), seed=seed), evidence, is_known)


def combination_of(
    compendium: Compendium,
    library_of: LibraryOf = no_library,
    *,
    library: str = "",
    in_lines: bool = True,
    report: Report = silent,
) -> Combination | None:
    """The fitted combination, kept in the compendium's folder after the first time.

    library: identifies what `library_of` says. in_lines: as for `fit_combination`.
    """
    path = derived_path(compendium, TARGETS, VERSION, f"{library} {in_lines}")
    if path is not None and path.is_file():
        try:
            return _read(dict(np.load(path, allow_pickle=False)))
        except (OSError, ValueError, KeyError, EOFError):  # damaged: computed again
            pass
    known = known_targets(compendium)
    fit = fit_combination(compendium, known, library_of, in_lines=in_lines, report=report)
    found = fit.combination if fit else None
    if found is not None:
        keep_arrays(path, _arrays(found))
    return found


def _arrays(found: Combination) -> dict[str, np.ndarray]:
    content = asdict(found)
    fold = content.pop("fold")
    return {
        **{name: np.array(value) for name, value in content.items()},
        "molecules": np.array(list(fold), dtype=str),
        "folds": np.array(list(fold.values()), dtype=np.int64),
    }


def _read(arrays: dict[str, np.ndarray]) -> Combination:
    return Combination(
        lines=tuple(arrays["lines"].tolist()),
        coefficients=arrays["coefficients"],
        fold=dict(zip(arrays["molecules"].tolist(), arrays["folds"].tolist(), strict=True)),
        base_rate=float(arrays["base_rate"]),
        n_molecules=int(arrays["n_molecules"]),
        n_positive=int(arrays["n_positive"]),
    )


def weights_table(combination: Combination) -> pd.DataFrame:
    """One row per line of evidence: line, weight and presence, of the model of all molecules."""
    last = combination.coefficients[-1]
    return pd.DataFrame(
        {"line": combination.lines, "weight": last[:-1:2], "presence": last[1:-1:2]}
    )
