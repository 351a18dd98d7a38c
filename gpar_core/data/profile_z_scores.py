"""Check for each profile whether it is z-scores, and compute z-scores if allowed."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from gpar_core.data.profile_matching import Draft, listed
from gpar_core.data.profile_scale import (
    COUNTS,
    LOG_VALUES,
    MAX_Z,
    MIN_MAD,
    UNCLEAR,
    Z_SCORES,
    log_cpm,
    z_scores,
)
from gpar_core.errors import FileFormatError

MIN_PROFILES_TO_Z_SCORE: Final = 6


def to_z_scores(draft: Draft, z_score: bool) -> tuple[np.ndarray, list[str]]:
    """(n, 978) float32 with NaN where missing, and what was done, one sentence per step.

    z_score: whether levels may be converted to z-scores across the profiles. Raises FileFormatError
    for levels if they may not, for levels mixed with z-scores, and for too few profiles.
    """
    kinds = {kind: _of_kind(draft, kind) for kind in (COUNTS, LOG_VALUES, Z_SCORES, UNCLEAR)}
    levels = [*kinds[COUNTS], *kinds[LOG_VALUES]]
    if levels and kinds[Z_SCORES]:
        raise FileFormatError(
            f"{_described(draft, levels)} Other profiles are z-scores. All profiles in a file "
            "must be of one kind: remove the ones that differ, or upload them separately."
        )
    if levels and not z_score:
        raise FileFormatError(
            f"{_described(draft, levels)} Upload z-scores against controls, or allow GPAR to "
            "z-score the profiles against each other (--z-score)."
        )
    if not z_score or (not levels and len(kinds[Z_SCORES]) >= len(kinds[UNCLEAR])):
        return draft.values, _as_they_are(draft, kinds[UNCLEAR], z_score)
    return _z_scored(draft, counts=kinds[COUNTS], logarithms=kinds[LOG_VALUES])


def _of_kind(draft: Draft, kind: str) -> list[int]:
    return [i for i, scale in enumerate(draft.scales) if scale.kind == kind]


def _described(draft: Draft, levels: Sequence[int]) -> str:
    """Which profiles are levels, of what kind and why."""
    first = draft.scales[levels[0]]
    why = f"look like {first.kind}, not z-scores: {first.reason}."
    if len(levels) == len(draft.names):
        return f"The values {why}"
    return f"{listed('Profiles', [draft.names[i] for i in levels])} {why}"


def _as_they_are(draft: Draft, unclear: Sequence[int], z_score: bool) -> list[str]:
    if z_score and not unclear:
        return ["The values are already z-scores and were not changed."]
    if not unclear or any(draft.statistics):
        return []
    which = ""
    if len(unclear) < len(draft.names):
        which = f" of {listed('some profiles', [draft.names[i] for i in unclear])}"
    reason = draft.scales[unclear[0]].reason
    return [f"Whether the values{which} are z-scores is unclear ({reason}). They were not changed."]


def _z_scored(
    draft: Draft, *, counts: Sequence[int], logarithms: Sequence[int]
) -> tuple[np.ndarray, list[str]]:
    if len(draft.names) < MIN_PROFILES_TO_Z_SCORE:
        raise FileFormatError(
            f"The file holds {len(draft.names)} profiles; at least {MIN_PROFILES_TO_Z_SCORE} are "
            "needed to compute z-scores, which show how far a gene lies from its usual level. "
            "Add more profiles, such as untreated controls, to the same file."
        )
    levels, notes = draft.values, []
    if counts:
        if logarithms:
            raise FileFormatError(
                f"{_described(draft, counts)} Others look like logarithms. All profiles in a file "
                "must be of one kind: upload them separately."
            )
        if (draft.totals <= 0).any():
            raise FileFormatError(
                f"All counts of '{draft.names[int(draft.totals.argmin())]}' are 0, so there is "
                "nothing to compare. Remove this profile."
            )
        levels = log_cpm(levels, draft.totals)
        notes = ["The values were converted to log2(counts per million + 1)."]
    notes.append(
        f"The values were z-scored gene by gene across the {len(levels)} uploaded profiles: (x - "
        f"median) / (1.4826 MAD), MAD at least {MIN_MAD}, clipped to ±{MAX_Z:.0f}. They show how "
        "the profiles differ from each other, not from controls."
    )
    return z_scores(levels), notes
