"""Retrieval: average precision by the book, planted compounds found, shuffled ones not, no leak."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from copairs.map import multilabel

from gpar_core import fields
from gpar_core.compare import retrieval as retrieving
from gpar_core.compare.retrieval import (
    CELL_LINE,
    CLASS,
    COMPOUND,
    MEMBER,
    SPACE,
    Z_SCORES,
    by_level,
    in_words,
    retrieval,
)
from gpar_core.compare.similarity import cosine, stouffer
from gpar_core.data.compendium import Compendium
from gpar_core.errors import Cancelled
from gpar_core.learn.presets import PRESETS
from gpar_core.learn.space import Space, embedded, one_hot, space_of
from gpar_core.progress import Progress, Tables
from tests.synthetic import build, drugs_of

CELLS = ("A375", "MCF7", "PC3", "VCAP")
MOA = "Alpha inhibitor"


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    drugs = [*drugs_of(MOA, 5), *drugs_of("Beta inhibitor", 4), *drugs_of("", 31)]
    return build(tmp_path_factory.mktemp("noise"), drugs, cells=CELLS, seed=5)


@pytest.fixture(scope="module")
def planted(noise: Compendium) -> Compendium:
    return with_effects(noise)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    """More signatures than genes."""
    drugs = [*drugs_of(MOA, 5), *drugs_of("Beta inhibitor", 4), *drugs_of("", 260)]
    return with_effects(build(tmp_path_factory.mktemp("large"), drugs, cells=CELLS, seed=6))


@pytest.fixture(scope="module")
def space(large: Compendium) -> Space:
    return space_of(large, PRESETS["fast"], seed=0)


@pytest.fixture(scope="module")
def in_space(large: Compendium, space: Space) -> Tables:
    return ask(large, space)


def with_effects(data: Compendium) -> Compendium:
    """Every other drug has an effect of its own, and those of a class one in common."""
    rng = np.random.default_rng(0)
    drug = data.signatures[fields.DRUG].to_numpy(dtype=str)
    matrix = np.array(data.matrix)
    for name in names_of(data)[::2]:
        matrix[drug == name] += rng.normal(size=matrix.shape[1]).astype(np.float32)
    matrix[np.char.startswith(drug, "alpha"), :100] += 4
    return replace(data, matrix=matrix)


def names_of(data: Compendium) -> np.ndarray:
    return np.unique(data.signatures[fields.DRUG].to_numpy(dtype=str))


def members(data: Compendium) -> dict[str, set[str]]:
    return data.compound_moas.groupby("moa")[fields.DRUG].agg(set).to_dict()


def ask(data: Compendium, space: Space | None = None, **more: object) -> Tables:
    rows = np.arange(len(data.signatures))
    return retrieval(data, rows, members(data), space, seed=0, **more)


def rows_of(found: Tables, level: str, view: str = Z_SCORES) -> pd.DataFrame:
    table = found["retrieval"]
    return table[(table["level"] == level) & (table["view"] == view)].set_index(["name", "part"])


def precision_by_hand(alike: np.ndarray, positive: np.ndarray, negative: np.ndarray) -> float:
    """Average precision of one query, one positive after the other."""
    total = 0.0
    for value in alike[positive]:
        rank = (alike[positive | negative] >= value).sum()
        total += (alike[positive] >= value).sum() / rank
    return total / positive.sum()


def test_average_precision_of_a_signature_is_that_by_hand(
    large: Compendium, space: Space, in_space: Tables
) -> None:
    """In z-scores, and in the embedding that has not seen the compound of the query."""
    drug = large.signatures[fields.DRUG].to_numpy(dtype=str)
    cell = large.signatures[fields.CELL_ID].to_numpy(dtype=str)
    x = np.asarray(large.matrix)
    block = space.block[space.places(drug)]
    counts = one_hot(space.codes(cell), len(CELLS) + 1)
    unseen = [embedded(each, x, counts) for each in space.embeddings]
    for view in (Z_SCORES, SPACE):
        single, mean = rows_of(in_space, CELL_LINE, view), rows_of(in_space, COMPOUND, view)
        assert len(single) == len(drug)
        for name in names_of(large)[::30]:
            by_hand = []
            for row in np.flatnonzero(drug == name):
                alike = cosine(x[[row]], x)[0]
                if view == SPACE:
                    alike = unseen[block[row]] @ unseen[block[row]][row]
                other_line = cell != cell[row]
                by_hand.append(
                    precision_by_hand(
                        alike, (drug == name) & other_line, (drug != name) & other_line
                    )
                )
                found = single.loc[(name, cell[row]), "map"]
                assert found == pytest.approx(by_hand[-1], abs=1e-5)
            assert mean.loc[(name, ""), "map"] == pytest.approx(np.mean(by_hand), abs=1e-5)
            assert mean.loc[(name, ""), "n_queries"] == len(by_hand) == len(CELLS)


def test_classes_of_one_label_each_are_as_the_library_has_them_with_several(
    planted: Compendium,
) -> None:
    names, merged = stouffer(
        np.asarray(planted.matrix), planted.signatures[fields.DRUG].to_numpy(dtype=str)
    )
    of_class = members(planted)
    labels = [[moa for moa in of_class if name in of_class[moa]] for name in names]
    meta = pd.DataFrame({"drug": names, "moa": labels})
    theirs = multilabel.average_precision(
        meta, merged, ["moa"], [], [], ["moa"], "moa", progress_bar=False
    )
    ours = rows_of(ask(planted), MEMBER)
    assert len(ours) == len(theirs) == 9
    for row in theirs.itertuples():
        assert ours.loc[(row.moa, row.drug), "map"] == pytest.approx(
            row.average_precision, abs=1e-5
        )
    mean = rows_of(ask(planted), CLASS).loc[(MOA, "")]
    assert mean["map"] == pytest.approx(ours.loc[MOA, "map"].mean())


def test_planted_compounds_and_classes_are_recognized_and_no_others(
    large: Compendium, in_space: Tables
) -> None:
    """The space has seen the others, so those without an effect would show a leak."""
    own = set(names_of(large)[::2]) | members(large)[MOA]
    for view in (Z_SCORES, SPACE):
        compounds = rows_of(in_space, COMPOUND, view).droplevel("part")
        recognized = compounds["corrected_p"] <= 0.05
        is_own = compounds.index.isin(own)
        assert recognized[is_own].all()
        assert recognized[~is_own].mean() <= 0.06
        assert abs(compounds.loc[~is_own, "normalized_map"].mean()) < 0.01
        classes = rows_of(in_space, CLASS, view).droplevel("part")
        assert classes.loc[MOA, "corrected_p"] <= 0.05 < classes.loc["Beta inhibitor", "p"]


def test_of_noise_alone_nothing_is_recognized(noise: Compendium) -> None:
    found = ask(noise)["retrieval"]
    assert by_level(found)["normalized_map"].abs().max() < 0.06
    shares = (found["corrected_p"] <= 0.05).groupby(found["level"]).mean()
    assert shares.max() <= 0.05


def test_a_space_of_fewer_signatures_than_genes_is_for_classes_alone(noise: Compendium) -> None:
    found = ask(noise, space_of(noise, PRESETS["fast"], seed=0))
    views = found["retrieval"].groupby("level")["view"].agg(set)
    assert views[COMPOUND] == views[CELL_LINE] == {Z_SCORES}
    assert views[CLASS] == {Z_SCORES, SPACE}
    assert in_words(found)[-1] == retrieving.TOO_FEW


def test_nested_hypotheses_pass_only_within_what_passes(planted: Compendium) -> None:
    found = ask(planted)
    for level in (CELL_LINE, MEMBER):
        nested = rows_of(found, level).reset_index()
        least = nested.groupby("name")["p"].transform("min")
        assert (nested["corrected_p"] >= nested["p"]).all()
        assert (nested.loc[least > 0.05, "corrected_p"] == 1).all()
        assert (nested["n_queries"] == 1).all()


def test_signatures_without_direction_are_not_recognized(noise: Compendium) -> None:
    """All similarities are equal: positives come last, and no random ranking is worse."""
    found = ask(replace(noise, matrix=np.zeros_like(noise.matrix)))
    assert found["retrieval"]["map"].max() < 0.15
    assert (found["retrieval"]["p"] > 0.9).all()


def test_one_cell_line_leaves_compounds_out_and_says_why(tmp_path: Path) -> None:
    drugs = [*drugs_of(MOA, 5), *drugs_of("", 20)]
    data = build(tmp_path, drugs, cells=("A375",), effect=20)
    found = ask(data, space_of(data, PRESETS["fast"], seed=0))
    assert set(found["retrieval"]["level"]) == {CLASS, MEMBER}
    said = in_words(found)
    assert len(said) == 3
    assert said[0].endswith("so none can be found across them.")
    assert said[1].startswith("Classes, z-scores: mean mAP 1.000 (normalized 1.000); 100% of 1 ")


def test_of_many_a_seeded_sample_takes_part_members_first(
    planted: Compendium, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrieving, "MAX_SIGNATURES", 50)
    monkeypatch.setattr(retrieving, "MAX_COMPOUNDS", 12)
    found = ask(planted)
    pd.testing.assert_frame_equal(found["retrieval"], ask(planted)["retrieval"])
    scope = found["retrieval_scope"].set_index("level")
    assert scope["n_used"].tolist() == [48, 12]
    assert scope["n_available"].tolist() == [160, 40]
    assert len(rows_of(found, COMPOUND)) == 12
    assert len(rows_of(found, MEMBER)) == 9
    assert "a random sample of 48 of 160 signatures." in "\n".join(in_words(found))


def test_queries_in_parts_give_the_same(
    planted: Compendium, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = ask(planted)["retrieval"]
    monkeypatch.setattr(retrieving, "MAX_PAIRS", 1000)
    pd.testing.assert_frame_equal(whole, ask(planted)["retrieval"])


def test_it_says_what_it_does_and_stops_when_told_to(noise: Compendium) -> None:
    messages: list[str] = []

    def report(progress: Progress) -> None:
        messages.append(progress.message)
        if progress.message.startswith("Random"):
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        ask(noise, report=report)
    assert messages[0] == "Compounds, z-scores: 0 of 1 parts"


def test_an_evaluation_from_before_has_nothing_to_say() -> None:
    older: Mapping[str, pd.DataFrame] = {"measures": pd.DataFrame()}
    assert in_words(older) == []
