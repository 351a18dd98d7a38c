"""A search as a job: what is asked for, and what is published."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gpar_core import fields
from gpar_core.analyses import result as analysis
from gpar_core.analyses.registry import from_json
from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.signature_search.plan import (
    plan_compound_search,
    plan_list_search,
    plan_one_of,
    plan_profile_search,
    plan_set_search,
    plan_signature_search,
    plan_table_search,
)
from gpar_core.analyses.signature_search.request import ALL, SearchRequest
from gpar_core.data.changes import Changes
from gpar_core.data.compendium import Compendium
from gpar_core.data.gene_sets import GeneLists
from gpar_core.data.profiles import Profiles
from gpar_core.data.uploads import publish_profiles, publish_table
from gpar_core.errors import Cancelled, NotFoundError, RequestError
from gpar_core.jobs.store import JobStore
from gpar_core.progress import Progress, Tables, silent
from gpar_core.search import batch
from gpar_core.search.batch_lists import batch_of
from gpar_core.search.cut_offs import CutOffs
from gpar_core.search.query import of_compound
from gpar_core.search.search import search
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id, to_json
from gpar_core.upkeep import deletion
from gpar_core.upkeep.care import needed_by_jobs
from gpar_core.upkeep.doctor import Remedy, examine
from tests.pools import Means
from tests.synthetic import build, drugs_of

SYMBOLS = fields.LANDMARK_SYMBOLS


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path)


@pytest.fixture
def compendium(cache: Cache) -> Compendium:
    drugs = [*drugs_of("X inhibitor", 4), *drugs_of("", 20)]
    return build(cache.compendium("mine"), drugs, effect=40.0, name="mine")


def test_the_same_lists_in_another_order_are_the_same_request(compendium: Compendium) -> None:
    one, _ = plan_list_search(compendium, SYMBOLS[:20], SYMBOLS[30:50], name=" a  query ")
    other, _ = plan_list_search(
        compendium, [*reversed(SYMBOLS[:20]), "FOO"], SYMBOLS[49:29:-1], name="a query"
    )
    assert one == other
    assert job_id(one) == job_id(other)
    assert one.title == "Signature search: a query"


def test_lists_without_a_name_are_called_by_their_sizes(compendium: Compendium) -> None:
    request, _ = plan_list_search(compendium, SYMBOLS[:20], [])
    assert request.title == "Signature search: 20 genes up, 0 down"


def test_a_job_publishes_what_a_search_finds(cache: Cache, compendium: Compendium) -> None:
    request = plan_compound_search(compendium, "X1", genes=30, score="zhang", seed=3)
    run_job(request, cache, silent, Means())
    tables = analysis.load(cache.analysis(job_id(request))).tables
    query = of_compound(compendium, "x1", n_genes=30)
    found = search(compendium, query, score="zhang", seed=3)
    assert set(tables) == {*found, "moas", "heat_map", "combinations", "query"}
    for name, table in found.items():
        own = tables[name][table.columns]
        assert own.astype(str).equals(table.reset_index(drop=True).astype(str))
    assert tables["moas"]["moa"].tolist() == ["X inhibitor"]
    assert tables["moas"]["n_drugs"].tolist() == [3], "the query is its own best match"
    assert "x1" not in tables["moas"]["leading_edge"][0].casefold()


def test_lists_are_searched_as_they_were_planned(cache: Cache, compendium: Compendium) -> None:
    own = of_compound(compendium, "x0")
    names = [[SYMBOLS[gene] for gene in genes] for genes in (own.up, own.down)]
    request, _ = plan_list_search(compendium, *names)
    run_job(request, cache, silent, Means())
    compounds = analysis.load(cache.analysis(job_id(request))).tables["compounds"]
    assert set(compounds["drug"].head(4)) == {"x0", "x1", "x2", "x3"}


def test_a_cancelled_job_publishes_nothing(cache: Cache, compendium: Compendium) -> None:
    def stop(_: Progress) -> None:
        raise Cancelled("Cancelled.")

    request = plan_compound_search(compendium, "x1")
    with pytest.raises(Cancelled):
        run_job(request, cache, stop, Means())
    assert not cache.analysis_ids()


def test_what_cannot_be_searched_is_refused(compendium: Compendium) -> None:
    with pytest.raises(RequestError, match="no score"):
        plan_compound_search(compendium, "x1", score="best")
    with pytest.raises(RequestError, match="number of genes is 0"):
        plan_compound_search(compendium, "x1", genes=0)
    with pytest.raises(NotFoundError, match="nobody"):
        plan_compound_search(compendium, "nobody")


def profiles_of(compendium: Compendium, drugs: Sequence[str]) -> Profiles:
    """The mean signatures of drugs, as uploaded."""
    queries = [of_compound(compendium, drug) for drug in drugs]
    matrix = np.stack([query.profile for query in queries if query.profile is not None])
    return Profiles(tuple(drugs), tuple(drugs), matrix, ())


def sets_of(compendium: Compendium, drugs: Sequence[str]) -> pd.DataFrame:
    """The lists of drugs as uploaded gene sets, and one that is lost."""
    lists = [GeneLists("lost", ("FOO",))]
    for drug in drugs:
        query = of_compound(compendium, drug)
        up, down = (tuple(SYMBOLS[gene] for gene in genes) for genes in (query.up, query.down))
        lists.append(GeneLists(drug, up, down))
    return batch_of(lists)


def tables_of(cache: Cache, request: SearchRequest) -> Tables:
    run_job(request, cache, silent, Means())
    return analysis.load(cache.analysis(job_id(request))).tables


def test_requests_of_every_kind_are_small_and_read_back(compendium: Compendium) -> None:
    profiles, sets = profiles_of(compendium, ["x0", "x1"]), sets_of(compendium, ["x0"])
    sig_id = compendium.signatures[fields.SIG_ID].iloc[0]
    requests = [
        plan_list_search(compendium, SYMBOLS[:20], [])[0],
        plan_compound_search(compendium, "x1", cell="MCF7"),
        plan_signature_search(compendium, sig_id),
        plan_profile_search(compendium, profiles, profile=1),
        plan_profile_search(compendium, profiles, profile=ALL),
        plan_set_search(compendium, sets, name="my sets"),
    ]
    assert len({job_id(request) for request in requests}) == len(requests)
    for request in requests:
        assert from_json(to_json(request)) == request
        assert len(to_json(request)) < 1_000
        assert hash(request) == hash(from_json(to_json(request)))
    assert [request.is_batch for request in requests] == [False] * 4 + [True] * 2


def test_a_compound_in_one_line_and_a_signature_are_searched(
    cache: Cache, compendium: Compendium
) -> None:
    in_line = plan_compound_search(compendium, "x1", cell="MCF7", score="zhang")
    assert in_line.title == "Signature search: x1 in MCF7"
    own = compendium.signatures
    sig_id = own.loc[(own["drug"] == "x1") & (own["cell_id"] == "MCF7"), "sig_id"].iloc[0]
    signature = plan_signature_search(compendium, sig_id, score="zhang")
    one, other = (tables_of(cache, request) for request in (in_line, signature))
    assert one["compounds"]["drug"].iloc[0] == "x1"
    pd.testing.assert_frame_equal(one["compounds"], other["compounds"])
    with pytest.raises(NotFoundError, match="no signature in the cell line 'HT29'"):
        plan_compound_search(compendium, "x1", cell="HT29")


def test_an_uploaded_profile_is_searched_until_it_is_deleted(
    cache: Cache, compendium: Compendium
) -> None:
    profiles = profiles_of(compendium, ["dark0", "x1"])
    request = plan_profile_search(compendium, profiles, profile=1, score="zhang")
    with pytest.raises(NotFoundError, match="profile set"):
        run_job(request, cache, silent, Means())
    publish_profiles(cache, profiles)
    tables = tables_of(cache, request)
    expected = search(compendium, of_compound(compendium, "x1"), score="zhang")
    np.testing.assert_allclose(
        tables["compounds"]["connectivity"], expected["compounds"]["connectivity"]
    )


def test_cut_offs_become_lists(compendium: Compendium) -> None:
    n = 100
    values = np.linspace(-3, 3, n, dtype=np.float32)[None]
    changes = Changes(
        ("de",), SYMBOLS[:n], np.arange(n), (), values, np.zeros((1, n)), values, ()
    )  # fmt: skip
    request, match = plan_table_search(compendium, changes, CutOffs(0.05, 2, 10))
    assert request.title == "Signature search: de"
    assert set(request.up) == set(SYMBOLS[n - 10 : n])
    assert set(request.down) == set(SYMBOLS[:10])
    assert match.up.n_given == int((values >= 2).sum())


@pytest.mark.parametrize("kind", ["sets", "profiles"])
def test_a_batch_and_one_query_of_it_agree(cache: Cache, compendium: Compendium, kind: str) -> None:
    drugs = ["x2", "dark3"]
    uploaded: pd.DataFrame | Profiles
    if kind == "sets":
        uploaded = sets_of(compendium, drugs)
        publish_table(cache, uploaded)
        request = plan_set_search(compendium, uploaded, name="mine", score="zhang")
    else:
        uploaded = profiles_of(compendium, drugs)
        publish_profiles(cache, uploaded)
        request = plan_profile_search(
            compendium, uploaded, profile=ALL, name="mine", score="zhang"
        )  # fmt: skip
    tables = tables_of(cache, request)
    lost = ["lost"] if kind == "sets" else []
    assert tables["queries"]["query"].tolist() == [*lost, *drugs]
    assert tables["compounds"]["query"].unique().tolist() == drugs
    one = plan_one_of(request, "x2", uploaded)
    assert not one.is_batch
    assert one.name == "x2"
    alone = tables_of(cache, one)["compounds"]
    own = tables["compounds"][tables["compounds"]["query"] == "x2"].reset_index(drop=True)
    assert own["drug"].tolist() == alone["drug"].tolist()
    np.testing.assert_allclose(own[["connectivity", "p"]], alone[["connectivity", "p"]], rtol=1e-6)
    with pytest.raises(NotFoundError, match="no query 'x9'"):
        plan_one_of(request, "x9", uploaded)


def test_a_stopped_batch_resumes(cache: Cache, compendium: Compendium,
                                 monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr(batch, "BLOCK_QUERIES", 1)
    profiles = profiles_of(compendium, ["x0", "x1", "dark0"])
    publish_profiles(cache, profiles)
    request = plan_profile_search(compendium, profiles, profile=ALL, score="zhang")

    def stop(event: Progress) -> None:
        if event.done >= 2:
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        run_job(request, cache, stop, Means())
    folder = cache.parts_of(job_id(request))
    kept = {path: path.stat().st_mtime_ns for path in folder.glob("*/compounds.parquet")}
    assert len(kept) == 2
    compared: list[int] = []
    usual = batch.Comparison.connectivity
    monkeypatch.setattr(
        batch.Comparison, "connectivity",
        lambda own, some: compared.append(len(some)) or usual(own, some),
    )  # fmt: skip
    assert len(tables_of(cache, request)["queries"]) == 3
    assert sorted(compared) == [1, 100]
    assert not folder.exists()


def test_uploads_of_a_search_are_kept_checked_and_deleted(
    cache: Cache, compendium: Compendium
) -> None:
    sets = sets_of(compendium, ["x0"])
    request = plan_set_search(compendium, sets, name="mine")
    name = publish_table(cache, sets)
    JobStore(cache).submit(request)
    assert name in needed_by_jobs(cache)
    assert not [each for each in examine(cache, 0.0) if each.path == cache.table(name)]
    (cache.table(name) / "table.parquet").write_bytes(b"damaged")
    (finding,) = [each for each in examine(cache, 0.0) if each.path == cache.table(name)]
    assert finding.remedy is Remedy.SET_ASIDE
    deletion.delete(cache, cache.table(name), 0.0)
    assert not cache.table(name).exists()


def test_a_request_that_was_not_planned_is_refused_and_not_a_crash(
    cache: Cache, compendium: Compendium
) -> None:
    """Those of reports, which anybody can edit."""
    values = np.random.default_rng(0).normal(size=(2, 978)).astype(np.float32)
    profiles = Profiles(("a", "b"), ("a", "b"), values, ())
    publish_profiles(cache, profiles)
    planned = plan_profile_search(compendium, profiles, score="xsum")
    lists, _ = plan_list_search(compendium, fields.LANDMARK_SYMBOLS[:20], [], score="xsum")
    for request, said in (
        (replace(planned, profile=99), "none has the number 100"),
        (replace(planned, profile=-7), "none has the number -6"),
        (replace(lists, compound="nobody"), "no compound 'nobody'"),
        (replace(lists, seed=-1), "The seed is -1"),
        (replace(lists, score="pearson"), "needs both lists"),
    ):
        with pytest.raises(RequestError, match=said):
            run_job(request, cache, silent, Means())


def test_a_score_that_one_list_cannot_have_is_refused_before_it_runs(
    compendium: Compendium,
) -> None:
    symbols = fields.LANDMARK_SYMBOLS
    with pytest.raises(RequestError, match="needs both lists"):
        plan_list_search(compendium, symbols[:20], [], score="pearson")
    sets = batch_of([GeneLists("both", symbols[:9], symbols[9:20]), GeneLists("up", symbols[:9])])
    with pytest.raises(RequestError, match="1 of 2 queries have one, such as 'up'"):
        plan_set_search(compendium, sets, name="sets", score="spearman")
