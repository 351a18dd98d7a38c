"""How well each method finds the held-out drugs of every class, on identical folds and drugs.

The folds are shared by all classes (`folds.shared_folds`), so a small class has no members in some
folds. There are two protocols. 'drug' ranks the drugs of each held-out fold; AUROC is the mean over
the folds with members, and average precision is over all held-out scores together. 'pair' is that
of Gao et al. 2021: for a similarity, pairs of positives are ranked against pairs of a positive and
a negative; a method that learns has no pairs and keeps its ranking of drugs, as in the paper.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic

import numpy as np
import pandas as pd
from scipy.stats import wilcoxon
from sklearn.metrics import (
    average_precision_score,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)
from threadpoolctl import threadpool_limits

from gpar_core import fields
from gpar_core.compare.drug_scores import (
    Question,
    SharedWork,
    drug_scores,
    question,
    shared_work,
)
from gpar_core.compare.duration import CLASSES, RETRIEVAL, SPACE, expected
from gpar_core.compare.methods import DRUG, GPAR, METHODS, MIN_CLASSES, PAIR, Kind
from gpar_core.compare.pairs import pair_auroc_interval, pair_scores
from gpar_core.compare.retrieval import retrieval
from gpar_core.compare.standings import BEHIND, standing, standings
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import drugs_of_moa, known_cells, moa_key, select
from gpar_core.errors import NotFoundError, TrainingSetError
from gpar_core.learn.engine import Pool
from gpar_core.learn.folds import Folds, shared_folds
from gpar_core.learn.held_out import space_for
from gpar_core.learn.metrics import PAPER_LINE, evaluate
from gpar_core.learn.presets import LayeredSettings, Settings
from gpar_core.learn.side_by_side import AT_ONCE, side_by_side
from gpar_core.learn.space import Space
from gpar_core.progress import WORK, Progress, Remember, Report, Tables, Whole, silent, uncached

STAGE = "Evaluation"
CURVE_POINTS = 200


def compare(
    compendium: Compendium,
    classes: Sequence[str],
    methods: Sequence[str],
    settings: Settings,
    *,
    cells: Iterable[str] = (),
    negatives: str = "others",
    seed: int,
    pool: Pool,
    report: Report = silent,
    remember: Remember = uncached,
) -> Tables:
    """Evaluate all methods on all classes; each class is saved when it is done.

    classes: MOAs of the compendium. methods: keys of `METHODS`.

    Returns
    measures: class, method, protocol, auroc with low and high (95%, resampling drugs), ap,
        base_rate, n_positive, n_negative (drugs), seconds.
    scores: class, drug, positive, fold, and a column of held-out scores per method.
    pair_curves: class, method, kind ('roc' or 'pr'), x, y.
    left_out: class and reason, of those that cannot be evaluated as requested.

    retrieval, retrieval_scope: from `compare.retrieval.retrieval`, for the same compounds and
    classes; in GPAR's space only if GPAR is among the methods and has one.
    Raises TrainingSetError if no class can be evaluated, WorkerError if a process dies.
    """
    questions, reasons = _questions(compendium, classes, cells, negatives, seed)
    if not questions:
        raise TrainingSetError(
            f"None of the {len(classes)} classes can be evaluated. For the first one: "
            f"{next(iter(reasons.values()))}"
        )
    seconds = expected(questions, methods, settings)
    of_retrieval = seconds.pop(RETRIEVAL)
    of_classes, seconds[CLASSES] = seconds[CLASSES], seconds[CLASSES] + of_retrieval
    whole = Whole(seconds, report)
    done_for_all = shared_work(
        compendium, questions, methods, seed=seed, pool=pool, report_of=whole.of, remember=remember
    )
    space, report = None, whole.of(CLASSES)
    if GPAR in methods:
        told = whole.of(SPACE)
        space = space_for(compendium, settings, seed=seed, threads=pool.processes, report=told)

    def answer(asked: Question, report: Report) -> Tables:
        return remember(asked.name, lambda: shared.call(_evaluate, asked, report))

    retrieved = 0.0

    def retrieve(report: Report) -> Tables:
        def hear(progress: Progress) -> None:
            nonlocal retrieved
            retrieved = progress.values.get(WORK, retrieved)
            report(Progress(STAGE))

        sets = [each.training_set for each in questions]
        rows = np.unique(np.concatenate([each.compendium_rows for each in sets]))
        members = {each.name: set(each.drugs[each.positive]) for each in questions}
        return remember(RETRIEVAL, lambda: shared.call(_retrieve, (rows, members), hear))

    def tell(done: Mapping[str, Tables], share: float) -> None:
        n, classes = len(questions), [name for name in done if name != RETRIEVAL]
        message = f"{len(classes)} of {n} classes done"
        if len(classes) == n:
            message += "; retrieval"
        elif classes:
            message += f"; {classes[-1]}: {_best(done[classes[-1]]['measures'])}"
        beside = of_retrieval * (1.0 if RETRIEVAL in done else retrieved)
        work = (of_classes * (len(classes) + share) / n + beside) / (of_classes + of_retrieval)
        report(Progress(STAGE, len(classes), n, message, {"step_share": share, WORK: work}))

    everything = _Everything(compendium, done_for_all, methods, settings, space, seed)
    fits = GPAR in methods and isinstance(settings, LayeredSettings)
    # Classes already run in parallel; multithreaded products would compete with them.
    with threadpool_limits(1), pool.sharing(everything, at_once=AT_ONCE, fits=fits) as shared:
        parts: dict[str, Callable[[Report], Tables]] = {RETRIEVAL: retrieve}  # the longest first
        parts |= {each.name: partial(answer, each) for each in questions}
        answers = side_by_side(parts, tell, shared.at_once)
    tables = {
        name: pd.concat([answers[each.name][name] for each in questions], ignore_index=True)
        for name in ("measures", "scores", "pair_curves")
    }
    left_out = pd.DataFrame(reasons.items(), columns=["class", "reason"], dtype=str)

    return {**tables, "left_out": left_out, **answers[RETRIEVAL]}


def of_protocol(measures: pd.DataFrame, protocol: str) -> pd.DataFrame:
    """The rows of a protocol; for 'pair', those of methods that learn are from 'drug'."""
    if protocol == DRUG:
        return measures[measures["protocol"] == DRUG].reset_index(drop=True)
    learns = measures["method"].map(lambda name: METHODS[name].kind is not Kind.SIMILARITY)
    chosen = (measures["protocol"] == PAIR) | learns
    return measures[chosen].reset_index(drop=True)


def summary(measures: pd.DataFrame) -> pd.DataFrame:
    """One row per method, in the order of `METHODS`.

    measures: of one protocol. Columns: method, n (classes), mean with se (standard error over the
    classes, missing for fewer than `MIN_CLASSES`), median, reach_line (share with AUROC of 0.6 or
    more), ap, difference (median of GPAR's AUROC minus its own), p (Wilcoxon's matched-pairs
    signed-rank test of that, two-sided), seconds. Difference and p are missing for GPAR itself, or
    if it was not included.
    """
    grouped = measures.groupby("method", sort=False)
    table = grouped.agg(
        n=("auroc", "size"),
        mean=("auroc", "mean"),
        se=("auroc", "sem"),
        median=("auroc", "median"),
        reach_line=("auroc", lambda auroc: float((auroc >= PAPER_LINE).mean())),
        ap=("ap", "mean"),
        seconds=("seconds", "sum"),
    )
    table["se"] = table["se"].where(table["n"] >= MIN_CLASSES)
    auroc = measures.pivot_table(index="class", columns="method", values="auroc")
    rivals = [name for name in table.index if GPAR in auroc and name != GPAR]
    gain = {name: _gain(auroc, GPAR, name) for name in rivals}
    table["difference"] = pd.Series({name: gain[name][0] for name in rivals}, dtype=float)
    table["p"] = pd.Series({name: gain[name][1] for name in rivals}, dtype=float)
    known = [name for name in METHODS if name in table.index]
    return table.loc[known].reset_index()


def ranking(measures: pd.DataFrame) -> pd.DataFrame:
    """Methods by their mean AUROC over the classes, the best first, as `standings` gives them.

    measures: of one protocol.
    """
    auroc = measures.pivot_table(index="class", columns="method", values="auroc", sort=False)
    found = standings(auroc.dropna(), seed=0)
    return found.sort_values("mean", ascending=False, kind="stable", ignore_index=True)


def verdict(measures: pd.DataFrame) -> str:
    """Which method is ahead and by how much, or why there is no clear winner.

    measures: of one protocol.
    """
    methods = ranking(measures)
    label = methods["name"].map(lambda name: METHODS[name].label)
    n, best = int(methods["n"].max()), methods.iloc[0]
    if len(methods) > 1 and n < MIN_CLASSES:
        classes, pairs = ("1 class", "1 pair") if n == 1 else (f"{n} classes", f"{n} pairs")
        return (
            f"{classes} cannot show which method is better: the smallest p that Wilcoxon's test "
            f"gives for {pairs} is {smallest_p(n):.2g}. At least {MIN_CLASSES} classes are needed "
            f"for a p below 0.05. Mean AUROC: {label[0]} {best['mean']:.3f}, {label[1]} "
            f"{methods.iloc[1]['mean']:.3f}."
        )
    figure = f"{best['mean']:.3f}"
    if n >= MIN_CLASSES:
        figure += f" (95% interval {best['low']:.3f}–{best['high']:.3f}, {n} classes)"
    if len(methods) == 1:
        return f"{label[0]} has a mean AUROC of {figure}."
    second = methods.iloc[1]
    p = f"p = {second['p']:.2g}, Wilcoxon's test over the classes"
    if standing(methods)[1] == BEHIND:
        return (
            f"{label[0]} finds held-out drugs best: mean AUROC {figure}, followed by {label[1]} "
            f"with {second['mean']:.3f} ({p})."
        )
    return (
        f"{label[0]} has the highest mean AUROC, {figure}, but {label[1]} with "
        f"{second['mean']:.3f} is within noise of it ({p}), so neither is ahead."
    )


def n_untied(measures: pd.DataFrame, rival: str) -> int:
    """Number of classes on which GPAR and another method differ: those that the test counts."""
    auroc = measures.pivot_table(index="class", columns="method", values="auroc")
    return int(((auroc[GPAR] - auroc[rival]).dropna() != 0).sum())


def smallest_p(n: int) -> float:
    """The smallest two-sided p of Wilcoxon's signed-rank test over n pairs, 2 / 2^n."""
    return 2.0 ** (1 - n)


def curves(scores: pd.DataFrame, methods: Iterable[str]) -> pd.DataFrame:
    """ROC and precision-recall curves of one class: method, kind, x, y.

    scores: the rows of one class of `compare`'s table.
    """
    positive = scores["positive"].to_numpy()
    return pd.concat(
        [_curve(positive, scores[name].to_numpy()).assign(method=name) for name in methods],
        ignore_index=True,
    )


def _questions(
    compendium: Compendium, classes: Sequence[str], cells: Iterable[str], negatives: str, seed: int
) -> tuple[list[Question], dict[str, str]]:
    """The classes that can be evaluated, and why others cannot."""
    found, reasons = [], {}
    cells = tuple(cells)
    table = compendium.compound_classes
    members = table.groupby(table[fields.MOA].str.casefold())[fields.DRUG].agg(set)
    in_scope = compendium.signatures[compendium.signatures[fields.REPRESENTATIVE]]
    if chosen := known_cells(compendium, cells):
        in_scope = in_scope[in_scope[fields.CELL_ID].isin(chosen)]
    fold_of = shared_folds(
        in_scope[fields.DRUG],
        [members[moa_key(name)] for name in classes if moa_key(name) in members.index],
        seed=seed,
    )
    for name in classes:
        try:
            training_set = select(
                compendium,
                drugs_of_moa(compendium, name),
                cells=cells,
                moa=name,
                negatives=negatives,
            )
        except (TrainingSetError, NotFoundError) as error:
            reasons[name] = str(error)
            continue
        if training_set.n_positive_compounds < 2:
            reasons[name] = "Only one of its drugs has a signature here, but two are needed."
            continue
        fold = np.array([fold_of[drug] for drug in training_set.drug])
        if len(set(fold[~training_set.positive])) < 2:
            reasons[name] = (
                f"It has {training_set.n_negative_compounds} negative compounds, all in one fold. "
                "Choose other negatives or more cell lines."
            )
            continue
        found.append(question(name, training_set, Folds(max(fold_of.values()) + 1, fold, DRUG)))
    return found, reasons


def _best(measures: pd.DataFrame) -> str:
    of_drugs = of_protocol(measures, DRUG)
    best = of_drugs.sort_values("auroc", ascending=False).iloc[0]
    return f"{METHODS[best['method']].label} best, AUROC {best['auroc']:.2f}"


@dataclass(frozen=True, eq=False)
class _Everything:
    """What the classes share: the arguments of `compare`, and what was done for all of them."""

    compendium: Compendium
    work: SharedWork
    methods: Sequence[str]
    settings: Settings
    space: Space | None
    seed: int


def _evaluate(of: _Everything, asked: Question, pool: Pool, report: Report) -> Tables:
    """All methods on one class."""
    base = {"drug": asked.drugs, "positive": asked.positive, "fold": asked.fold}
    scores, measures, pair_curves = pd.DataFrame(base), [], []
    shared, seed = of.work, of.seed
    for method in of.methods:
        report(Progress(STAGE))
        started = monotonic()
        score = drug_scores(
            method, asked, of.compendium, shared, of.settings, seed=seed, pool=pool,
            report=report, space=of.space,
        )  # fmt: skip
        seconds = (
            monotonic() - started + shared.seconds.get(method, 0) / shared.merged.member.shape[1]
        )
        scores[method] = score
        found = evaluate(asked.positive, score, asked.fold, asked.drugs, seed=seed)
        measures.append(
            {
                "method": method,
                "protocol": DRUG,
                "auroc": found.mean_auroc,
                "low": found.interval[0],
                "high": found.interval[1],
                "ap": found.average_precision,
                "base_rate": found.base_rate,
                "seconds": seconds,
            }
        )
        if METHODS[method].kind is Kind.SIMILARITY:
            among = shared.among(method, asked)
            measures.append({"method": method, **_of_pairs(among, asked.positive, seed)})
            both, similarity = pair_scores(among, asked.positive)
            pair_curves.append(_curve(both, similarity).assign(method=method))
    sizes = {"n_positive": int(asked.positive.sum()), "n_negative": int((~asked.positive).sum())}
    none = pd.DataFrame(columns=["kind", "x", "y", "method"])
    return {
        "measures": _of_class(pd.DataFrame(measures).assign(**sizes), asked.name),
        "scores": _of_class(scores, asked.name),
        "pair_curves": _of_class(pd.concat(pair_curves) if pair_curves else none, asked.name),
    }


def _retrieve(
    of: _Everything, asked: tuple[np.ndarray, Mapping[str, set[str]]], pool: Pool, report: Report
) -> Tables:
    """Retrieval of the rows, and of the members of each class."""
    return retrieval(of.compendium, *asked, of.space, seed=of.seed, report=report)


def _of_pairs(among: np.ndarray, positive: np.ndarray, seed: int) -> Mapping[str, object]:
    both, similarity = pair_scores(among, positive)
    low, high = pair_auroc_interval(among, positive, seed=seed)
    return {
        "protocol": PAIR,
        "auroc": float(roc_auc_score(both, similarity)),
        "low": low,
        "high": high,
        "ap": float(average_precision_score(both, similarity)),
        "base_rate": float(both.mean()),
        "seconds": 0.0,
    }


def _of_class(table: pd.DataFrame, name: str) -> pd.DataFrame:
    table.insert(0, "class", name)
    return table.reset_index(drop=True)


def _curve(positive: np.ndarray, score: np.ndarray) -> pd.DataFrame:
    false_rate, true_rate, _ = roc_curve(positive, score)
    precision, recall, _ = precision_recall_curve(positive, score)
    roc, pr = _thinned(false_rate, true_rate), _thinned(recall, precision)
    return pd.concat([roc.assign(kind="roc"), pr.assign(kind="pr")], ignore_index=True)


def _thinned(x: np.ndarray, y: np.ndarray) -> pd.DataFrame:
    shown = np.unique(np.linspace(0, len(x) - 1, min(len(x), CURVE_POINTS)).astype(int))
    return pd.DataFrame({"x": x[shown], "y": y[shown]})


def _gain(auroc: pd.DataFrame, method: str, other: str) -> tuple[float, float]:
    """Median of a method's AUROC minus another's over the classes, and its p."""
    difference = (auroc[method] - auroc[other]).dropna()
    p = wilcoxon(difference).pvalue if (difference != 0).any() else 1.0
    return float(difference.median()), float(p)
