"""A user's profiles are accepted, kept and come back."""

import json
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from gpar_core.data.profile_scale import detect
from gpar_core.data.profiles import (
    Profiles,
    accept,
    load,
    profiles_id,
    read_profiles,
    save,
)
from gpar_core.errors import DataError, FileFormatError, LandmarkError
from tests.data.uploads import NAMES, SYMBOLS, Z, read_upload, text_of

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")


# ----------------------------------------------------------------------------------- accepting


def _counts(n: int = 8, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.poisson(rng.gamma(2, 100, size=978), size=(n, 978)).astype(np.float32)


def _named(n: int) -> tuple[str, ...]:
    return tuple(f"p{i}" for i in range(n))


def test_complete_z_scores_are_accepted_as_they_are(tmp_path: Path) -> None:
    draft = read_upload(tmp_path, text_of(Z))
    assert {scale.kind for scale in draft.scales} == {"z-scores"}
    assert draft.report.missing == ()
    accepted = accept(draft)
    np.testing.assert_array_equal(accepted.matrix, Z)
    assert (accepted.names, accepted.notes) == (NAMES, ())
    assert accepted.drug == ("aspirin", "vorinostat", "dmso")
    assert accepted.matrix.dtype == np.float32
    (note,) = accept(draft, z_score=True).notes
    assert "already z-scores" in note
    np.testing.assert_array_equal(accept(draft, z_score=True).matrix, Z)


def test_missing_genes_and_values_are_refused_until_allowed(tmp_path: Path) -> None:
    values = Z.copy()
    values[1, 5] = np.nan
    draft = read_upload(tmp_path, text_of(values[:, 2:], genes=SYMBOLS[2:]))
    words = (
        rf"genes missing from the file: 2 \({SYMBOLS[0]}, {SYMBOLS[1]}\); missing .* genes: 1, .*"
        rf"{SYMBOLS[5]} in 'Vorinostat'\. Use a file with all .* to 0"
    )
    with pytest.raises(LandmarkError, match=words):
        accept(draft)
    accepted = accept(draft, impute=True)
    expected = values.copy()
    expected[:, :2] = expected[1, 5] = 0
    np.testing.assert_array_equal(accepted.matrix, expected)
    assert accepted.notes == (
        f"Landmark genes missing from the file: 2 ({SYMBOLS[0]}, {SYMBOLS[1]}).",
        "Values set to 0 (no change) because they are missing: 7.",
    )


@pytest.mark.parametrize(("n_genes", "accepted"), [(489, True), (488, False), (1, False)])
def test_more_than_half_missing_is_never_accepted(
    tmp_path: Path, n_genes: int, accepted: bool
) -> None:
    draft = read_upload(tmp_path, text_of(Z[:, :n_genes], genes=SYMBOLS[:n_genes]))
    assert len(draft.report.missing) == 978 - n_genes
    if accepted:
        assert accept(draft, impute=True).matrix.shape == (3, 978)
        return
    words = f"'aspirin' has values for {n_genes} of the 978 .*at least half"
    with pytest.raises(LandmarkError, match=words):
        accept(draft, impute=True)


def test_one_profile_with_few_values_is_named(tmp_path: Path) -> None:
    values = Z.copy()
    values[1, :600] = np.nan
    draft = read_upload(tmp_path, text_of(values))
    with pytest.raises(LandmarkError, match="'Vorinostat' has values for 378 of the 978"):
        accept(draft, impute=True)


@pytest.mark.parametrize(
    ("values", "scale", "why"),
    [
        (Z, "z-scores", "are negative, median"),
        (8 * Z, "unclear", "robust spread 8"),
        (0.1 * Z, "unclear", "robust spread 0.1"),
        (Z + 1, "unclear", "median 0.9"),
        (_counts(), "counts", "whole numbers"),
        (_counts() * np.float32(1.37), "counts", "too large for logarithms"),
        (np.log2(_counts() + 1), "log-values", "none is negative"),
        (np.log2(_counts() + 1) - 2, "log-values", "none is negative"),
        (np.zeros((3, 978)), "unclear", "all values are the same"),
        (np.abs(Z), "log-values", "none is negative"),
        (np.full((1, 978), np.nan), "unclear", "all values are the same"),
    ],
)
def test_the_scale_is_told_with_a_reason(values: np.ndarray, scale: str, why: str) -> None:
    found = detect(values.astype(np.float32))
    assert found.kind == scale
    assert why in found.reason


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (_counts(), "look like counts, not z-scores: all are whole numbers.* Upload z-scores"),
        (np.log2(_counts() + 1), "look like log-values, not z-scores"),
    ],
)
def test_levels_are_refused_until_z_scoring_is_allowed(
    tmp_path: Path, values: np.ndarray, words: str
) -> None:
    draft = read_upload(tmp_path, text_of(values, _named(len(values))))
    with pytest.raises(FileFormatError, match=words):
        accept(draft)
    assert accept(draft, z_score=True).matrix.shape == values.shape


def test_unclear_values_are_accepted_with_a_note(tmp_path: Path) -> None:
    accepted = accept(read_upload(tmp_path, text_of(8 * Z)))
    np.testing.assert_array_equal(accepted.matrix, 8 * Z)
    assert "unclear (5" in accepted.notes[0]
    assert "some profiles" not in accepted.notes[0]


def test_one_unclear_profile_among_z_scores_is_named(tmp_path: Path) -> None:
    values = Z.copy()
    values[1] *= 8
    (note,) = accept(read_upload(tmp_path, text_of(values))).notes
    assert "some profiles: 1 (Vorinostat) are z-scores is unclear" in note


@pytest.mark.parametrize("z_score", [False, True])
def test_one_profile_of_counts_among_z_scores_is_named(tmp_path: Path, z_score: bool) -> None:
    values = np.concatenate([Z, Z, _counts(1)])
    draft = read_upload(tmp_path, text_of(values, _named(7)))
    with pytest.raises(FileFormatError, match=r"Profiles: 1 \(p6\) look like counts.* z-scores"):
        accept(draft, z_score=z_score)


def test_counts_beside_logarithms_are_refused(tmp_path: Path) -> None:
    values = np.concatenate([_counts(5), np.log2(_counts(3) + 1)])
    draft = read_upload(tmp_path, text_of(values, _named(8)))
    with pytest.raises(FileFormatError, match=r"look like counts.* Others look like logarithms"):
        accept(draft, z_score=True)


def test_counts_are_z_scored_over_all_genes_of_the_file(tmp_path: Path) -> None:
    counts, others = _counts(), 1000 * np.arange(8, dtype=np.float32)[:, None] + 500
    genes = [*SYMBOLS, "OTHER"]
    draft = read_upload(tmp_path, text_of(np.concatenate([counts, others], 1), _named(8), genes))
    accepted = accept(draft, z_score=True)
    totals = counts.sum(axis=1) + others[:, 0]
    for gene in (0, 100, 977):
        levels = np.log2(counts[:, gene] / totals * 1e6 + 1)
        mad = np.median(np.abs(levels - np.median(levels)))
        z = (levels - np.median(levels)) / (1.4826 * max(mad, 0.1))
        np.testing.assert_allclose(accepted.matrix[:, gene], np.clip(z, -10, 10), atol=1e-3)
    assert [note.split()[3] for note in accepted.notes] == ["converted", "z-scored"]
    assert "across the 8 uploaded profiles" in accepted.notes[1]


def test_z_scoring_leaves_constant_genes_at_zero_and_clips_outliers(tmp_path: Path) -> None:
    levels = np.full((7, 978), 8, np.float32) + np.arange(978, dtype=np.float32) / 1000
    levels[0, 1], levels[1, 2], levels[2, 3] = 14, 8.1, np.nan
    draft = read_upload(tmp_path, text_of(levels, _named(7)))
    matrix = accept(draft, z_score=True, impute=True).matrix
    assert matrix[0, 1] == 10
    assert matrix[1, 2] == pytest.approx((8.1 - 8.002) / 0.14826, abs=1e-3)
    assert np.count_nonzero(matrix) == 2


def test_z_scoring_needs_something_to_compare_with(tmp_path: Path) -> None:
    draft = read_upload(tmp_path, text_of(_counts(5), _named(5)))
    with pytest.raises(FileFormatError, match=r"holds 5 profiles; at least 6 .*controls"):
        accept(draft, z_score=True)


def test_a_profile_without_counts_is_named(tmp_path: Path) -> None:
    counts = _counts()
    counts[3] = 0
    draft = read_upload(tmp_path, text_of(counts, _named(8)))
    with pytest.raises(FileFormatError, match="All counts of 'p3' are 0"):
        accept(draft, z_score=True)


# --------------------------------------------------------------------------------------- store


STORED = Profiles(("a", "b", "ü"), ("x", "x", "ü"), Z, ("Something was done.",))


def test_profiles_are_saved_and_loaded_unchanged(tmp_path: Path) -> None:
    save(STORED, tmp_path / "deep" / "folder")
    loaded = load(tmp_path / "deep" / "folder")
    assert (loaded.names, loaded.drug, loaded.notes) == (STORED.names, STORED.drug, STORED.notes)
    np.testing.assert_array_equal(loaded.matrix, STORED.matrix)
    assert profiles_id(loaded) == profiles_id(STORED)


def test_the_id_tells_every_part_apart() -> None:
    one_value = STORED.matrix.copy()
    one_value[2, 977] += 1
    variants = [
        STORED,
        replace(STORED, names=("a", "b", "c")),
        replace(STORED, drug=("x", "y", "ü")),
        replace(STORED, notes=()),
        replace(STORED, matrix=one_value),
    ]
    ids = {profiles_id(each) for each in variants}
    assert len(ids) == len(variants)
    assert all(len(one) == 20 and set(one) <= set("0123456789abcdef") for one in ids)
    assert profiles_id(replace(STORED, matrix=np.asfortranarray(Z))) == profiles_id(STORED)


@pytest.mark.parametrize("lost", ["matrix.npy", "manifest.json"])
@pytest.mark.parametrize("content", [None, b"", b"{}", b"[1]", b"\x93NUMPY\x01\x00"])
def test_a_damaged_store_is_refused(tmp_path: Path, lost: str, content: bytes | None) -> None:
    save(STORED, tmp_path)
    (tmp_path / lost).unlink()
    if content is not None:
        (tmp_path / lost).write_bytes(content)
    with pytest.raises(DataError, match=r"cannot be read .* Upload the file again"):
        load(tmp_path)


@pytest.mark.parametrize(
    "change", [{"format_version": 99}, {"gene_order": [1]}, {"names": ["a"]}, {"id": "0" * 20}]
)
def test_a_store_that_says_something_else_is_refused(
    tmp_path: Path, change: dict[str, object]
) -> None:
    save(STORED, tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text("utf-8"))
    (tmp_path / "manifest.json").write_text(json.dumps(manifest | change), encoding="utf-8")
    with pytest.raises(DataError, match="cannot be read"):
        load(tmp_path)


def test_a_pickle_is_not_opened(tmp_path: Path) -> None:
    save(STORED, tmp_path)
    np.save(tmp_path / "matrix.npy", np.array([print], dtype=object), allow_pickle=True)
    with pytest.raises(DataError) as caught:
        load(tmp_path)
    assert "allow_pickle=False" in str(caught.value.__cause__.__cause__)


# ---------------------------------------------------------------------------------- real files


@pytest.mark.parametrize(
    ("name", "n", "id_kind"),
    [
        ("test_sample_n2x12328.gctx", 2, "entrez"),
        ("contest_modzs_ezid_n10x10174.gctx", 10, "entrez"),
        ("level5_s2n_lm_n5x978.gct", 5, "entrez"),
        ("level5_s2n_lm_n5x978.gctx", 5, "entrez"),
        ("modzs_gct_n3x978.gctx", 3, "entrez"),
        ("test_l1000.gctx", 377, "entrez"),
    ],
)
def test_files_of_other_tools_are_z_scores(
    gct_files: Path, name: str, n: int, id_kind: str
) -> None:
    draft = read_profiles(gct_files / name, name)
    report = draft.report
    assert (len(draft.names), report.genes_in, report.id_kind) == (n, "rows", id_kind)
    assert report.n_found == 978
    # A few of hundreds are strong enough to look odd by themselves; none looks like levels.
    unclear = [scale for scale in draft.scales if scale.kind != "z-scores"]
    assert len(unclear) <= n / 10
    assert {scale.kind for scale in unclear} <= {"unclear"}
    np.testing.assert_array_equal(accept(draft).matrix, draft.values)


def test_the_same_signatures_as_gct_and_gctx_are_the_same_profiles(gct_files: Path) -> None:
    text, binary = (
        read_profiles(gct_files / f"level5_s2n_lm_n5x978.{kind}", kind) for kind in ("gct", "gctx")
    )
    np.testing.assert_allclose(text.values, binary.values, rtol=0, atol=6e-5)
    assert text.names == binary.names


def test_probes_are_read_by_the_gene_ids_beside_them(gct_files: Path) -> None:
    draft = read_profiles(gct_files / "modzs_gct_n3x978.gctx", "probes")
    assert draft.drug[0] == "cimetidine"
    assert "id" in draft.report.ignored


def test_a_matrix_without_genes_is_refused(gct_files: Path) -> None:
    with pytest.raises(LandmarkError, match="none of the 978 landmark genes"):
        read_profiles(gct_files / "mini_gctoo_for_testing.gctx", "mini")


def test_real_consensus_signatures_are_read_as_z_scores(consensus: Path) -> None:
    name = "Consensus_Level5_n1170x978.gctx"
    draft = read_profiles(consensus / name, name)
    assert len(draft.names) == 1170
    kinds = [scale.kind for scale in draft.scales]
    assert set(kinds) <= {"z-scores", "unclear"}
    assert kinds.count("unclear") < 100
    with h5py.File(consensus / name) as file:
        ids = file["/0/META/ROW/id"][()].astype(int)
        theirs = file["/0/DATA/0/matrix"][()][:, np.argsort(ids)]
    np.testing.assert_array_equal(accept(draft).matrix, theirs)
