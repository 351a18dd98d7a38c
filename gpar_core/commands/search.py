"""`search`: which compounds mimic a query, and which reverse it."""

import argparse
import json
import sys
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from gpar_core import fields, processors
from gpar_core.analyses.signature_search.plan import plan_asked
from gpar_core.analyses.signature_search.request import SearchRequest, sizes
from gpar_core.commands.output import (
    add_output,
    check_outputs,
    write_output,
    write_table,
)
from gpar_core.commands.terminal import print_with_classes, seed
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.data.gene_sets import GeneLists, read_gene_list
from gpar_core.data.kind_names import counted
from gpar_core.data.pert_types import known_pert_type
from gpar_core.errors import RequestError
from gpar_core.search.batch import has_p, search_batch
from gpar_core.search.cut_offs import CutOffs
from gpar_core.search.inputs import Asked, asked, gene_names
from gpar_core.search.query import TOP_GENES
from gpar_core.search.scores import SCORES
from gpar_core.search.search import TABLES, search
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id

N_SHOWN = 20


def add(commands: Any) -> None:
    """Register the command."""
    command = commands.add_parser(
        "search",
        help="find the compounds that mimic or reverse a query",
        description=(
            "Compare gene lists, a differential expression table, profiles, gene sets, a compound "
            "or a signature with every signature of a compendium. Prints the compounds that mimic "
            "the query most, then those that reverse it most."
        ),
    )
    command.set_defaults(command=_search)
    command.add_argument("--compendium", required=True, metavar="NAME")
    _add_query(command)
    command.add_argument(
        "--score",
        choices=tuple(SCORES),
        default="",
        help="how the query is compared (default: space, or wtcs with fewer than 978 signatures)",
    )
    command.add_argument(
        "--against",
        default=fields.COMPOUND_PERT_TYPE,
        metavar="KIND",
        help="what to search: compounds, knock-downs, knock-outs, over-expressions or ligands of "
        "the compendium (default: compounds)",
    )
    command.add_argument("--seed", type=seed, default=0, help="seed of the random gene lists")
    command.add_argument(
        "--tau",
        action="store_true",
        help="compute tau and sRGES in a large compendium too (minutes the first time)",
    )
    command.add_argument(
        "--summarize",
        choices=tuple(TABLES),
        default="compound",
        help="what each row of the files stands for (default: compound)",
    )
    add_output(command)


def _add_query(command: argparse.ArgumentParser) -> None:
    usual = CutOffs()
    command.add_argument(
        "--up",
        default="",
        metavar="FILE",
        help="up-regulated genes, one per line, or a table of genes and directions; or symbols "
        "separated by commas",
    )
    command.add_argument(
        "--down",
        default="",
        metavar="FILE",
        help="down-regulated genes, one per line, or symbols separated by commas",
    )
    files: tuple[tuple[str, str], ...] = (
        ("--table", "a differential expression table: the genes that pass --fdr and --lfc"),
        (
            "--profiles",
            "profiles or differential expression tables, as for predict-moa; missing genes count "
            "as unchanged",
        ),
        ("--gmt", "gene sets, each a query; NAME_UP and NAME_DN are one query"),
    )
    for option, about in files:
        command.add_argument(option, type=Path, metavar="FILE", help=about)
    command.add_argument(
        "--name", default="", help="what to call the query (default: the name of the file)"
    )
    command.add_argument(
        "--profile",
        default="",
        metavar="NAME",
        help="search with this profile only, by name or number, of several in the file",
    )
    command.add_argument(
        "--z-score",
        action="store_true",
        help="convert counts or log values to z-scores across the profiles in the file",
    )
    command.add_argument(
        "--compound", default="", metavar="NAME", help="a compound: the mean of its signatures"
    )
    command.add_argument(
        "--cell", default="", metavar="NAME", help="the compound's signature in this cell line"
    )
    command.add_argument(
        "--signature", default="", metavar="SIG_ID", help="a signature of the compendium"
    )
    command.add_argument(
        "--fdr", type=float, default=usual.fdr, help=f"maximum FDR (default: {usual.fdr})"
    )
    command.add_argument(
        "--lfc",
        type=float,
        default=usual.lfc,
        help=f"minimum absolute log2 fold change (default: {usual.lfc:g})",
    )
    command.add_argument(
        "--genes",
        type=int,
        default=TOP_GENES,
        metavar="N",
        help="landmark genes taken from each end of a profile, or at most from each side of a "
        f"table (default: {TOP_GENES})",
    )


def _search(options: argparse.Namespace, cache: Cache) -> None:
    check_outputs(options)
    compendium = compendia.load(cache.existing_compendium(options.compendium))
    given = _asked(options, compendium)
    against = known_pert_type(options.against, compendium.stored_kinds)
    request = replace(
        plan_asked(
            compendium,
            given,
            name=options.name,
            genes=options.genes,
            score=options.score,
            seed=options.seed,
        ),
        tau=options.tau,
        against=against,
    )
    compendium = compendium.of_kinds([against])
    for note in given.notes:
        print(note if note.startswith("warning:") else f"note: {note}", file=sys.stderr)
    if len(given.queries) == 1:
        (query,) = given.queries
        tables = search(
            compendium,
            query,
            score=request.score,
            tau=request.tau,
            seed=request.seed,
            threads=processors.usable(),
        )
        table = tables[TABLES[options.summarize]].assign(query=query.name)
        _print_one(tables, f"{query.name}: {sizes(len(query.up), len(query.down))}",
                   compendium)  # fmt: skip
    else:
        if options.summarize != "compound":
            raise RequestError(
                f"{len(given.queries):,} queries are summarized by compound. Leave out "
                "--summarize, or give one query."
            )
        tables = search_batch(
            compendium,
            given.queries,
            score=request.score,
            seed=request.seed,
            threads=processors.usable(),
        )
        table = tables["compounds"]
        _print_batch(tables, compendium)
    _write(options, table, given, compendium, request)


def _asked(options: argparse.Namespace, compendium: Compendium) -> Asked:
    """The queries of the options. Raises GparError."""
    up, down = _lists(options.up, options.down)
    return asked(
        compendium,
        up=up,
        down=down,
        table=options.table,
        profiles=options.profiles,
        profile=options.profile,
        z_score=options.z_score,
        gmt=options.gmt,
        compound=options.compound,
        cell=options.cell,
        signature=options.signature,
        cut_offs=CutOffs(options.fdr, options.lfc, options.genes),
        genes=options.genes,
        name=options.name or _named(options.up or options.down),
    )


def _named(given: str) -> str:
    """The name of a list: that of its file, '' for symbols."""
    return "" if "," in given else Path(given).stem[:80]


def _lists(up: str, down: str) -> tuple[list[str], list[str]]:
    """The genes of two files, or symbols. One with directions has both lists. Raises GparError."""
    first, second = (_list(given) for given in (up, down))
    if (first.down and down) or (second.down and up):
        raise RequestError(
            "A file with directions has both lists. Give it alone, or give two files of one list."
        )
    return [*first.up, *second.down], [*first.down, *second.up]


def _list(given: str) -> GeneLists:
    path = Path(given)
    if not given or ("," in given and not path.is_file()):
        return GeneLists("", tuple(gene_names(given)))
    if not path.is_file():
        raise RequestError(f"There is no file '{path}'. Check its name and folder.")
    return read_gene_list(path, path.name)


def _print_one(tables: Any, title: str, compendium: Compendium) -> None:
    compounds = tables[TABLES["compound"]]
    print(f"{title}, {_against(compendium, len(compounds))}")
    mimics = compounds[compounds["connectivity"] > 0]
    reverses = compounds[compounds["connectivity"] < 0].iloc[::-1]
    for side, table in (("mimic", mimics), ("reverse", reverses)):
        shown = table.head(N_SHOWN)
        print_with_classes(
            shown,
            f"\n{side:<34} {'conn.':>6} {'tau':>6} {'p':>8} {'FDR':>8} {'lines':>7}",
            [_line(row, side) for row in shown.to_dict("records")],
        )


def _line(row: Mapping[Hashable, Any], side: str) -> str:
    lines = f"{row[f'n_{side}']}/{row['n_cells']}"
    tau = f"{row['tau']:.1f}" if pd.notna(row.get("tau")) else "-"
    return (
        f"{row[fields.PERT_INAME][:34]:<34} {row['connectivity']:>6.2f} {tau:>6} {row['p']:>8.2g} "
        f"{row['fdr']:>8.2g} {lines:>7}"
    )


def _print_batch(tables: Any, compendium: Compendium) -> None:
    queries = tables["queries"]
    print(f"{len(queries):,} queries, {_against(compendium, compendium.n_drugs)}")
    if not has_p(tables["compounds"]):
        print(
            "p is left out: it takes hours for so many profiles. Search with one of them for its p."
        )
    print(f"\n{'query':<30} {'up':>4} {'down':>5}  {'mimics':<40}  reverses")
    for row in queries.head(N_SHOWN).to_dict("records"):
        print(
            f"{row['query'][:30]:<30} {row['n_up']:>4} {row['n_down']:>5}  "
            f"{row['mimics'][:40]:<40}  {row['reverses'][:40]}"
        )
    if len(queries) > N_SHOWN:
        print(f"and {len(queries) - N_SHOWN:,} more")


def _against(compendium: Compendium, n_compounds: int) -> str:
    mark = "  SIMULATED" if compendium.simulated else ""
    (kind,) = compendium.kinds
    among = counted(n_compounds, kind)
    return f"against {compendium.n_signatures:,} signatures of {among}{mark}"


def _write(
    options: argparse.Namespace,
    table: pd.DataFrame,
    given: Asked,
    compendium: Compendium,
    request: SearchRequest,
) -> None:
    table = table.drop(columns=fields.DRUG).assign(
        compendium=compendium.name, simulated=compendium.simulated
    )
    write_table(options, table)
    if options.json:
        rows = table.astype(object).where(table.notna(), None)
        content = {
            "analysis_id": job_id(request),
            "compendium": compendium.name,
            "data": "SIMULATED" if compendium.simulated else "measured",
            "score": request.score,
            "seed": request.seed,
            "queries": [
                {"name": query.name, "up": _symbols(query.up), "down": _symbols(query.down)}
                for query in given.queries
            ],
            "notes": list(given.notes),
            TABLES[options.summarize]: rows.to_dict("records"),
        }
        write_output(options.json, json.dumps(content, indent=1) + "\n")
        print(f"\n{len(table):,} rows -> {options.json}")


def _symbols(genes: Iterable[int]) -> list[str]:
    return [fields.LANDMARK_SYMBOLS[gene] for gene in genes]
