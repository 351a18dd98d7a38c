"""The content of a report, before it is written as a page or as files."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import altair as alt
import pandas as pd


@dataclass(frozen=True, eq=False)
class Figure:
    """name: of its files, without ending."""

    name: str
    chart: alt.TopLevelMixin
    caption: str


@dataclass(frozen=True, eq=False)
class Table:
    """name: of its files, without ending. rows: all, as exported. shown: text as on the page, where
    it has columns. links: those of its columns that hold addresses.
    """

    name: str
    rows: pd.DataFrame
    shown: pd.DataFrame
    caption: str = ""
    links: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Section:
    """One chapter: paragraphs, facts by name, a command, figures, tables; shown in this order."""

    title: str
    paragraphs: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    command: str = ""
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """The figures of a result, for comparison with another one.

    figures: by name. first: ids of what ranks first, the best first. digest: SHA-256 of all of it,
    numbers to nine digits.
    """

    figures: Mapping[str, float]
    first: tuple[str, ...]
    digest: str


@dataclass(frozen=True)
class Origin:
    """Where a result comes from, and what it takes to have it again.

    request: as `jobs.request.to_json` writes it; '' where it is not to be had from the result.
    command: the same for a terminal.
    """

    gpar_report: int
    result_id: str
    request: str
    command: str
    compendium: str
    fingerprint: str
    simulated: bool
    seed: int
    created_at: str
    versions: Mapping[str, str]
    outcome: Outcome


@dataclass(frozen=True, eq=False)
class Document:
    """A whole report. title and verdict: plain text."""

    title: str
    verdict: str
    origin: Origin
    sections: tuple[Section, ...]

    @property
    def figures(self) -> tuple[Figure, ...]:
        return tuple(figure for section in self.sections for figure in section.figures)

    @property
    def tables(self) -> tuple[Table, ...]:
        return tuple(table for section in self.sections for table in section.tables)


FORMAT_VERSION = 1
