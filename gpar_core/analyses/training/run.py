"""Train a model, rank all compounds with it and save both."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.analyses.training import result as model
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.analyses.training_set import training_set_of
from gpar_core.data import profiles
from gpar_core.data.class_names import classes_in, gene_of
from gpar_core.data.compendium import Compendium
from gpar_core.data.profiles import Profiles
from gpar_core.data.provenance import same_compendium, versions
from gpar_core.data.training_set import TrainingSet, drugs_of_uploaded
from gpar_core.learn.calibration import calibrate, calibrate_each
from gpar_core.learn.engine import Pool
from gpar_core.learn.presets import preset
from gpar_core.progress import Progress, Report
from gpar_core.rank.ranking import (
    known_members,
    rank_compounds,
    rank_signatures,
    top_predictions,
    training_drugs,
)
from gpar_core.storage.cache import Cache, publishing
from gpar_core.storage.requests import job_id

if TYPE_CHECKING:
    from gpar_core.learn.space import Space

MAX_NEGATIVES_ON_MAP = 150
DESCRIBED = [
    fields.SIG_ID, fields.PERT_ID, fields.PERT_INAME, fields.DRUG, fields.CELL_ID, fields.DOSE,
    fields.DOSE_UNIT, fields.TIME, fields.TIME_UNIT, fields.TAS,
]  # fmt: skip


def run_training(request: TrainRequest, cache: Cache, report: Report, pool: Pool) -> None:
    """Train the requested model on its compendium, which must not have changed since."""
    train_model(same_compendium(request, cache), request, cache, report, pool)


def train_model(
    compendium: Compendium,
    request: TrainRequest,
    cache: Cache,
    report: Report,
    pool: Pool,
    space: "Space | None" = None,
) -> None:
    """Train a model and publish it. Arguments as for `trained_model`."""
    uploaded = _uploaded(request, cache)
    publish(trained_model(compendium, request, uploaded, pool, report, space), cache)


def publish(result: model.Model, cache: Cache) -> None:
    """Save a model where its request looks for it."""
    with publishing(cache.model(result.summary.model_id)) as folder:
        model.save(result, folder)


def trained_model(
    compendium: Compendium,
    request: TrainRequest,
    uploaded: Profiles | None,
    pool: Pool,
    report: Report,
    space: "Space | None" = None,
) -> model.Model:
    """Train, cross-validate and rank.

    uploaded: the profiles of the request, if any. space: as in `held_out.space_for`.
    """
    from gpar_core.learn.training import train  # noqa: PLC0415 -- brings classifiers

    method = request.method
    training_set = training_set_of(compendium, request.drug_set, method, uploaded)
    training = train(
        compendium,
        training_set,
        preset(method.preset),
        seed=method.seed,
        null_repeats=request.null_repeats,
        pool=pool,
        report=report,
        space=space,
    )
    scores, scored_by = training.scores.signature, training.scores.scored_by
    report(Progress("Ranking", 0, 1, "Enrichment of every compound"))
    ranked = rank_signatures(compendium, training_set, scores, scored_by >= 0, seed=method.seed)
    of_drugs = pd.Series(training.scores.compound, training.scores.drug)
    ranking = rank_compounds(
        compendium, ranked, seed=method.seed, threads=pool.processes, score=of_drugs
    )
    classes = set(classes_in(request.drug_set.moa)) or _moas_of(compendium, request)
    ranking = ranking.assign(shares_moa=known_members(ranking, classes))
    if training.space is not None:
        also = _also_first_of(ranking, compendium, request, training.space, pool.processes)
        ranking = ranking.assign(also_first_of=also)
    report(Progress("Map", 0, 1, "t-SNE of training set and top predictions"))
    validation, logistic = training.validation, training.logistic
    summary = model.ModelSummary(
        model_id=job_id(request),
        label=request.drug_set.label,
        moa=request.drug_set.moa,
        drugs=request.drug_set.drugs,
        cells=method.cells,
        compendium=compendium.name,
        fingerprint=compendium.fingerprint,
        simulated=compendium.simulated,
        preset=method.preset,
        negatives=training_set.negatives,
        note=training_set.note,
        seed=method.seed,
        n_positive_compounds=training_set.n_positive_compounds,
        n_positive_signatures=training_set.n_positive_signatures,
        n_negative_compounds=training_set.n_negative_compounds,
        n_negative_signatures=training_set.n_negative_signatures,
        k=validation.folds.k,
        folds_by=validation.folds.by,
        metrics=validation.metrics,
        logistic_auroc=None if logistic is None else logistic.metrics.mean_auroc,
        chance=training.chance,
        null_auroc=training.null,
        seconds=round(training.seconds, 2),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        versions=versions(),
    )
    described = training_set.described(compendium, DESCRIBED)
    return model.Model(
        summary=summary,
        network=training.network,
        held_out=described.assign(
            positive=training_set.positive,
            fold=validation.folds.fold,
            score=validation.score,
            **({} if logistic is None else {"logistic_score": logistic.score}),
        ),
        signatures=_described(compendium, ranked["row"].to_numpy()).assign(
            score=ranked["score"], rank=ranked["rank"], held_out=ranked["held_out"]
        ),
        ranking=ranking,
        training_drugs=training_drugs(compendium, training_set, validation.score, of_drugs),
        map=_map(compendium, training_set, ranking, seed=method.seed),
        calibration=calibrate(training_set.positive, validation.score),
        fold_calibration=calibrate_each(
            training_set.positive, validation.score, validation.folds.fold
        ),
        scores=scores,
        scored_by=scored_by,
        null_scores=np.sort(scores[~_of_positives(compendium, training_set)]),
    )


def _uploaded(request: TrainRequest, cache: Cache) -> Profiles | None:
    if not request.drug_set.profiles:
        return None
    return profiles.load(cache.existing_profile_set(request.drug_set.profiles))


def _of_positives(compendium: Compendium, training_set: TrainingSet) -> np.ndarray:
    """(n_signatures,) bool, including the compendium's compounds with the names of uploads."""
    drugs = set(training_set.drug[training_set.positive])
    if training_set.uploaded is not None:
        drugs |= drugs_of_uploaded(compendium, training_set.uploaded)
    return compendium.signatures[fields.DRUG].isin(drugs).to_numpy()


def _moas_of(compendium: Compendium, request: TrainRequest) -> set[str]:
    """The MOAs trained on, or all MOAs of the drugs, also of those of a target."""
    classes = classes_in(request.drug_set.moa)
    if classes and not any(map(gene_of, classes)):
        return set(classes)
    table = compendium.compound_moas
    return set(table.loc[table[fields.DRUG].isin(request.drug_set.drugs), fields.MOA])


def _also_first_of(
    ranking: pd.DataFrame,
    compendium: Compendium,
    request: TrainRequest,
    space: "Space",
    threads: int,
) -> pd.Series:
    """(m,) other MOAs that rank each compound among their first.

    Targets do not count, as most would repeat the MOA of the same drugs.
    """
    from gpar_core.learn.specificity import first_of  # noqa: PLC0415 -- pages start without it

    places = first_of(space, compendium, threads)
    others = places[~places[fields.MOA].isin(_moas_of(compendium, request))]
    names = others.groupby(fields.DRUG)[fields.MOA].agg(fields.MOA_SEPARATOR.join)
    return ranking[fields.DRUG].map(names).fillna("")


def _described(compendium: Compendium, rows: np.ndarray) -> pd.DataFrame:
    return compendium.signatures[DESCRIBED].iloc[rows].reset_index(drop=True)


def _map(
    compendium: Compendium, training_set: TrainingSet, ranking: pd.DataFrame, *, seed: int
) -> pd.DataFrame:
    """Representatives of the training set and the top predictions, with x and y."""
    from gpar_core.maps.tsne import embed  # noqa: PLC0415

    top = set(top_predictions(ranking)[fields.DRUG])
    representative = compendium.signatures[fields.REPRESENTATIVE].to_numpy()
    predicted = np.flatnonzero(
        representative & compendium.signatures[fields.DRUG].isin(top).to_numpy()
    )
    positive = training_set.positive
    negative = np.setdiff1d(training_set.rows[~positive], predicted)
    rng = np.random.default_rng([seed, 0x3A9])
    shown = np.sort(rng.permutation(negative)[:MAX_NEGATIVES_ON_MAP])
    rows = np.concatenate([shown, predicted])
    own = training_set.described(compendium, DESCRIBED)[positive]
    z_scores = np.concatenate(
        [compendium.matrix[rows], training_set.signatures(compendium)[positive]]
    )
    place = embed(z_scores, seed=seed)
    table = pd.concat([_described(compendium, rows), own], ignore_index=True)
    role = ["negative"] * len(shown) + ["predicted"] * len(predicted) + ["training"] * len(own)
    return table.assign(role=role, x=place[:, 0], y=place[:, 1])
