"""How closely a trained model agrees across processors.

    python -m gpar_core demo
    python -m benchmarks.processors --compendium demo --moas "A" "B" [--presets fast,paper]
        [--cache DIR] [--json FILE]

Every model is trained with the same settings and seed on several kinds of processor, as far as this
one can emulate them: OpenBLAS and oneDNN are told which kernels to use, numpy to avoid newer
instructions, and the training whether there are bfloat16 products. Each kind is a separate process
with one thread, as in workers. Models of an earlier call are not trained again.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
from numpy._core import _multiarray_umath as umath
from scipy.stats import spearmanr

from gpar_core import fields
from gpar_core.analyses.method import DrugSet, Method
from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.training import result as model
from gpar_core.analyses.training.plan import plan_training
from gpar_core.data import compendium as compendia
from gpar_core.data.derived_files import PATTERNS
from gpar_core.learn.engine import Alone, FitTask, fit
from gpar_core.learn.presets import Settings
from gpar_core.processes import ENVIRONMENT
from gpar_core.progress import Report, silent
from gpar_core.rank.scoring import Network, scaled
from gpar_core.report.outcomes import N_FIRST
from gpar_core.storage.cache import Cache
from gpar_core.storage.folders import default_cache
from gpar_core.storage.requests import job_id

OWN_FIGURES = ("mean_auroc", "pooled_auroc", "average_precision")


@dataclass(frozen=True)
class Kind:
    """A kind of processor.

    core: whose kernels OpenBLAS takes. isa: the newest instructions of oneDNN; '' for no oneDNN.
    without: what numpy does not use. needs: what it calls the instructions that this takes.
    bfloat16: products of this type in training, where the processor has them.
    """

    core: str
    isa: str
    without: tuple[str, ...] = ()
    needs: str = "X86_V2"
    bfloat16: bool = False


NEWER = ("X86_V4", "AVX512_ICL", "AVX512_SPR")
KINDS = {
    "AVX-512 with bfloat16": Kind("SkylakeX", "DEFAULT", needs="AVX512BF16", bfloat16=True),
    "AVX-512": Kind("SkylakeX", "AVX512_CORE", needs="X86_V4"),
    "AVX2": Kind("Haswell", "AVX2", NEWER, needs="X86_V3"),
    "AVX": Kind("Sandybridge", "AVX", ("X86_V3", *NEWER), needs="AVX"),
    "SSE4.1": Kind("Nehalem", "SSE41", ("X86_V3", *NEWER)),
    "AVX2 without oneDNN": Kind("Haswell", "", NEWER, needs="X86_V3"),
}


class OwnPool(Alone):
    """A pool that is this process alone."""

    def fit_all(
        self, x: np.ndarray, settings: Settings, tasks: Sequence[FitTask], *, report: Report
    ) -> Generator[tuple[FitTask, Network], None, None]:
        of_scaled = scaled(x, settings.scaling)
        for task in tasks:
            yield task, fit(of_scaled, settings, task, report=report)


def difference(one: model.Model, other: model.Model) -> dict[str, float]:
    """How far apart the results of two trainings are.

    `OWN_FIGURES`, logistic: differences of the cross-validation. fold_auroc: the largest of a fold.
    score: the largest of a signature. es_first, es: the largest of a compound, among those that
    both have among the first `N_FIRST`, and among all; near 0 an ES changes sign. spearman: of
    the places of all compounds. first: share of the first `N_FIRST` that both have.
    """
    figures = [
        abs(getattr(one.summary.metrics, name) - getattr(other.summary.metrics, name))
        for name in OWN_FIGURES
    ]
    folds = np.subtract(one.summary.metrics.fold_auroc, other.summary.metrics.fold_auroc)
    both = one.ranking.reset_index().merge(other.ranking.reset_index(), on=fields.PERT_ID)
    es = (both["es_x"] - both["es_y"]).abs()
    first = [set(each.ranking[fields.PERT_ID].head(N_FIRST)) for each in (one, other)]
    scores = [each.signatures.set_index(fields.SIG_ID)["score"] for each in (one, other)]
    return {
        **dict(zip(OWN_FIGURES, figures, strict=True)),
        "fold_auroc": float(np.abs(folds).max()),
        "logistic": abs(one.summary.logistic_auroc - other.summary.logistic_auroc),
        "score": float(scores[0].sub(scores[1]).abs().max()),
        "es_first": float(es[both[fields.PERT_ID].isin(first[0] & first[1])].max()),
        "es": float(es.max()),
        "spearman": float(spearmanr(both["index_x"], both["index_y"]).statistic),
        "first": len(first[0] & first[1]) / max(map(len, first)),
    }


def available() -> dict[str, Kind]:
    """The kinds that this processor can imitate."""
    features = umath.__cpu_features__
    return {name: kind for name, kind in KINDS.items() if features.get(kind.needs)}


def environment(kind: Kind) -> dict[str, str]:
    """The environment of a process that is to run as if on such a processor."""
    without = [each for each in kind.without if umath.__cpu_features__.get(each)]
    return {
        **os.environ,
        **ENVIRONMENT,
        "OPENBLAS_CORETYPE": kind.core,
        "NPY_DISABLE_CPU_FEATURES": " ".join(without),
        "ONEDNN_MAX_CPU_ISA": kind.isa or "DEFAULT",
        "TF_ENABLE_ONEDNN_OPTS": str(int(bool(kind.isa))),
    }


def train(cache: Cache, compendium: str, moas: Sequence[str], presets: Sequence[str]) -> list[str]:
    """Train a model of each MOA by each preset in this process; returns their ids."""
    loaded = compendia.load(cache.existing_compendium(compendium))
    ids = []
    for preset in presets:
        for moa in moas:
            request, _ = plan_training(loaded, DrugSet(moa=moa), Method(preset=preset))
            run_job(request, cache, silent, OwnPool())
            ids.append(job_id(request))
            print(moa, preset, file=sys.stderr, flush=True)
    return ids


def measure(roots: Mapping[str, Path], ids: Sequence[str]) -> pd.DataFrame:
    """One row for each model and pair of kinds, with the columns of `difference`.

    roots: the cache of each kind.
    """
    rows = []
    for model_id in ids:
        trained = {
            kind: model.load(Cache(root).model(model_id), signatures=True)
            for kind, root in roots.items()
        }
        for one, other in combinations(trained, 2):
            summary = trained[one].summary
            about = {"model": summary.label, "preset": summary.preset, "one": one, "other": other}
            rows.append(about | difference(trained[one], trained[other]))
    return pd.DataFrame(rows)


def worst(table: pd.DataFrame) -> pd.DataFrame:
    """The least agreement of any model, by preset and pair of kinds. table: of `measure`."""
    by = table.drop(columns="model").groupby(["preset", "one", "other"], sort=False)
    least = by[["spearman", "first"]].min()
    return by.max().assign(**least).reset_index()


def train_as(kind: Kind) -> None:
    """Let this process, which has the environment of the kind, train as such a processor does.

    Before it uses TensorFlow for the first time.
    """
    sys.modules["keras"] = None  # type: ignore[assignment]
    from gpar_core.learn import steps  # noqa: PLC0415 -- only now does TensorFlow begin

    if not kind.bfloat16:
        steps.PRODUCT_TYPE = steps.tf.float32
    steps.be_one_of_many()


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.processors")
    parser.add_argument("--cache", type=Path, default=default_cache())
    parser.add_argument("--compendium", required=True)
    parser.add_argument("--moas", nargs="+", required=True)
    parser.add_argument("--presets", default="fast")
    parser.add_argument("--kinds", nargs="+", default=list(available()), help="of these")
    parser.add_argument("--json", type=Path, default=Path("build/processors.json"))
    parser.add_argument("--as-kind", help=argparse.SUPPRESS)
    options = parser.parse_args()
    presets = options.presets.split(",")
    if options.as_kind:
        train_as(KINDS[options.as_kind])
        ids = train(Cache(options.cache), options.compendium, options.moas, presets)
        print(json.dumps(ids))
        return
    lent = Cache(options.cache).existing_compendium(options.compendium).resolve()
    roots = {kind: options.cache / "processors" / kind for kind in options.kinds}
    for kind, root in roots.items():
        place = Cache(root).compendium(options.compendium)
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists():
            # Each learns a space of its own.
            shutil.copytree(lent, place, ignore=shutil.ignore_patterns(*PATTERNS))
        command = [
            *(sys.executable, "-m", "benchmarks.processors", "--as-kind", kind),
            *("--cache", str(root), "--compendium", options.compendium),
            *("--presets", options.presets, "--moas", *options.moas),
        ]
        print(kind, file=sys.stderr, flush=True)
        environ = environment(KINDS[kind])
        done = subprocess.run(command, env=environ, stdout=subprocess.PIPE, check=True)
        ids = json.loads(done.stdout)
    table = measure(roots, ids)
    for each in (table, worst(table)):
        print(each.to_string(index=False, float_format="{:.3g}".format))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(table.to_dict("records"), indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    _main()
