"""Every reader of text, on files changed at random: a result or an error in words."""

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gpar_core import fields
from gpar_core.analyses.map.coordinates import read_coordinates
from gpar_core.data import compendium
from gpar_core.data.importing.build import import_compendium
from gpar_core.data.importing.compound_annotation import annotate
from gpar_core.data.importing.import_files import ImportFiles
from gpar_core.data.importing.landmark_genes import locate_landmarks
from gpar_core.data.importing.signature_tables import read_signatures
from gpar_core.data.labels import read_labels
from gpar_core.data.matrix_files import open_matrix
from gpar_core.data.moa_tables import read_moa_table
from gpar_core.data.profiles import accept, read_profiles
from gpar_core.errors import GparError
from gpar_core.storage.cache import MANIFEST
from tests.data.uploads import text_of
from tests.fuzz.mutation import mutants
from tests.fuzz.verdict import outcome
from tests.geo_files import release, with_file, write_gct, write_release

SEED = 20210112
GENES = fields.LANDMARK_SYMBOLS[:12]
IDS = tuple(map(str, fields.LANDMARK_IDS[:12]))
Z = np.random.default_rng(1).normal(size=(3, 12)).astype(np.float32)
NAMES = ("aspirin", "Vorinostat", "DMSO")

HUB = (
    "!a comment\n"
    "pert_iname\tclinical_phase\tmoa\ttarget\n"
    "aspirin\tLaunched\tcyclooxygenase inhibitor\tPTGS1|PTGS2\n"
    "vorinostat\tLaunched\tHDAC inhibitor|cell cycle inhibitor\tHDAC1\n"
    "µ-drug\tPreclinical\t\t\n"
)  # fmt: skip
SAMPLES = (
    "broad_id\tpert_iname\tInChIKey\tpubchem_cid\tdeprecated_broad_id\n"
    "BRD-K11433652-001-01-1\taspirin\tBSYNRYMUTXBXSQ-UHFFFAOYSA-N\t2244\tBRD-K11433653-001-01-2\n"
    "BRD-K81418486-001-01-1\tvorinostat\tWAEXFXRVDQXREF-UHFFFAOYSA-N\t5311.0\t\n"
)  # fmt: skip
LABELS = "name,label\nfluoxetine,antidepressant\nsertraline,antidepressant|SSRI\ndigoxin,cardiac\n"
PLACES = "sig_id,x,y,color\na,0.5,-1\nb,1e3,2,red\nc,0,0,blue\n"


def _gct(version: str, folder: Path) -> bytes:
    path = folder / "a.gct"
    return write_gct(path, Z, sig_ids=NAMES, genes=IDS, version=version).read_bytes()


PROFILES: dict[str, Callable[[Path], bytes]] = {
    "csv": lambda _: text_of(Z, NAMES, GENES).encode(),
    "tsv, genes across": lambda _: text_of(
        Z, NAMES, IDS, separator="\t", genes_in="columns"
    ).encode(),
    "semicolons": lambda _: text_of(Z, NAMES, GENES, separator=";").encode(),
    "gct 1.2": lambda folder: _gct("1.2", folder),
    "gct 1.3": lambda folder: _gct("1.3", folder),
}


@pytest.mark.parametrize("kind", PROFILES)
def test_profiles(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "upload"
    for mutant in mutants(PROFILES[kind](tmp_path), 250, SEED):
        path.write_bytes(mutant)
        draft = outcome(lambda: read_profiles(path, "mine.csv"), mutant)
        if isinstance(draft, GparError):
            continue
        assert draft.values.shape == (len(draft.names), fields.N_LANDMARKS), mutant
        assert len(set(draft.names)) == len(draft.names) == len(draft.drug), mutant
        assert not np.isinf(draft.values).any(), mutant
        profiles = outcome(lambda draft=draft: accept(draft, impute=True, z_score=True), mutant)
        assert isinstance(profiles, GparError) or np.isfinite(profiles.matrix).all()


@pytest.mark.parametrize("content", [LABELS, LABELS.replace(",", "\t")], ids=["csv", "tsv"])
def test_labels(content: str) -> None:
    for mutant in mutants(content.encode(), 300, SEED):
        labels = outcome(lambda mutant=mutant: read_labels(mutant, "mine.csv"), mutant)
        assert isinstance(labels, GparError) or not labels.empty


def test_places() -> None:
    for mutant in mutants(PLACES.encode(), 400, SEED):
        places = outcome(lambda mutant=mutant: read_coordinates(mutant, "mine.csv"), mutant)
        if not isinstance(places, GparError):
            assert np.isfinite(places[["x", "y"]].to_numpy()).all(), mutant
            assert places["sig_id"].is_unique, mutant


@pytest.mark.parametrize("content", [HUB, SAMPLES], ids=["drugs", "samples"])
def test_moa_tables(tmp_path: Path, content: str) -> None:
    path = tmp_path / "table.txt"
    for number, mutant in enumerate(mutants(content.encode(), 120, SEED)):
        path.write_bytes(mutant if number % 2 else gzip.compress(mutant, compresslevel=1))
        outcome(lambda: read_moa_table(path), mutant)


def _small_release(folder: Path) -> ImportFiles:
    """Six signatures with every table there is."""
    made = release()
    ids = made.sig_ids
    made = made.with_table(
        "sig_metrics", sig_id=ids, tas=[f"0.{i}" for i in range(len(ids))],
        distil_cc_q75=["0.4"] * len(ids), distil_nsample=["3"] * len(ids),
        distil_ss=["20"] * len(ids), is_exemplar=["1", "0"] * (len(ids) // 2),
    ).with_table(
        "pert_info", pert_id=[f"BRD-K0000000{i}" for i in (1, 2, 3)],
        pubchem_cid=["1", "2.0", "-666"], inchi_key=["", "", "-666"],
        canonical_smiles=["C", "restricted", ""],
    ).with_table("moa", pert_iname=["drug 1", "drug 2"], moa=["HDAC inhibitor", "a|b"])  # fmt: skip
    return write_release(made, folder)


def _content(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content


@pytest.mark.parametrize("kind", ["sig_info", "sig_metrics", "pert_info", "moa"])
def test_an_import(tmp_path: Path, kind: str) -> None:
    files = _small_release(tmp_path / "files")
    (series,) = files.series
    path = files.moas[0] if kind == "moa" else getattr(series, kind)
    changed = tmp_path / "changed.txt"
    for number, mutant in enumerate(mutants(_content(path), 10, SEED)):
        changed.write_bytes(mutant)
        folder = tmp_path / str(number)
        folder.mkdir()
        outcome(
            lambda folder=folder: import_compendium(
                with_file(files, kind, changed), folder, name="a"
            ),
            mutant,
        )
        if (folder / MANIFEST).is_file():
            assert compendium.load(folder).n_signatures > 0


@pytest.mark.parametrize("kind", ["sig_info", "sig_metrics"])
def test_tables_of_signatures(tmp_path: Path, kind: str) -> None:
    (series,) = _small_release(tmp_path / "files").series
    matrix = open_matrix(series.matrix)
    changed = tmp_path / "changed.txt"
    for mutant in mutants(_content(getattr(series, kind)), 50, SEED + 1):
        changed.write_bytes(mutant)
        tables = (changed, series.sig_metrics) if kind == "sig_info" else (series.sig_info, changed)
        read = outcome(lambda tables=tables: read_signatures(matrix, *tables))
        if not isinstance(read, GparError):
            signatures, _ = read
            assert len(signatures) > 0, mutant
            assert signatures["sig_id"].is_unique, mutant


@pytest.mark.parametrize("kind", ["pert_info", "moa"])
def test_tables_of_compounds(tmp_path: Path, kind: str) -> None:
    files = _small_release(tmp_path / "files")
    (series,) = files.series
    signatures, _ = read_signatures(open_matrix(series.matrix), series.sig_info, None)
    changed = tmp_path / "changed.txt"
    path = files.moas[0] if kind == "moa" else series.pert_info
    for mutant in mutants(_content(path), 50, SEED + 1):
        changed.write_bytes(mutant)
        tables = {"moas": [changed]} if kind == "moa" else {"pert_infos": [changed]}
        read = outcome(lambda tables=tables: annotate(signatures, **tables), mutant)
        if not isinstance(read, GparError):
            assert set(read[0]["pert_id"]) == set(signatures["pert_id"]), mutant


def test_gene_info(tmp_path: Path) -> None:
    matrix = open_matrix(_small_release(tmp_path / "files").series[0].matrix)
    lines = [f"{one}\t{name}\t1" for one, name in zip(IDS, GENES, strict=True)]
    content = "\n".join(["pr_gene_id\tpr_gene_symbol\tpr_is_lm", *lines]).encode()
    changed = tmp_path / "changed.txt"
    for mutant in mutants(content, 80, SEED):
        changed.write_bytes(mutant)
        outcome(lambda: locate_landmarks(matrix, changed, fill_missing=True), mutant)
