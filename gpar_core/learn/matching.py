"""Compare compounds with remembered ones, in a space learned from all of them (`space`).

A signature, or the pooled signatures of a compound, is scored by its similarity to the positive
compounds relative to that to the negative ones (`MatchingNetwork`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet, drugs_of_uploaded
from gpar_core.learn.codes import coded
from gpar_core.learn.compendium_scores import FINAL, fold_of_each
from gpar_core.learn.embedding import Embedding
from gpar_core.learn.folds import Folds
from gpar_core.learn.presets import MatchingSettings
from gpar_core.learn.space import (
    Space,
    embedded,
    embedding_without,
    one_hot,
    pooled,
    pooled_in_parts,
)
from gpar_core.progress import Progress, Report, silent
from gpar_core.rank.scoring import MatchingNetwork, attentions, score_blocks, sigmoid

Compare = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""(q, d) embedded queries and (q,) the folds that hold them out, or `FINAL`, to (q,) log-odds."""


@dataclass(frozen=True, eq=False)
class Memory:
    """Compounds to compare with, and the fold that holds out each of them.

    total, counts: (m, n_genes) and (m, n_cells + 1), as `space.pooled` gives them. positive: (m,)
    bool. fold: (m,) int from 0, of k.
    """

    total: np.ndarray
    counts: np.ndarray
    positive: np.ndarray
    fold: np.ndarray
    k: int

    def seen_in(self, of: Embedding, sharpness: float) -> Compare:
        """A function that compares queries in this space, none with what its own fold holds out."""
        remembered = embedded(of, self.total, self.counts)
        not_held_out = self.fold[:, None] != np.arange(FINAL, self.k)
        shares = [
            (seen / seen.sum(axis=0)).astype(np.float32)
            for seen in (
                not_held_out & self.positive[:, None],
                not_held_out & ~self.positive[:, None],
            )
        ]

        def compare(query: np.ndarray, fold: np.ndarray) -> np.ndarray:
            attention = attentions(query, remembered, sharpness)
            place = np.arange(len(query)), fold - FINAL
            positive, negative = (np.log((attention @ share)[place]) for share in shares)
            return positive - negative

        return compare


@dataclass(frozen=True, eq=False)
class Matching:
    """A training set in the space of its compendium, held out by folds."""

    space: Space
    compendium: Compendium
    training_set: TrainingSet
    folds: Folds
    seed: int

    @cached_property
    def memory(self) -> Memory:
        """The compounds of the training set, `max_memory` of each kind at most.

        The signatures of a drug are pooled, except those of a single positive drug, which are held
        out one by one.
        """
        training_set, folds = self.training_set, self.folds
        unit = training_set.drug.astype(object)
        if folds.by == "signature":
            alone = np.flatnonzero(training_set.positive)
            unit[alone] = [f"#{row}" for row in alone]
        _, group = coded(unit)
        _, first = np.unique(group, return_index=True)
        positive = training_set.positive[first]
        rng = np.random.default_rng([self.seed, 0x33])
        kinds = [np.flatnonzero(positive), np.flatnonzero(~positive)]
        kept = np.concatenate(
            [_at_most(self.space.settings.max_memory, kind, rng) for kind in kinds]
        )
        place = np.full(len(first), -1)
        place[kept] = np.arange(len(kept))
        x = training_set.signatures(self.compendium)
        total, counts = pooled(
            x, np.arange(len(x)), place[group], self._codes, len(kept), len(self.space.cells)
        )
        return Memory(total, counts, positive[kept], folds.fold[first][kept], folds.k)

    def network(self) -> MatchingNetwork:
        """A network that remembers the whole training set."""
        return self._network(self.space.embeddings[-1], FINAL)

    def network_without(self, fold: int) -> MatchingNetwork:
        """A network that has not seen the drugs that a fold holds out."""
        held_out = set(self.training_set.drug[self.folds.fold == fold])
        if self.training_set.uploaded is not None:
            held_out |= drugs_of_uploaded(self.compendium, self.training_set.uploaded)
        return self._network(embedding_without(self.space, self.compendium, held_out), fold)

    def held_out(
        self, only: Iterable[int] | None = None, *, threads: int = 1, report: Report = silent
    ) -> np.ndarray:
        """(n,) float32 held-out scores of the signatures of the training set.

        only: folds to score, None for all; NaN in the others.
        """
        rows = self.training_set.compendium_rows
        wanted = np.isin(self.folds.fold, list(range(self.folds.k) if only is None else only))
        ours = wanted[: len(rows)]
        score = np.full(len(rows), np.nan, np.float32)
        score[ours] = self.of_signatures(rows[ours], threads=threads, report=report)[0]
        return np.where(wanted, self.of_training_set(score), np.float32(np.nan))

    def of_signatures(
        self, rows: np.ndarray | None = None, *, threads: int = 1, report: Report = silent
    ) -> tuple[np.ndarray, np.ndarray]:
        """Score signatures of the compendium, each by a comparison that has not seen it.

        rows: (n,) rows of the compendium, None for all. threads, report: as in `score_blocks`.
        Returns score (n,) float32 in 0-1 and scored_by (n,) int16, the fold that held out each, or
        `FINAL` for those not in the training set.
        """
        fold = fold_of_each(self.compendium, self.training_set, self.folds)
        signatures, matrix = self.compendium.signatures, self.compendium.matrix
        rows = np.arange(len(matrix)) if rows is None else rows
        code = self.space.codes(signatures[fields.CELL_ID].to_numpy())
        drug = self.space.places(signatures[fields.DRUG].to_numpy()[rows])
        block = self.space.block[drug]
        score = np.empty(len(rows), np.float32)
        done = 0

        def overall(progress: Progress) -> None:
            report(replace(progress, done=done + progress.done, total=len(rows)))

        for number, (of, compare) in enumerate(self._comparisons):
            ours = np.flatnonzero(block == number)
            scorer = self._scorer(of, compare, code, fold)
            score[ours] = score_blocks(scorer, matrix, rows[ours], threads=threads, report=overall)
            done += len(ours)
        return score, fold[rows]

    def of_training_set(self, of_compendium: np.ndarray) -> np.ndarray:
        """(n,) held-out scores of the signatures of the training set.

        of_compendium: (m,) scores of its rows of the compendium, which come first. Uploaded ones
        are scored by an embedding that has not seen the compendium's compounds of the same names.
        """
        uploaded = self.training_set.uploaded
        if uploaded is None:
            return of_compendium
        known = drugs_of_uploaded(self.compendium, uploaded)
        of = embedding_without(self.space, self.compendium, known)
        code = np.full(len(uploaded.matrix), len(self.space.cells))
        compare = self.memory.seen_in(of, self.space.settings.sharpness)
        scorer = self._scorer(of, compare, code, self.folds.fold[len(of_compendium) :])
        own = scorer(uploaded.matrix, np.arange(len(code)))
        return np.concatenate([of_compendium, own]).astype(np.float32)

    def of_compounds(self) -> np.ndarray:
        """(n_drugs,) scores in 0-1 of the drugs of `space.drug`, each from its pooled signatures.

        Pooled are its representative signatures in the cell lines of the training set or, where it
        has none there, in others. Drugs of the training set are scored by comparisons that have not
        seen them. A single positive drug, whose signatures are held out one by one, scores NaN.
        """
        space = self.space
        known = space.places(self._known)
        fold = np.full(len(space.drug), FINAL)
        fold[known] = self.folds.fold[: len(known)]
        own_cells = self._codes[: len(known)]
        score = np.empty(len(space.drug))
        for drugs, total, counts in pooled_in_parts(space, self.compendium, own_cells):
            block = space.block[drugs]
            for number in np.unique(block):
                of, compare = self._comparisons[number]
                ours = block == number
                query = embedded(of, total[ours], counts[ours])
                score[drugs[ours]] = sigmoid(compare(query, fold[drugs[ours]]))
        if self.folds.by == "signature":
            score[known[self.training_set.positive[: len(known)]]] = np.nan
        return score

    @property
    def _known(self) -> np.ndarray:
        """(m,) drugs of the training set's rows of the compendium."""
        return self.training_set.drug[: len(self.training_set.compendium_rows)]

    @property
    def _codes(self) -> np.ndarray:
        described = self.training_set.described(self.compendium, [fields.CELL_ID])
        return self.space.codes(described[fields.CELL_ID].to_numpy())

    def _network(self, of: Embedding, fold: int) -> MatchingNetwork:
        memory = self.memory
        seen = memory.fold != fold
        return MatchingNetwork(
            center=of.center,
            embedding=of.matrix,
            memory=embedded(of, memory.total[seen], memory.counts[seen]),
            positive=memory.positive[seen],
            sharpness=self.space.settings.sharpness,
            scaling=self.space.settings.scaling,
            cells=self.space.cells,
            shift=of.shift,
        )

    @cached_property
    def _comparisons(self) -> tuple[tuple[Embedding, Compare], ...]:
        """Each embedding of the space, and how queries compare in it."""
        sharpness = self.space.settings.sharpness
        return tuple((of, self.memory.seen_in(of, sharpness)) for of in self.space.embeddings)

    def _scorer(
        self, of: Embedding, compare: Compare, code: np.ndarray, fold: np.ndarray
    ) -> Callable[[np.ndarray, slice | np.ndarray], np.ndarray]:
        """Scorer of single signatures. code, fold: of all rows that may be chosen."""
        n_codes = len(self.space.cells) + 1

        def scorer(z_scores: np.ndarray, chosen: slice | np.ndarray) -> np.ndarray:
            query = embedded(of, z_scores, one_hot(code[chosen], n_codes))
            return sigmoid(compare(query, fold[chosen]))

        return scorer


def without(
    network: MatchingNetwork,
    drug: str,
    negatives: np.ndarray,
    settings: MatchingSettings,
    *,
    seed: int,
) -> MatchingNetwork:
    """The network of a whole training set, without its memory of one negative drug.

    negatives: (n,) drugs of the negative signatures. settings, seed: those of the training.
    """
    names, _ = coded(negatives)
    rng = np.random.default_rng([seed, 0x33])
    remembered = names[_at_most(settings.max_memory, np.arange(len(names)), rng)]
    stays = network.positive.copy()
    stays[~network.positive] = remembered != drug
    return replace(network, memory=network.memory[stays], positive=network.positive[stays])


def _at_most(n: int, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return rows if len(rows) <= n else np.sort(rng.choice(rows, n, replace=False))
