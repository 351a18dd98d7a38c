"""`search`: which compounds mimic a query, and which reverse it."""

import argparse
import sys
from pathlib import Path
from typing import Any

import pandas as pd

from gpar_core import fields
from gpar_core.commands.terminal import check_folder
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.data.profiles import accept, read_profiles
from gpar_core.data.training_set import known_drugs
from gpar_core.errors import RequestError
from gpar_core.export import csv_text
from gpar_core.search.query import (
    TOP_GENES,
    ListMatch,
    Query,
    of_compound,
    of_lists,
    of_profile,
)
from gpar_core.search.scores import SCORES
from gpar_core.search.search import TABLES, search
from gpar_core.storage.cache import Cache

N_SHOWN = 20
MAX_LIST_BYTES = 1_000_000
"""Maximum size of a file of gene names."""


def add(commands: Any) -> None:
    """Register the command."""
    command = commands.add_parser(
        "search",
        help="find the compounds that mimic or reverse a query",
        description=(
            "Compare gene lists, a profile or a compound with every signature of a compendium. "
            "Prints the compounds that mimic the query most, then those that reverse it most."
        ),
    )
    command.set_defaults(command=_search)
    command.add_argument("--compendium", required=True, metavar="NAME")
    command.add_argument("--up", type=Path, metavar="FILE", help="up-regulated genes, one per line")
    command.add_argument(
        "--down", type=Path, metavar="FILE", help="down-regulated genes, one per line"
    )
    command.add_argument(
        "--profiles",
        type=Path,
        metavar="FILE",
        help="one profile or result table, as for predict-moa; missing genes count as unchanged",
    )
    command.add_argument("--compound", default="", metavar="NAME", help="a compound's signatures")
    command.add_argument(
        "--genes",
        type=int,
        default=TOP_GENES,
        metavar="N",
        help=f"genes taken from each end of a profile (default: {TOP_GENES})",
    )
    command.add_argument(
        "--score",
        choices=tuple(SCORES),
        default="",
        help="how they are compared (default: space, or wtcs with fewer than 978 signatures)",
    )
    command.add_argument("--seed", type=int, default=0, help="seed of the random gene lists")
    command.add_argument(
        "--tau",
        action="store_true",
        help="compute tau and sRGES of a large compendium too, where the first time takes minutes",
    )
    command.add_argument(
        "--summarize",
        choices=tuple(TABLES),
        default="compound",
        help="what a row of the CSV file is (default: compound)",
    )
    command.add_argument("--csv", type=Path, metavar="OUT", help="write all rows to a CSV file")


def _search(options: argparse.Namespace, cache: Cache) -> None:
    check_folder(options.csv)
    compendium = compendia.load(cache.existing_compendium(options.compendium))
    query = _query(options, compendium)
    tables = search(compendium, query, score=options.score, tau=options.tau, seed=options.seed)
    compounds = tables[TABLES["compound"]]
    mark = "  SIMULATED" if compendium.simulated else ""
    print(
        f"{query.name}: {len(query.up)} genes up, {len(query.down)} down, against "
        f"{compendium.n_signatures:,} signatures of {len(compounds):,} compounds{mark}"
    )
    mimics = compounds[compounds["connectivity"] > 0]
    reverses = compounds[compounds["connectivity"] < 0].iloc[::-1]
    for side, table in (("mimic", mimics), ("reverse", reverses)):
        print(f"\n{side:<34} {'conn.':>6} {'tau':>6} {'p':>8} {'FDR':>8} {'lines':>7}  MOA")
        for row in table.head(N_SHOWN).to_dict("records"):
            lines = f"{row[f'n_{side}']}/{row['n_cells']}"
            tau = f"{row['tau']:.1f}" if "tau" in row else "-"
            print(
                f"{row[fields.PERT_INAME][:34]:<34} {row['connectivity']:>6.2f} "
                f"{tau:>6} {row['p']:>8.2g} "
                f"{row['fdr']:>8.2g} {lines:>7}  {row[fields.MOA]}"
            )
    if options.csv:
        table = tables[TABLES[options.summarize]]
        options.csv.write_text(csv_text(_named(table, query, compendium)), encoding="utf-8")
        print(f"\n{len(table):,} rows -> {options.csv}")


def _query(options: argparse.Namespace, compendium: Compendium) -> Query:
    """The query of the options. Raises RequestError."""
    lists = options.up or options.down
    ways = [bool(lists), bool(options.profiles), bool(options.compound)]
    if sum(ways) != 1:
        raise RequestError(
            "Give one query: gene lists (--up, --down), --profiles FILE or --compound NAME."
        )
    if options.compound:
        (drug,) = known_drugs(compendium, [options.compound])
        return of_compound(compendium, drug, n_genes=options.genes)
    if options.profiles:
        profiles = accept(read_profiles(options.profiles, options.profiles.name), impute=True)
        for note in profiles.notes:
            print(f"note: {note}", file=sys.stderr)
        if len(profiles.names) > 1:
            raise RequestError(
                f"'{options.profiles.name}' has {len(profiles.names)} profiles. Give a file with "
                "one."
            )
        return of_profile(profiles.names[0], profiles.matrix[0], n_genes=options.genes)
    name = (options.up or options.down).stem[:80]
    query, match = of_lists(name, _genes(options.up), _genes(options.down))
    for side, found in (("up", match.up), ("down", match.down)):
        if found.n_given:
            print(f"{side}: {_found(found)}", file=sys.stderr)
    for warning in match.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    return query


def _genes(path: Path | None) -> list[str]:
    """The lines of a file, without comments. Raises RequestError."""
    if path is None:
        return []
    if not path.is_file():
        raise RequestError(f"There is no file '{path}'. Check its name and folder.")
    if path.stat().st_size > MAX_LIST_BYTES:
        raise RequestError(
            f"'{path.name}' is too large for a gene list. Give one gene per line, "
            f"{MAX_LIST_BYTES // 1000:,} kB at most."
        )
    lines = path.read_text("utf-8-sig", errors="replace").splitlines()
    return [line for line in lines if not line.lstrip().startswith("#")]


def _found(found: ListMatch) -> str:
    missing = ", ".join(found.missing[:10]) + (", …" if len(found.missing) > 10 else "")
    lost = f"; not among them: {missing}" if missing else ""
    return f"{found.n_found} of {found.n_given} genes are landmark genes{lost}"


def _named(table: pd.DataFrame, query: Query, compendium: Compendium) -> pd.DataFrame:
    """The table with the query and the compendium in every row."""
    return table.drop(columns=fields.DRUG).assign(
        query=query.name, compendium=compendium.name, simulated=compendium.simulated
    )
