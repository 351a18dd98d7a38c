"""What a search found, in a sentence."""

from typing import Final

import pandas as pd

LOW_FDR: Final = 0.05


def stands_out(compounds: pd.DataFrame) -> bool:
    """Whether any compound has a low FDR. compounds: from `search.search`."""
    return bool((compounds["fdr"] < LOW_FDR).any())


def verdict(compounds: pd.DataFrame) -> str:
    """How many compounds of each side score as random genes rarely do, or that none does.

    compounds: from `search.search`.
    """
    low = compounds.loc[compounds["fdr"] < LOW_FDR, "connectivity"]
    if low.empty:
        return (
            f"No compound stands out: none of {len(compounds):,} has an FDR below {LOW_FDR}. The "
            "strongest ones are listed, but random genes would rank some compounds as high."
        )
    mimics, reverses = int((low > 0).sum()), int((low < 0).sum())
    return (
        f"Of {len(compounds):,} compounds, {_counted(mimics, 'mimic')} and "
        f"{_counted(reverses, 'reverse')} the query with an FDR below {LOW_FDR}."
    )


def counts(mimics: int, reverses: int) -> str:
    """How many compounds of each side have a low FDR, in a few words.

    >>> counts(12, 1), counts(0, 0)
    ('12 mimic, one reverses', 'none')
    """
    if not mimics and not reverses:
        return "none"
    return f"{_counted(mimics, 'mimic')}, {_counted(reverses, 'reverse')}"


def of_moas(moas: pd.DataFrame) -> str:
    """How many MOAs have a low FDR. moas: of a search, at least one."""
    n = int((moas["fdr"] < LOW_FDR).sum())
    if not n:
        return f"No MOA stands out: none of {len(moas):,} has an FDR below {LOW_FDR}."
    return f"{n:,} of {len(moas):,} MOAs {'has' if n == 1 else 'have'} an FDR below {LOW_FDR}."


def _counted(n: int, verb: str) -> str:
    return f"{n:,} {verb}" if n > 1 else f"{'one' if n else 'none'} {verb}s"
