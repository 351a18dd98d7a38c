"""The clients of docs/api.md, run as they stand against a real server."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests

from gpar_core.data.compendium import Compendium
from gpar_core.server import tokens
from gpar_core.storage.cache import Cache
from tests.processes import end_jobs
from tests.waiting import PATIENCE, until

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/api.md").read_text("utf-8")


@pytest.fixture(scope="module")
def served(tiny: Compendium, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    root = tmp_path_factory.mktemp("served").resolve()
    folder = next(tmp_path_factory.getbasetemp().glob("tiny*/tiny"))
    # The documents ask the demo, which takes longer to learn.
    shutil.copytree(folder, root / "compendia/tiny")
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    url = f"http://localhost:{port}"
    environment = os.environ | {"API_URL": url, "GPAR_CACHE": str(root)}
    server = subprocess.Popen(
        [sys.executable, "-m", "gpar_core", "--cache", str(root), "serve", "--api-only",
         "--api-port", str(port)],
        cwd=ROOT,
        env=environment,
    )  # fmt: skip

    def answers() -> bool:
        try:
            return requests.get(f"{url}/openapi.json", timeout=5).ok
        except requests.RequestException:
            return False

    until(answers)
    token = tokens.add(root, "local", 1, time.time())
    yield environment | {"API_TOKEN": token}
    server.terminate()
    assert server.wait(PATIENCE) in {0, -15}
    end_jobs(Cache(root))


def client(language: str) -> str:
    (code,) = re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    return str(code).replace('"demo"', '"tiny"').replace("HSP inhibitor", "MTOR inhibitor")


def test_the_client_in_python(served: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "client.py").write_text(client("python"))
    said = subprocess.run(
        [sys.executable, "client.py"], cwd=tmp_path, env=served, capture_output=True, text=True,
        check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    assert len(said.stdout.splitlines()) == 10


@pytest.mark.skipif(not shutil.which("Rscript"), reason="R is not installed")
def test_the_client_in_r_gets_what_the_one_in_python_gets(
    served: dict[str, str], tmp_path: Path
) -> None:
    code = {"client.py": client("python"), "client.R": client("r")}
    said = {}
    for name, with_what in (("client.py", sys.executable), ("client.R", "Rscript")):
        (tmp_path / name).write_text(code[name])
        done = subprocess.run(
            [with_what, name], cwd=tmp_path, env=served, capture_output=True, text=True,
            check=False, timeout=PATIENCE,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        said[name] = done.stdout.splitlines()
    assert said["client.R"] == said["client.py"]


def test_events_come_from_a_real_server_also_after_somebody_left(
    served: dict[str, str],
) -> None:
    url, headers = served["API_URL"], {"Authorization": f"Bearer {served['API_TOKEN']}"}
    asked = {"kind": "train", "compendium": "tiny", "moa": "HDAC inhibitor", "preset": "linear"}
    job = requests.post(f"{url}/v1/jobs", json=asked, headers=headers, timeout=PATIENCE).json()
    where = f"{url}/v1/jobs/{job['id']}/events"
    with requests.get(where, headers=headers, stream=True, timeout=PATIENCE) as early:
        next(early.iter_lines())
    with requests.get(where, headers=headers, stream=True, timeout=PATIENCE) as stream:
        lines = [line.decode() for line in stream.iter_lines()]
    assert '"state":"done"' in [line for line in lines if line.startswith("data")][-1]


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_the_dashboard_ends_with_the_server(tmp_path: Path) -> None:
    ports = []
    for _ in range(2):
        with socket.socket() as free:
            free.bind(("localhost", 0))
            ports.append(str(free.getsockname()[1]))
    server = subprocess.Popen(
        [sys.executable, "-m", "gpar_core", "--cache", str(tmp_path), "serve", "--port", ports[0],
         "--api-port", ports[1]],
        cwd=ROOT,
    )  # fmt: skip
    whole = psutil.Process(server.pid)

    def both_answer() -> bool:
        try:
            return all(
                requests.get(f"http://localhost:{port}/{path}", timeout=5).ok
                for port, path in zip(ports, ("_stcore/health", "openapi.json"), strict=True)
            )
        except requests.RequestException:
            return False

    until(both_answer)
    children = whole.children()
    assert children
    server.terminate()
    server.wait(PATIENCE)
    until(lambda: not any(child.is_running() for child in children))
