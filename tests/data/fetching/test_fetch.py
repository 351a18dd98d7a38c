"""Whole sources: fetched, checked, unpacked, resumed and described."""

import errno
import gzip
import hashlib
import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest

from gpar_core import fields
from gpar_core.data import compendium as compendia
from gpar_core.data.fetching import fetch as fetching
from gpar_core.data.fetching import remote_gctx
from gpar_core.data.fetching.fetch import fetch
from gpar_core.data.fetching.fetched import FETCHED, Fetched, is_fetched, load_fetched
from gpar_core.data.fetching.plan import plan_import_of
from gpar_core.data.fetching.sources import MATRIX, SOURCES, STARTER_CELLS
from gpar_core.data.importing.build import import_compendium
from gpar_core.data.importing.import_files import ImportFiles
from gpar_core.data.importing.run import run_import
from gpar_core.errors import AnnotationError, Cancelled, DownloadError, NotFoundError, RequestError
from gpar_core.progress import Progress, Report, silent
from gpar_core.storage.cache import Cache
from tests.geo_files import LANDMARKS
from tests.http_files import Site, impatient, serving
from tests.published import (
    INACTIVE,
    TOUCHSTONE_IDS,
    publish_checksums,
    publish_geo,
    publish_hub,
    publish_lincs2020,
)

PLENTY = 10**15
GEO = SOURCES["gse70138"]
PACKED = next(file.name for file in GEO.files if file.role == MATRIX)
UNPACKED = PACKED.removesuffix(".gz")
SIG_INFO = next(file.name for file in GEO.files if file.role == "sig_info")


@pytest.fixture
def published(tmp_path: Path) -> Path:
    folder = tmp_path / "published"
    folder.mkdir()
    return folder


@pytest.fixture
def site(published: Path) -> Iterator[Site]:
    with serving(published) as site:
        yield site


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "fetched"


def _fetch(
    site: Site,
    folder: Path,
    source: str = "gse70138",
    *,
    cells: tuple[str, ...] = (),
    pert_types: tuple[str, ...] = ("trt_cp",),
    report: Report = silent,
    free: int = PLENTY,
) -> Fetched:
    return fetch(
        SOURCES[source],
        folder,
        fetched_at="2026-01-02T03:04:05+00:00",
        base_url=site.url,
        cells=cells,
        pert_types=pert_types,
        report=report,
        web=impatient(),
        clock=map(float, count()).__next__,
        free=lambda where: free,
    )


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# -------------------------------------------------------------------------------------------- GEO


def test_a_series_is_fetched_with_all_its_tables_and_unpacked(
    site: Site, published: Path, folder: Path
) -> None:
    made = publish_geo(published)
    done = _fetch(site, folder)
    tables = {file.name for file in GEO.tables}
    assert GEO.checksums is not None
    assert _names(folder) == {*tables, UNPACKED, GEO.checksums.name, FETCHED}
    with h5py.File(folder / UNPACKED) as file:
        np.testing.assert_array_equal(file["/0/DATA/0/matrix"][()], made.values)
    assert done == load_fetched(folder)
    assert (done.source, done.base_url, done.cells) == ("gse70138", site.url, ())
    assert done.fetched_at == "2026-01-02T03:04:05+00:00"
    sums = {file.name: file.sha512 for file in done.files}
    published_sums = {
        path.name: hashlib.sha512(path.read_bytes()).hexdigest() for path in published.iterdir()
    }
    assert sums[SIG_INFO] == published_sums[SIG_INFO]
    assert sums[UNPACKED] == published_sums[PACKED]
    assert {file.name: file.n_bytes for file in done.files}[UNPACKED] == len(
        gzip.decompress((published / PACKED).read_bytes())
    )
    names = [name for name in published_sums if name != GEO.checksums.name]
    assert done.n_fetched == sum((published / name).stat().st_size for name in names)


def test_the_time_left_of_a_table_counts_the_matrix_that_follows(
    site: Site, published: Path, folder: Path
) -> None:
    publish_geo(published)
    told: list[Progress] = []
    _fetch(site, folder, report=told.append)
    matrix = next(file for file in GEO.files if file.role == MATRIX)
    of_table = [each for each in told if each.stage == f"Fetching {SIG_INFO}"]
    known = [each for each in of_table if "seconds_left" in each.values]
    assert known
    for each in known:
        speed = each.values["bytes_per_second"]
        assert each.values["seconds_left"] > matrix.n_bytes / speed


def test_what_was_fetched_can_be_imported(site: Site, published: Path, folder: Path) -> None:
    made = publish_geo(published)
    series = _fetch(site, folder).series
    assert series is not None
    assert (series.series, len(series.paths)) == ("GSE70138", 5)
    target = folder / "compendium"
    target.mkdir()
    findings = import_compendium(ImportFiles((series,)), target, name="x")
    assert findings[0].count == len(made.sig_ids)


def test_a_finished_fetch_asks_for_nothing_and_a_lost_file_is_fetched_again(
    site: Site, published: Path, folder: Path
) -> None:
    publish_geo(published)
    done = _fetch(site, folder)
    n_asked = len(site.asked)
    assert _fetch(site, folder) == done
    assert len(site.asked) == n_asked
    (folder / SIG_INFO).write_bytes(b"cut")
    assert not is_fetched(folder, "gse70138", site.url, ())
    assert _fetch(site, folder).path("sig_info").read_bytes() == (published / SIG_INFO).read_bytes()
    assert site.asked_for(PACKED) == [""]


@pytest.mark.parametrize("role", ["pert_info", MATRIX])
def test_a_wrong_checksum_deletes_what_came_and_says_so(
    site: Site, published: Path, folder: Path, role: str
) -> None:
    publish_geo(published)
    name = next(file.name for file in GEO.files if file.role == role)
    content = (published / name).read_bytes()
    (published / name).write_bytes(gzip.compress(gzip.decompress(content) + b"\nmore", mtime=1))
    with pytest.raises(DownloadError, match=rf"{name}' has the SHA-512 .*The download was deleted"):
        _fetch(site, folder)
    assert not [each for each in _names(folder) if each.startswith(name)]
    assert not (folder / FETCHED).exists()
    (published / name).write_bytes(content)
    assert _fetch(site, folder).is_whole


def test_a_file_that_is_not_listed_is_checked_by_its_content(
    site: Site, published: Path, folder: Path
) -> None:
    publish_geo(published)
    publish_checksums(published, "gse70138", without=("sig_info", MATRIX))
    content = (published / SIG_INFO).read_bytes()
    (published / SIG_INFO).write_bytes(content[:-20] + b"\0" * 20)
    with pytest.raises(DownloadError, match="is damaged"):
        _fetch(site, folder)
    (published / SIG_INFO).write_bytes(content)
    packed = bytearray((published / PACKED).read_bytes())
    packed[len(packed) // 2] ^= 0xFF
    (published / PACKED).write_bytes(packed)
    with pytest.raises(DownloadError, match="is damaged"):
        _fetch(site, folder)
    assert not {PACKED, UNPACKED, UNPACKED + ".part"} & _names(folder)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (gzip.compress(b"<html>Log in</html>", mtime=0), "requires a login"),
        (gzip.compress(b"sig_id\tpert_id\n", mtime=0), "lacks the columns"),
        (gzip.compress("\t".join(GEO.files[4].columns).encode() + b"\n", mtime=0), "no rows"),
        (gzip.compress(b"sig_id\t\0\n", mtime=0), "is not a text table"),
    ],
)
def test_a_table_that_is_something_else_is_refused(
    site: Site, published: Path, folder: Path, content: bytes, words: str
) -> None:
    publish_geo(published)
    publish_checksums(published, "gse70138", without=("sig_info",))
    (published / SIG_INFO).write_bytes(content)
    with pytest.raises(DownloadError, match=words):
        _fetch(site, folder)
    assert not [each for each in _names(folder) if each.startswith(SIG_INFO)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html>", "is not gzipped"),
        (gzip.compress(b"<html>" * 9, mtime=0), "does not contain a GCTX"),
        (gzip.compress(b"\x89HDF\r\n\x1a\n" * 9, mtime=0), "not a usable matrix"),
    ],
)
def test_a_matrix_that_is_something_else_is_refused(
    site: Site, published: Path, folder: Path, content: bytes, words: str
) -> None:
    publish_geo(published)
    publish_checksums(published, "gse70138", without=(MATRIX,))
    (published / PACKED).write_bytes(content)
    with pytest.raises(DownloadError, match=words):
        _fetch(site, folder)
    assert not [each for each in _names(folder) if each.startswith(UNPACKED)]


def test_hostile_lines_in_the_checksums_are_passed_over(
    site: Site, published: Path, folder: Path, tmp_path: Path
) -> None:
    publish_geo(published)
    publish_checksums(
        published, "gse70138",
        "0" * 128 + "  ../../evil.txt", "0" * 128 + "  /etc/passwd", "zz  " + SIG_INFO,
        "0" * 128 + f"  ../{SIG_INFO}", "0" * 128 + "  CON", "\x1b[31m", "0" * 200,
    )  # fmt: skip
    before = _names(tmp_path)
    assert _fetch(site, folder).is_whole
    assert _names(tmp_path) == before | {"fetched"}
    assert not {"evil.txt", "passwd", "CON"} & _names(folder)


def test_two_checksums_for_one_file_are_refused(site: Site, published: Path, folder: Path) -> None:
    publish_geo(published)
    publish_checksums(published, "gse70138", "0" * 128 + f"  {SIG_INFO}")
    with pytest.raises(DownloadError, match="two checksums"):
        _fetch(site, folder)


def test_cell_lines_of_a_series_are_checked_early_and_chosen_at_import(
    site: Site, published: Path, folder: Path
) -> None:
    publish_geo(published)
    with pytest.raises(
        NotFoundError, match=r"named 'MCF8'.*has 6: A375, A549, HT29, MCF7, PC3, VCAP"
    ):
        _fetch(site, folder, cells=("MCF8",))
    assert site.asked_for(PACKED) == []
    done = _fetch(site, folder, cells=("mcf7",))
    assert "selected when it is imported" in done.note
    assert done.cells == ("mcf7",)


def test_a_kill_while_unpacking_does_not_download_again(
    site: Site, published: Path, folder: Path
) -> None:
    made = publish_geo(published)

    def report(progress: Progress) -> None:
        if progress.stage.startswith("Unpacking"):
            raise Cancelled("Paused.")

    with pytest.raises(Cancelled):
        _fetch(site, folder, report=report)
    assert PACKED in _names(folder)
    assert UNPACKED not in _names(folder)
    (folder / (UNPACKED + ".part")).write_bytes(b"half")
    _fetch(site, folder)
    assert len(site.asked_for(PACKED)) == 1
    assert PACKED not in _names(folder)
    with h5py.File(folder / UNPACKED) as file:
        assert file["/0/DATA/0/matrix"].shape == made.values.shape


def test_a_pause_anywhere_goes_on(site: Site, published: Path, folder: Path) -> None:
    publish_geo(published)
    for stop_at in count(1):
        n_told = 0

        def report(progress: Progress) -> None:
            nonlocal n_told
            n_told += 1
            if n_told == stop_at:  # noqa: B023
                raise Cancelled("Paused.")

        try:
            done = _fetch(site, folder, report=report)
        except Cancelled:
            continue
        break
    assert stop_at > 5
    assert done.is_whole
    first, *later = site.asked_for(PACKED)
    assert first == ""
    assert all(later)  # parts only


def test_too_full_a_disk_is_told_before_anything_is_fetched(
    site: Site, published: Path, folder: Path
) -> None:
    publish_geo(published)
    with pytest.raises(
        RequestError, match=r"needs 11 GB \(5.4 GB to fetch, 5.8 GB unpacked\).*2.0 GB are free"
    ):
        _fetch(site, folder, free=2_000_000_000)
    assert site.asked == []


def test_a_disk_that_fills_up_is_told(
    site: Site, published: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_geo(published)

    def full(*arguments: object, **named: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(fetching, "unpack", full)
    with pytest.raises(RequestError, match=r"disk of .* is full. Free some space"):
        _fetch(site, folder)


def test_a_missing_checksum_list_is_no_way_round_the_checks(
    site: Site, published: Path, folder: Path
) -> None:
    publish_geo(published)
    assert GEO.checksums is not None
    (published / GEO.checksums.name).unlink()
    with pytest.raises(DownloadError, match="answered 404"):
        _fetch(site, folder)


# -------------------------------------------------------------------------------------- LINCS 2020


@pytest.mark.parametrize("layout", [{}, {"chunks": (16, 100)}], ids=["one piece", "chunks"])
def test_chosen_cell_lines_of_lincs2020_are_read_by_ranges(
    site: Site,
    published: Path,
    folder: Path,
    layout: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(remote_gctx, "PAGE_BYTES", 1 << 12)
    monkeypatch.setattr(remote_gctx, "GAP_BYTES", 1 << 10)
    made = publish_lincs2020(published, **layout)
    done = _fetch(site, folder, "lincs2020", cells=("MCF7",))
    info = pd.read_csv(done.path("sig_info"), sep="\t")
    assert set(info["cell_iname"]) == {"MCF7"}
    assert set(info["pert_type"]) == {"trt_cp"}
    assert "bead_batch" in info
    with h5py.File(done.path(MATRIX)) as file:
        sig_ids = [sig_id.decode() for sig_id in file["/0/META/COL/id"]]
        values = file["/0/DATA/0/matrix"][()]
    assert set(sig_ids) == set(info["sig_id"])
    columns = [made.genes.index(gene) for gene in LANDMARKS]
    rows = [made.sig_ids.index(sig_id) for sig_id in sig_ids]
    np.testing.assert_array_equal(values, made.values[np.ix_(rows, columns)])
    assert done.series is not None
    assert (done.series.series, done.series.sig_metrics) == ("LINCS2020", None)
    assert done.compound_tables == (done.path("pert_info"),)
    whole = (published / "level5/level5_beta_trt_cp_n720216x12328.gctx").stat().st_size
    assert 0 < done.n_saved < whole
    assert not (folder / "blocks").exists()


def test_another_choice_takes_the_place_of_the_first_and_keeps_the_tables(
    site: Site, published: Path, folder: Path
) -> None:
    publish_lincs2020(published)
    _fetch(site, folder, "lincs2020", cells=("MCF7",))
    done = _fetch(site, folder, "lincs2020", cells=("PC3",))
    assert set(pd.read_csv(done.path("sig_info"), sep="\t")["cell_iname"]) == {"PC3"}
    assert site.asked_for("siginfo_beta.txt") == [""]
    assert not is_fetched(folder, "lincs2020", site.url, ("MCF7",))


def test_a_choice_that_fails_leaves_the_first_as_it_is(
    site: Site, published: Path, folder: Path
) -> None:
    publish_lincs2020(published)
    done = _fetch(site, folder, "lincs2020", cells=("MCF7",))
    site.faults.no_ranges = True
    with pytest.raises(DownloadError):
        _fetch(site, folder, "lincs2020", cells=("PC3",))
    assert load_fetched(folder) == done
    assert done.is_whole


def test_a_paused_choice_goes_on(site: Site, published: Path, folder: Path) -> None:
    publish_lincs2020(published)

    def report(progress: Progress) -> None:
        if progress.stage == "Reading signatures" and progress.done:
            raise Cancelled("Paused.")

    with pytest.raises(Cancelled):
        _fetch(site, folder, "lincs2020", report=report)
    assert _fetch(site, folder, "lincs2020").is_whole
    assert site.asked_for("siginfo_beta.txt") == [""]


def test_the_room_for_what_is_chosen_is_asked_for(
    site: Site, published: Path, folder: Path
) -> None:
    publish_lincs2020(published)
    tables = sum(file.n_bytes for file in SOURCES["lincs2020"].tables)
    with pytest.raises(RequestError, match=r"LINCS 2020 .* needs 472 MB on the disk"):
        _fetch(site, folder, "lincs2020", free=tables - 1)
    # 120 signatures of 978 genes, their blocks and then their matrix.
    _fetch(site, folder, "lincs2020", free=max(tables, 2 * 120 * 978 * 4))


def test_the_starter_has_good_signatures_of_known_and_of_inactive_compounds(
    site: Site, published: Path, folder: Path
) -> None:
    publish_lincs2020(published)
    done = _fetch(site, folder, "starter")
    info = pd.read_csv(done.path("sig_info"), sep="\t")
    assert set(info["cell_iname"]) == set(STARTER_CELLS)
    assert set(info["sig_id"].str.split("_").str[0]) == {"good"}
    assert set(info["pert_id"]) == {*TOUCHSTONE_IDS, *INACTIVE}
    assert len(info) == len(STARTER_CELLS) * 8


def test_the_starter_draws_its_inactive_compounds_by_the_seed(
    site: Site, published: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gpar_core.data.fetching.signature_choice.N_INACTIVE", 2)
    publish_lincs2020(published)
    drawn = []
    for number in range(2):
        done = _fetch(site, folder / str(number), "starter", cells=("HT29",))
        info = pd.read_csv(done.path("sig_info"), sep="\t")
        drawn.append(set(info["pert_id"]) - set(TOUCHSTONE_IDS))
    assert drawn[0] == drawn[1]
    assert len(drawn[0]) == 2
    assert drawn[0] < set(INACTIVE)


# ------------------------------------------------------------------------- kinds of perturbagens

ALL = tuple(fields.PERT_TYPES)
LEVEL5 = "level5_beta_trt_{}x12328.gctx"


def test_every_kind_is_read_from_its_own_matrix_and_imported(
    site: Site, published: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_gctx, "PAGE_BYTES", 1 << 12)
    monkeypatch.setattr(remote_gctx, "GAP_BYTES", 1 << 10)
    made = publish_lincs2020(published)
    heard: list[Progress] = []
    done = _fetch(site, folder, "lincs2020", cells=("MCF7",), pert_types=ALL, report=heard.append)
    info = pd.read_csv(done.path("sig_info"), sep="\t", keep_default_na=False)
    n = info["pert_type"].value_counts().to_dict()
    assert n == {"trt_cp": 30, "trt_lig": 1, "trt_oe": 2, "trt_sh.cgs": 1, "trt_xpr": 1}
    said = "30 signatures of compounds, 1 signatures of ligands, 2 signatures of over-expressions"
    assert any(each.message.startswith(said) for each in heard)
    with h5py.File(done.path(MATRIX)) as file:
        sig_ids = file["/0/META/COL/id"].asstr()[:].tolist()
        values = file["/0/DATA/0/matrix"][()]
    assert sorted(sig_ids) == sorted(info["sig_id"])
    columns = [made.genes.index(gene) for gene in LANDMARKS]
    rows = [made.sig_ids.index(sig_id) for sig_id in sig_ids]
    np.testing.assert_array_equal(values, made.values[np.ix_(rows, columns)])
    whole = sum(path.stat().st_size for path in (published / "level5").iterdir())
    assert 0 < done.n_saved < whole

    cache = Cache(folder / "cache")
    request = plan_import_of(cache, [done], name="mine")
    assert request.pert_types == ALL
    run_import(request, cache, silent)
    loaded = compendia.load(cache.compendium("mine"))
    assert (loaded.kinds, loaded.n_signatures) == (("trt_cp",), 30)
    assert loaded.genetic is not None
    assert loaded.genetic.drugs.set_index("pert_iname")["target"].to_dict() == dict.fromkeys(
        ["TP53 knock-down", "TP53 knock-out", "TP53 over-expression"], "TP53"
    )


def test_only_the_matrices_of_the_kinds_are_read(site: Site, published: Path, folder: Path) -> None:
    publish_lincs2020(published)
    done = _fetch(site, folder, "lincs2020", cells=("PC3",), pert_types=("trt_xpr",))
    assert pd.read_csv(done.path("sig_info"), sep="\t")["sig_id"].tolist() == ["trt_xpr_PC3"]
    asked = {path.rsplit("/", 1)[-1] for path, _ in site.asked if path.endswith("gctx")}
    assert asked == {LEVEL5.format("xpr_n142901")}
    assert not is_fetched(folder, "lincs2020", site.url, ("PC3",))
    assert is_fetched(folder, "lincs2020", site.url, ("PC3",), ("trt_xpr",))
    done = _fetch(site, folder, "lincs2020", cells=("PC3",), pert_types=("trt_cp", "trt_oe"))
    assert site.asked_for("siginfo_beta.txt") == [""]
    kinds = pd.read_csv(done.path("sig_info"), sep="\t")["pert_type"].value_counts()
    assert kinds.to_dict() == {"trt_cp": 30, "trt_oe": 2}


def test_a_kind_without_signatures_in_the_cell_lines_is_passed_over_or_told(
    site: Site, published: Path, folder: Path
) -> None:
    publish_lincs2020(published)
    table = pd.read_csv(published / "siginfo_beta.txt", sep="\t", dtype=str, keep_default_na=False)
    kept = (table["pert_type"] != "trt_xpr") | (table["cell_iname"] != "PC3")
    table[kept].to_csv(published / "siginfo_beta.txt", sep="\t", index=False)
    done = _fetch(site, folder, "lincs2020", cells=("PC3",), pert_types=("trt_oe", "trt_xpr"))
    assert set(pd.read_csv(done.path("sig_info"), sep="\t")["pert_type"]) == {"trt_oe"}
    assert "No signatures of knock-outs" in done.note
    with pytest.raises(AnnotationError, match="no matching signature of knock-outs in PC3"):
        _fetch(site, folder, "lincs2020", cells=("PC3",), pert_types=("trt_xpr",))


def test_the_starter_takes_exemplars_of_other_kinds_that_did_not_fail(
    site: Site, published: Path, folder: Path
) -> None:
    publish_lincs2020(published)
    alone = _fetch(site, folder / "alone", "starter")
    done = _fetch(site, folder / "all", "starter", pert_types=ALL)
    ids = [set(pd.read_csv(each.path("sig_info"), sep="\t")["sig_id"]) for each in (alone, done)]
    assert ids[1] - ids[0] == {
        f"{kind}_{cell}" for kind in ALL if kind != "trt_cp" for cell in STARTER_CELLS
    }
    assert ids[0] < ids[1]


def test_a_series_has_all_kinds_in_one_matrix_and_they_are_chosen_at_import(
    site: Site, published: Path, folder: Path
) -> None:
    publish_geo(published, kinds={"BRD-K00000003": "trt_sh.cgs", "BRD-K00000002": "trt_sh"})
    cache = Cache(folder / "cache")
    requests = [
        plan_import_of(cache, [_fetch(site, folder, pert_types=kinds)], name="mine")
        for kinds in (("trt_cp",), ALL)
    ]
    assert [request.pert_types for request in requests] == [("trt_cp",), ALL]
    assert site.asked_for(PACKED) == [""]
    run_import(requests[1], cache, silent)
    assert compendia.load(cache.compendium("mine")).stored_kinds == ("trt_cp", "trt_sh.cgs")


def test_an_account_of_an_earlier_version_is_of_compounds(
    site: Site, published: Path, folder: Path
) -> None:
    publish_hub(published)
    done = _fetch(site, folder, "repurposing-hub")
    content = json.loads((folder / FETCHED).read_text())
    del content["pert_types"]
    (folder / FETCHED).write_text(json.dumps(content))
    assert load_fetched(folder) == done


def test_the_repurposing_hub_is_a_moa_table(site: Site, published: Path, folder: Path) -> None:
    publish_hub(published)
    done = _fetch(site, folder, "repurposing-hub")
    assert done.series is None
    assert [path.name[:13] for path in done.compound_tables] == ["repurposing_d", "repurposing_s"]
    assert (done.n_saved, done.note) == (0, "")


# ----------------------------------------------------------------------------------- fetched.json


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"files": 3}', '{"files": [{"name": "x"}], "cells": []}']
)
def test_a_damaged_account_is_no_fetch(folder: Path, text: str) -> None:
    folder.mkdir()
    (folder / FETCHED).write_text(text)
    with pytest.raises(NotFoundError, match="no complete download"):
        load_fetched(folder)
    assert not is_fetched(folder, "gse70138", "", ())


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/b"])
def test_an_account_that_names_files_elsewhere_is_refused(
    site: Site, published: Path, folder: Path, name: str
) -> None:
    publish_hub(published)
    _fetch(site, folder, "repurposing-hub")
    content = json.loads((folder / FETCHED).read_text())
    content["files"][0]["name"] = name
    (folder / FETCHED).write_text(json.dumps(content))
    with pytest.raises(NotFoundError, match="files outside its folder"):
        load_fetched(folder)


def test_a_role_that_a_source_lacks_is_named(site: Site, published: Path, folder: Path) -> None:
    publish_hub(published)
    with pytest.raises(NotFoundError, match="no 'matrix' file"):
        _fetch(site, folder, "repurposing-hub").path(MATRIX)
