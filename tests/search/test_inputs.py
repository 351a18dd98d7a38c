"""Queries as users give them: compounds, signatures and files."""

from pathlib import Path

import numpy as np
import pytest

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.errors import FileFormatError, GparError, LandmarkError, NotFoundError, RequestError
from gpar_core.search.cut_offs import CutOffs
from gpar_core.search.inputs import Asked, asked
from tests.synthetic import build, drugs_of

SYMBOLS = fields.LANDMARK_SYMBOLS
REAL = Path(__file__).resolve().parents[3] / "shared" / "profiles"


@pytest.fixture(scope="module")
def compendium(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    drugs = drugs_of("X inhibitor", 4, replicates=3)
    return build(tmp_path_factory.mktemp("x") / "mine", drugs, name="mine")


def of_file(compendium: Compendium, folder: Path, way: str, text: str, **more: object) -> Asked:
    path = folder / "mine.csv"
    path.write_text(text, "utf-8")
    return asked(compendium, **{way: path}, **more)  # type: ignore[arg-type]


def test_a_signature_is_searched_with_its_own_values(compendium: Compendium) -> None:
    row = 7
    sig_id = compendium.signatures[fields.SIG_ID].iloc[row]
    (query,) = asked(compendium, signature=sig_id, genes=20).queries
    values = np.asarray(compendium.matrix[row], np.float32)
    np.testing.assert_array_equal(query.profile, values)
    assert set(query.up) == set(np.argsort(-values)[:20])
    with pytest.raises(NotFoundError, match="no signature 'x'"):
        asked(compendium, signature="x")


def test_a_compound_in_one_line_is_its_representative_there(compendium: Compendium) -> None:
    signatures = compendium.signatures
    (query,) = asked(compendium, compound="X1", cell="MCF7").queries
    own = (signatures["drug"] == "x1") & (signatures["cell_id"] == "MCF7")
    row = np.flatnonzero(own & signatures[fields.REPRESENTATIVE])
    np.testing.assert_array_equal(query.profile, np.asarray(compendium.matrix[row])[0])
    assert query.name == "x1 in MCF7"
    with pytest.raises(NotFoundError, match=r"no signature in the cell line 'HT29'.*A375, MCF7"):
        asked(compendium, compound="x1", cell="HT29")


def test_several_profiles_are_a_batch_and_one_can_be_chosen(
    compendium: Compendium, tmp_path: Path
) -> None:
    values = np.random.default_rng(0).normal(size=(978, 2)).round(4)
    rows = [f"{one},{a},{b}" for one, (a, b) in zip(SYMBOLS, values, strict=True)]
    text = "gene,first,second\n" + "\n".join(rows)
    both = of_file(compendium, tmp_path, "profiles", text)
    assert [query.name for query in both.queries] == ["first", "second"]
    (one,) = of_file(compendium, tmp_path, "profiles", text, profile="second").queries
    np.testing.assert_allclose(one.profile, values[:, 1], rtol=1e-6)
    with pytest.raises(RequestError, match=r"no profile 'third'. It has first, second"):
        of_file(compendium, tmp_path, "profiles", text, profile="third")


def test_each_comparison_of_a_table_is_a_query(compendium: Compendium, tmp_path: Path) -> None:
    rows = [f"{one},{i - 500},0.001,{500 - i},{0.001 if i < 50 else 0.9}"
            for i, one in enumerate(SYMBOLS)]  # fmt: skip
    text = "gene,A_logFC,A_FDR,B_logFC,B_FDR\n" + "\n".join(rows)
    found = of_file(compendium, tmp_path, "table", text, cut_offs=CutOffs(genes=40))
    a, b = found.queries
    assert (a.name, len(a.up), len(a.down)) == ("A", 40, 40)
    assert (b.name, b.up.tolist(), len(b.down)) == ("B", list(range(40)), 0)
    assert any(note.startswith("B: up: 50 of 50 genes") for note in found.notes)


def test_a_comparison_without_genes_is_left_out_and_said(
    compendium: Compendium, tmp_path: Path
) -> None:
    rows = [f"{one},{i - 500},0.001,2,0.9" for i, one in enumerate(SYMBOLS)]
    text = "gene,A_logFC,A_FDR,B_logFC,B_FDR\n" + "\n".join(rows)
    found = of_file(compendium, tmp_path, "table", text)
    assert [query.name for query in found.queries] == ["A"]
    assert any(note.startswith("warning: B: No gene passes") for note in found.notes)


@pytest.mark.parametrize(
    ("way", "text", "error", "said"),
    [
        ("profiles", "gene,p\n" + "\n".join(f"{one},{(i + 1) / 9790}" for i, one in
                                            enumerate(SYMBOLS)), RequestError, "no value below 0"),
        ("profiles", "gene,LR,PValue\n" + "\n".join(f"{one},1,0.5" for one in SYMBOLS),
         FileFormatError, "signed statistic"),
        ("table", "gene,a\n" + "\n".join(f"{one},{i - 400}" for i, one in enumerate(SYMBOLS)),
         FileFormatError, "not a table of differential expression"),
        ("gmt", "a\tx\tFOO\n", FileFormatError, "one of its 1 gene sets"),
        ("gmt", "a\tx\t" + "\t".join(one.capitalize() for one in SYMBOLS[:30]),
         FileFormatError, "genes of mouse"),
        ("table", "\x00" * 100, FileFormatError, "not a text file"),
        ("gmt", "\x00" * 100, FileFormatError, "not a text file"),
        ("profiles", "A" * 10_000_000, FileFormatError, "a line of"),
    ],
)  # fmt: skip
def test_files_without_a_direction_are_refused(
    compendium: Compendium, tmp_path: Path, way: str, text: str, error: type[GparError], said: str
) -> None:
    with pytest.raises(error, match=said):
        of_file(compendium, tmp_path, way, text)


def test_one_query_at_a_time(compendium: Compendium) -> None:
    with pytest.raises(RequestError, match="Give one query"):
        asked(compendium)
    with pytest.raises(RequestError, match="Give one query"):
        asked(compendium, up=["TP53"], compound="x1")
    with pytest.raises(RequestError, match="A cell line needs a compound"):
        asked(compendium, up=["TP53"], cell="MCF7")
    with pytest.raises(RequestError, match=r"no file 'none.gmt'"):
        asked(compendium, gmt=Path("none.gmt"))


@pytest.mark.skipif(not REAL.is_dir(), reason="needs the real profiles in ../shared")
def test_real_probe_ids_and_mouse_genes_are_refused_with_what_to_do(
    compendium: Compendium,
) -> None:
    for way in ("table", "profiles"):
        path = REAL / "trichostatin_a_mcf7_affymetrix.gct"
        with pytest.raises(LandmarkError, match=r"Affymetrix probe ids .*GPL96 for HG-U133A"):
            asked(compendium, **{way: path})  # type: ignore[arg-type]
        with pytest.raises(LandmarkError, match=r"another species: mouse.*human orthologs"):
            asked(compendium, **{way: REAL / "rapamycin_mouse_liver.csv"})  # type: ignore[arg-type]


@pytest.mark.skipif(not REAL.is_dir(), reason="needs the real profiles in ../shared")
def test_a_table_where_nothing_passes_says_the_lowest_fdr(compendium: Compendium) -> None:
    with pytest.raises(RequestError, match=r"No gene passes.*lowest FDR in the table is 0.1"):
        asked(compendium, table=REAL / "Berberine_hydrochloride_DEG_limma.csv")


def test_symbols_in_the_metadata_of_a_gct_are_used(compendium: Compendium, tmp_path: Path) -> None:
    path = tmp_path / "probes.gct"
    values = np.random.default_rng(0).normal(size=978).round(4)
    rows = [f"20{i:04}_at\t{one}\t{values[i]}" for i, one in enumerate(SYMBOLS)]
    path.write_text("#1.3\n978\t1\t1\t0\nid\tpr_gene_symbol\tmine\n" + "\n".join(rows))
    (query,) = asked(compendium, profiles=path).queries
    np.testing.assert_allclose(query.profile, values, rtol=1e-6)


def test_too_many_profiles_are_no_batch(compendium: Compendium, tmp_path: Path) -> None:
    header = ",".join(f"p{i}" for i in range(1_001))
    rows = [f"{one}," + ",".join(["1" if i % 2 else "-1.5"] * 1_001)
            for i, one in enumerate(SYMBOLS)]  # fmt: skip
    with pytest.raises(RequestError, match="1,001 queries; a batch has 1,000 at most"):
        of_file(compendium, tmp_path, "profiles", f"gene,{header}\n" + "\n".join(rows))


def test_names_may_be_a_text_or_numbers_but_not_missing(compendium: Compendium) -> None:
    (query,) = asked(compendium, up=f"{SYMBOLS[3]}, {SYMBOLS[1]};{SYMBOLS[2]}").queries
    assert query.up.tolist() == [1, 2, 3]
    (query,) = asked(compendium, down=list(map(int, fields.LANDMARK_IDS[5:8]))).queries
    assert query.down.tolist() == [5, 6, 7]
    for missing in (None, float("nan")):
        with pytest.raises(RequestError, match="is missing"):
            asked(compendium, up=[missing, *SYMBOLS[:20]])


def test_a_chosen_profile_does_not_depend_on_the_others(
    compendium: Compendium, tmp_path: Path
) -> None:
    values = np.random.default_rng(0).normal(size=978).round(4)
    rows = [f"{one},{a},0" for one, a in zip(SYMBOLS, values, strict=True)]
    text = "gene,first,empty\n" + "\n".join(rows)
    (query,) = of_file(compendium, tmp_path, "profiles", text, profile="first").queries
    assert query.name == "first"
    with pytest.raises(RequestError, match=r"'empty' is 0 .* Leave it out"):
        of_file(compendium, tmp_path, "profiles", text)


RESULTS = [(name, 2.0 if i % 2 else -2.0, "0.2" if i % 3 else "BOUND")
           for i, name in enumerate(SYMBOLS)]  # fmt: skip


@pytest.mark.parametrize("bound", ["<0.001", "< 1e-3", " <.001", "<= 0.001", "≤0.001"])
@pytest.mark.parametrize("heading", ["padj", "adj.P.Val"])
def test_a_bound_of_a_p_value_counts_as_it(
    compendium: Compendium, tmp_path: Path, bound: str, heading: str
) -> None:
    rows = [f"{name},{fold},{p.replace('BOUND', bound)}" for name, fold, p in RESULTS]
    text = f"gene,logFC,{heading}\n" + "\n".join(rows)
    bounded = of_file(compendium, tmp_path, "table", text, cut_offs=CutOffs(genes=978))
    plainly = of_file(
        compendium, tmp_path, "table", text.replace(bound, "0.001"), cut_offs=CutOffs(genes=978)
    )
    assert len(bounded.queries[0].genes) == 326
    for one, other in zip(bounded.queries, plainly.queries, strict=True):
        np.testing.assert_array_equal(one.up, other.up)
        np.testing.assert_array_equal(one.down, other.down)


@pytest.mark.parametrize("p", ["5", "-2"])
def test_an_fdr_in_percent_or_as_a_logarithm_is_refused(
    compendium: Compendium, tmp_path: Path, p: str
) -> None:
    rows = [f"{name},{fold},{p}" for name, fold, _ in RESULTS]
    with pytest.raises(FileFormatError, match="not between 0 and 1"):
        of_file(compendium, tmp_path, "table", "gene,logFC,padj\n" + "\n".join(rows))


def test_rows_of_several_comparisons_are_told(compendium: Compendium, tmp_path: Path) -> None:
    rows = [f"{name},{cluster},{fold},0.01" for cluster in "AB" for name, fold, _ in RESULTS]
    text = "gene,cluster,logFC,padj\n" + "\n".join(rows)
    found = of_file(compendium, tmp_path, "table", text)
    assert any("several rows" in note and "978" in note for note in found.notes)
    opposite = text.replace(",B,2.0", ",B,x").replace(",B,-2.0", ",B,2.0").replace(",x", ",-2.0")
    with pytest.raises(RequestError, match="both as up-regulated and as down-regulated"):
        of_file(compendium, tmp_path, "table", opposite)


def test_comparisons_whose_names_look_alike_stay_apart(
    compendium: Compendium, tmp_path: Path
) -> None:
    rows = [f"{name},{fold},0.01,{-fold},0.01" for name, fold, _ in RESULTS]
    header = "gene,A_logFC,A_padj,A\x01_logFC,A\x01_padj\n"
    found = of_file(compendium, tmp_path, "table", header + "\n".join(rows))
    assert [query.name for query in found.queries] == ["A", "A (2)"]
