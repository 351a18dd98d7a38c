"""The options for uploaded profiles: the statistic of a result table, and the drugs."""

from dataclasses import replace
from typing import Final

from gpar_core.data.profile_matching import Draft
from gpar_core.data.profile_tables import cleaned
from gpar_core.errors import FileFormatError

BY_FILE: Final = "file"
EACH: Final = "each"
ONE: Final = "one"
DRUG_CHOICES: Final = (BY_FILE, EACH, ONE)
"""How the drug of each profile is identified: by the file's labels or the profiles' names, each
profile as a drug of its own, or all as replicates of one."""


def statistics_of(draft: Draft) -> tuple[str, ...]:
    """The statistics of a result table, best first; empty for a table of profiles."""
    return tuple(dict.fromkeys(one for one in draft.statistics if one))


def with_statistic(draft: Draft, statistic: str = "") -> Draft:
    """The profiles of one statistic of a result table, '' for the best; other tables unchanged.

    Raises FileFormatError if the file has no such statistic.
    """
    choices = statistics_of(draft)
    if statistic and statistic not in choices:
        has = f"has {', '.join(choices)}" if choices else "is not a result table"
        raise FileFormatError(
            f"'{cleaned(statistic)}' is not a signed statistic of the file, which {has}. Choose "
            "one of its signed columns, or leave it empty to use the best one."
        )
    if not choices:
        return draft
    kept = [i for i, one in enumerate(draft.statistics) if one == (statistic or choices[0])]
    return replace(
        draft,
        names=tuple(draft.names[i] for i in kept),
        drug=tuple(draft.drug[i] for i in kept),
        statistics=tuple(draft.statistics[i] for i in kept),
        values=draft.values[kept],
        totals=draft.totals[kept],
        scales=tuple(draft.scales[i] for i in kept),
    )


def with_drugs(draft: Draft, drugs: str = BY_FILE) -> Draft:
    """The draft with another choice of the drug of each profile.

    drugs: one of `DRUG_CHOICES`: 'file' as read, 'each' for a drug of its own, 'one' for replicates
    of one drug. Raises FileFormatError for another word.
    """
    if drugs not in DRUG_CHOICES:
        raise FileFormatError(
            f"'{cleaned(drugs)}' is not a way to group replicates. Use {', '.join(DRUG_CHOICES)}."
        )
    if drugs == BY_FILE:
        return draft
    own = tuple(name.casefold() for name in draft.names)
    report = replace(draft.report, drugs_by="")
    return replace(draft, drug=own if drugs == EACH else (own[0],) * len(own), report=report)
