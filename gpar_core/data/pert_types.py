"""Kinds of perturbagens: as a user gives them, and counted for display."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

import pandas as pd

from gpar_core import fields
from gpar_core.data.kind_names import counted, in_words, plural
from gpar_core.data.profile_tables import cleaned
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


def known_pert_type(pert_type: str, there: Iterable[str]) -> str:
    """One kind of perturbagen, by its type or in words, that a compendium has. Raises RequestError.

    there: the kinds of the compendium.

    >>> known_pert_type("Knock-downs", ["trt_cp", "trt_sh.cgs"])
    'trt_sh.cgs'
    """
    wanted, there = pert_type.strip().casefold(), list(there)
    for kind in there:
        if wanted in {kind, fields.PERT_TYPES[kind], plural(kind)}:
            return kind
    raise RequestError(
        f"The compendium has no signatures of '{cleaned(pert_type)[:40]}'. It has "
        f"{in_words(there)}."
    )


def named(pert_types: pd.Series) -> tuple[str, ...]:
    """The different values of a column, and how often each occurs, most frequent first.

    >>> named(pd.Series(["trt_sh", "ctl_vehicle", "trt_sh", ""]))
    ('trt_sh (2)', 'none (1)', 'ctl_vehicle (1)')
    """
    counts = Counter(pert_types.to_numpy(dtype=object).tolist())
    ranked = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    shown = [f"{cleaned(kind)[:40] or 'none'} ({n:,})" for kind, n in ranked[:MAX_KINDS]]
    return (*shown, "…") if len(ranked) > MAX_KINDS else tuple(shown)


def counted_in_words(kinds: Mapping[str, Mapping[str, int]]) -> str:
    """How many signatures and perturbagens of each kind a compendium has.

    kinds: of its manifest.
    """
    return ", ".join(
        f"{n['n_signatures']:,} signatures of {counted(n['n_perturbagens'], kind)}"
        for kind, n in kinds.items()
        if kind in fields.PERT_TYPES
    )


def others_in_words(kinds: Mapping[str, Mapping[str, int]]) -> str:
    """What a compendium has beside compounds, '' if nothing. kinds: of its manifest."""
    return counted_in_words(
        {kind: n for kind, n in kinds.items() if kind != fields.COMPOUND_PERT_TYPE}
    )
