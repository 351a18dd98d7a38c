"""A trained model on screen."""

from contextlib import suppress
from functools import partial

import streamlit as st

from gpar_core.analyses.training.charts import curves, folds
from gpar_core.analyses.training.charts.along import along_the_score as along_chart
from gpar_core.analyses.training.charts.reliability import reliability
from gpar_core.analyses.training.outlook import along_the_score, headline, recovery
from gpar_core.analyses.training.result import Model, ModelSummary
from gpar_core.data.class_names import TARGET, chosen_class, gene_of
from gpar_core.data.training_set import negative_words
from gpar_core.errors import GparError
from gpar_core.export import with_provenance
from gpar_core.learn import calibration
from gpar_core.learn.verdict import WELL_TRAINED
from pages._model.curation_view import show_curation
from pages._model.figure import show_figure
from pages._model.linear_offer import offer_linear
from pages._model.map import show_maps
from pages._model.ranking_filters import count
from pages._model.ranking_view import show_ranking
from pages._shared.cached_charts import drawn_once, show_chart
from pages._shared.downloads import download_menu, table_files
from pages._shared.error_box import plain
from pages._shared.frame import simulated_note
from pages._shared.gene_links import gene_links
from pages._shared.loaders import load_held_out, load_model
from pages._shared.model_names import called
from pages._shared.report_buttons import report_buttons
from pages._shared.share import share_model
from pages._shared.state import cache, go
from pages._shared.tables import ABOUT_COLUMN, about, savable
from pages._shared.tabs import tabs
from pages._shared.terms import explained


def title_of(model_id: str, otherwise: str) -> str:
    """What a model is about, as a page's title; `otherwise` if there is no such model to read."""
    with suppress(GparError):
        if model_id in cache().model_ids():
            return plain(called(load_model(model_id).summary))
    return otherwise


def show(model: Model) -> None:
    """Show verdict and picture, ranked drugs, quality, maps, training drugs and details.

    Only the first tab, whose filters are kept, and the open one are drawn.
    """
    summary = model.summary
    if summary.simulated:
        simulated_note()
    drawn_once("verdict", summary.identity, lambda: _verdict(model))
    offer_linear(summary)
    report_buttons(
        summary.model_id,
        summary.label,
        simulated=summary.simulated,
        beside=lambda: share_model(summary),
    )
    tabs({name: partial(draw, model) for name, draw in TABS.items()}, kept=[RANKED])


def _verdict(model: Model) -> None:
    """Show the verdict in a sentence beside the picture that it is about."""
    summary = model.summary
    said, picture = st.columns([1, 1.5], vertical_alignment="center")
    with said:
        show = st.success if summary.verdict.name == WELL_TRAINED else st.warning
        found = recovery(model.training_drugs, model.ranking)
        show(f"**{summary.verdict.title}:** {headline(summary, found)}")
        st.caption(plain(_about_training(summary)), help=explained("verdict"))
        if summary.note:
            st.info(plain(summary.note))
    with picture:
        show_chart(along_chart(along_the_score(model), simulated=summary.simulated))


def _about_training(summary: ModelSummary) -> str:
    """What the model was trained on, in a line."""
    n, cells = summary.n_positive_compounds, summary.cells
    return (
        f"{count(n, 'training drug')} ({count(summary.n_positive_signatures, 'signature')}) "
        f"against {summary.n_negative_compounds:,} negative compounds, in "
        f"{', '.join(cells) if cells else 'all cell lines'}, with the preset '{summary.preset}'. "
        f"Compendium: {summary.compendium}."
    )


def _quality(model: Model) -> None:
    summary = model.summary
    drawn_once("quality", summary.identity, lambda: _measures(model))
    st.markdown(
        f"**Permuted labels:** {summary.chance}. Quick runs use a nearest-mean classifier instead "
        "of the model, on the same folds."
    )
    if summary.null_auroc:
        null = ", ".join(f"{auroc:.2f}" for auroc in summary.null_auroc)
        st.markdown(f"Mean AUROC of full trainings with permuted labels: {null}")
    on = {"model": summary.model_id, "compendium": summary.compendium}
    genes, other = st.columns(2)
    if summary.drugs and genes.button("Find important genes", key=f"genes-{on['model']}"):
        go("genes", **on)
    if other.button("Compare with another model", key=f"compare-{on['model']}"):
        go("compare", **on)
    details = st.expander("Reliability", key=f"reliability-{summary.model_id}", on_change="rerun")
    if details.open:
        with details:
            drawn_once("reliability", summary.identity, lambda: _reliability(model))


def _measures(model: Model) -> None:
    """Show the verdict's reasons, its figures and the curves."""
    _curves(model)
    _figures(model.summary)
    st.markdown(f"**{model.summary.verdict.title}.** {model.summary.verdict.why}")


def _figures(summary: ModelSummary) -> None:
    metrics = summary.metrics
    low, high = metrics.interval
    unit = "drugs" if summary.folds_by == "drug" else "signatures"
    figures = st.columns(4)
    figures[0].metric(
        "Mean AUROC", f"{metrics.mean_auroc:.3f}", border=True, help=explained("mean-auroc")
    )
    figures[0].caption(
        f"95% interval {low:.3f}–{high:.3f}, resampling {metrics.n_resampled} {unit}; "
        f"{summary.k} folds"
    )
    figures[1].metric(
        "Average precision",
        f"{metrics.average_precision:.3f}",
        border=True,
        help=explained("average-precision"),
    )
    figures[1].caption(f"base rate {metrics.base_rate:.3f}")
    figures[2].metric(
        "Pooled AUROC", f"{metrics.pooled_auroc:.3f}", border=True, help=explained("pooled-auroc")
    )
    figures[2].caption("all held-out scores together")
    if summary.logistic_auroc is None:
        figures[3].caption(
            "This model is linear: balanced logistic regression on the signed square roots of the "
            "z-scores (preset 'linear')."
        )
    else:
        figures[3].metric(
            "Logistic regression",
            f"{summary.logistic_auroc:.3f}",
            border=True,
            help=explained("logistic-regression"),
        )
        figures[3].caption("mean AUROC on the same folds")


def _curves(model: Model) -> None:
    summary = model.summary
    left, right = st.columns(2)
    with left:
        show_chart(curves.roc(model.held_out, simulated=summary.simulated))
    with right:
        show_chart(curves.precision_recall(model.held_out, simulated=summary.simulated))
    by_fold = dict(enumerate(summary.metrics.fold_auroc, start=1))
    show_chart(folds.fold_auroc(by_fold, summary.k, simulated=summary.simulated))


def _reliability(model: Model) -> None:
    held_out = model.held_out
    bins = calibration.reliability(
        held_out["positive"].to_numpy(), held_out["score"].to_numpy(), held_out["fold"].to_numpy()
    )
    show_chart(reliability(bins, simulated=model.summary.simulated))
    st.caption(
        "Share of positives among held-out signatures with a given calibrated probability. On the "
        "dashed line the two are equal, for a mix of positives and negatives as in the training "
        "set. Bars are 95% intervals; n is the number of signatures in each bin."
    )


def _training_drugs(model: Model) -> None:
    drawn_once("training drugs", model.summary.identity, lambda: _fared(model))
    summary = model.summary
    n_cells = 3 * model.held_out.size
    download_menu(
        "Download training set",
        table_files(lambda: with_provenance(load_held_out(summary.model_id), summary), n_cells),
        "training-set",
        summary.label,
        simulated=summary.simulated,
    )
    show_curation(model)


def _fared(model: Model) -> None:
    st.caption(
        "How well the model recognizes each training drug in the folds that did not see it: the "
        "share of negative signatures that score lower. A drug near 0.5 or below does not look "
        "like the others."
    )
    st.dataframe(
        savable(
            model.training_drugs.drop(columns="score", errors="ignore").assign(about=_about(model)),
            simulated=model.summary.simulated,
        ),
        hide_index=True,
        column_config={
            "pert_iname": "Drug",
            "about": ABOUT_COLUMN,
            "n_signatures": "Signatures",
            "mean_score": st.column_config.NumberColumn(
                "Mean score", format="%.3f", help=explained("score")
            ),
            "beats_negatives": st.column_config.ProgressColumn(
                "Beats negatives",
                min_value=0,
                max_value=1,
                format="%.2f",
                help="Share of negative signatures that score lower than the drug when it is held "
                "out; 0.5 is chance",
            ),
        },
        placeholder="—",
    )


def _about(model: Model) -> list[str]:
    """URLs of the drugs' pages; uploaded profiles have none."""
    drugs = model.training_drugs["pert_iname"]
    return about(drugs, model.summary.compendium) if model.summary.drugs else [""] * len(drugs)


def _details(model: Model) -> None:
    drawn_once("details", model.summary.identity, lambda: _facts(model))


def _facts(model: Model) -> None:
    summary = model.summary
    drugs = sorted(model.training_drugs["pert_iname"], key=str.casefold)
    rows = {
        "Model": summary.model_id,
        "Compendium": summary.compendium + (" (simulated)" if summary.simulated else ""),
        "Fingerprint": summary.fingerprint,
        **chosen_class(summary.moa),
        "Drugs": ", ".join(drugs) if summary.drugs else "uploaded profiles",
        "Cell lines": ", ".join(summary.cells) or "all",
        "Positive set": f"{summary.n_positive_compounds:,} compounds, "
        f"{summary.n_positive_signatures:,} representative signatures",
        "Negative set": f"{summary.n_negative_compounds:,} compounds, "
        f"{summary.n_negative_signatures:,} representative signatures "
        f"({negative_words(summary.negatives, summary.moa)})",
        "Preset and seed": f"{summary.preset}, {summary.seed}",
        "Trained": f"{summary.created_at[:16].replace('T', ' ')} UTC, in {summary.seconds:.0f} s",
        "Versions": ", ".join(f"{name} {number}" for name, number in summary.versions.items()),
    }
    for name, text in rows.items():
        label, value = st.columns([1, 4])
        label.caption(name)
        gene = gene_of(summary.moa)
        linked = name == TARGET.title and gene
        value.markdown(gene_links([gene], summary.compendium) if linked else plain(text))


RANKED = "Ranked drugs"
TABS = {
    RANKED: show_ranking,
    "Map and list": show_figure,
    "Quality": _quality,
    "Map": show_maps,
    "Training drugs": _training_drugs,
    "Details": _details,
}
