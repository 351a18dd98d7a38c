"""`evaluate-search`: which score of a signature search retrieves mechanisms best."""

import argparse
import json
from pathlib import Path
from typing import Any

from gpar_core.analyses import result as analysis
from gpar_core.analyses.search_evaluation.plan import LENGTHS, NOISE, plan_search_evaluation
from gpar_core.commands.output import check_output, write_output
from gpar_core.commands.terminal import finish, records, seed
from gpar_core.compare.search_comparison import (
    MEASURES,
    identified,
    scope_in_words,
    verdict,
    with_interval,
)
from gpar_core.data import compendium as compendia
from gpar_core.data.name_lists import read_names
from gpar_core.errors import RequestError
from gpar_core.export import analysis_csv
from gpar_core.search.scores import SCORES
from gpar_core.storage.cache import Cache


def add(commands: Any) -> None:
    """Register the command."""
    command = commands.add_parser(
        "evaluate-search",
        help="compare the scores of a signature search by how well they retrieve MOAs",
        description=(
            "Search with compounds whose MOA is known, by gene lists of several lengths, and "
            "measure how well each score retrieves the other compounds with the MOA. The "
            "compound itself is left out of the results."
        ),
    )
    command.set_defaults(command=_evaluate)
    command.add_argument("--compendium", required=True, metavar="NAME")
    command.add_argument(
        "--scores", default=",".join(SCORES), metavar="A,B",
        help="one or more of %(default)s (default: all)",
    )  # fmt: skip
    command.add_argument(
        "--genes", default=",".join(map(str, LENGTHS)), metavar="N,N",
        help="genes in each list of a query (default: %(default)s)",
    )  # fmt: skip
    command.add_argument(
        "--noise", default=",".join(f"{level:g}" for level in NOISE), metavar="X,X",
        help="standard deviation of the noise added to each gene (default: %(default)s)",
    )  # fmt: skip
    command.add_argument(
        "--queries", default="", metavar="NAME",
        help="search with the compounds of this compendium (default: the compendium's own)",
    )  # fmt: skip
    command.add_argument("--seed", type=seed, default=0, help="seed of the noise and the intervals")
    command.add_argument("--json", type=Path, metavar="OUT", help="write all tables to a JSON file")
    command.add_argument("--csv", type=Path, metavar="OUT", help="write the figures of each MOA")


def _evaluate(options: argparse.Namespace, cache: Cache) -> None:
    check_output(options.json)
    check_output(options.csv)
    compendium = compendia.load(cache.existing_compendium(options.compendium))
    queries = None
    if options.queries:
        queries = compendia.load(cache.existing_compendium(options.queries))
    request = plan_search_evaluation(
        compendium,
        scores=read_names(options.scores),
        genes=[int(number) for number in _numbers(options.genes, int)],
        noise=_numbers(options.noise, float),
        queries=queries,
        seed=options.seed,
    )
    done = analysis.load(cache.analysis(finish(cache, request)))
    _print(done, request.seed)
    moas = done.tables["moas"]
    if options.csv:
        write_output(options.csv, analysis_csv(moas, done))
        print(f"{len(moas):,} rows -> {options.csv}")
    if options.json:
        write_output(options.json, _json(done))
        print(f"{moas['moa'].nunique():,} MOAs -> {options.json}")


def _numbers(text: str, kind: type[int] | type[float]) -> list[float]:
    """The numbers of a list. Raises RequestError."""
    try:
        return [kind(item) for item in read_names(text)]
    except ValueError as error:
        what = "whole numbers" if kind is int else "numbers"
        raise RequestError(
            f"'{text[:40]}' is not a list of {what}. Separate them by commas: 10,50."
        ) from error


def _print(done: analysis.Analysis, seed: int) -> None:
    if done.simulated:
        print("SIMULATED data: no laboratory measured these signatures.")
    moas, table = done.tables["moas"], done.tables["summary"]
    scope = scope_in_words(table, done.tables["scope"])
    print(f"{done.compendium}: {scope}; {done.seconds:.0f} s")
    width = max(len(SCORES[score].label) for score in table["score"])
    for noise in table["noise"].unique().tolist():
        for measure, label in MEASURES.items():
            print(f"\nnoise {noise:g}: {verdict(moas, measure, noise, seed=seed)}")
            of_measure = table[(table["noise"] == noise) & (table["measure"] == measure)]
            lengths = of_measure["n_genes"].unique()
            print(f"{label:<{width}}" + "".join(f"{f'{n} genes':>20}" for n in lengths))
            for score, row in of_measure.groupby("score", sort=False):
                cells = [f"{with_interval(cell):>20}" for cell in row.to_dict("records")]
                print(f"{SCORES[str(score)].label:<{width}}" + "".join(cells))
    found = identified(done.tables["identity"])
    if len(found):
        print("\nThe query's own molecule, if the compendium has it (not counted above):")
        for one in found.to_dict("records"):
            print(
                f"{SCORES[one['score']].label:<{width}} {one['n_genes']:>4} genes, noise "
                f"{one['noise']:g}: first for {one['first']} of {one['n']}, among ten for "
                f"{one['first_10']}; median rank {one['median_rank']:g} of {one['n_drugs']:,}"
            )


def _json(done: analysis.Analysis) -> str:
    content = {
        "analysis_id": done.analysis_id,
        "compendium": done.compendium,
        "data": "SIMULATED" if done.simulated else "measured",
        "seconds": done.seconds,
        "versions": dict(done.versions),
        **{name: records(table) for name, table in done.tables.items()},
    }
    return json.dumps(content, indent=1) + "\n"
