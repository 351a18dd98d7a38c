"""Download menus: a button for each table, and in it the formats; files are made on a click."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st

from gpar_core import export
from gpar_core.analyses.result import Analysis
from gpar_core.formats.excel import served_workbook, why_not_served

TABLE, SIGNATURES, GRAPH, GENES = "Table", "Signatures", "Graph", "Genes"
"""What a file holds."""


@dataclass(frozen=True)
class File:
    """One choice of a menu: its format, the ending of its name, its content, and help.

    why_not: why it cannot be made, '' if it can. part: of what the menu is for, in the name. holds:
    what is in it, a heading where a menu has files of several kinds.
    """

    format: str
    ending: str
    make: Callable[[], str | bytes]
    help: str
    why_not: str = ""
    part: str = ""
    holds: str = TABLE


@dataclass(frozen=True)
class Command:
    """What to run for a file that is too large for a menu. text: the command line."""

    why: str
    text: str
    holds: str


MEDIA_TYPES = {"csv": "text/csv", "grp": "text/plain", "gmt": "text/plain"}
"""Of endings that a browser may open; others are bytes."""


def download_menu(
    label: str,
    files: Iterable[File | Command],
    what: str,
    of: str,
    *,
    simulated: bool,
    explained: str | None = None,
) -> None:
    """Draw a button that opens a list of files.

    what, of: as for `export.download_name`. explained: what the files hold.
    """
    files = list(files)
    kinds = dict.fromkeys(file.holds for file in files)
    with st.popover(label, help=explained), st.container(gap="xsmall"):
        for kind in kinds:
            if len(kinds) > 1:
                st.caption(kind)
            for file in files:
                if file.holds == kind:
                    _show(file, what, of, simulated=simulated)


def _show(file: File | Command, what: str, of: str, *, simulated: bool) -> None:
    if isinstance(file, Command):
        st.caption(file.why)
        st.code(file.text, language=None, wrap_lines=True)
        return
    whole = f"{what}-{file.part}" if file.part else what
    name = export.download_name(whole, of, simulated=simulated, ending=file.ending)
    st.download_button(
        file.format,
        file.make,
        name,
        MEDIA_TYPES.get(file.ending, "application/octet-stream"),
        key=f"download-{name}",
        help=file.why_not or file.help,
        on_click="ignore",
        disabled=bool(file.why_not),
        width="stretch",
    )


def download_table(
    label: str,
    table: pd.DataFrame,
    marked: Callable[[pd.DataFrame], pd.DataFrame],
    what: str,
    of: str,
    *,
    simulated: bool,
    more: Sequence[File | Command] = (),
) -> None:
    """Draw the menu of a table. marked: adds its provenance. more: files other than tables."""
    files = table_files(lambda: marked(table), table.size)
    download_menu(label, [*files, *more], what, of, simulated=simulated)


def download_analysis(
    label: str, table: pd.DataFrame, what: str, done: Analysis, *, of: str = ""
) -> None:
    """Draw the menu of a table of an analysis. of: in the file name, '' for the compendium."""
    marked = partial(export.with_analysis, of=done)
    download_table(label, table, marked, what, of or done.compendium, simulated=done.simulated)


def table_files(make: Callable[[], pd.DataFrame], n_cells: int) -> list[File]:
    """A table as CSV, Parquet and Excel. n_cells: about how many it has."""
    return [
        File("CSV", "csv", lambda: export.csv_text(make()), "Opens in any program."),
        File(
            "Parquet",
            "parquet",
            lambda: export.parquet_bytes(make()),
            "Keeps types and all digits, for Python and R.",
        ),
        File(
            "Excel",
            "xlsx",
            lambda: served_workbook(make()),
            "Numbers are numbers, and names of genes stay names.",
            why_not_served(n_cells),
        ),
    ]


def download_gene_lists(
    about: str, name: str, up: Sequence[str], down: Sequence[str], what: str, *, simulated: bool
) -> None:
    """Draw the menu of the symbols of up and down genes. about: them, after 'up and down genes'.

    name: of both lists, in the files and their names. what: as for `export.download_name`.
    """
    sets = {f"{name} up": up, f"{name} down": down}
    lists = [
        File(
            f"{side} genes (GRP)",
            "grp",
            partial(export.gene_list, genes),
            f"{len(genes)} gene symbols, one per line, as Enrichr and CLUE take them.",
            "" if len(genes) else f"No gene goes {side.lower()}.",
            side.lower(),
            GENES,
        )
        for side, genes in (("Up", up), ("Down", down))
    ]
    both = File(
        "Both lists (GMT)",
        "gmt",
        partial(export.gene_sets, sets),
        "Two gene sets, as GSEA and Signature search take them.",
        holds=GENES,
    )
    explained = f"{len(up)} up and {len(down)} down genes {about}"
    download_menu(
        "Download gene lists", [*lists, both], what, name, simulated=simulated, explained=explained
    )
