"""The report of a trained model."""

import dataclasses

import pandas as pd

from gpar_core import fields, links
from gpar_core.analyses.genes import charts as genes
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.training.charts import along, curves, folds, reliability
from gpar_core.analyses.training.outlook import along_the_score, headline, recovery
from gpar_core.analyses.training.result import Model
from gpar_core.charts import scatter
from gpar_core.data.class_names import chosen_class
from gpar_core.data.class_tables import listed
from gpar_core.data.training_set import negative_words
from gpar_core.errors import EmptyRankingError
from gpar_core.export import with_provenance
from gpar_core.learn import calibration
from gpar_core.learn.presets import PRESETS
from gpar_core.rank.ranking import MAX_P, MIN_SIGNATURES, filtered
from gpar_core.report import origins
from gpar_core.report.document import Document, Figure, Section, Table
from gpar_core.report.words import citation, number, reproduction, small

N_SHOWN = 100
N_GENES = 50


def model_report(model: Model, importance: Analysis | None = None) -> Document:
    """Everything a reader needs to judge and repeat a training.

    importance: the analysis of the genes that the model uses, if there is one.
    """
    origin = origins.of_model(model)
    summary = model.summary
    found = recovery(model.training_drugs, model.ranking)
    return Document(
        title=f"Model of {summary.label}",
        verdict=f"{summary.verdict.title}: {headline(summary, found)}",
        origin=origin,
        sections=(
            _along_the_score(model),
            _training_set(model),
            _settings(model),
            _validation(model),
            _ranking(model),
            _map(model),
            _genes(model, importance),
            reproduction(origin),
            citation(origin),
        ),
    )


def _unit(model: Model) -> str:
    return "drug" if model.summary.folds_by == "drug" else "signature"


def _along_the_score(model: Model) -> Section:
    compounds = along_the_score(model)
    figure = Figure(
        "along-the-score",
        along.along_the_score(compounds, simulated=model.summary.simulated),
        "Held-out members and negatives, scored by models that did not see them, and the first "
        "predictions. The better the model, the farther the members lie to the right of the "
        "negatives.",
    )
    table = Table("along-the-score", with_provenance(compounds, model.summary), pd.DataFrame())
    return Section(
        "Compounds along the score",
        (model.summary.verdict.why,),
        figures=(figure,),
        tables=(table,),
    )


def _training_set(model: Model) -> Section:
    summary = model.summary
    facts = {
        "Positive set": f"{summary.n_positive_compounds:,} compounds, "
        f"{summary.n_positive_signatures:,} representative signatures",
        "Negative set": f"{summary.n_negative_compounds:,} compounds, "
        f"{summary.n_negative_signatures:,} representative signatures "
        f"({negative_words(summary.negatives, summary.moa)})",
        **chosen_class(summary.moa),
        "Cell lines": ", ".join(summary.cells) or "all",
    }
    shown = pd.DataFrame(
        {
            "Drug": model.training_drugs[fields.PERT_INAME],
            "Signatures": model.training_drugs["n_signatures"].astype(str),
            "Mean score": model.training_drugs["mean_score"].map(number),
            "Beats negatives": model.training_drugs["beats_negatives"].map(number),
        }
    )
    drugs = Table(
        "training-drugs",
        with_provenance(model.training_drugs, summary),
        shown,
        "How each positive drug scored when it was held out: the share of negative signatures "
        "that score lower. A drug near 0.5 or below does not look like the others.",
    )
    signatures = Table("training-set", with_provenance(model.held_out, summary), pd.DataFrame(), "")
    notes = (summary.note,) if summary.note else ()
    return Section("Training set", notes, facts, tables=(drugs, signatures))


def _settings(model: Model) -> Section:
    summary = model.summary
    facts = {"Preset": summary.preset, "Seed": str(summary.seed)}
    if summary.preset in PRESETS:
        settings = dataclasses.asdict(PRESETS[summary.preset])
        facts |= {name.replace("_", " "): _plain(value) for name, value in settings.items()}
    return Section("Settings of the preset", facts=facts)


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)


def _validation(model: Model) -> Section:
    summary, metrics = model.summary, model.summary.metrics
    simulated = summary.simulated
    facts = {
        "Folds": f"{summary.k}, by {summary.folds_by}: none is in both training and test",
        "Mean AUROC": f"{metrics.mean_auroc:.3f}, 95% interval {metrics.interval[0]:.3f}–"
        f"{metrics.interval[1]:.3f} ({metrics.n_resampled} {_unit(model)}s)",
        "Pooled AUROC": number(metrics.pooled_auroc),
        "Average precision": f"{metrics.average_precision:.3f} "
        f"({metrics.base_rate:.3f} for a random ranking)",
    }
    if summary.logistic_auroc is not None:
        facts["Logistic regression"] = f"{summary.logistic_auroc:.3f} mean AUROC on the same folds"
    facts["Permuted labels"] = f"{summary.chance} (nearest-mean classifier, not the model)"
    if summary.null_auroc:
        facts["Permuted labels, full trainings"] = (
            ", ".join(map(number, summary.null_auroc)) + " mean AUROC"
        )
    by_fold = dict(enumerate(metrics.fold_auroc, start=1))
    held_out = model.held_out
    bins = calibration.reliability(
        held_out["positive"].to_numpy(), held_out["score"].to_numpy(), held_out["fold"].to_numpy()
    )
    figures = (
        Figure(
            "roc",
            curves.roc(held_out, simulated=simulated),
            "ROC curve of all held-out scores together. Dashed line: random ranking.",
        ),
        Figure(
            "precision-recall",
            curves.precision_recall(held_out, simulated=simulated),
            "Precision and recall of all held-out scores. Dashed line: the share of positives.",
        ),
        Figure(
            "folds",
            folds.fold_auroc(by_fold, summary.k, simulated=simulated),
            "AUROC of each fold; the mean AUROC is their mean. Dashed line: the paper's threshold, "
            "0.60.",
        ),
        Figure(
            "reliability",
            reliability.reliability(bins, simulated=simulated),
            "Share of positives among held-out signatures with similar calibrated probability, "
            "with 95% intervals. On the dashed line, the calibration is perfect.",
        ),
    )
    return Section("Cross-validation", facts=facts, figures=figures)


def _ranking(model: Model) -> Section:
    n = len(model.ranking)
    said = [
        f"{n:,} compounds are ranked by the score of the compound as a whole. ES shows how far its "
        "signatures cluster at the top of all signatures; it is not comparable between compounds "
        "with different numbers of signatures. The p-values assume that a compound's signatures "
        "are independent, so they are optimistic. "
        f"FDR (Benjamini-Hochberg on the exact p) is over all {n:,} compounds. A high rank is a "
        "hypothesis, not proof, of a shared mechanism."
    ]
    try:
        passing = filtered(model.ranking, min_signatures=MIN_SIGNATURES, max_p=MAX_P)
        said.append(
            f"{len(passing):,} have {MIN_SIGNATURES} signatures or more and a permutation p below "
            f"{MAX_P}; the table shows the first {min(len(passing), N_SHOWN)} of them."
        )
    except EmptyRankingError:
        passing = model.ranking
        said.append(
            f"None has {MIN_SIGNATURES} signatures or more and a permutation p below {MAX_P}; the "
            f"table shows the first {min(n, N_SHOWN)} of all."
        )
    top = passing.head(N_SHOWN)
    shown = pd.DataFrame(
        {
            "#": [str(place) for place in range(1, len(top) + 1)],
            "Drug": top[fields.PERT_INAME],
            "Signatures": top["k"].astype(str),
            "ES": top["es"].map(number),
            "NES": top["nes"].map(lambda value: number(value, 2)),
            "p": top["p"].map(lambda value: number(value, 4)),
            "Exact p": top["p_exact"].map(small),
            "FDR": top["fdr"].map(small),
            "Known MOA": listed(top[fields.MOA]),
            **({"Target": listed(top[fields.TARGET])} if fields.TARGET in top else {}),
            "PubChem": [
                links.pubchem(name, cid=cid, inchi_key=key)
                for name, cid, key in zip(
                    top[fields.PERT_INAME],
                    top[fields.PUBCHEM_CID],
                    top[fields.INCHI_KEY],
                    strict=True,
                )
            ],
            "iLINCS": list(map(links.ilincs, top[fields.PERT_INAME], top[fields.PERT_ID])),
        }
    )
    table = Table(
        "ranking",
        with_provenance(model.ranking, model.summary),
        shown,
        links=("PubChem", "iLINCS"),
    )
    return Section("Ranked compounds", tuple(said), tables=(table,))


def _map(model: Model) -> Section:
    figure = Figure(
        "map",
        scatter.training_map(model.map, simulated=model.summary.simulated),
        "t-SNE of representative signatures: the training drugs, the 30 top-ranked compounds, "
        "and up to 150 negatives. Distances between distant groups have no meaning.",
    )
    places = Table("map", with_provenance(model.map, model.summary), pd.DataFrame())
    return Section("Map", figures=(figure,), tables=(places,))


def _genes(model: Model, importance: Analysis | None) -> Section:
    title = "Genes"
    if importance is None:
        said = (
            "Gene importance was not computed for this model. To compute it, use the page Genes "
            "of the dashboard."
        )
        return Section(title, (said,))
    all_genes = importance.tables["genes"]
    order = all_genes.sort_values("ig_rank").head(N_GENES)
    shown = pd.DataFrame(
        {
            "#": order["ig_rank"].astype(int).astype(str),
            "Gene": order["symbol"],
            "In the positives": order["direction"],
            "Attribution": [
                f"{value:+.3f} ± {error:.3f}"
                for value, error in zip(order["ig"], order["ig_se"], strict=True)
            ],
            "# by regression": order["lr_rank"].astype(int).astype(str),
            "Mean z": order["z_positive"].map(lambda value: f"{value:+.2f}"),
            "NCBI": order["entrez_id"].map(links.ncbi_gene),
        }
    )
    told = importance.tables["agreement"].iloc[0]
    said = (
        f"Integrated gradients, mean over {int(told['n_positive']):,} positive signatures, ± one "
        f"jackknife standard error over the folds. Of the first {int(told['n_selected'])} genes "
        f"{int(told['overlap'])} are also among the first genes of the logistic regression "
        f"({told['expected']:.1f} by chance). A gene that matters to a model need not be a target "
        "or a cause."
    )
    figure = Figure(
        "genes",
        genes.importance(all_genes, order["symbol"].tolist(), simulated=importance.simulated),
        "The 25 most important genes, relative to the most important one by each method.",
    )
    table = Table("genes", with_provenance(all_genes, model.summary), shown, links=("NCBI",))
    return Section(title, (said,), figures=(figure,), tables=(table,))
