"""tau: what a compound answers to a query, among what it answers to reference queries."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.data.derived_files import REFERENCE, is_derived
from gpar_core.errors import Cancelled
from gpar_core.progress import Progress
from gpar_core.search import details
from gpar_core.search import reference as module
from gpar_core.search.query import Query, of_compound
from gpar_core.search.reference import N_REFERENCE, reference_queries, reference_rows
from gpar_core.search.search import connectivity, search
from gpar_core.search.tau import reference_p, standing, tau
from gpar_core.storage.cache import Cache
from gpar_core.upkeep.deletion import delete
from gpar_core.upkeep.doctor import examine
from tests.synthetic import build, drugs_of

CELLS = ("A375", "MCF7", "PC3")


@pytest.fixture
def compendium(tmp_path: Path) -> Compendium:
    drugs = [*drugs_of("X inhibitor", 4), *drugs_of("Y agonist", 4), *drugs_of("", 30)]
    return build(tmp_path, drugs, cells=CELLS, effect=40.0)


def kept(compendium: Compendium) -> list[Path]:
    assert compendium.folder is not None
    return sorted(compendium.folder.glob(REFERENCE))


def lists_of(compendium: Compendium, drug: str) -> Query:
    found = of_compound(compendium, drug)
    return Query(drug, found.up, found.down)


def test_tau_and_p_are_what_the_definition_gives() -> None:
    rng = np.random.default_rng(0)
    score, reference = rng.normal(size=20), np.abs(rng.normal(size=(20, 50))).astype(np.float16)
    reference[3, :7] = reference[4, :] = np.nan
    score[5] = 0
    score[6:9] = -float(reference[6, 0]), 1e5, 1e-9  # a tie, and beyond half precision
    reference[7, :3], reference[8, :3] = (np.inf, 65504, 0), (np.float16(6e-8), 0, 0)
    among = standing(score, [reference.T[:20], reference.T[20:].copy()])
    for row, own in enumerate(score):
        known = [float(one) for one in reference[row] if not np.isnan(one)]
        weaker = sum(one < abs(own) for one in known)
        expected = np.sign(own) * 100 / len(known) * weaker if known else np.nan
        np.testing.assert_allclose(tau(score, among)[row], expected)
        p = (1 + sum(one >= abs(own) for one in known)) / (1 + len(known))
        assert reference_p(among)[row] == pytest.approx(p)
    assert tau(score, among)[5] == 0


@pytest.mark.parametrize("score", ["wtcs", "space"])
def test_a_search_has_the_tau_of_every_compound_and_line(
    compendium: Compendium, score: str
) -> None:
    query = lists_of(compendium, "x1")
    tables = search(compendium, query, score=score)
    references = reference_queries(compendium, reference_rows(compendium))
    found = connectivity(compendium, [query, *references], score)
    line, whole = details._ncs(found, score)
    compounds = tables["compounds"].set_index("drug")
    cells = tables["cells"].set_index(["drug", "cell_id"])
    names = np.array([each.name for each in references])

    def slow(answers: np.ndarray, drug: str) -> float:
        others = np.abs(answers[1:][names != drug])
        return float(np.sign(answers[0]) * 100 * np.mean(others < abs(answers[0])))

    a_rank = 101 / len(references)  # as float16 may tie two
    for answers, name in zip(whole, found.drugs, strict=True):
        assert compounds.loc[name, "tau"] == pytest.approx(slow(answers, name), abs=a_rank)
        p = 1 - abs(compounds.loc[name, "tau"]) / 100
        assert compounds.loc[name, "p_reference"] == pytest.approx(p, abs=0.02)
    for answers, drug, cell in zip(line, found.drugs[found.drug_of], found.cells, strict=True):
        assert cells.loc[(drug, cell), "tau"] == pytest.approx(slow(answers, drug), abs=a_rank)


def test_members_of_the_class_are_specific_and_their_opposites_reverse(
    compendium: Compendium,
) -> None:
    compounds = search(compendium, lists_of(compendium, "x1"), score="wtcs")["compounds"]
    values = compounds.set_index("drug")["tau"]
    members = [f"x{n}" for n in range(4)]
    # The other signatures of the class, 9 to 12 of 114, are answered about as strongly.
    assert (values[members] > 85).all()
    others = values.drop(members).abs()
    assert (others > 85).mean() < 0.3
    own = lists_of(compendium, "x1")
    turned = search(compendium, Query("turned", own.down, own.up), score="wtcs")["compounds"]
    assert (turned.set_index("drug")["tau"][members] < -85).all()


def test_compounds_that_answer_most_queries_have_a_low_tau(tmp_path: Path) -> None:
    """30 of 40 compounds share one pattern, so that each answers three quarters of the queries."""
    drugs = [*drugs_of("X inhibitor", 30), *drugs_of("Y agonist", 4), *drugs_of("", 6)]
    common = build(tmp_path, drugs, cells=CELLS, effect=40.0)
    of_rare = search(common, lists_of(common, "y1"), score="wtcs")["compounds"]
    assert (of_rare.set_index("drug")["tau"][["y0", "y1", "y2", "y3"]] > 85).all()
    of_common = search(common, lists_of(common, "x1"), score="wtcs")["compounds"]
    members = of_common[of_common["drug"].str.startswith("x")]
    assert members["drug"].tolist() == of_common["drug"].head(30).tolist()  # they do answer it
    assert 40 < members["tau"].median() < 80


def test_reference_rows_are_spread_over_lines_and_the_same_each_time(
    compendium: Compendium,
) -> None:
    rows = reference_rows(compendium, 30)
    assert len(set(rows)) == 30
    signatures = compendium.signatures.iloc[rows]
    assert signatures[fields.REPRESENTATIVE].all()
    assert signatures[fields.CELL_ID].value_counts().tolist() == [10, 10, 10]
    np.testing.assert_array_equal(rows, reference_rows(compendium, 30))
    assert len(reference_rows(compendium)) == min(N_REFERENCE, compendium.n_signatures)


def test_inactive_signatures_are_no_reference_if_there_are_others(tmp_path: Path) -> None:
    weak = [*drugs_of("X inhibitor", 2), *drugs_of("", 5, tas=0.1)]
    some = build(tmp_path / "some", weak)
    assert set(some.signatures["drug"].iloc[reference_rows(some)]) == {"x0", "x1"}
    none = build(tmp_path / "none", drugs_of("", 5, tas=0.1))
    assert len(reference_rows(none)) == 10


def test_they_are_answered_once_for_a_compendium_and_a_score(
    compendium: Compendium, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = lists_of(compendium, "x1")
    first = search(compendium, query, score="zhang")
    (path,) = kept(compendium)
    assert is_derived(path)
    monkeypatch.setattr(module, "reference_queries", lambda *_: pytest.fail("asked again"))
    again = search(compendium, query, score="zhang")
    assert first["compounds"].equals(again["compounds"])
    assert first["cells"].equals(again["cells"])
    monkeypatch.undo()
    search(compendium, query, score="xsum")
    assert len(kept(compendium)) == 2


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY no array", None])
def test_a_damaged_file_is_computed_again(compendium: Compendium, content: bytes | None) -> None:
    query = lists_of(compendium, "x1")
    first = search(compendium, query, score="zhang")["compounds"]
    (path,) = kept(compendium)
    if content is None:
        np.save(path, np.zeros((3, 2), np.float16))
    else:
        path.write_bytes(content)
    assert search(compendium, query, score="zhang")["compounds"].equals(first)


def test_changed_values_do_not_get_the_answers_of_what_is_stored(compendium: Compendium) -> None:
    query = lists_of(compendium, "x1")
    search(compendium, query, score="zhang")
    changed = replace(compendium, matrix=-np.array(compendium.matrix)[::-1])
    search(changed, query, score="xsum")
    assert len(kept(compendium)) == 1


def test_blocks_of_queries_give_the_same(
    compendium: Compendium, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = lists_of(compendium, "x1")
    whole = search(compendium, query, score="zhang")["compounds"]
    kept(compendium)[0].unlink()
    monkeypatch.setattr(module, "AT_ONCE", compendium.n_signatures * 7)
    assert search(compendium, query, score="zhang")["compounds"].equals(whole)


def test_a_large_compendium_has_tau_only_on_request(
    compendium: Compendium, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AUTOMATIC", compendium.n_signatures - 1)
    query = lists_of(compendium, "x1")
    without = search(compendium, query, score="zhang", n_random=5)
    assert "tau" not in without["compounds"]
    assert "srges" not in without["compounds"]
    assert not kept(compendium)
    asked = search(compendium, query, score="zhang", n_random=5, tau=True)
    assert {"tau", "p_reference", "srges"} <= set(asked["compounds"])
    assert {"p", "rges"} <= set(asked["signatures"])


def test_they_report_and_can_be_cancelled(compendium: Compendium) -> None:
    seen: list[str] = []

    def stop(progress: Progress) -> None:
        seen.append(progress.stage)
        if progress.stage == module.STAGE:
            assert progress.message.endswith("of 114 queries")
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        search(compendium, lists_of(compendium, "x1"), score="zhang", report=stop)
    assert seen[-1] == module.STAGE
    assert not kept(compendium)


def test_the_file_is_no_finding_and_goes_with_the_compendium(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    folder = cache.compendium("mine")
    compendium = build(folder, [*drugs_of("X inhibitor", 3), *drugs_of("", 9)], name="mine")
    search(compendium, lists_of(compendium, "x1"), score="zhang")
    assert kept(compendium)
    assert examine(cache, now=0.0) == []
    delete(cache, folder, now=0.0)
    assert not folder.exists()


def test_a_compound_alone_has_no_reference(tmp_path: Path) -> None:
    alone = build(tmp_path, drugs_of("X inhibitor", 1))
    compounds = search(alone, lists_of(alone, "x0"), score="zhang")["compounds"]
    assert np.isnan(compounds["tau"]).all()
    assert compounds["p_reference"].tolist() == [1]


def test_signatures_without_a_change_are_no_reference(compendium: Compendium) -> None:
    flat = replace(compendium, matrix=np.zeros_like(compendium.matrix))
    compounds = search(flat, lists_of(compendium, "x1"), score="zhang")["compounds"]
    assert np.isnan(compounds["tau"]).all()
