"""Small compendia and models, jobs in any state, and pages opened on them.

No process is started and TensorFlow is not loaded: the network of these models points from the mean
negative to the mean positive signature, and their map is two genes.
"""

from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
from streamlit.testing.v1 import AppTest

from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet
from gpar_core.jobs.events import EventLog
from gpar_core.jobs.job import Job, State
from gpar_core.jobs.store import JobStore
from gpar_core.learn.compendium_scores import score_compendium
from gpar_core.learn.cross_validation import Score, cross_validate
from gpar_core.learn.folds import assign_folds
from gpar_core.learn.verdict import chance
from gpar_core.progress import Progress, Report
from gpar_core.rank.scoring import LayeredNetwork, score
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import Request
from tests.synthetic import Drug, drugs_of
from tests.waiting import PATIENCE

APP = Path(__file__).resolve().parents[2] / "streamlit_app.py"

EVIL = ("![x](http://evil/)", "<img src=x onerror=1>", "$x$", ":red[x]")
"""Names that, read as markup, would load an image, run a script, be a formula or a color."""

MARKUP = (
    "[a](javascript:alert(1))", ":material/home:", ":smile:", "| a | b |\n|---|---|\n| 1 | 2 |",
    "a\n# heading", "a\n===", "- item", "12. item", "a -- b", "a -> b", "www.evil.example",
    "ann@evil.example", "&lt;img src=x&gt;", "`code`", "<script>alert(1)</script>",
)  # fmt: skip
"""More of what Markdown takes for its own."""

DRUGS = [
    *drugs_of("HDAC inhibitor", 4, replicates=3),
    *drugs_of("MTOR inhibitor", 5, replicates=2),
    *drugs_of("", 60, tas=0.1),
]
EVIL_DRUGS = [
    *(Drug(f"EVIL-{i}", f"{i} {name}", EVIL[0], replicates=3) for i, name in enumerate(EVIL)),
    *(Drug(f"EVIL-{name}", name, EVIL[2], replicates=3) for name in (*EVIL, *MARKUP)),
    *drugs_of("", 60, tas=0.1),
]

FOLDS = (0.95, 0.85)
"""AUROC of the folds that a job under way has done."""


def page(name: str, **parameters: str) -> AppTest:
    """The app, opened at a page with these URL parameters."""
    app = AppTest.from_file(str(APP), default_timeout=PATIENCE)
    app.query_params.update(parameters)
    return app.run() if name == "home" else app.switch_page(f"pages/{name}.py").run()


def words(shown: AppTest | Iterable[object]) -> str:
    """All that a page, or a part of it, says; fails if the page broke."""
    if isinstance(shown, AppTest):
        assert not shown.exception
    said = []
    for node in shown:
        if getattr(node, "type", "") == "html":  # the style of all pages
            continue
        label, value = getattr(node, "label", ""), getattr(node, "value", "")
        said += [label] if label else []
        said += [value] if isinstance(value, str) and value != label else []
    return "\n".join(said)


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def menus(app: AppTest) -> list[str]:
    """Labels of the buttons that open a list of files or a form."""
    return [each.proto.popover.label for each in app.get("popover")]


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def waiting(cache: Cache, request: Request) -> Job:
    return JobStore(cache).submit(request)


def running(cache: Cache, request: Request, *, k: int = 5) -> Job:
    """A job whose worker has done the first of `k` folds."""
    job = waiting(cache, request)
    store = JobStore(cache)
    assert store.claim(limit=9, limit_per_owner=9)
    log = EventLog(cache.job(job.id))
    for fold, auroc in enumerate(FOLDS, start=1):
        values = {"fold": fold, "k": k, "auroc": auroc}
        progress = Progress("Cross-validation", fold, k, f"Fold {fold} of {k}", values)
        log.append(progress)
        store.heartbeat(job.id, 1, progress)
    return store.get(job.id)


def ended(cache: Cache, request: Request, state: State, message: str = "") -> Job:
    job = running(cache, request)
    JobStore(cache).finish(job.id, 1, state, message)
    return JobStore(cache).get(job.id)


def train(
    compendium: Compendium, training_set: TrainingSet, *_: object, seed: int, **__: object
) -> SimpleNamespace:
    """Takes the place of `learn.training.train`."""
    x = training_set.z_scores(compendium)
    folds = assign_folds(training_set.positive, training_set.drug, seed=seed)
    validation = cross_validate(x, training_set, folds, _fit, seed=seed)
    network = _network(x, training_set.positive)
    of_folds = [
        _network(x[folds.fold != fold], training_set.positive[folds.fold != fold])
        for fold in range(folds.k)
    ]
    signature, scored_by = score_compendium(compendium, training_set, folds, network, of_folds)
    mean = pd.Series(signature).groupby(compendium.signatures["drug"].to_numpy()).mean()
    return SimpleNamespace(
        network=network,
        validation=validation,
        scores=SimpleNamespace(
            signature=signature,
            scored_by=scored_by,
            drug=mean.index.to_numpy(),
            compound=mean.to_numpy(),
        ),
        logistic=validation,
        chance=chance(validation.metrics.mean_auroc, np.linspace(0.3, 0.7, 99), quick=True),
        null=(0.48, 0.52),
        seconds=1.0,
        space=None,
    )


def embed(x: np.ndarray, *, seed: int) -> np.ndarray:
    """Takes the place of `maps.tsne.embed`."""
    return x[:, :2]


def _fit(x: np.ndarray, positive: np.ndarray, seed: int, report: Report) -> Score:
    network = _network(x, positive)
    return lambda other: score(network, other)


def _network(x: np.ndarray, positive: np.ndarray) -> LayeredNetwork:
    weight = x[positive].mean(axis=0) - x[~positive].mean(axis=0)
    bias = -(x.mean(axis=0) @ weight)
    return LayeredNetwork((weight[:, None].astype(np.float32),), (np.float32([bias]),), "none")
