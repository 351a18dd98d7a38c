"""The command line: one readable line and exit code 2 for whatever cannot be done."""

import csv
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from gpar_core.__main__ import main
from gpar_core.analyses.evaluation.plan import plan_evaluation
from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.training import result as models
from gpar_core.commands.output import FORMATS
from gpar_core.data import compendium
from gpar_core.data.fetching.plan import plan_fetch
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.progress import silent
from gpar_core.storage.cache import Cache, publishing
from tests.geo_files import release, write_release
from tests.http_files import serving
from tests.pools import Means
from tests.published import publish_lincs2020
from tests.saved_model import model
from tests.synthetic import build, drugs_of

TRAIN = ["train", "--compendium", "tiny"]
EVALUATE = ["evaluate", "--compendium", "tiny"]


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """A cache with one small compendium and one model."""
    cache = Cache(tmp_path / "cache")
    saved = model()
    with publishing(cache.compendium("tiny")) as folder:
        build(folder, [*drugs_of("HDAC inhibitor", 3), *drugs_of("", 60, tas=0.1)])
    with publishing(cache.model(saved.summary.model_id)) as folder:
        models.save(saved, folder)
    return cache


def _run(cache: Cache, *arguments: str) -> int:
    return main(["--cache", str(cache.root), *arguments])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["train", "--compendium", "absent", "--moa", "x"], "No compendium is named 'absent'"),
        (["train", "--compendium", "../x", "--moa", "x"], "is not a valid name for a compendium"),
        ([*TRAIN, "--moa", "HDAC inhibitr"], "Did you mean: HDAC inhibitor"),
        ([*TRAIN, "--target", "DRD2"], "'tiny' knows no targets. Import it again"),
        ([*EVALUATE, "--classes", "targets"], "'tiny' knows no targets. Import it again"),
        ([*TRAIN, "--drugs", "nobody,hdac0"], "'nobody' not found"),
        ([*TRAIN], "Choose what to train on: drugs, MOAs"),
        (
            [*TRAIN, "--drug", "hdac0", "--moa", "HDAC inhibitor"],
            "Choose what to train on: drugs, MOAs",
        ),
        ([*TRAIN, "--drugs", " , "], "Choose what to train on: drugs, MOAs"),
        ([*TRAIN, "--drug", "a,b"], "'a,b' not found"),
        ([*TRAIN, "--moa", "HDAC inhibitor", "--negatives", "inactive"], "nothing left to rank"),
        ([*TRAIN, "--moa", "HDAC inhibitor", "--cells", "PC3"], "Its cell lines are A375, MCF7"),
        ([*EVALUATE, "--methods", "gpar,magic"], "There is no method 'magic'. Choose from: gpar"),
        ([*EVALUATE, "--min-drugs", "9"], "No MOA of 'tiny' has 9 drugs; the largest has 3"),
        ([*EVALUATE, "--moas", "HDAC inhibitr"], "Did you mean: HDAC inhibitor"),
        ([*EVALUATE, "--labels", "gone.csv"], "There is no file 'gone.csv'"),
        ([*EVALUATE, "--csv", "."], "it is a folder"),
        (["fetch", "starter", "--base-url", "ftp://x"], "not the address of a mirror"),
        (["fetch", "repurposing-hub", "--cells", "PC3"], "no cell lines to choose"),
        (["rank", "0000"], "No model is named '0000'. There are: 0123456789abcdef0123"),
        (["rank", "../.."], "is not a valid name for a model"),
        (["rank", model().summary.model_id, "--min-signatures", "7"], "Lower the minimum to 6"),
        (["rank", model().summary.model_id, "--max-p", "0.0001"], "the lowest p is 0.001"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_code_2(
    cache: Cache, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert _run(cache, *arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("gpar: ")
    assert printed.err.count("\n") == 1
    assert words in printed.err
    assert not cache.jobs.exists()


def test_an_import_of_files_that_are_not_there_starts_no_job(
    cache: Cache, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = str(tmp_path / "gone")
    code = _run(
        cache, "import", "--name", "new", "--gctx", gone, "--sig-info", gone, "--gene-info", gone
    )
    assert code == 2
    assert "There is no file" in capsys.readouterr().err
    assert not cache.jobs.exists()


def test_an_import_over_another_compendium_is_refused(
    cache: Cache, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (files,) = write_release(release(), tmp_path).series
    code = _run(
        cache, "import", "--name", "tiny", "--gctx", str(files.matrix),
        "--sig-info", str(files.sig_info), "--gene-info", str(files.gene_info),
    )  # fmt: skip
    assert code == 2
    assert "--replace" in capsys.readouterr().err


def test_files_of_several_series_must_be_as_many(
    cache: Cache, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["import", "--name", "new", "--gctx", "a", "b", "--gene-info", "g"]
    assert _run(cache, *command, "--sig-info", "s") == 2
    assert "--sig-info has 1 and --gctx has 2" in capsys.readouterr().err
    assert _run(cache, *command, "--sig-info", "s", "t", "--sig-metrics", "m") == 2
    assert "--sig-metrics has 1 and --gctx has 2" in capsys.readouterr().err


def test_two_series_are_imported_by_one_command(
    cache: Cache, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = release(cells=("A375",)), release(cells=("PC3",))
    metrics = {"sig_id": two.sig_ids, "tas": ["0.5"] * len(two.sig_ids)}
    (first,) = write_release(one, tmp_path / "1", matrix="GSE92742_a.gctx").series
    (second,) = write_release(
        two.with_table("sig_metrics", **metrics), tmp_path / "2", matrix="GSE70138_b.gctx"
    ).series
    code = _run(
        cache, "import", "--name", "both", "--gctx", str(first.matrix), str(second.matrix),
        "--sig-info", str(first.sig_info), str(second.sig_info),
        "--sig-metrics", "-", str(second.sig_metrics), "--gene-info", str(first.gene_info),
        "--series", "phase 1", "phase 2",
    )  # fmt: skip
    assert (code, "both: 12 signatures" in capsys.readouterr().out) == (0, True)
    loaded = compendium.load(cache.existing_compendium("both"))
    by_cell = loaded.signatures.groupby("cell_id")[["series", "tas"]].first()
    assert by_cell["series"].to_dict() == {"A375": "phase 1", "PC3": "phase 2"}
    assert by_cell["tas"].isna().tolist() == [True, False]


@pytest.mark.parametrize(
    "arguments",
    [[], ["fly"], ["train"], [*TRAIN, "--moa", "x", "--drugs", "y"],
     [*TRAIN, "--moa", "x", "--target", "y"],
     [*TRAIN, "--moa", "x", "--seed", "one"], ["rank"], ["rank", "abc", "--by", "luck"]],
)  # fmt: skip
def test_a_command_that_is_none_is_refused_with_its_usage(
    cache: Cache, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        _run(cache, *arguments)
    assert stopped.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_compendia_are_listed(cache: Cache, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(cache, "compendia") == 0
    assert capsys.readouterr().out.startswith(
        "tiny: 126 signatures, 63 drugs (63 compound ids), 2 cell lines, 1 MOAs, fingerprint "
    )


def test_models_are_listed_with_auroc_and_compendium(
    cache: Cache, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(cache, "models") == 0
    assert capsys.readouterr().out == "0123456789abcdef0123  0.800  tiny  fast  HDAC inhibitor\n"


def test_an_empty_cache_lists_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("models", "compendia"):
        assert _run(Cache(tmp_path / "none"), command) == 0
    assert capsys.readouterr().out == ""


def test_the_ranked_list_of_a_saved_model_is_printed(
    cache: Cache, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(cache, "rank", model().summary.model_id, "--max-p", "0.02") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["rank", "compound", "k", "ES", "p", "FDR", "MOA"]
    assert lines[1].split()[:4] == ["1", "alpha", "6", "0.900"]
    assert [line.split()[1] for line in lines[1:]] == ["alpha", "beta"]


def test_a_ranked_list_with_targets_has_their_column(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cache, saved = Cache(tmp_path), model()
    targets = ["HDAC1|HDAC2", "", "HDAC1"]
    with publishing(cache.model(saved.summary.model_id)) as folder:
        models.save(replace(saved, ranking=saved.ranking.assign(target=targets)), folder)
    assert _run(cache, "rank", saved.summary.model_id) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[-2:] == ["MOA", "target"]
    place = lines[0].index("target")
    assert [line[place:] for line in lines[1:]] == targets


def test_the_ranked_list_can_be_written_as_csv_parquet_and_excel(
    cache: Cache, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    csv, parquet, excel = (tmp_path / f"ranking.{name}" for name in ("csv", "parquet", "xlsx"))
    files = ("--csv", str(csv), "--parquet", str(parquet), "--xlsx", str(excel))
    assert _run(cache, "rank", model().summary.model_id, *files) == 0
    said = f"3 of 3 compounds\n3 rows -> {csv}\n3 rows -> {parquet}\n3 rows -> {excel}\n"
    assert capsys.readouterr().out == said
    assert csv.read_text("utf-8").startswith("rank,pert_id,pert_iname")
    assert pd.read_parquet(parquet)["rank"].tolist() == [1, 2, 3]
    assert zipfile.is_zipfile(excel)


@pytest.mark.parametrize("option", FORMATS)
def test_the_ranked_list_is_written_in_each_format_alone(
    cache: Cache, tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    written = tmp_path / f"ranking.{option}"
    assert _run(cache, "rank", model().summary.model_id, f"--{option}", str(written)) == 0
    assert capsys.readouterr().out == f"3 of 3 compounds\n3 rows -> {written}\n"
    assert written.stat().st_size


def test_a_simulated_model_says_so_wherever_it_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cache = Cache(tmp_path)
    saved = model(simulated=True)
    with publishing(cache.model(saved.summary.model_id)) as folder:
        models.save(saved, folder)
    _run(cache, "models")
    assert "SIMULATED" in capsys.readouterr().out
    _run(cache, "rank", saved.summary.model_id)
    assert capsys.readouterr().out.startswith("SIMULATED data")


def test_a_damaged_model_is_named(cache: Cache, capsys: pytest.CaptureFixture[str]) -> None:
    (cache.model(model().summary.model_id) / "network.npz").write_bytes(b"")
    assert _run(cache, "rank", model().summary.model_id) == 2
    assert "Delete it and train it again" in capsys.readouterr().err


def test_what_was_printed_before_an_error_gets_through_a_pipe(cache: Cache) -> None:
    damaged = cache.model("m99")
    damaged.mkdir()
    (damaged / "manifest.json").write_text("{}")
    done = subprocess.run(
        [sys.executable, "-m", "gpar_core", "--cache", str(cache.root), "models"],
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout.startswith(model().summary.model_id)
    assert "m99" in done.stderr


def test_an_evaluation_that_is_done_is_shown_and_written_at_once(
    cache: Cache, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    request = plan_evaluation(
        compendium.load(cache.compendium("tiny")), methods=["gpar", "gsea"], min_drugs=3
    )
    run_job(request, cache, silent, Means())
    store = JobStore(cache)
    job = store.submit(request)
    store.claim(limit=9, limit_per_owner=9)
    store.finish(job.id, 1, State.DONE, "")
    asked = [*EVALUATE, "--methods", "gsea,gpar", "--min-drugs", "3"]
    files = ["--json", str(tmp_path / "e.json"), "--csv", str(tmp_path / "e.csv")]
    assert _run(cache, *asked, *files) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert "protocol 'drug'" in printed.out
    assert "Compounds across cell lines, z-scores: mean mAP" in printed.out
    content = json.loads((tmp_path / "e.json").read_text("utf-8"))
    assert [row["method"] for row in content["summary"]] == ["gpar", "gsea"]
    assert [(row["level"], row["view"]) for row in content["retrieval"]] == [
        ("compound", "z_scores"),
        ("class", "z_scores"),
        ("class", "space"),
    ]
    assert content["summary"][0]["p"] is None
    assert (content["data"], content["protocol"]) == ("measured", "drug")
    rows = list(csv.DictReader((tmp_path / "e.csv").read_text("utf-8").splitlines()))
    assert {row["class"] for row in rows} == {"HDAC inhibitor"}
    of_drugs = {row["method"]: row["auroc"] for row in rows}
    assert _run(cache, *asked, "--protocol", "pair", *files) == 0
    rows = list(csv.DictReader((tmp_path / "e.csv").read_text("utf-8").splitlines()))
    assert {row["method"]: row["protocol"] for row in rows} == {"gpar": "drug", "gsea": "pair"}
    assert {row["method"]: row["auroc"] for row in rows}["gpar"] == of_drugs["gpar"]


def test_a_fetch_that_is_done_says_how_to_import_it(
    cache: Cache, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    published = tmp_path / "published"
    published.mkdir()
    publish_lincs2020(published)
    with serving(published) as site:
        request = plan_fetch("starter", base_url=site.url)
        run_job(request, cache, silent, Means())
    store = JobStore(cache)
    job = store.submit(request)
    store.claim(limit=9, limit_per_owner=9)
    store.finish(job.id, 1, State.DONE, "")
    assert _run(cache, "fetch", "starter", "--base-url", site.url) == 0
    printed = capsys.readouterr()
    assert "473 MB of tables to download" in printed.err
    folder = cache.source("starter")
    assert f"--gctx '{folder / 'level5_landmarks.gctx'}'" in printed.out
    assert f"--moa '{folder / 'compoundinfo_beta.txt'}'" in printed.out
    assert "import --name starter" in printed.out


def test_no_command_waits_for_what_another_imports() -> None:
    code = (
        "import sys, gpar_core.__main__; print(sorted({'sklearn', 'scipy.stats', 'tensorflow', "
        "'altair'} & set(sys.modules)))"
    )
    root = Path(__file__).resolve().parents[1]
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                          cwd=root)  # fmt: skip
    assert said.stdout.strip() == "[]"
