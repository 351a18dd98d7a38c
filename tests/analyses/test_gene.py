"""One gene: what moves it, against loops over signatures; names, targets and perturbations."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, special, stats

from gpar_core import fields
from gpar_core.analyses.gene import values
from gpar_core.analyses.gene.distribution import (
    described,
    histogram,
    place_by_spread,
    signatures_of,
)
from gpar_core.analyses.gene.identity import find_gene, landmark_genes, other_genes
from gpar_core.analyses.gene.moderated import moderated_means, nearest_to_zero
from gpar_core.analyses.gene.movers import classes, movers
from gpar_core.analyses.gene.relations import (
    in_models,
    perturbations,
    target_classes,
    targeting,
)
from gpar_core.analyses.gene.result import gene_tables
from gpar_core.analyses.gene.values import spread, z_scores
from gpar_core.analyses.genes.request import GeneImportanceRequest
from gpar_core.data.compendium import Compendium
from gpar_core.data.derived_files import GENES, is_derived
from gpar_core.errors import NotFoundError
from gpar_core.progress import Progress
from gpar_core.search import index
from tests.perturbed import GENE, PLACE, build_perturbed
from tests.synthetic import build, drugs_of


@pytest.fixture(scope="module")
def perturbed(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    return build_perturbed(tmp_path_factory.mktemp("perturbed") / "perturbed")


@pytest.mark.parametrize(
    "name", ["AARS", "aars1", " AARS1 ", "16", "ENTREZ:16", "ENSG00000090861", "ENSG00000090861.4"]
)
def test_a_landmark_gene_is_found_by_every_name(perturbed: Compendium, name: str) -> None:
    gene = find_gene(perturbed, name)
    assert (gene.symbol, gene.current_symbol, gene.place) == ("AARS", "AARS1", 0)
    assert (gene.entrez_id, gene.ensembl_id) == ("16", "ENSG00000090861")
    assert gene.is_called("aars1")


def test_a_gene_without_z_scores_is_found_as_target_or_perturbed(perturbed: Compendium) -> None:
    gene = find_gene(perturbed, "mdm2")
    assert (gene.symbol, gene.is_measured, gene.entrez_id) == ("MDM2", False, "")
    assert other_genes(perturbed) == ["MDM2"]
    assert [each.symbol for each in landmark_genes()] == list(fields.LANDMARK_SYMBOLS)


@pytest.mark.parametrize("name", ["", "TP5", "=cmd|' /C calc'!A0", "<img src=x>", "9" * 300])
def test_a_gene_that_nobody_knows_is_told_with_similar_ones(
    perturbed: Compendium, name: str
) -> None:
    with pytest.raises(NotFoundError, match="none of the 978 landmark genes") as told:
        find_gene(perturbed, name)
    assert len(str(told.value)) < 400
    assert ("TP53" in str(told.value)) == (name == "TP5")


def test_z_scores_are_the_column_with_and_without_an_index(
    perturbed: Compendium, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    compounds = build_perturbed(tmp_path).of_kinds(["trt_cp"])
    plain = z_scores(compounds, PLACE)
    np.testing.assert_array_equal(plain, compounds.matrix[:, PLACE])
    for module in (index, values):
        monkeypatch.setattr(module, "BLOCK_SIGNATURES", 50)
    monkeypatch.setattr(values, "INDEXED_FROM", 10)
    told: list[Progress] = []
    np.testing.assert_array_equal(z_scores(compounds, PLACE, report=told.append), plain)
    assert {each.total for each in told} == {compounds.n_signatures}
    knocked = compounds.of_kinds(["trt_sh.cgs"])
    np.testing.assert_array_equal(z_scores(knocked, PLACE), knocked.matrix[:, PLACE])


def test_the_index_of_a_large_compendium_is_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = build(tmp_path, drugs_of("", 60))
    for module in (index, values):
        monkeypatch.setattr(module, "BLOCK_SIGNATURES", 50)
    monkeypatch.setattr(values, "INDEXED_FROM", 10)
    z = z_scores(own, 3)
    np.testing.assert_array_equal(z, own.matrix[:, 3])
    first = spread(own)
    np.testing.assert_allclose(first, np.asarray(own.matrix, float).std(axis=0), rtol=1e-6)
    (kept,) = tmp_path.glob(GENES)
    assert is_derived(kept)
    monkeypatch.setattr(values, "_blocks", None)
    np.testing.assert_array_equal(spread(own), first)
    kept.write_bytes(b"damaged")
    with pytest.raises(TypeError):  # computed again, for which this test has no reader
        spread(own)


def moderated(groups: list[list[float]]) -> list[tuple[float, float, float, float]]:
    """Mean, interval and p of each group, by the formulas of Smyth 2004 one by one."""
    logs = []
    for v in groups:
        if len(v) > 1:
            d = len(v) - 1
            logs.append(np.log(np.var(v, ddof=1)) - special.digamma(d / 2) + np.log(d / 2))
    noise = np.mean([special.polygamma(1, (len(v) - 1) / 2) for v in groups if len(v) > 1])
    excess = np.var(logs, ddof=1) - noise
    d0, s0 = np.inf, np.exp(np.mean(logs))
    if excess > 0:
        half = optimize.brentq(lambda x: special.polygamma(1, x) - excess, 1e-3, 1e6)
        d0 = 2 * half
        s0 = np.exp(np.mean(logs) + special.digamma(half) - np.log(half))
    found = []
    for v in groups:
        d, mean = len(v) - 1, np.mean(v)
        if d == 0:
            found.append((mean, np.nan, np.nan, np.nan))
            continue
        variance = s0 if np.isinf(d0) else (d0 * s0 + d * np.var(v, ddof=1)) / (d0 + d)
        freedom = min(d0 + d, sum(len(v) - 1 for v in groups))
        se = np.sqrt(variance / len(v))
        p = 2 * stats.t.sf(abs(mean) / se, freedom)
        found.append((mean, *stats.t.interval(0.95, freedom, mean, se), p))
    return found


@pytest.mark.parametrize("spread_", [0.0, 0.5, 1.5])
def test_means_are_moderated_as_the_formulas_say(spread_: float) -> None:
    rng = np.random.default_rng(3)
    groups = [
        (rng.normal(size=size) * np.exp(spread_ * rng.normal())).tolist()
        for size in (1, 2, 2, 3, 3, 5, 8, 8, 20)
    ]
    values_ = np.concatenate(groups)
    of = np.repeat(np.arange(len(groups)), [len(v) for v in groups])
    shuffled = rng.permutation(len(of))
    found = moderated_means(values_[shuffled], of[shuffled], len(groups))
    expected = np.array(moderated(groups)).T
    np.testing.assert_allclose(
        [found.mean, found.low, found.high, found.p], expected, rtol=1e-6, atol=1e-9
    )


def test_intervals_cover_the_true_mean_and_p_is_uniform() -> None:
    rng = np.random.default_rng(1)
    n = rng.integers(2, 8, 6000)
    of = np.repeat(np.arange(len(n)), n)
    true = rng.normal(size=len(n))
    sd = np.sqrt(4 / rng.chisquare(4, len(n)))
    noise = rng.normal(size=len(of)) * sd[of]
    found = moderated_means(true[of] + noise, of, len(n))
    for size in (2, 3, 7):
        covered = (found.low <= true) & (true <= found.high)
        assert np.mean(covered[n == size]) == pytest.approx(0.95, abs=0.02)
    null = moderated_means(noise, of, len(n)).p
    assert stats.kstest(null, "uniform").pvalue > 0.01


def test_values_without_any_spread_break_nothing() -> None:
    same = moderated_means(np.array([1.0, 1, 0, 0, 5]), np.array([0, 0, 1, 1, 2]), 3)
    assert same.low[:2].tolist() == same.mean[:2].tolist() == [1, 0]
    assert same.p[:2].tolist() == [0, 1]
    assert np.isnan([same.low[2], same.p[2]]).all()
    alone = moderated_means(np.array([1.0, -2]), np.array([0, 1]), 2)
    assert np.isnan([*alone.low, *alone.p]).all()
    low, high = np.array([1, -3, -1, np.nan]), np.array([2, -2, 1, np.nan])
    assert nearest_to_zero(low, high).tolist() == [1, -2, 0, 0]


def test_movers_are_those_of_a_loop_over_signatures(perturbed: Compendium) -> None:
    z = z_scores(perturbed, PLACE)
    own: dict[str, list[float]] = {}
    for drug, value in zip(perturbed.signatures["drug"], z.tolist(), strict=True):
        own.setdefault(drug, []).append(value)
    table = movers(perturbed, z).set_index("drug")
    assert set(table.index) == set(own)
    for (drug, v), (mean, low, high, _) in zip(
        own.items(), moderated(list(own.values())), strict=True
    ):
        assert table.loc[drug, "n_signatures"] == len(v)
        assert table.loc[drug, ["mean_z", "low", "high"]].tolist() == pytest.approx(
            [mean, low, high], nan_ok=True
        )
    assert table.loc["mdm0", ["moa", "target"]].tolist() == ["MDM inhibitor", "MDM2|TP53"]


def test_one_noisy_signature_does_not_win_against_steady_movers(perturbed: Compendium) -> None:
    table = movers(perturbed, z_scores(perturbed, PLACE))
    assert table["mean_z"].idxmax() == table.index[table["pert_iname"] == "lone"][0]
    assert table["pert_iname"][0] == "steady"
    assert set(table["pert_iname"][1:4]) == {"mdm0", "mdm1", "mdm2"}
    unclear = table[~(table["low"] > 0) & ~(table["high"] < 0)]
    assert unclear["mean_z"].is_monotonic_decreasing
    assert unclear["pert_iname"].iloc[0] == "lone"
    down = table[table["high"] < 0]
    assert down["high"].is_monotonic_decreasing
    knocked = perturbed.of_kinds(["trt_sh.cgs"])
    assert movers(knocked, z_scores(knocked, PLACE))["pert_iname"].tolist() == [
        "MDM2 knock-down", "TP53 knock-down",
    ]  # fmt: skip


def test_classes_are_those_of_the_means_of_their_drugs(perturbed: Compendium) -> None:
    table = movers(perturbed, z_scores(perturbed, PLACE))
    found = classes(table, perturbed.compound_moas).set_index("moa")
    assert found.index.tolist() == ["MDM inhibitor", "Other inhibitor"]
    means = table.set_index("drug")["mean_z"]
    members = perturbed.compound_moas.groupby("moa")["drug"].unique()
    expected = moderated([means[drugs].tolist() for drugs in members])
    for (moa, drugs), of in zip(members.items(), expected, strict=True):
        row = found.loc[moa]
        assert row[["mean_z", "low", "high", "p"]].tolist() == pytest.approx(list(of))
        assert row["same"] == np.mean(np.sign(means[drugs]) == np.sign(row["mean_z"]))
    np.testing.assert_allclose(found["fdr"], stats.false_discovery_control(found["p"]))
    assert found.loc["MDM inhibitor", "fdr"] < 0.05 < found.loc["Other inhibitor", "fdr"]
    targets = classes(table, perturbed.compound_targets)
    assert dict(zip(targets["moa"], targets["n_drugs"], strict=True)) == {
        "target: TP53": 3, "target: MDM2": 4,
    }  # fmt: skip
    assert classes(table, perturbed.compound_moas.head(1)).empty


def test_the_distribution_is_counted_signature_by_signature(perturbed: Compendium) -> None:
    z = z_scores(perturbed, PLACE)
    cells = perturbed.signatures["cell_id"].to_numpy()
    for row in described(z, cells, "cell_id").to_dict("records"):
        own = z[cells == row["cell_id"]]
        assert row["n_signatures"] == len(own)
        assert row["mean_z"] == pytest.approx(own.mean(), rel=1e-5)
        assert row["sd_z"] == pytest.approx(own.std(ddof=1), rel=1e-5)
        assert row["up"] == np.mean(own >= 2)
        assert row["down"] == np.mean(own <= -2)
    values_ = np.array([-99, -10, -0.01, 0, 0.49, 0.5, 9.99, 50])
    bins = histogram(values_, np.array(["a"] * 7 + ["b"]))
    of_a = bins[bins["kind"] == "a"]
    assert dict(zip(of_a["start"], of_a["n_signatures"], strict=True)) == {
        -10: 2, -0.5: 1, 0: 2, 0.5: 1, 9.5: 1,
    }  # fmt: skip
    assert bins.groupby("kind")["share"].sum().tolist() == [1, 1]
    own = signatures_of(perturbed.signatures, z, "steady")
    assert len(own) == 16
    assert sorted(own["z"]) == sorted(z[perturbed.signatures["drug"] == "steady"])
    assert place_by_spread(np.array([1.0, 3.0, 2.0]), 2) == 2


def test_drugs_that_target_a_gene_and_its_perturbations(perturbed: Compendium) -> None:
    gene, other = find_gene(perturbed, GENE), find_gene(perturbed, "MDM2")
    table = movers(perturbed, z_scores(perturbed, PLACE))
    found = targeting(perturbed, gene, table)
    assert found["pert_iname"].tolist() == ["mdm0", "mdm1", "mdm2"]
    assert (found["low"] > 0).all()
    assert "mean_z" not in targeting(perturbed, other, None)
    assert target_classes(perturbed, other) == ["target: MDM2"]
    genetic = perturbed.genetic
    assert genetic is not None
    views = {kind: perturbed.of_kinds([kind]) for kind in genetic.kinds}
    moved = {kind: movers(each, z_scores(each, PLACE)) for kind, each in views.items()}
    own = perturbations(genetic, gene, moved).set_index("pert_iname")
    assert own["moves_itself"].to_dict() == {
        "TP53 knock-down": "as expected", "TP53 over-expression": "as expected",
    }  # fmt: skip
    flipped = {kind: each.assign(low=-each["high"], high=-each["low"]) for kind, each in
               moved.items()}  # fmt: skip
    assert set(perturbations(genetic, gene, flipped)["moves_itself"]) == {"the other way"}
    wide = {kind: each.assign(low=-9.0, high=9.0) for kind, each in moved.items()}
    assert set(perturbations(genetic, gene, wide)["moves_itself"]) == {"not clearly"}
    assert perturbations(None, gene, {}).empty


def test_models_that_use_the_gene_come_by_rank() -> None:
    def result(model: str, rank: int) -> SimpleNamespace:
        genes = pd.DataFrame({"symbol": ["AARS", GENE], "ig_rank": [1, rank], "lr_rank": 3,
                              "ig_share": 1.0, "lr_share": 0.5, "z_positive": 1.0,
                              "z_negative": 0.0})  # fmt: skip
        request = GeneImportanceRequest("c", "f", model, f"label {model}")
        return SimpleNamespace(analysis_id=f"of {model}", request=request, created_at="2026",
                               tables={"genes": genes})  # fmt: skip

    gene = next(each for each in landmark_genes() if each.symbol == GENE)
    found = in_models([result("b", 7), result("a", 2)], gene)  # type: ignore[list-item]
    assert found["model_id"].tolist() == ["a", "b"]
    assert found["ig_rank"].tolist() == [2, 7]
    assert in_models([], gene).empty


def test_all_tables_of_a_gene(perturbed: Compendium) -> None:
    tables = gene_tables(perturbed, "7157")
    (about,) = tables["gene"].to_dict("records")
    assert (about["symbol"], about["measured"], about["sd_rank"]) == (GENE, True, 1)
    assert set(tables["movers"]["kind"]) == {"compound", "over-expression", "knock-down"}
    assert tables["kinds"]["n_signatures"].sum() == len(perturbed.stored.signatures)  # type: ignore[union-attr]
    assert tables["cell_lines"]["n_signatures"].sum() == perturbed.n_signatures
    unmeasured = gene_tables(perturbed, "MDM2")
    assert set(unmeasured) == {"gene", "targeted_by", "perturbations"}
    assert len(unmeasured["perturbations"]) == 2
