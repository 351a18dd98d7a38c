"""How well each method finds the held-out drugs of every MOA, on identical folds.

    python -m benchmarks.quality --files DIR [--methods gpar,gsea] [--json FILE] [--moas FILE]
    python -m benchmarks.quality --files DIR --variants

DIR has LINCS Level 5 files in GEO layout with a MOA table. Every MOA with at least four drugs
counts; the figures are those of `gpar_core.analyses.evaluation.evaluate`, with the protocol 'drug'.

MOAs are split into two halves at random: the settings of `fast` were chosen on `tune`; nothing was
chosen on `report`. `--variants` compares settings of `fast`, only on `tune`. `--moas` writes a
table of all MOAs, one by one.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import cpu_count

from gpar_core import fields
from gpar_core.analyses.evaluation.evaluate import compare, of_protocol, summary
from gpar_core.compare.methods import DRUG, GPAR, METHODS, MIN_DRUGS
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.data.importing.build import import_compendium
from gpar_core.data.importing.import_files import ImportFiles, SeriesFiles
from gpar_core.errors import TrainingSetError
from gpar_core.learn.engine import FitPool
from gpar_core.learn.presets import MatchingSettings, Settings, preset
from gpar_core.progress import Progress, Report, silent

SEED = 0
SPLIT_SEED = 1
NEGATIVES = ("others", "inactive")
VARIANTS = {
    "fast": MatchingSettings(),
    "cell lines not centered": MatchingSettings(center_prior=1e9),
    "scatter within compounds shrunk by 0.25": MatchingSettings(shrinkage=0.25),
    "by 0.75": MatchingSettings(shrinkage=0.75),
    "by 1: not looked at": MatchingSettings(shrinkage=1.0),
    "spread of compounds kept": MatchingSettings(flattening=1.0),
    "flattened to 0.5": MatchingSettings(flattening=0.5),
    "100 dimensions": MatchingSettings(dimensions=100),
    "400 dimensions": MatchingSettings(dimensions=400),
    "softmax of 5 cos": MatchingSettings(sharpness=5.0),
    "softmax of 20 cos": MatchingSettings(sharpness=20.0),
}
"""Settings of `fast` by what they change."""

FILES = {
    "matrix": "*.gctx",
    "sig_info": "sig_info*",
    "gene_info": "gene_info*",
    "sig_metrics": "sig_metrics*",
    "pert_info": "pert_info*",
    "moa": "moa*",
}
"""Patterns of file names, by fields of `SeriesFiles`, and of the MOA table."""


def moas_of(compendium: Compendium, half: str) -> list[str]:
    """Names of the MOAs with enough drugs: all, or those of the half 'tune' or 'report'."""
    table = compendium.moas
    names = sorted(table.loc[table["n_drugs"] >= MIN_DRUGS, fields.MOA])
    order = np.random.default_rng(SPLIT_SEED).permutation(len(names))
    chosen = {"all": order, "tune": order[: len(names) // 2], "report": order[len(names) // 2 :]}
    return [names[place] for place in sorted(chosen[half])]


def measure(
    compendium: Compendium,
    moas: list[str],
    methods: list[str],
    negatives: str,
    settings: Settings,
) -> pd.DataFrame:
    """One row per MOA and method, as in `compare`."""
    with FitPool(cpu_count()) as pool:
        tables = compare(
            compendium,
            moas,
            methods,
            settings,
            negatives=negatives,
            seed=SEED,
            pool=pool,
            report=_teller(),
        )
    return of_protocol(tables["measures"], DRUG)


def variants(compendium: Compendium, moas: list[str]) -> pd.DataFrame:
    """Mean AUROC and average precision of each of `VARIANTS`, and its differences to `fast`."""
    rows: list[dict[str, object]] = []
    fast = None
    for name, settings in VARIANTS.items():
        found = measure(compendium, moas, ["gpar"], "others", settings).set_index("class")
        fast = found["auroc"] if fast is None else fast
        differences = found["auroc"] - fast
        rows.append(
            {
                "settings": name,
                "mean_auroc": found["auroc"].mean(),
                "average_precision": found["ap"].mean(),
                "difference": differences.mean(),
                "standard_error": differences.std() / np.sqrt(len(differences)),
            }
        )
        print(rows[-1], file=sys.stderr)
    return pd.DataFrame(rows)


def by_moa(measured: pd.DataFrame, report: list[str]) -> str:
    """A table in Markdown of each MOA, the highest AUROC of GPAR first.

    measured: as `measure` gives it, with GPAR and others. report: MOAs nothing was chosen by.
    """
    lines = [
        "| MOA | drugs | AUROC of GPAR (95%) | average precision, base rate | best other method |",
        "|---|---|---|---|---|",
    ]
    own = measured[measured["method"] == GPAR].sort_values("auroc", ascending=False)
    others = measured[measured["method"] != GPAR].sort_values("auroc", ascending=False)
    best = others.drop_duplicates("class").set_index("class")
    for row in own.itertuples():
        name = row[own.columns.get_loc("class") + 1]
        mark = "" if name in report else " *"
        other = best.loc[name]
        lines.append(
            f"| {name}{mark} | {row.n_positive} | {row.auroc:.2f} ({row.low:.2f}-{row.high:.2f}) "
            f"| {row.ap:.2f}, {row.base_rate:.3f} "
            f"| {other['auroc']:.2f} {METHODS[other['method']].label} |"
        )
    return "\n".join(lines) + "\n"


def imported(files: Path, folder: Path) -> Compendium:
    """The compendium of the files, built in the empty `folder`. Raises DataError."""
    found = {field: next(iter(files.glob(pattern)), None) for field, pattern in FILES.items()}
    moa = found.pop("moa")
    import_compendium(
        ImportFiles((SeriesFiles(**found),), (moa,) if moa else ()),
        folder,
        name=files.name,
        report=silent,
    )
    return compendia.load(folder)


def _teller() -> Report:
    """Says each thing once."""
    said = {""}

    def tell(progress: Progress) -> None:
        if progress.message not in said:
            said.add(progress.message)
            print(progress.message, file=sys.stderr)

    return tell


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality")
    parser.add_argument("--files", type=Path, required=True, help="folder in GEO layout")
    parser.add_argument("--methods", default=",".join(METHODS), help="of " + ", ".join(METHODS))
    parser.add_argument("--variants", action="store_true", help="compare settings of fast instead")
    parser.add_argument("--limit", type=int, help="only the first MOAs")
    parser.add_argument("--moas", type=Path, help="write a table of the MOAs, negatives: others")
    parser.add_argument("--json", type=Path, default=Path("build/quality.json"))
    options = parser.parse_args()
    methods = options.methods.split(",")
    if unknown := set(methods) - set(METHODS):
        parser.error(f"unknown methods: {', '.join(sorted(unknown))}")
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory(prefix="gpar-") as folder:
        compendium = imported(options.files, Path(folder))
        if options.variants:
            found = variants(compendium, moas_of(compendium, "tune")[: options.limit])
            print(found.to_string(index=False, float_format="{:.3f}".format))
            return
        moas = moas_of(compendium, "all")[: options.limit]
        for negatives in NEGATIVES:
            try:
                measured = measure(compendium, moas, methods, negatives, preset("fast"))
            except TrainingSetError as error:  # no compound of these data may be inactive
                print(f"\nNot with negatives: {negatives}. {error}")
                continue
            rows += measured.assign(negatives=negatives).to_dict("records")
            if options.moas and negatives == NEGATIVES[0]:
                options.moas.write_text(by_moa(measured, moas_of(compendium, "report")), "utf-8")
            for half in ("all", "report"):
                among = measured[measured["class"].isin(moas_of(compendium, half))]
                print(f"\n{among['class'].nunique()} MOAs ({half}), negatives: {negatives}")
                print(summary(among).to_string(index=False, float_format="{:.3g}".format))
                sys.stdout.flush()
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    _main()
