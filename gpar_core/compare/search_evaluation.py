"""How well each score of a signature search retrieves the mechanism of a compound.

Compounds whose mechanism is known are queries, by gene lists from the two ends of their mean
signature. What answers a query has nothing of its molecule, under any id: its signatures are left
out of the results and of the means by which scores are normalized, and in GPAR's space the
embedding has not seen them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from gpar_core import fields
from gpar_core.compare.search_comparison import summary
from gpar_core.compare.search_queries import QuerySet
from gpar_core.data.compendium import Compendium
from gpar_core.learn.embedding import Embedding
from gpar_core.learn.presets import MatchingSettings
from gpar_core.learn.saved_space import known_space
from gpar_core.learn.space import Space, embedded, embedding_without, pooled
from gpar_core.progress import Progress, Remember, Report, Tables, silent, uncached
from gpar_core.rank.neighbors import unit
from gpar_core.search.connectivity import normalized
from gpar_core.search.query import Query
from gpar_core.search.scores import SCORES, SPACE
from gpar_core.search.search import connectivity
from gpar_core.search.summary import by_quantile

STAGE = "Search evaluation"
FIRST = 10
"""Results that a user looks at."""
AT_ONCE = 64
"""Queries whose scores of all signatures are held in memory together."""

Setting = tuple[str, int, float]
"""A score, a number of genes at either end, and noise."""
Tell = Callable[[int, int], None]
"""Called with how many queries are done, of how many."""
Answers = Iterator[tuple[int, np.ndarray, np.ndarray]]
"""The place of a query, and the (d,) connectivity of all drugs: once as if the query's molecule
were absent, once with it. In the first, that of the molecule itself has no meaning."""

SETTING = ["score", "n_genes", "noise"]
_MOAS = [*SETTING, "moa", "n_drugs", "n_queries", "base_rate", "first_10", "ap", "auroc"]
_IDENTITY = [*SETTING, "drug", "rank", "n_drugs"]


def evaluate_scores(
    compendium: Compendium,
    queries: QuerySet,
    scores: Sequence[str],
    lengths: Sequence[int],
    noises: Sequence[float],
    *,
    seed: int,
    threads: int = 1,
    report: Report = silent,
    remember: Remember = uncached,
) -> Tables:
    """Evaluate scores with gene lists of several lengths, with and without noise.

    scores: keys of `SCORES`. lengths: genes at either end. noises: as in `QuerySet.lists`. threads:
    for learning a space that is not known yet. Each combination is saved when it is done.

    Returns
    moas: score, n_genes, noise, moa, n_drugs (in the compendium), n_queries, and means over its
        queries: base_rate (share of its drugs among the candidates), first_10 (of its drugs among
        the first ten), ap (average precision) and auroc.
    identity: of queries from outside whose molecule is in the compendium: score, n_genes, noise,
        drug, rank (of the molecule, if it is not left out; ties at their mean) and n_drugs.
    summary: from `search_comparison.summary`.
    scope: one row: n_used and n_available, queries.
    """
    settings = [
        (score, n_genes, noise) for noise in noises for n_genes in lengths for score in scores
    ]
    parts: list[Tables] = []
    # Products of several threads differ in the last bits.
    with threadpool_limits(1):
        space = None
        if SPACE in scores:
            space = known_space(
                compendium, MatchingSettings(), seed=0, threads=threads, report=report
            )
        for number, setting in enumerate(settings):
            tell = partial(_tell, report, setting, number, len(settings))
            compute = partial(_evaluate, compendium, queries, space, setting, seed, tell)
            parts.append(remember("{} {} {}".format(*setting), compute))
    tables = {
        name: pd.concat([part[name] for part in parts], ignore_index=True)
        for name in ("moas", "identity")
    }
    scope = pd.DataFrame({"n_used": [len(queries.names)], "n_available": [queries.n_available]})
    return {**tables, "summary": summary(tables["moas"], seed=seed), "scope": scope}


def answers(
    compendium: Compendium,
    queries: QuerySet,
    lists: Sequence[Query],
    score: str,
    space: Space | None = None,
    *,
    tell: Tell = lambda done, total: None,
) -> Answers:
    """The connectivity of all drugs to each query, without its molecule and with it.

    lists: of the queries. space: of the compendium, for the score 'space'.
    """
    if space is not None and score == SPACE:
        return _in_space(compendium, space, queries, lists, tell)
    return _by_signature(compendium, queries, lists, score, tell)


def retrieved(like: np.ndarray, answer: np.ndarray) -> tuple[float, float, float]:
    """How far ahead the wanted candidates are: number among the first ten, AP and AUROC.

    like: (n,) bool, some True, some False. answer: (n,), the highest first. Equal answers have no
    order: among the first ten they count by their expected number, in AUROC half, and in average
    precision as one step, as in scikit-learn.
    """
    order = np.argsort(-answer, kind="stable")
    last = np.flatnonzero(np.diff(answer[order], append=np.nan) != 0)
    shown, hits = last + 1, np.cumsum(like[order])[last]
    gained = np.diff(hits, prepend=0)
    missed = np.diff(shown - hits, prepend=0)
    n_like, n_other = hits[-1], len(like) - hits[-1]
    below = n_other - np.cumsum(missed)
    first = np.interp(FIRST, [0, *shown], [0, *hits])
    ap = (gained * hits / shown).sum() / n_like
    auroc = (gained * (below + missed / 2)).sum() / (n_like * n_other)
    return float(first), float(ap), float(auroc)


def _tell(
    report: Report, setting: Setting, number: int, n_settings: int, done: int, total: int
) -> None:
    score, n_genes, noise = setting
    message = f"{SCORES[score].label}, {n_genes} genes, noise {noise:g}"
    share = {"step_share": done / total}
    report(Progress(STAGE, number, n_settings, message, share))


def _evaluate(
    compendium: Compendium,
    queries: QuerySet,
    space: Space | None,
    setting: Setting,
    seed: int,
    tell: Tell,
) -> Tables:
    """One combination: the tables 'moas' and 'identity' of `evaluate_scores`."""
    score, n_genes, noise = setting
    lists = queries.lists(n_genes, noise, seed)
    found, ranks = [], []
    for place, others, whole in answers(compendium, queries, lists, score, space, tell=tell):
        own = queries.own[place]
        kept = np.delete(np.arange(len(queries.drugs)), own)
        for moa in queries.moas[place]:
            like = np.isin(kept, queries.members[moa])
            found.append((moa, like.mean(), *retrieved(like, others[kept])))
        if queries.outside and len(own):
            ranks.append((queries.names[place], _rank(whole, own)))
    table = pd.DataFrame(found, columns=["moa", "base_rate", "first_10", "ap", "auroc"])
    by_moa = table.groupby("moa")
    moas = by_moa.mean().assign(n_queries=by_moa.size()).reset_index()
    moas["n_drugs"] = [len(queries.members[moa]) for moa in moas["moa"]]
    identity = pd.DataFrame(ranks, columns=["drug", "rank"]).assign(n_drugs=len(queries.drugs))
    return {
        "moas": moas.assign(score=score, n_genes=n_genes, noise=noise)[_MOAS],
        "identity": identity.assign(score=score, n_genes=n_genes, noise=noise)[_IDENTITY].astype(
            {"drug": object, "rank": float}
        ),
    }


def _rank(answer: np.ndarray, own: np.ndarray) -> float:
    """The best place of a query's own molecule, counted once, among the other drugs."""
    best = answer[own].max()
    others = np.delete(answer, own)
    return float(1 + (others > best).sum() + (others == best).sum() / 2)


def _by_signature(
    compendium: Compendium, queries: QuerySet, lists: Sequence[Query], score: str, tell: Tell
) -> Answers:
    signatures = compendium.signatures
    cell = pd.factorize(signatures[fields.CELL_ID], sort=True)[0]
    drug = np.searchsorted(queries.drugs, signatures[fields.DRUG].to_numpy(dtype=str))
    for start in range(0, len(lists), AT_ONCE):
        found = connectivity(
            compendium,
            lists[start : start + AT_ONCE],
            score,
            report=lambda _, start=start: tell(start, len(lists)),  # type: ignore[misc]
        )
        raw = np.array(found.score)
        n_columns = raw.shape[1]
        for column in range(n_columns):
            # A score of 0 counts in no mean, so the others are normalized as if it were absent.
            raw[np.isin(drug, queries.own[start + column]), column] = 0
        line = by_quantile(normalized(raw, cell), found.line_of, len(found.drug_of))
        others = by_quantile(line, found.drug_of, len(found.drugs))
        for column in range(n_columns):
            yield start + column, others[:, column], found.drug[:, column]


def _in_space(
    compendium: Compendium, space: Space, queries: QuerySet, lists: Sequence[Query], tell: Tell
) -> Answers:
    """As in `search.space_score`, but in embeddings that have not seen a query's molecule."""
    signatures = compendium.signatures
    drug = np.searchsorted(queries.drugs, signatures[fields.DRUG].to_numpy(dtype=str))
    code = space.codes(signatures[fields.CELL_ID].to_numpy())
    size = len(queries.drugs), len(space.cells)
    total, counts = pooled(compendium.matrix, np.arange(len(drug)), drug, code, *size)
    done = 0
    for of, places in _by_embedding(compendium, space, queries):
        tell(done, len(lists))
        directions = unit(np.stack([lists[place].direction for place in places]) @ of.matrix)
        found = embedded(of, total, counts) @ directions.T
        for place, answer in zip(places, found.T, strict=True):
            yield place, answer, answer
        done += len(places)


def _by_embedding(
    compendium: Compendium, space: Space, queries: QuerySet
) -> Iterator[tuple[Embedding, list[int]]]:
    """Embeddings, each with the queries whose molecules it has not seen."""
    of_all = len(space.embeddings) - 1
    seen_by: dict[frozenset[str], list[int]] = defaultdict(list)
    without: dict[int, list[int]] = defaultdict(list)
    for place, own in enumerate(queries.own):
        drugs = queries.drugs[own]
        blocks = set(space.block[space.places(drugs)].tolist()) - {of_all}
        if len(blocks) > 1:
            seen_by[frozenset(drugs.tolist())].append(place)
        else:
            without[min(blocks, default=of_all)].append(place)
    for number, places in without.items():
        yield space.embeddings[number], places
    for molecule, places in seen_by.items():
        yield embedding_without(space, compendium, set(molecule)), places
