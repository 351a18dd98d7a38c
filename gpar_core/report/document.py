"""The content of a report, before it is written as a page or as files."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import altair as alt
import pandas as pd


@dataclass(frozen=True, eq=False)
class Figure:
    """name: of its files, without extension."""

    name: str
    chart: alt.TopLevelMixin
    caption: str


@dataclass(frozen=True, eq=False)
class Table:
    """name: of its files, without extension. rows: all, as exported. shown: text as on the page, if
    it has columns. links: columns that contain addresses.
    """

    name: str
    rows: pd.DataFrame
    shown: pd.DataFrame
    caption: str = ""
    links: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Section:
    """One section: paragraphs, facts by name, a command, figures, tables; shown in this order."""

    title: str
    paragraphs: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    command: str = ""
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """The figures of a result, for comparison with another one.

    figures: by name. first: ids of the top-ranked items, best first. digest: SHA-256 of the whole
    result, numbers to nine digits.
    """

    figures: Mapping[str, float]
    first: tuple[str, ...]
    digest: str


@dataclass(frozen=True)
class Origin:
    """The provenance of a result, and how to reproduce it.

    request: as written by `storage.requests.to_json`; '' if the result does not contain it.
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
