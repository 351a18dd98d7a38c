"""`report`: a result as a page or with all files; `reproduce`: run a report's analysis again."""

import argparse
from pathlib import Path
from typing import Any

from gpar_core.commands.output import check_output, write_output
from gpar_core.commands.terminal import finish
from gpar_core.errors import FileFormatError
from gpar_core.storage.cache import Cache

SAID = {
    "identical": "THE SAME: every value and every score agrees to nine digits.",
    "within tolerance": (
        "THE SAME WITHIN PROCESSOR TOLERANCE: the versions are the same, and {limits}, as "
        "expected on a different processor."
    ),
    "close": "CLOSE: software versions have changed, and {limits}.",
    "different": "DIFFERENT: the difference is larger than a change of processor can explain.",
}


def add(commands: Any) -> None:
    """Register both commands."""
    report = commands.add_parser(
        "report",
        help="write a report of a model, an evaluation, a search or a target prediction, ready to "
        "publish",
    )
    report.set_defaults(command=_report)
    report.add_argument("result_id", metavar="ID", help="id of a model or an analysis")
    report.add_argument(
        "--out", type=Path, required=True, metavar="FILE",
        help="report.html for just the page, report.zip to include figures, tables and checksums",
    )  # fmt: skip

    reproduce = commands.add_parser(
        "reproduce", help="run the analysis of a report again and compare the results"
    )
    reproduce.set_defaults(command=_reproduce)
    reproduce.add_argument("report", type=Path, metavar="REPORT", help="HTML or zip file")
    reproduce.add_argument(
        "--labels",
        type=Path,
        metavar="FILE",
        help="the class labels that were uploaded for it, if any",
    )


def _report(options: argparse.Namespace, cache: Cache) -> None:
    from gpar_core.report.make import as_file, report_of  # noqa: PLC0415 -- brings classifiers

    check_output(options.out)
    write_output(options.out, as_file(report_of(cache, options.result_id), options.out.suffix))
    print(f"{options.result_id} -> {options.out}")


def _reproduce(options: argparse.Namespace, cache: Cache) -> int:
    # Imported late: other commands do not need the classifiers that these import.
    from gpar_core.data.labels import read_labels  # noqa: PLC0415
    from gpar_core.data.uploads import publish_table  # noqa: PLC0415
    from gpar_core.report.make import report_of  # noqa: PLC0415
    from gpar_core.report.reproduce import (  # noqa: PLC0415
        agreement,
        apart,
        read_origin,
        request_of,
    )

    origin = read_origin(options.report)
    if options.labels:
        if not options.labels.is_file():
            raise FileFormatError(f"There is no file '{options.labels}'. Check the file name.")
        publish_table(cache, read_labels(options.labels.read_bytes(), options.labels.name))
    with apart(origin, cache) as scratch:
        now = report_of(scratch, finish(scratch, request_of(origin))).origin
    found = agreement(origin, now)
    if origin.simulated:
        print("SIMULATED data: no laboratory measured these signatures.")
    print(f"{'':<44} {'report':>9} {'now':>9} {'difference':>11}")
    for row in found.figures.itertuples():
        print(
            f"{str(row.figure)[:44]:<44} {row.then:>9.4f} {row.now:>9.4f} {row.difference:>+11.2g}"
        )
    if found.n_first:
        ranked = found.tolerance.ranked
        print(f"{found.shared_first} of the first {found.n_first} {ranked} are the same")
    if found.changed:
        print(f"changed since: {'; '.join(found.changed)}")
    print(SAID[found.verdict].format(limits=found.tolerance.limits))
    return 1 if found.verdict == "different" else 0
