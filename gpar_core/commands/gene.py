"""`gene`: what moves one gene, and which drugs target it."""

import argparse
import json
from typing import Any

import pandas as pd

from gpar_core import fields
from gpar_core.analyses.gene.result import found_importance, gene_tables
from gpar_core.commands.output import (
    add_output,
    check_outputs,
    records,
    write_output,
    write_table,
)
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.progress import Tables
from gpar_core.storage.cache import Cache

N_SHOWN = 15


def add(commands: Any) -> None:
    """Register the command."""
    command = commands.add_parser(
        "gene",
        help="show what moves a gene, and which drugs target it",
        description=(
            "Print the perturbagens that move a gene most, up and down, MOAs whose drugs move it "
            "together, drugs that target it, and its own knock-downs and over-expressions."
        ),
    )
    command.set_defaults(command=_gene)
    command.add_argument("--compendium", required=True, metavar="NAME")
    command.add_argument(
        "--gene", required=True, metavar="NAME", help="a symbol, Entrez id or Ensembl id"
    )
    add_output(command, "perturbagens")


def _gene(options: argparse.Namespace, cache: Cache) -> None:
    check_outputs(options)
    compendium = compendia.load(cache.existing_compendium(options.compendium))
    tables = gene_tables(compendium, options.gene, found_importance(cache, compendium))
    _print(tables, compendium)
    provenance = {
        "compendium": compendium.name,
        "data": "SIMULATED" if compendium.simulated else "measured",
    }
    symbol = tables["gene"]["symbol"].iloc[0]
    table = tables.get("movers", tables["targeted_by"]).assign(gene=symbol, **provenance)
    write_table(options, table.drop(columns=fields.DRUG))
    if options.json:
        content = provenance | {name: records(table) for name, table in tables.items()}
        write_output(options.json, json.dumps(content, indent=1) + "\n")
        print(f"\n{len(tables)} tables -> {options.json}")


def _print(tables: Tables, compendium: Compendium) -> None:
    (about,) = tables["gene"].to_dict("records")
    mark = "  SIMULATED" if compendium.simulated else ""
    now = "" if about["current_symbol"] == about["symbol"] else f" (now {about['current_symbol']})"
    print(f"{about['symbol']}{now} in {compendium.name}{mark}")
    if about["measured"]:
        print(
            f"standard deviation of z {about['sd']:.2f}, number {about['sd_rank']} of "
            f"{fields.N_LANDMARKS} genes"
        )
        for kind, table in tables["movers"].groupby("kind", sort=False):
            _print_movers(f"{kind}s that move it up", table[table["mean_z"] > 0])
            _print_movers(f"{kind}s that move it down", table[table["mean_z"] < 0].iloc[::-1])
        _print_rows("MOAs whose drugs move it", tables["moas"], fields.MOA, "fdr", "FDR")
    else:
        print("L1000 does not measure it, so there is nothing on what moves it.")
    for title, name in (("Drugs that target it", "targeted_by"),
                        ("Its perturbations", "perturbations")):  # fmt: skip
        if len(tables[name]):
            names = tables[name][fields.PERT_INAME]
            more = f", and {len(names) - N_SHOWN:,} more" if len(names) > N_SHOWN else ""
            print(f"\n{title}: {', '.join(names[:N_SHOWN])}{more}")
    for row in tables["perturbations"].to_dict("records"):
        if "moves_itself" in row:
            print(f"  {row[fields.PERT_INAME]}: mean z {row['mean_z']:+.2f}, {row['moves_itself']}")


def _print_movers(title: str, table: pd.DataFrame) -> None:
    _print_rows(title, table, fields.PERT_INAME, "n_signatures", "signatures")


def _print_rows(title: str, table: pd.DataFrame, name: str, last: str, label: str) -> None:
    print(f"\n{title[:40]:<40} {'mean z':>7} {'95% interval':>15}  {label}")
    for row in table.head(N_SHOWN).to_dict("records"):
        interval = "-" if row["low"] != row["low"] else f"{row['low']:+.2f} to {row['high']:+.2f}"
        print(f"{row[name][:40]:<40} {row['mean_z']:>+7.2f} {interval:>15}  {row[last]:.3g}")
