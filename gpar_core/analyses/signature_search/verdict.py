"""What a search found, in a sentence."""

from typing import Final

import pandas as pd

from gpar_core.data.class_names import MOA, TARGET, Noun, gene_of
from gpar_core.data.kind_names import counted, plural
from gpar_core.fields import COMPOUND_PERT_TYPE, DRUG, PERT_TYPES

LOW_FDR: Final = 0.05
CHANCE: Final = 0.5
"""AUROC of a class whose compounds rank as all others do."""


def stands_out(compounds: pd.DataFrame, *, query: str = "") -> bool:
    """Whether any compound has a low FDR; arguments as of `verdict`."""
    return bool((besides(compounds, query)["fdr"] < LOW_FDR).any())


def verdict(compounds: pd.DataFrame, kind: str = COMPOUND_PERT_TYPE, *, query: str = "") -> str:
    """How many compounds of each side score as random genes rarely do, or that none does.

    compounds: from `search.search`. kind: of perturbagen, if they are no compounds. query: the drug
    that is the query, '' if it is none: where it is among them, it does not count.
    """
    others = besides(compounds, query)
    apart = " besides the query" if len(others) < len(compounds) else ""
    compounds = others
    low = compounds.loc[compounds["fdr"] < LOW_FDR, "connectivity"]
    if low.empty:
        return (
            f"No {PERT_TYPES[kind]} stands out: none of {len(compounds):,} has an FDR below "
            f"{LOW_FDR}. The strongest ones are listed, but random genes would rank some "
            f"{plural(kind)} as high."
        )
    mimics, reverses = int((low > 0).sum()), int((low < 0).sum())
    return (
        f"Of {counted(len(compounds), kind)}{apart}, {_counted(mimics, 'mimic')} and "
        f"{_counted(reverses, 'reverse')} {'it' if apart else 'the query'} with an FDR below "
        f"{LOW_FDR}."
    )


def counts(mimics: int, reverses: int) -> str:
    """How many compounds of each side have a low FDR, in a few words.

    >>> counts(12, 1), counts(0, 0)
    ('12 mimic, one reverses', 'none')
    """
    if not mimics and not reverses:
        return "none"
    return f"{_counted(mimics, 'mimic')}, {_counted(reverses, 'reverse')}"


def of_classes(classes: pd.DataFrame, noun: Noun = MOA) -> str:
    """How many MOAs, or targets, of each side have a low FDR. classes: of a search, one or more."""
    low = classes[classes["fdr"] < LOW_FDR]
    n = len(low)
    if not n:
        return f"No {noun.one} stands out: none of {len(classes):,} has an FDR below {LOW_FDR}."
    of = noun.counted(len(classes))
    mimics = int((low.filter(like="auroc").iloc[:, 0] > CHANCE).sum())
    sides = counts(mimics, n - mimics)
    return f"{n:,} of {of} {'has' if n == 1 else 'have'} an FDR below {LOW_FDR}: {sides}."


TOP_CLASSES: Final = {"top_moa": MOA, "top_target": TARGET}
"""Columns of the queries of a batch (`search.top_classes`), and the classes that they name."""


def clear_classes(queries: pd.DataFrame) -> pd.DataFrame:
    """The top MOA and target of each query of a batch if its FDR is low, else ''.

    queries: of a batch. Returns those columns of `TOP_CLASSES` that it has; targets by symbol.
    """
    clear = {
        column: queries[column].where(queries[f"{column}_fdr"] < LOW_FDR).fillna("")
        for column in TOP_CLASSES
        if column in queries
    }
    named = {
        column: names.map(lambda name: gene_of(name) or name) for column, names in clear.items()
    }
    return pd.DataFrame(named, index=queries.index)


def besides(compounds: pd.DataFrame, query: str) -> pd.DataFrame:
    """The compounds that are not the query itself. query: its drug, '' if it is none."""
    return compounds[compounds[DRUG] != query] if query else compounds


def _counted(n: int, verb: str) -> str:
    return f"{n:,} {verb}" if n > 1 else f"{'one' if n else 'none'} {verb}s"
