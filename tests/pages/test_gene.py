"""The page Gene: found by any name and by URL, and what each tab says."""

import pytest
from streamlit.testing.v1 import AppTest

from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id
from pages._shared.gene_links import gene_link, gene_links
from tests.pages.conftest import Library
from tests.pages.searched import searched
from tests.pages.stage import menus, page, press, words
from tests.pages.test_genes import found
from tests.perturbed import build_perturbed


@pytest.fixture
def perturbed(cache: Cache) -> Cache:
    build_perturbed(cache.compendium("perturbed"), name="perturbed", simulated=True)
    return cache


def about(gene: str, tab: str = "What moves it", compendium: str = "perturbed") -> AppTest:
    return page("gene", gene=gene, tab=tab, compendium=compendium)


@pytest.mark.parametrize("name", ["AARS", "aars1", "16", "ENSG00000090861"])
def test_a_gene_is_found_by_every_name(perturbed: Cache, name: str) -> None:
    app = about(name)
    assert words(app.title) == "AARS"
    assert "now named AARS1 · Entrez id 16 · ENSG00000090861" in words(app.caption)
    links = {each.proto.label: each.proto.url for each in app.get("link_button")}
    assert links["NCBI Gene"].endswith("/gene/16")
    assert links["Open Targets"].endswith("/target/ENSG00000090861")


def test_the_picker_lists_old_and_new_names_and_genes_that_are_not_measured(
    perturbed: Cache,
) -> None:
    box = page("gene", compendium="perturbed").selectbox(key="gene-perturbed")
    assert {"AARS (now AARS1)", "AARS1 (AARS)", "TP53", "MDM2 (not measured)"} <= set(box.options)
    app = box.set_value("AARS1").run()
    assert words(app.title) == "AARS"
    assert app.query_params["gene"] == "AARS1"


def test_a_known_gene_is_the_example_until_one_is_chosen(
    perturbed: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = page("gene", compendium="perturbed")
    assert words(app.title) == "HMGCR"
    press(app, "Use CDKN1A")
    assert words(app.title) == "CDKN1A"
    assert app.query_params["gene"] == "CDKN1A"
    monkeypatch.setattr("pages._gene.picker.MAX_SIGNATURES", 10)
    app = page("gene", compendium="perturbed")
    assert "Use HMGCR" in [button.label for button in app.button]
    assert words(app.title) == "Gene"


def test_the_strongest_movers_are_shown_with_their_signatures(perturbed: Cache) -> None:
    app = about("TP53")
    movers, signatures = (frame.value for frame in app.dataframe)
    assert movers["pert_iname"][0] == "steady"
    assert movers["opens"][0].startswith("compound?compound=steady")
    assert (movers["mean_z"] > 0).all()
    assert len(signatures) == 16
    assert set(movers["Data"]) == set(signatures["Data"]) == {"SIMULATED"}
    app.session_state[app.dataframe[0].key] = {
        "selection": {"rows": [1], "columns": [], "cells": []}
    }
    app.run()
    assert len(app.dataframe[1].value) == 8
    down = app.segmented_control(key="gene-direction").set_value("Down").run()
    assert (down.dataframe[0].value["mean_z"] < 0).all()
    knocked = down.segmented_control(key="gene-kind-perturbed").set_value("trt_sh.cgs").run()
    table = knocked.dataframe[0].value
    assert table["pert_iname"].tolist() == ["TP53 knock-down"]
    assert table["opens"][0] == "gene?gene=TP53&compendium=perturbed"


def test_its_distribution_is_by_kind_and_by_cell_line(perturbed: Cache) -> None:
    app = about("TP53", "Distribution")
    kinds, cells = (frame.value for frame in app.dataframe)
    assert set(kinds["kind"]) == {"compound", "over-expression", "knock-down"}
    assert set(cells["cell_id"]) == {"A375", "MCF7"}
    figures = {each.label: each.value for each in app.metric}
    assert figures["Rank by spread"] == "1 of 978"


def test_moas_and_targets_that_move_it_together(perturbed: Cache) -> None:
    app = about("TP53", "MOAs and targets")
    assert app.dataframe[0].value["moa"].tolist() == ["MDM inhibitor", "Other inhibitor"]
    assert "The drugs of 1 of 2 MOAs move TP53 together" in words(app.caption)
    app.segmented_control(key="gene-classes").set_value("Targets").run()
    assert set(app.dataframe[0].value["moa"]) == {"TP53", "MDM2"}
    assert set(app.dataframe[0].value["open"]) == {
        f"gene?gene={gene}&compendium=perturbed" for gene in ("TP53", "MDM2")
    }


def test_drugs_that_target_it_can_be_trained_on(perturbed: Cache) -> None:
    app = about("TP53", "Drugs that target it")
    table = app.dataframe[0].value
    assert table["pert_iname"].tolist() == ["mdm0", "mdm1", "mdm2"]
    assert table["asks"][0] == "target_prediction?compound=mdm0&compendium=perturbed"
    press(app, "Train on these drugs")
    assert words(app.title) == "Drug prediction"
    assert app.session_state["pasted"] == "mdm0\nmdm1\nmdm2"


def test_its_own_perturbations_say_whether_it_moves_and_lead_to_a_search(perturbed: Cache) -> None:
    app = about("TP53", "Perturbations")
    table = app.dataframe[0].value.set_index("pert_iname")
    assert set(table["moves_itself"]) == {"as expected"}
    app.segmented_control(key="gene-search-perturbed").set_value("trt_sh.cgs").run()
    press(app, "Use TP53 knock-down as query")
    assert words(app.title) == "Signature search"
    assert app.selectbox(key="search-against-perturbed").value == "trt_sh.cgs"
    assert app.session_state["search-name"] == "TP53 knock-down"
    assert "TP53" in app.session_state["search-down"].split()


def test_a_gene_that_is_not_measured_shows_what_there_is(perturbed: Cache) -> None:
    app = page("gene", gene="MDM2", compendium="perturbed")
    assert "L1000 does not measure MDM2" in words(app.info)
    assert app.dataframe[0].value["pert_iname"].tolist() == ["mdm0", "mdm1", "mdm2", "steady"]
    links = {each.proto.label: each.proto.url for each in app.get("link_button")}
    assert "MDM2" in links["NCBI Gene"]
    assert "MDM2" in links["Open Targets"]


def test_a_gene_that_nobody_knows_is_told_and_the_list_stays(perturbed: Cache) -> None:
    app = about("TP5")
    assert "none of the 978 landmark genes" in words(app.error)
    assert "TP53" in words(app.error)
    assert app.selectbox(key="gene-perturbed").options


def test_a_compendium_of_compounds_alone_says_what_is_missing(stocked: Library) -> None:
    for tab, said in (
        ("Drugs that target it", "no targets of drugs"),
        ("Perturbations", "no knock-downs"),
        ("Models", "No model of this compendium"),
    ):
        assert said in words(about("TP53", tab, "demo").info), tab
    assert about("TP53", "MOAs and targets", "demo").dataframe[0].value["moa"].tolist()
    app = press(about("TP53", "Models", "demo"), "Open Genes")
    assert words(app.title) == "Genes"


def test_models_that_use_it_are_linked(stocked: Library) -> None:
    request = found(stocked.cache, stocked.simulated)
    table = about("TP53", "Models", "demo").dataframe[0].value
    assert table["label"].tolist() == ["HDAC inhibitor"]
    assert f"job={job_id(request)}" in table["result"][0]
    assert f"model={request.model}" in table["model"][0]


def test_every_table_can_be_downloaded(perturbed: Cache) -> None:
    for tab in (
        "What moves it",
        "Distribution",
        "MOAs and targets",
        "Drugs that target it",
        "Perturbations",
    ):
        app = about("TP53", tab)
        assert any(label.startswith("Download") for label in menus(app)), tab


def test_important_genes_and_the_genes_of_a_query_lead_here(stocked: Library) -> None:
    app = page("genes", job=job_id(found(stocked.cache, stocked.simulated)))
    table = app.dataframe[0].value
    address = f"gene?gene={table['symbol'][0]}&compendium=demo"
    assert table["opens"][0] == address
    app = page("genes", job=app.query_params["job"], tab="Heat map")
    assert address in words(app.markdown)
    searched_for = searched(stocked.cache, "demo", "hdac0")
    app = page("signature_search", job=job_id(searched_for), tab="Heat map")
    assert words(app.markdown).count("](gene?gene=") == 100


def test_links_to_genes_are_escaped() -> None:
    assert gene_link("A&B=c", "x y") == "gene?gene=A%26B%3Dc&compendium=x+y"
    assert gene_link("TP53") == "gene?gene=TP53"
    evil = "[\\]\\(x\\)](gene?gene=%5D%28x%29)"
    assert gene_links(["TP53", "](x)"]) == f"[TP53](gene?gene=TP53), {evil}"
