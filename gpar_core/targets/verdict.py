"""What the lines of evidence say on a compound's target, and how often they are right, in words."""

from typing import Final

import pandas as pd

from gpar_core.targets.evaluate import FIRST, METHODS, OTHER

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
    if pd.notna(table["probability"].iloc[0]):
        return _by_probability(table, base_rate)
    return _by_fdr(table)


def hits_in_words(methods: pd.DataFrame) -> str:
    """How often the best-informed method finds a known target, beside what needs no compound.

    methods: from `evaluate.evaluate_targets`.
    """
    first = methods[methods["first"] == FIRST[0]]
    rows = {str(row.method): row for row in first.itertuples()}
    best = next(name for name in METHODS if name in rows)
    row = rows[best]
    plain = [f"by chance for {rows['chance'].share:.2g}"]
    if OTHER in rows:
        plain.insert(0, f"with the list of another compound for {rows[OTHER].share:.2g}")
    return (
        f"{METHODS[best]}: a known target is among the first {FIRST[0]} genes for a share of "
        f"{row.share:.2f} ({row.low:.2f}–{row.high:.2f}) of {row.n_molecules:,} molecules; "
        f"{', and '.join(plain)}."
    )


def _by_probability(table: pd.DataFrame, base_rate: float) -> str:
    gene, probability = table["gene"].iloc[0], table["probability"].iloc[0]
    likely = table[table["probability"] >= LIKELY]
    chance = f"{base_rate:.2g} by chance"
    if likely.empty:
        return (
            f"No gene stands out: the likeliest, {gene}, has a probability of {probability:.2g} of "
            f"being a known target ({chance})."
        )
    if len(likely) == 1:
        return (
            f"{gene} stands out: its probability of being a known target is {probability:.2g} "
            f"({chance})."
        )
    names = [f"{row.gene} ({row.probability:.2f})" for row in likely.itertuples()]
    return (
        f"{_first(names)} stand out: in parentheses, the probability of being a known target "
        f"({chance})."
    )


def _by_fdr(table: pd.DataFrame) -> str:
    n = int(table["p"].notna().sum())
    if not n:
        return "No gene can be told from others: neither genetic signatures nor known targets."
    low = table.loc[table["fdr"] < LOW_FDR, "gene"].tolist()
    if not low:
        return (
            f"No gene stands out: none of {n:,} has an FDR below {LOW_FDR}. By chance, the first "
            f"of {n:,} genes has a p of about {1 / n:.2g}; {table['gene'].iloc[0]} has "
            f"{table['p'].iloc[0]:.2g}."
        )
    return (
        f"{_first(low)} {'stands' if len(low) == 1 else 'stand'} out of {n:,} genes with an FDR "
        f"below {LOW_FDR}. No probability can be given without compounds whose targets are known."
    )


def _first(names: list[str]) -> str:
    """Three names, and how many more."""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
