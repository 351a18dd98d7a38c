"""`evaluate-search`: which score of a signature search retrieves mechanisms best."""

import argparse
from typing import Any

from gpar_core.analyses import result as analysis
from gpar_core.analyses.search_evaluation.plan import LENGTHS, NOISE, plan_search_evaluation
from gpar_core.commands.output import add_output, check_outputs, print_simulated, write_analysis
from gpar_core.commands.terminal import (
    add_classes,
    finish,
    numbers,
    seed,
    whole_numbers,
)
from gpar_core.compare.search_comparison import (
    MEASURES,
    identified,
    scope_in_words,
    verdict,
    with_interval,
)
from gpar_core.data import compendium as compendia
from gpar_core.data.class_names import noun_of
from gpar_core.data.name_lists import read_names
from gpar_core.search.scores import SCORES
from gpar_core.storage.cache import Cache


def add(commands: Any) -> None:
    """Register the command."""
    command = commands.add_parser(
        "evaluate-search",
        help="compare the scores of a signature search by how well they retrieve MOAs or targets",
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
    add_classes(command)
    command.add_argument("--seed", type=seed, default=0, help="seed of the noise and the intervals")
    add_output(command, "figures of each class")


def _evaluate(options: argparse.Namespace, cache: Cache) -> None:
    check_outputs(options)
    compendium = compendia.load(cache.existing_compendium(options.compendium))
    queries = None
    if options.queries:
        queries = compendia.load(cache.existing_compendium(options.queries))
    request = plan_search_evaluation(
        compendium,
        scores=read_names(options.scores),
        genes=whole_numbers(options.genes),
        noise=numbers(options.noise, float),
        queries=queries,
        among=options.classes,
        seed=options.seed,
    )
    done = analysis.load(cache.analysis(finish(cache, request)))
    _print(done, request.seed)
    write_analysis(options, done, done.tables["moas"])


def _print(done: analysis.Analysis, seed: int) -> None:
    print_simulated(done.simulated)
    moas, table = done.tables["moas"], done.tables["summary"]
    scope = scope_in_words(table, done.tables["scope"], noun_of(moas["moa"].unique()))
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
