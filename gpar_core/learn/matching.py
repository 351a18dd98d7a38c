"""A matching network: similarity is learned from drugs of all MOAs, then used to compare.

Few drugs of one MOA teach a deep network little. What makes two signatures alike, though, can be
learned from the drugs of every MOA: first in closed form (`metric.whitening`), then by gradient
steps in which each drug has to pick out those of its own class among the others of a batch
(neighborhood component analysis, Goldberger et al. 2004, with cosines). A signature is then scored
by its similarity to the positives, relative to that to the negatives.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import tensorflow as tf

from gpar_core.data.learning_set import LearningSet
from gpar_core.learn.metric import whitening
from gpar_core.learn.presets import MatchingSettings
from gpar_core.learn.steps import PRODUCT_TYPE, STEPS_PER_CALL, Adam, draw, dropout, one_cycle
from gpar_core.progress import Progress, Report, silent
from gpar_core.rank.scoring import MatchingNetwork, embed

NEGATIVE, POSITIVE, REFERENCE = 0, 1, 2


@dataclass(frozen=True)
class MatchingTrainer:
    """Trains matching networks; its graph is traced once and used for every fit."""

    settings: MatchingSettings
    n_genes: int

    def fit(
        self,
        learning: LearningSet,
        positive: np.ndarray,
        *,
        seed: int,
        rows: np.ndarray | None = None,
        report: Report = silent,
    ) -> MatchingNetwork:
        """Train on the training set and the reference.

        Arguments are those of `LayeredTrainer.fit`. Rows of the training set that are not in `rows`
        have no part in anything that is learned.
        """
        rows = np.arange(len(positive)) if rows is None else rows
        seen = np.concatenate([rows, np.arange(learning.n_training, len(learning.x))])
        x = np.asarray(learning.x[seen], np.float32)
        of_set = np.zeros(len(seen), dtype=bool)
        of_set[: len(rows)] = positive[rows]
        drug = learning.drug[seen]
        moas = _shared(learning.moas[seen], drug)
        classes = np.column_stack([moas, of_set])
        role = np.where(of_set, POSITIVE, NEGATIVE)
        role[len(rows) :] = REFERENCE
        center = x.mean(axis=0)
        x -= center
        # Not by the positives themselves: where they are of several kinds, that would be lost.
        start = whitening(x, moas)
        rng = np.random.default_rng([seed, 0x22])
        trained = start
        if moas.shape[1]:
            trained = self._train(x, classes, drug, role, start, rng, report)
        else:  # the positives alone would only be learned by heart
            report(Progress("Training", self.settings.steps, self.settings.steps))
        embedding = start + np.float32(self.settings.kept) * (trained - start)
        remembered = np.concatenate(
            [
                _at_most(self.settings.max_memory, np.flatnonzero(of_set), rng),
                _at_most(self.settings.max_memory, np.flatnonzero(~of_set[: len(rows)]), rng),
            ]
        )
        return MatchingNetwork(
            center=center,
            embedding=embedding,
            memory=embed(x[remembered], np.zeros_like(center), embedding),
            positive=of_set[remembered],
            sharpness=self.settings.sharpness,
            scaling=self.settings.scaling,
        )

    def _train(
        self,
        x: np.ndarray,
        classes: np.ndarray,
        drug: np.ndarray,
        role: np.ndarray,
        start: np.ndarray,
        rng: np.random.Generator,
        report: Report,
    ) -> np.ndarray:
        self._adam.begin([start])
        labelled = classes.any(axis=1)
        arguments = (
            tf.convert_to_tensor(x),
            tf.convert_to_tensor(classes),
            tf.constant(drug, tf.int32),
            tf.constant(role, tf.int32),
            tf.constant(np.flatnonzero(labelled), tf.int32),
            # With no signature without a class, labelled ones take their place.
            tf.constant(np.flatnonzero(labelled if labelled.all() else ~labelled), tf.int32),
            tf.constant(int(rng.integers(2**31 - 1)), tf.int32),
        )
        for first in range(0, self.settings.steps, STEPS_PER_CALL):
            last = min(first + STEPS_PER_CALL, self.settings.steps)
            loss = float(self._run(*arguments, tf.constant(first), tf.constant(last)))
            report(Progress("Training", last, self.settings.steps, values={"loss": loss}))
        return self._adam.variables[0].numpy()

    @cached_property
    def _adam(self) -> Adam:
        return Adam([(self.n_genes, self.n_genes)])

    @cached_property
    def _run(self) -> tf.types.experimental.GenericFunction:
        scalar = tf.TensorSpec([], tf.int32)
        rows = tf.TensorSpec([None], tf.int32)
        matrix = tf.TensorSpec([None, self.n_genes], tf.float32)
        classes = tf.TensorSpec([None, None], tf.bool)
        _ = self._adam  # its variables must exist before the graph is traced
        return tf.function(
            self._steps,
            input_signature=[matrix, classes, *[rows] * 4, scalar, scalar, scalar],
        )

    def _steps(
        self,
        x: tf.Tensor,
        classes: tf.Tensor,
        drug: tf.Tensor,
        role: tf.Tensor,
        labelled: tf.Tensor,
        unlabelled: tf.Tensor,
        seed: tf.Tensor,
        first: tf.Tensor,
        last: tf.Tensor,
    ) -> tf.Tensor:
        n_unlabelled = round(self.settings.batch * self.settings.unlabelled_share)
        n_labelled = self.settings.batch - n_unlabelled
        loss = tf.constant(0.0)
        for step in tf.range(first, last):
            rows = tf.concat(
                [
                    tf.gather(labelled, draw(n_labelled, tf.size(labelled), seed, 2 * step)),
                    tf.gather(
                        unlabelled, draw(n_unlabelled, tf.size(unlabelled), seed, 2 * step + 1)
                    ),
                ],
                0,
            )
            member = tf.cast(tf.gather(classes, rows), tf.float32)
            alike = tf.matmul(member, member, transpose_b=True) > 0
            of, part = tf.gather(drug, rows), tf.gather(role, rows)
            # No credit for recognizing the drug itself. Nor are positives and reference compared:
            # the reference will be ranked, so nothing may have pushed it away from them.
            other = (of[:, None] != of[None, :]) & (
                part[:, None] * part[None, :] != POSITIVE * REFERENCE
            )
            signatures = dropout(tf.gather(x, rows), self.settings.gene_dropout, seed - 1, step)
            with tf.GradientTape() as tape:
                loss = self._loss(signatures, alike & other, other)
            gradients = tape.gradient(loss, self._adam.variables)
            rate = one_cycle(self.settings.learning_rate, step, self.settings.steps)
            self._adam.apply(gradients, step, rate)
        return loss

    def _loss(self, x: tf.Tensor, alike: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
        """Mean of -log p, p being the share of its own class in what a signature attends to."""
        weight = tf.cast(self._adam.variables[0], PRODUCT_TYPE)
        embedded = tf.cast(tf.matmul(tf.cast(x, PRODUCT_TYPE), weight), tf.float32)
        embedded = tf.cast(tf.math.l2_normalize(embedded, 1), PRODUCT_TYPE)
        cosine = tf.cast(tf.matmul(embedded, embedded, transpose_b=True), tf.float32)
        attention = tf.exp(self.settings.sharpness * cosine)
        to_alike = tf.reduce_sum(tf.where(alike, attention, 0.0), 1)
        to_any = tf.reduce_sum(tf.where(other, attention, 0.0), 1)
        has_alike = tf.reduce_any(alike, 1)
        # Ones where nothing is alike: a logarithm of 0 would spoil the gradient of all.
        share = tf.where(has_alike, to_alike, 1.0) / tf.where(has_alike, to_any, 1.0)
        counted = tf.reduce_sum(tf.cast(has_alike, tf.float32))
        return -tf.math.divide_no_nan(tf.reduce_sum(tf.math.log(share)), counted)


def _shared(moas: np.ndarray, drug: np.ndarray) -> np.ndarray:
    """The columns of MOAs that two drugs or more have."""
    n_drugs = np.array([len(np.unique(drug[of_moa])) for of_moa in moas.T], dtype=np.int64)
    return moas[:, n_drugs >= 2]


def _at_most(n: int, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return rows if len(rows) <= n else np.sort(rng.choice(rows, n, replace=False))
