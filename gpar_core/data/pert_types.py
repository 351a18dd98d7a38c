"""Kinds of perturbagens: as a user gives them, and counted for display."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.data.profile_tables import cleaned
from gpar_core.data.quality import QualityFilter
from gpar_core.data.selecting import kept
from gpar_core.errors import RequestError

ALL: Final = "all"
COMPOUNDS: Final = (fields.COMPOUND_PERT_TYPE,)
MAX_KINDS: Final = 20
"""Kinds of a table that are named in a message."""


def known_pert_types(pert_types: Iterable[str]) -> tuple[str, ...]:
    """The kinds of perturbagens, in the order of a compendium. Raises RequestError.

    pert_types: of `fields.PERT_TYPES` in any case, or lists of them, or 'all'.

    >>> known_pert_types(["trt_xpr, TRT_CP"])
    ('trt_cp', 'trt_xpr')
    """
    wanted = {
        kind.casefold() for text in pert_types for kind in re.split(r"[\s,;|]+", text) if kind
    }
    if unknown := sorted(wanted - {ALL, *fields.PERT_TYPES}):
        known = ", ".join(f"{kind} ({word})" for kind, word in fields.PERT_TYPES.items())
        raise RequestError(
            f"GPAR does not import perturbagens of the type '{cleaned(unknown[0])[:40]}'. Choose "
            f"from {known}, or all."
        )
    if not wanted:
        raise RequestError("No kind of perturbagen was chosen. Choose at least compounds (trt_cp).")
    return tuple(kind for kind in fields.PERT_TYPES if kind in wanted or ALL in wanted)


def plural(kind: str) -> str:
    """A kind in words, such as 'knock-downs'."""
    return f"{fields.PERT_TYPES[kind]}s"


def in_words(kinds: Iterable[str]) -> str:
    """Kinds in words: 'compounds, knock-downs'."""
    return ", ".join(map(plural, kinds))


def named(pert_types: pd.Series) -> tuple[str, ...]:
    """The different values of a column, and how often each occurs, most frequent first.

    >>> named(pd.Series(["trt_sh", "ctl_vehicle", "trt_sh", ""]))
    ('trt_sh (2)', 'none (1)', 'ctl_vehicle (1)')
    """
    counts = Counter(pert_types.to_numpy(dtype=object).tolist())
    ranked = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    shown = [f"{cleaned(kind)[:40] or 'none'} ({n:,})" for kind, n in ranked[:MAX_KINDS]]
    return (*shown, "…") if len(ranked) > MAX_KINDS else tuple(shown)


def others_in_words(kinds: Mapping[str, Mapping[str, int]]) -> str:
    """What a compendium has beside compounds, '' if nothing.

    kinds: of its manifest.
    """
    return ", ".join(
        f"{n['n_signatures']} signatures of {n['n_perturbagens']} {plural(kind)}"
        for kind, n in kinds.items()
        if kind != fields.COMPOUND_PERT_TYPE and kind in fields.PERT_TYPES
    )


def counts_of_kinds(compendium: Compendium) -> pd.DataFrame:
    """One row per kind of perturbagen on disk: pert_type, n_signatures, n_perturbagens.

    All signatures of one molecule, or of one gene and kind, count as one perturbagen.
    """
    whole = compendium.of_kinds(compendium.stored_kinds)
    groups = whole.signatures.groupby(fields.PERT_TYPE)[fields.DRUG]
    return groups.agg(n_signatures="size", n_perturbagens="nunique").reset_index()


def kept_of_other_kinds(compendium: Compendium, quality: QualityFilter) -> pd.DataFrame:
    """One row per kind on disk but compounds: pert_type, n_signatures, n_kept by the filter."""
    kinds: Sequence[str] = [k for k in compendium.stored_kinds if k not in COMPOUNDS]
    if not kinds:
        return pd.DataFrame(columns=[fields.PERT_TYPE, "n_signatures", "n_kept"])
    signatures = compendium.of_kinds(kinds).signatures
    left = pd.Series(kept(signatures, quality).astype(np.int64), signatures.index)
    groups = left.groupby(signatures[fields.PERT_TYPE])
    return groups.agg(n_signatures="size", n_kept="sum").reset_index()
