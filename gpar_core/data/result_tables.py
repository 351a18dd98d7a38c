"""Result tables of differential expression: recognize which of their columns are profiles.

Based on the output of DESeq2, limma, edgeR, Seurat, scanpy, GEO2R, iLINCS and featureCounts.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

STATISTICS: Final = (
    ("stat", "statistic", "teststatistic", "waldstat", "waldstatistic", "t", "tstat", "tstatistic",
     "tvalue", "tscore", "moderatedt"),
    ("z", "zstat", "zstatistic", "zscore", "zvalue", "score", "scores"),
    ("signedlogp", "signedlog10p", "signedlogpvalue", "signedlog10pvalue", "signlogp",
     "signlog10p"),
    ("logfc", "log2fc", "l2fc", "lfc", "logfoldchange", "logfoldchanges", "log2foldchange",
     "log2foldchanges", "avglogfc", "avglog2fc", "log2ratio", "logratio", "logdiffexp",
     "valuelogdiffexp"),
)  # fmt: skip
"""Signed columns, best first: they show how strongly and in which direction a gene changes."""

P_VALUES: Final = frozenset(
    ("pvalue", "pval", "pvalues", "pvals", "p", "rawp", "praw", "pvalueraw", "nominalp",
     "significancepvalue", "nompval")
)  # fmt: skip
ADJUSTED: Final = frozenset(
    ("padj", "adjpval", "adjpvalue", "adjp", "pvaladj", "pvalsadj", "pvalueadj", "fdr", "qvalue",
     "qval", "q", "bh", "bonferroni", "svalue", "fdrpvalue", "adjustedpvalue", "padjust",
     "pvalfdr", "fwer")
)  # fmt: skip
LEVELS: Final = frozenset(("basemean", "aveexpr", "logcpm", "meanexpr", "averageexpression"))
UNSIGNED: Final = frozenset(
    ("lfcse", "b", "lr", "f", "se", "stderr", "pct1", "pct2", "foldchange", "fc", "lods",
     "dispersion", "df", "n", "rank", "taxid", "index")
)  # fmt: skip
PLACES: Final = frozenset(
    ("chr", "chrom", "chromosome", "start", "end", "strand", "length", "width", "genelength",
     "startposition", "endposition")
)  # fmt: skip
"""The location of a gene, which featureCounts and annotation tables include."""

SIGNED_P: Final = "signed -log10 p"
"""The statistic that is computed: -log10 of the p-value with the sign of the change."""
MAX_LOG_P: Final = 45.0
"""-log10 of a p-value that float32 cannot distinguish from 0."""

_TOKEN: Final = re.compile(r"[^\s._:|()\[\]-]+")
_BETWEEN: Final = " ._:|()[]-\t"
_NEVER: Final = P_VALUES | ADJUSTED | LEVELS | UNSIGNED | PLACES
_RANK: Final = {name: rank for rank, names in enumerate(STATISTICS) for name in names}


@dataclass(frozen=True)
class ProfileColumns:
    """The columns of a table that may be profiles, recognized by their headings.

    names: (n,) of the profiles, '' if the heading only names the statistic. statistics: (n,) the
    statistic of each, '' in a table of profiles; a comparison of a result table appears once for
    each statistic, best first. places: (n,) positions of their columns. p_places: (n,) positions of
    the p-values of computed ones, else -1. fdr_places: (n,) positions of the adjusted p-values of
    the same comparison, else -1. set_aside: positions of columns that are never profiles.
    """

    names: tuple[str, ...]
    statistics: tuple[str, ...]
    places: tuple[int, ...]
    p_places: tuple[int, ...]
    fdr_places: tuple[int, ...]
    set_aside: tuple[int, ...]

    def values(self, columns: Mapping[int, np.ndarray]) -> np.ndarray:
        """(n_rows, n) float32 of the profiles. columns: values of each column by position."""
        parts = [
            columns[place] if p < 0 else signed_log_p(columns[p], columns[place])
            for place, p in zip(self.places, self.p_places, strict=True)
        ]
        return np.stack(parts, axis=1)


@dataclass(frozen=True)
class _Column:
    """contrast: what is compared, '' if the heading does not say. role: the heading's meaning, in
    lower case, '' if it is not known here."""

    place: int
    heading: str
    contrast: str
    role: str


def profile_columns(headings: Sequence[str]) -> ProfileColumns:
    """Distinguish a result table from a table of profiles, and find the columns of profiles.

    headings: of the numeric columns. A result table has a signed statistic together with p-values
    or mean levels; each of several comparisons, such as 'drugA_logFC' and 'drugA_pvalue', is one
    profile.
    """
    columns = [_column(place, heading) for place, heading in enumerate(headings)]
    if signed := _signed(columns):
        return _of_results(columns, signed)
    results = any(column.role in (P_VALUES | ADJUSTED) - {"p", "q"} for column in columns)
    placed = [column for column in columns if column.role in PLACES and not column.contrast]
    never = _NEVER if results else PLACES if len(placed) > 1 else frozenset[str]()
    kept = [each.place for each in columns if each.contrast or each.role not in never]
    aside = set(range(len(columns))) - set(kept)
    return ProfileColumns(
        tuple(headings[place] for place in kept),
        ("",) * len(kept),
        tuple(kept),
        (-1,) * len(kept),
        (-1,) * len(kept),
        tuple(sorted(aside)),
    )


def _signed(columns: Sequence[_Column]) -> dict[str, list[_Column]]:
    """The signed columns of each comparison of a result table, best first."""
    by_contrast: dict[str, list[_Column]] = {}
    for column in columns:
        by_contrast.setdefault(column.contrast, []).append(column)
    found = {}
    for contrast, own in by_contrast.items():
        signed = [column for column in own if column.role in _RANK]
        if signed and any(each.role in P_VALUES | ADJUSTED | LEVELS for each in own):
            found[contrast] = sorted(signed, key=lambda column: _RANK[column.role])
    return found


def _of_results(columns: Sequence[_Column], signed: Mapping[str, list[_Column]]) -> ProfileColumns:
    first_p = _first_of(columns, P_VALUES)
    first_fdr = _first_of(columns, ADJUSTED)
    rows: list[tuple[str, str, int, int]] = []
    for contrast, own in signed.items():
        rows += [(contrast, _without(each.heading, contrast), each.place, -1) for each in own]
        if contrast in first_p:
            rows.append((contrast, SIGNED_P, own[-1].place, first_p[contrast]))
    names, statistics, places, p_places = zip(*rows, strict=True)
    fdr_places = tuple(first_fdr.get(name, -1) for name in names)
    taken = set(places)
    aside = tuple(each.place for each in columns if each.place not in taken)
    return ProfileColumns(names, statistics, places, p_places, fdr_places, aside)


def _first_of(columns: Sequence[_Column], roles: frozenset[str]) -> dict[str, int]:
    """The first column with one of these roles in each comparison."""
    first: dict[str, int] = {}
    for column in columns:
        if column.role in roles:
            first.setdefault(column.contrast, column.place)
    return first


def is_p_value(heading: str) -> bool:
    """Whether a column has p-values or adjusted ones, of one comparison or several, by its name.

    >>> is_p_value("adj.P.Val"), is_p_value("drugA_padj"), is_p_value("logFC")
    (True, True, False)
    """
    return _column(0, heading).role in P_VALUES | ADJUSTED


def is_log_fold_change(statistic: str) -> bool:
    """Whether a signed statistic is a log fold change, by its name."""
    return _RANK.get(_plain(statistic)) == len(STATISTICS) - 1


def signed_log_p(p: np.ndarray, change: np.ndarray) -> np.ndarray:
    """(n,) -log10 of each p-value, at most `MAX_LOG_P`, with the sign of its change; NaN stays."""
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.minimum(-np.log10(p.astype(np.float64)), MAX_LOG_P)
    return np.asarray(np.sign(change) * size, np.float32)


def _column(place: int, heading: str) -> _Column:
    """The meaning of a heading: 'log2FoldChange', 'drugA_log2FoldChange' or 'logFC.drugA'."""
    if (whole := _plain(heading)) in _RANK or whole in _NEVER:
        return _Column(place, heading, "", whole)
    tokens = list(_TOKEN.finditer(heading))
    for i in range(1, len(tokens)):
        for part, rest in (
            (heading[tokens[i].start() :], heading[: tokens[i].start()]),
            (heading[: tokens[-i - 1].end()], heading[tokens[-i - 1].end() :]),
        ):
            if (role := _plain(part)) in _RANK or role in _NEVER:
                return _Column(place, heading, rest.strip(_BETWEEN), role)
    return _Column(place, heading, heading, "")


def _plain(heading: str) -> str:
    return re.sub(r"[^a-z0-9]", "", heading.casefold())


def _without(heading: str, contrast: str) -> str:
    return heading.replace(contrast, "", 1).strip(_BETWEEN) if contrast else heading
