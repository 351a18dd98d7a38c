"""`library`: build or show one model for each of many MOAs or targets."""

import argparse
from typing import Any

from gpar_core.analyses.library import result as library
from gpar_core.analyses.library.plan import plan_library
from gpar_core.commands.terminal import add_classes, add_dask, add_method, finish, method_of
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.storage.cache import Cache


def add(commands: Any) -> None:
    """Register the command."""
    libraries = commands.add_parser(
        "library", help="build or show a library: one model for each MOA or target of a compendium"
    )
    actions = libraries.add_subparsers(required=True, metavar="ACTION")
    build = actions.add_parser("build", help="train the models that are still missing")
    build.set_defaults(command=_build)
    build.add_argument("--compendium", required=True, metavar="NAME")
    build.add_argument("--min-drugs", type=int, default=library.MIN_DRUGS, metavar="N")
    build.add_argument(
        "--moas", nargs="+", action="extend", default=[], metavar="MOA",
        help="only these MOAs, or targets by 'target: GENE' (default: all of --classes)",
    )  # fmt: skip
    add_classes(build)
    add_method(build)
    add_dask(build)
    show = actions.add_parser("show", help="list the trained models and how good they are")
    show.set_defaults(command=_show)
    show.add_argument("--compendium", required=True, metavar="NAME")


def _build(options: argparse.Namespace, cache: Cache) -> None:
    compendium = compendia.load(cache.existing_compendium(options.compendium))
    request = plan_library(
        compendium,
        method_of(options, compendium),
        moas="\n".join(options.moas),
        among=options.classes,
        min_drugs=options.min_drugs,
    )
    library_id = finish(cache, request, cluster=options.dask)
    _print(library.load(cache, library_id), compendium)


def _show(options: argparse.Namespace, cache: Cache) -> None:
    compendium = compendia.load(cache.existing_compendium(options.compendium))
    libraries = library.of_compendium(cache, compendium)
    if not libraries:
        print(f"There is no library of models for '{compendium.name}' yet.")
    for each in libraries:
        _print(each, compendium)


def _print(shown: library.Library, compendium: Compendium) -> None:
    mark = "  SIMULATED" if compendium.simulated else ""
    seconds = sum(entry.summary.seconds for entry in shown.entries if entry.summary)
    noun = shown.noun
    print(
        f"library {shown.library_id} of {compendium.name}: {len(shown.asked)} of "
        f"{noun.counted(len(shown.entries))} used for prediction (mean AUROC 0.6 or more), "
        f"{seconds:.0f} s "
        f"of training{mark}"
    )
    if stale := shown.why_stale(compendium.fingerprint):
        print(f"STALE: {stale}")
    print(
        f"{noun.title:<48} {'drugs':>5} {'AUROC':>6} {'95% interval':>12} {'chance':>6} {'AP':>6}  "
        "verdict"
    )
    for entry in shown.entries:
        drugs = len(entry.training.drug_set.drugs)
        if entry.summary is None:
            print(f"{entry.moa[:48]:<48} {drugs:>5}  {entry.reason or 'not trained yet'}")
            continue
        metrics, verdict = entry.summary.metrics, entry.summary.verdict
        interval = "{:.2f}-{:.2f}".format(*metrics.interval)
        print(
            f"{entry.moa[:48]:<48} {entry.summary.n_positive_compounds:>5} "
            f"{metrics.mean_auroc:>6.3f} {interval:>12} "
            f"{verdict.chance.p:>6.2g} {metrics.average_precision:>6.3f}  {verdict.name}"
        )
