"""Fits on a real Dask cluster: as on this computer, whoever dies or stops."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from distributed import Client

from benchmarks.ports import free_port
from gpar_core.analyses.evaluation.evaluate import compare
from gpar_core.analyses.library import result as library
from gpar_core.analyses.library.plan import plan_library
from gpar_core.analyses.method import DrugSet, Method
from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.training import result as model
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.data.compendium import Compendium
from gpar_core.errors import Cancelled, TrainingSetError, WorkerError
from gpar_core.learn import cluster
from gpar_core.learn.cluster import ClusterPool
from gpar_core.learn.engine import FitPool, FitTask, Pool
from gpar_core.learn.presets import PRESETS, LayeredSettings, Settings
from gpar_core.progress import Progress, Report, silent
from gpar_core.rank.scoring import Network, disassembled
from gpar_core.search import batch
from gpar_core.search.batch import search_batch
from gpar_core.search.query import of_compound
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id
from tests.synthetic import build, drugs_of
from tests.waiting import PATIENCE, until

ROOT = Path(cluster.__file__).parents[2]
LAYERED = LayeredSettings(steps=60, hidden=(16, 8), batch=32, learning_rate=0.02)
ROOTED = replace(LAYERED, hidden=(8,), steps=30, scaling="signed-root")
LONG = replace(LAYERED, steps=1500)
ENDLESS = replace(LAYERED, steps=10**9)
ROWS, GENES = 200, 30
MOAS = ("HDAC inhibitor", "MTOR inhibitor", "PARP inhibitor")

AT_WORK = """
from gpar_core.learn import cluster
from gpar_core.learn.cluster import ClusterPool
from tests.learn.test_cluster import ENDLESS, work
from tests.waiting import PATIENCE

cluster.CONNECT_SECONDS = PATIENCE
x, tasks = work()
report = lambda progress: progress.done and print(flush=True)
list(ClusterPool(input(), 1).fit_all(x, ENDLESS, tasks, report=report))
"""


def work(n: int = 5) -> tuple[np.ndarray, list[FitTask]]:
    """Signatures and n tasks."""
    rng = np.random.default_rng(0)
    drug = np.arange(ROWS) // 2
    positive = drug % 4 == 0
    x = rng.normal(size=(ROWS, GENES)).astype(np.float32)
    x[positive, :5] += 3
    return x, [
        FitTask(f"fold {number}", np.flatnonzero(drug % n != number), positive, number)
        for number in range(n)
    ]


class Processes:
    """A scheduler and its workers, started by these tests."""

    def __init__(self, folder: Path, n_workers: int) -> None:
        port = free_port()
        self.address = f"tcp://127.0.0.1:{port}"
        self._folder = folder
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", str(port))
        self.workers = [self._worker(number) for number in range(n_workers)]
        with self.client() as client:
            until(lambda: len(client.nthreads()) == n_workers, saw=client.nthreads)

    def client(self) -> Client:
        return Client(self.address, timeout=PATIENCE, set_as_default=False)

    def stop(self) -> None:
        for process in [*self.workers, self.scheduler]:
            process.kill()
            process.wait()

    def _worker(self, number: int) -> subprocess.Popen[bytes]:
        # Without a nanny, which would bring a killed worker back.
        return self._start(
            "worker", self.address, "--nthreads", "1", "--no-nanny",
            "--local-directory", str(self._folder),
        )  # fmt: skip

    def _start(self, *what: str) -> subprocess.Popen[bytes]:
        with (self._folder / "output.log").open("ab") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *what, "--no-dashboard"],
                cwd=ROOT,
                stdout=output,
                stderr=output,
            )


@pytest.fixture(scope="module", autouse=True)
def _patient() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cluster, "CONNECT_SECONDS", PATIENCE)
        yield


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    processes = Processes(tmp_path_factory.mktemp("dask"), 2)
    yield processes
    processes.stop()


@pytest.fixture(scope="module")
def pool(processes: Processes) -> Iterator[ClusterPool]:
    with ClusterPool(processes.address, 1) as pool:
        yield pool


@pytest.fixture(scope="module")
def local() -> Iterator[FitPool]:
    with FitPool(1) as pool:
        yield pool


@pytest.fixture
def lonely(tmp_path: Path) -> Iterator[Processes]:
    """A scheduler without workers."""
    processes = Processes(tmp_path, 0)
    yield processes
    processes.stop()


def networks(pool: Pool, settings: Settings, report: Report = silent) -> dict[str, Network]:
    x, tasks = work()
    return {task.name: network for task, network in pool.fit_all(x, settings, tasks, report=report)}


def assert_same(some: dict[str, Network], others: dict[str, Network]) -> None:
    assert some.keys() == others.keys()
    for name, network in some.items():
        arrays, description = disassembled(network)
        other_arrays, other_description = disassembled(others[name])
        assert description == other_description
        for part, array in arrays.items():
            np.testing.assert_array_equal(array, other_arrays[part])
            assert array.dtype == other_arrays[part].dtype


def stop(progress: Progress) -> None:
    if progress.done > 0:
        raise Cancelled("enough")


@pytest.mark.parametrize("settings", [LAYERED, ROOTED], ids=["as it is", "scaled"])
def test_the_networks_are_those_of_this_computer(
    pool: ClusterPool, local: FitPool, settings: Settings
) -> None:
    heard: list[Progress] = []
    assert_same(networks(pool, settings, heard.append), networks(local, settings))
    done = [progress.done for progress in heard]
    assert done == sorted(done)
    assert {progress.total for progress in heard} == {5 * settings.steps}


def test_two_threads_train_at_once(pool: ClusterPool, local: FitPool) -> None:
    kinds = (LAYERED, ROOTED)
    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(lambda settings: networks(pool, settings), kinds))
    for settings, each in zip(kinds, found, strict=True):
        assert_same(each, networks(local, settings))


class Counted:
    """Data that count how often they came to a process."""

    came = 0

    def __init__(self) -> None:
        self.values = np.ones(2_000_000)

    def __setstate__(self, content: dict[str, np.ndarray]) -> None:
        self.__dict__.update(content)
        Counted.came += 1

    def sum(self) -> float:
        return float(self.values.sum())


def total(state: np.ndarray | Counted, part: float, pool: Pool, report: Report) -> float:
    """Work with data of all parts, one of its own, and a reason to complain."""
    report(Progress("Adding", 1, 2))
    if part < 0:
        raise TrainingSetError("Too few drugs.")
    time.sleep(0.2)
    return float(state.sum()) + part


def arrivals(state: Counted, part: int, pool: Pool, report: Report) -> int:
    time.sleep(0.05)
    return Counted.came


def test_parts_share_data_that_no_worker_gets_again(pool: ClusterPool) -> None:
    state, parts = Counted(), list(range(6))
    heard: list[Progress] = []

    with (
        pool.sharing(state, at_once=1) as shared,
        ThreadPoolExecutor(shared.at_once) as threads,
    ):
        found = list(threads.map(lambda part: shared.call(total, part, heard.append), parts))
        with pytest.raises(TrainingSetError, match="Too few drugs"):
            shared.call(total, -1, silent)
        came = list(threads.map(lambda part: shared.call(arrivals, part, silent), parts))
    assert found == [2_000_000 + part for part in parts]
    assert {"Adding"} <= {progress.stage for progress in heard}
    assert 1 <= max(came) <= 2  # with the task that holds them, and as its result


def test_a_wish_to_stop_ends_a_part(pool: ClusterPool) -> None:
    with pool.sharing(np.ones(3), at_once=1) as shared:
        with pytest.raises(Cancelled):
            shared.call(endless, None, stop)
        assert shared.call(total, 1.0, silent) == 4


def endless(state: np.ndarray, part: None, pool: Pool, report: Report) -> None:
    """Work that ends when nobody waits for it."""
    while True:
        report(Progress("Waiting", 1, 2))
        time.sleep(0.02)


def test_the_work_of_a_killed_worker_is_done_by_another(
    processes: Processes, pool: ClusterPool, local: FitPool
) -> None:
    killed = []

    def kill(progress: Progress) -> None:
        if progress.done > 0 and not killed:
            with processes.client() as client:
                assert all(client.processing().values())
            killed.append(processes.workers[0])
            killed[0].kill()

    assert_same(networks(pool, LONG, kill), networks(local, LONG))
    assert killed


def test_a_wish_to_stop_ends_the_fits_and_the_workers_go_on(
    pool: ClusterPool, local: FitPool
) -> None:
    with pytest.raises(Cancelled):
        networks(pool, ENDLESS, stop)
    x, tasks = work()
    with closing(pool.fit_all(x, LAYERED, tasks, report=silent)) as fits:
        next(fits)
    assert_same(networks(pool, LAYERED), networks(local, LAYERED))


def test_a_killed_owner_ends_the_fits(processes: Processes, pool: ClusterPool) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", AT_WORK], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with owner:
        assert owner.stdin and owner.stdout
        owner.stdin.write(f"{processes.address}\n".encode())
        owner.stdin.close()
        assert owner.stdout.readline()
        owner.kill()
    assert len(networks(pool, LAYERED)) == 5


def test_a_whole_training_gives_the_same_model(
    pool: ClusterPool, local: FitPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PRESETS, "paper", LAYERED)  # the others train nothing on a cluster
    drugs = [*drugs_of("Planted inhibitor", 4), *drugs_of("Other agonist", 4)]
    drugs += drugs_of("", 40, tas=0.1)
    request: TrainRequest | None = None
    models = []
    for where, each in (("cluster", pool), ("local", local)):
        cache = Cache(tmp_path / where)
        compendium = build(cache.compendium("tiny"), drugs, effect=16.0)
        request = TrainRequest(
            compendium="tiny",
            fingerprint=compendium.fingerprint,
            drug_set=DrugSet(label="planted", drugs=tuple(f"planted{i}" for i in range(4))),
            method=Method(preset="paper"),
        )
        run_job(request, cache, silent, each)
        models.append(model.load(cache.model(job_id(request))))
    one, other = models
    pd.testing.assert_frame_equal(one.ranking, other.ranking)
    pd.testing.assert_frame_equal(one.held_out, other.held_out)
    assert_same({"final": one.network}, {"final": other.network})


def test_a_missing_library_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        ClusterPool("tcp://127.0.0.1:1", 1) as pool,
        pytest.raises(WorkerError, match=r"gpar\[cluster\]"),
    ):
        networks(pool, LAYERED)


@pytest.mark.parametrize("listening", [False, True], ids=["nothing", "something else"])
def test_no_scheduler_is_told_soon(monkeypatch: pytest.MonkeyPatch, listening: bool) -> None:
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.5)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        if listening:
            other.listen()
        address = f"tcp://127.0.0.1:{other.getsockname()[1]}"
        with pytest.raises(WorkerError, match=f"No Dask scheduler answers at {address}"):
            ClusterPool(address, 1).warm()


def test_a_cluster_without_workers_or_scheduler_is_told(
    lonely: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(progress: Progress) -> None:
        lonely.scheduler.kill()

    with ClusterPool(lonely.address, 1) as pool:
        monkeypatch.setattr(cluster, "PATIENCE_SECONDS", 0.1)
        with pytest.raises(WorkerError, match="has no workers"):
            networks(pool, LAYERED)
        monkeypatch.setattr(cluster, "PATIENCE_SECONDS", PATIENCE)
        with pytest.raises(WorkerError, match="was lost"):
            networks(pool, LAYERED, kill)


def test_other_software_is_told(processes: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    other = cluster.software() | {"numpy": "1.0"}
    monkeypatch.setattr(cluster, "software", lambda: other)
    with (
        ClusterPool(processes.address, 1) as pool,
        pytest.raises(WorkerError, match=r"scheduler of the Dask cluster has numpy .*, not 1\.0"),
    ):
        pool.warm()


@pytest.fixture
def three(tmp_path: Path) -> Compendium:
    """Three MOAs, and drugs of none."""
    drugs = [drug for moa in MOAS for drug in drugs_of(moa, 4)]
    cache = Cache(tmp_path)
    return build(cache.compendium("tiny"), [*drugs, *drugs_of("", 20, tas=0.1)], effect=9)


@pytest.mark.parametrize("settings", [LAYERED, PRESETS["fast"]], ids=["networks", "fast"])
def test_an_evaluation_is_the_same_on_the_cluster(
    pool: ClusterPool, local: FitPool, three: Compendium, settings: Settings
) -> None:
    """Several classes at once, each with a training set of its own."""
    methods = ["gpar", "cosine", "bayes"]
    here, there = (
        compare(three, MOAS, methods, settings, seed=3, pool=each)["scores"]
        for each in (local, pool)
    )
    assert here["gpar"].nunique() > len(MOAS)
    pd.testing.assert_frame_equal(here, there)


def test_a_library_is_the_same_on_the_cluster(
    pool: ClusterPool, local: FitPool, three: Compendium, tmp_path: Path
) -> None:
    request = plan_library(three)
    models = []
    for each in (pool, local):
        cache = Cache(tmp_path)
        run_job(request, cache, silent, each)
        entries = library.load(cache, job_id(request)).asked
        assert [entry.moa for entry in entries] == list(MOAS)
        of = [cache.model(job_id(one)) for one in library.trainings(three, request).values()]
        models.append([model.load(folder) for folder in of])
        for folder in of:
            shutil.rmtree(folder)
    for one, other in zip(*models, strict=True):
        pd.testing.assert_frame_equal(one.ranking, other.ranking)
        pd.testing.assert_frame_equal(one.held_out, other.held_out)
        assert one.summary.metrics == other.summary.metrics


@pytest.mark.parametrize("score", ["xsum", "space"])
def test_a_batch_of_searches_is_the_same_on_the_cluster(
    pool: ClusterPool, three: Compendium, monkeypatch: pytest.MonkeyPatch, score: str
) -> None:
    monkeypatch.setattr(batch, "BLOCK_QUERIES", 2)
    queries = [of_compound(three, drug) for drug in ("hdac0", "hdac1", "mtor0", "parp0")]
    here, there = (
        search_batch(three, queries, score=score, n_random=5, pool=each) for each in (None, pool)
    )
    for name, table in here.items():
        pd.testing.assert_frame_equal(table, there[name])
