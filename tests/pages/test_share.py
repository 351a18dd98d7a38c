"""Share: what can be copied beside a model and beside every analysis."""

import shlex

from gpar_core.__main__ import _parser
from gpar_core.analyses.evaluation.plan import plan_evaluation
from gpar_core.analyses.method import DrugSet, Method
from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.training.plan import plan_training
from gpar_core.data import compendium as compendia
from gpar_core.progress import silent
from gpar_core.rank.ranking import DEFAULT_ORDER
from gpar_core.storage.cache import Cache, remove
from gpar_core.storage.requests import job_id
from tests.pages.conftest import Library
from tests.pages.shelf import shelve
from tests.pages.stage import page
from tests.pools import Means


def opened(name: str, result_id: str, **parameters: str) -> dict[str, str]:
    """The texts to copy, by the line above each."""
    app = page(name, **parameters)
    app.session_state[f"share-{result_id}"] = True
    app.run()
    assert not app.exception
    titles = [each.value.strip("*") for each in app.markdown if each.value.startswith("**")]
    shown = [title for title in titles if title.startswith(("Copy", "Methods"))]
    return dict(zip(shown, [each.value for each in app.code], strict=True))


def test_a_model_can_be_asked_for_again(stocked: Library) -> None:
    compendium = compendia.load(stocked.cache.existing_compendium("demo"))
    request, _ = plan_training(compendium, DrugSet(moa="HDAC inhibitor"), Method(seed=7))
    run_job(request, stocked.cache, silent, Means())
    model_id = job_id(request)
    texts = opened("models", model_id, model=model_id)
    assert list(texts) == ["Copy link", "Copy as command", "Copy as Python", "Methods, for a paper"]
    assert texts["Copy link"].endswith(f"model={model_id}")
    options = _parser().parse_args(shlex.split(texts["Copy as command"])[3:])
    assert (options.moa, options.seed) == (["HDAC inhibitor"], 7)
    assert "here.train(here.compendium('demo'), moa='HDAC inhibitor'" in texts["Copy as Python"]
    methods = texts["Methods, for a paper"]
    assert methods.startswith("The data are SIMULATED")
    assert "with the MOA HDAC inhibitor" in methods
    assert "doi:10.1186/s12859-020-03915-6" in methods


def test_an_analysis_without_its_compendium_has_no_methods(stocked: Library, cache: Cache) -> None:
    compendium = compendia.load(cache.existing_compendium("demo"))
    request = plan_evaluation(compendium, methods=["cosine"], min_drugs=3)
    run_job(request, cache, silent, Means())
    asked = {"job": job_id(request)}
    assert "Cosine" in opened("evaluation", job_id(request), **asked)["Methods, for a paper"]
    remove(cache.compendium("demo"))
    assert list(opened("evaluation", job_id(request), **asked)) == [
        "Copy link", "Copy as command", "Copy as Python",
    ]  # fmt: skip


def test_what_is_no_single_job_has_its_command_too(stocked: Library) -> None:
    """A library, the prediction of a compound by it, a comparison, and a gene."""
    library_id = job_id(shelve(stocked.cache))
    shown = opened("library", library_id)["Copy as command"]
    assert shown.startswith("python -m gpar_core library build --compendium demo --classes moas")
    found = opened("moa_prediction", f"{library_id}-mtor1", compound="mtor1")
    assert (
        f"predict_moa(here.compendium('demo'), compound='mtor1', library_id='{library_id}')"
        in (found["Copy as Python"])
    )
    first, second = job_id(stocked.simulated), job_id(stocked.by_name)
    orders = f"{DEFAULT_ORDER}-{DEFAULT_ORDER}"
    both = opened("compare", f"{first}-{second}-{orders}", model=first, second=second)
    assert both["Copy as command"].startswith(f"python -m gpar_core compare {first} {second} --by")
    assert "Methods, for a paper" not in both
    of_gene = f"HMGCR-{stocked.simulated.fingerprint}"
    gene = opened("gene", of_gene, gene="3156", compendium="demo")
    options = _parser().parse_args(shlex.split(gene["Copy as command"])[3:])
    assert (options.gene, options.compendium) == ("HMGCR", "demo")
    assert gene["Copy as Python"].endswith("here.gene(here.compendium('demo'), 'HMGCR')")
