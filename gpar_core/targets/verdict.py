"""What the lines of evidence say on a compound's target, in a sentence."""

from typing import Final

import pandas as pd

LIKELY: Final = 0.2
"""A gene stands out from this probability on: one such case in five is a known target."""
LOW_FDR: Final = 0.05
"""Without known targets there is no probability; then a gene stands out below this FDR."""


def verdict(table: pd.DataFrame, base_rate: float) -> str:
    """Which genes stand out, or that none does, with the chance.

    table: one query of `ranked_targets`. base_rate: share of cases that are known targets, NaN if
    nothing was fitted.
    """
    if table.empty:
        return "There is no evidence on any gene."
    first = table.iloc[0]
    if pd.notna(first["probability"]):
        likely = table[table["probability"] >= LIKELY]
        chance = f"{base_rate:.2g} by chance"
        if likely.empty:
            return (
                f"No gene stands out: the likeliest, {first['gene']}, has a probability of "
                f"{first['probability']:.2g} of being a known target ({chance})."
            )
        names = [f"{row.gene} ({row.probability:.2g})" for row in likely.head(3).itertuples()]
        more = f" and {len(likely) - 3} more" if len(likely) > 3 else ""
        stands = "stands" if len(likely) == 1 else "stand"
        return (
            f"{', '.join(names)}{more} {stands} out: the probability of being a known target is in "
            f"parentheses ({chance})."
        )
    low = table[table["fdr"] < LOW_FDR]
    n = int(table["p"].notna().sum())
    if low.empty:
        if not n:
            return "No gene can be told from others: neither genetic signatures nor known targets."
        return (
            f"No gene stands out: none of {n:,} has an FDR below {LOW_FDR}. By chance, one in "
            f"{n:,} is as similar as {first['gene']} with a p of {1 / n:.2g}; it has "
            f"{first['p']:.2g}."
        )
    genes = ", ".join(low["gene"].head(3))
    more = f" and {len(low) - 3} more" if len(low) > 3 else ""
    return (
        f"{genes}{more} {'stands' if len(low) == 1 else 'stand'} out of {n:,} genes with an FDR "
        f"below {LOW_FDR}. No probability can be given without compounds whose targets are known."
    )
