"""The signature search page with files, gene sets, cell lines and signatures."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from gpar_core import fields
from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.data import compendium as compendia
from gpar_core.data import profiles as uploaded_profiles
from gpar_core.jobs.store import JobStore
from gpar_core.progress import silent
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id
from tests.pages.conftest import Library
from tests.pages.stage import EVIL, page, press, words
from tests.pools import Means

SYMBOLS = fields.LANDMARK_SYMBOLS
REAL = Path(__file__).resolve().parents[3] / "shared" / "profiles"


def tables(app: AppTest) -> list[pd.DataFrame]:
    return [each.value for each in app.dataframe]


def mean_of(cache: Cache, drug: str) -> np.ndarray:
    data = compendia.load(cache.compendium("demo"))
    return np.asarray(data.matrix)[(data.signatures["drug"] == drug).to_numpy()].mean(axis=0)


def table_text(cache: Cache) -> str:
    """A result table: half of the genes are significant, those that change most."""
    own = mean_of(cache, "hdac0")
    cut = np.median(np.abs(own))
    rows = []
    for name, value in zip(SYMBOLS, own, strict=True):
        fdr = 0.01 if abs(value) > cut else 0.2
        rows.append(f"{name},{value:.5f},{2 * value:.5f},{fdr / 10},{fdr}")
    return "\n".join(["gene,logFC,t,P.Value,adj.P.Val", *rows])


def upload(name: str, content: str | bytes) -> AppTest:
    app = page("signature_search")
    app.segmented_control(key="search-way").set_value("File").run()
    content = content.encode() if isinstance(content, str) else content
    return app.file_uploader(key="search-file").upload(name, content, "text/plain").run()


def shown(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def queued(stocked: Library) -> SearchRequest:
    (job,) = JobStore(stocked.cache).active_jobs()
    assert isinstance(job.request, SearchRequest)
    return job.request


def test_cut_offs_count_genes_while_they_move(stocked: Library) -> None:
    app = upload("my.csv", table_text(stocked.cache))
    own = mean_of(stocked.cache, "hdac0")
    significant = np.abs(own) > np.median(np.abs(own))
    for lfc in (1.0, 1.4):
        app.slider(key="search-lfc").set_value(lfc).run()
        n_up = int((significant & (own >= lfc)).sum())
        assert shown(app)["Genes up"] == str(min(n_up, 50))
        assert f"of {n_up:,} landmark genes among {n_up:,} genes that pass" in words(app)
    app.select_slider(key="search-fdr").set_value(0.005).run()
    assert "No gene passes at FDR 0.005" in words(app.error)
    app.select_slider(key="search-fdr").set_value(0.25).run()
    app.number_input(key="search-most").set_value(12).run()
    press(app, "Start search")
    request = queued(stocked)
    assert (request.name, len(request.up), len(request.down)) == ("my", 12, 12)
    assert set(request.up) == {SYMBOLS[gene] for gene in np.argsort(-own)[:12]}


def test_a_table_may_be_searched_as_a_whole(stocked: Library) -> None:
    app = upload("my.csv", table_text(stocked.cache))
    app.segmented_control[1].set_value("Whole ranked profile").run()
    assert shown(app)["Landmark genes"] == "978"
    press(app, "Start search")
    request = queued(stocked)
    assert (request.name, request.profile, request.is_batch) == ("my", 0, False)
    profiles = uploaded_profiles.load(stocked.cache.existing_profile_set(request.profiles))
    np.testing.assert_allclose(profiles.matrix[0], 2 * mean_of(stocked.cache, "hdac0"), atol=1e-4)


def test_several_profiles_are_a_batch_that_opens_each(stocked: Library) -> None:
    both = zip(*(mean_of(stocked.cache, drug) for drug in ("hdac0", "mtor0")), strict=True)
    rows = [f"{name},{a:.4f},{b:.4f}" for name, (a, b) in zip(SYMBOLS, both, strict=True)]
    app = upload("two.csv", "gene,hdac0,mtor0\n" + "\n".join(rows))
    assert shown(app)["Queries"] == "2"
    press(app, "Start search")
    request = queued(stocked)
    assert (request.name, request.is_batch) == ("two", True)
    run_job(request, stocked.cache, silent, Means())
    app = page("signature_search", job=job_id(request))
    summary, mimics, _ = tables(app)
    assert summary["query"].tolist() == ["hdac0", "mtor0"]
    assert summary["genes"].tolist() == ["100", "100"]
    assert mimics["pert_iname"].iloc[0] == "hdac0"
    query = app.selectbox(key=f"query-of-{job_id(request)}")
    assert query.options == ["hdac0", "mtor0"]
    query.select("mtor0").run()
    assert tables(app)[1]["pert_iname"].iloc[0] == "mtor0"
    press(app, "Open full result")
    jobs = [job.request for job in JobStore(stocked.cache).active_jobs()]
    (one,) = [each for each in jobs if each.title == "Signature search: mtor0"]
    assert (one.profiles, one.profile) == (request.profiles, 1)


def test_gene_sets_are_counted_and_searched_as_a_batch(stocked: Library) -> None:
    rows = [["A_UP", "x", *SYMBOLS[:15], "FOO"], ["A_DN", "x", *SYMBOLS[20:40]],
            [f"{EVIL[0]} {EVIL[1]}", "x", *SYMBOLS[50:80]], ["=1+1", "x", "BAR"]]  # fmt: skip
    app = upload("my.gmt", "\n".join("\t".join(row) for row in rows))
    assert shown(app) == {"Queries": "2", "Landmark genes": "65"}
    assert "Left out, because they have no landmark gene: 1" in words(app.warning)
    (report,) = tables(app)
    assert report["n_given"].tolist() == [36, 30, 1]
    assert report["missing"].tolist() == ["FOO", "", ""]
    press(app, "Start search")
    request = queued(stocked)
    assert request.sets in {path.name for path in stocked.cache.tables.iterdir()}
    run_job(request, stocked.cache, silent, Means())
    app = page("signature_search", job=job_id(request))
    assert tables(app)[0]["genes"].tolist() == ["35 of 36", "30 of 30", "0 of 1"]
    press(app, "Open full result")
    one = next(job.request for job in JobStore(stocked.cache).active_jobs()
               if job.id != job_id(request))  # fmt: skip
    assert (one.name, len(one.up), len(one.down), one.sets) == ("A", 15, 20, "")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.csv", "gene,LR,PValue,FDR\nTP53,1,0.1,0.2\nJUN,1,0.1,0.2\n", "Include a signed"),
        ("x.csv", "A" * 10_000_000, "a line of"),
        ("x.gmt", "a\tx\t" + "A" * 10_000_000, "a line of"),
        ("x.gmt", "a\tx\tFOO\n", "one of its 1 gene sets"),
        ("x.gmt", "a\tx\t" + "\t".join(one.capitalize() for one in SYMBOLS[:30]), "genes of mouse"),
        ("<b>x</b>.csv", b"\x00\x01", "not a text file"),
        ("x.csv", "gene,x\n" + "\n".join(f"{one},{i / 9790}" for i, one in enumerate(SYMBOLS)),
         "no value below 0"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_searched_are_an_error(
    stocked: Library, name: str, content: str | bytes, said: str
) -> None:
    app = upload(name, content)
    assert said in words(app.error)
    assert not [each for each in app.button if each.label == "Start search" and not each.disabled]


def test_a_gene_list_is_told_where_it_goes(stocked: Library) -> None:
    app = upload("x.grp", "\n".join(SYMBOLS[:40]))
    assert "a list of 40 genes" in words(app.error)
    assert "Upload a list of genes under Gene lists" in words(app)


def test_files_fill_the_lists(stocked: Library) -> None:
    app = page("signature_search")
    text = "gene,direction\n" + "\n".join(
        f"{one},{1 if i < 12 else -1}" for i, one in enumerate(SYMBOLS[:32])
    )
    app.file_uploader(key="search-up-file").upload("mine.csv", text.encode(), "text/csv").run()
    assert shown(app) == {"Genes up": "12", "Genes down": "20"}
    assert app.text_input(key="search-name").value == "mine"
    one = "\n".join(SYMBOLS[40:55]).encode()
    app.file_uploader(key="search-down-file").upload("down.txt", one, "text/plain").run()
    assert shown(app) == {"Genes up": "12", "Genes down": "15"}
    bad = b"TP53,sideways\nJUN,up"
    app.file_uploader(key="search-down-file").upload("bad.csv", bad, "text/csv").run()
    assert "has the direction 'sideways'" in words(app.error)
    assert shown(app) == {"Genes up": "12", "Genes down": "15"}


def test_too_many_genes_are_an_error(stocked: Library) -> None:
    app = page("signature_search")
    app.text_area(key="search-up").set_value(" ".join(f"G{i}" for i in range(20_001))).run()
    assert "the limit is 20,000" in words(app.error)


def test_a_compound_in_one_line_and_a_signature_are_searched(stocked: Library) -> None:
    app = page("signature_search")
    app.segmented_control(key="search-way").set_value("Compound").run()
    app.selectbox(key="search-compound").select("hdac1").run()
    app.selectbox(key="search-cell-hdac1").select("MCF7").run()
    press(app, "Start search")
    assert (queued(stocked).compound, queued(stocked).cell) == ("hdac1", "MCF7")
    app = page("signature_search")
    app.segmented_control(key="search-way").set_value("Signature").run()
    assert "Enter the id of a signature" in words(app)
    app.text_input(key="search-signature").set_value("no such").run()
    assert "no signature 'no such'" in words(app.error)
    app.text_input(key="search-signature").set_value("A375:HDAC-001:0").run()
    press(app, "Start search")
    signatures = [job.request.signature for job in JobStore(stocked.cache).active_jobs()
                  if isinstance(job.request, SearchRequest)]  # fmt: skip
    assert "A375:HDAC-001:0" in signatures


@pytest.mark.skipif(not REAL.is_dir(), reason="needs the real profiles in ../shared")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Narciclasine_DEG_limma.csv", "of 94 landmark genes among 1,012 genes that pass"),
        ("dexamethasone_airway_deseq2_ensembl.csv", "of 18 landmark genes among 276 genes"),
        ("compound_4852_10uM_edger.csv", "of 45 landmark genes among 648 genes"),
        ("Nitidine_chloride_DEG_limma.csv", "The lowest FDR in the table is 0.067"),
        ("Berberine_hydrochloride_DEG_limma.csv", "The lowest FDR in the table is 0.1"),
        ("rapamycin_mouse_liver.csv", "its genes are of another species"),
        ("trichostatin_a_mcf7_affymetrix.gct", "replace each id with the symbol or Entrez id"),
    ],
)
def test_real_files(stocked: Library, name: str, said: str) -> None:
    assert said in words(upload(name, (REAL / name).read_bytes()))
