"""`python -m gpar_core serve`: the dashboard and the API, which end together."""

import argparse
import os
import signal
import subprocess
import sys
import threading
from typing import Any, Final

from gpar_core.errors import RequestError
from gpar_core.storage import folders
from gpar_core.storage.cache import Cache
from gpar_core.upkeep.installation import API_PORT, DASHBOARD_PORT

STOP_SECONDS: Final = 10.0
QUIT_SECONDS: Final = 3
"""How long open event streams may last once the server is to end."""


def add(commands: Any) -> None:
    """Register the command."""
    parser = commands.add_parser(
        "serve",
        help="start the dashboard and the API",
        description=(
            "Start the dashboard and the API. GPAR_API_HOSTS: names by which the API answers, "
            "separated by commas, besides localhost. GPAR_METRICS=1: /metrics for Prometheus. "
            "GPAR_LOG=json: logs as lines of JSON."
        ),
    )
    parser.set_defaults(command=_serve)
    parser.add_argument("--host", default="localhost", help="address to listen on (%(default)s)")
    parser.add_argument(
        "--port", type=int, default=DASHBOARD_PORT, help="of the dashboard (%(default)s)"
    )
    parser.add_argument("--api-port", type=int, default=API_PORT, help="of the API (%(default)s)")
    parser.add_argument("--api-only", action="store_true", help="start no dashboard")


def _serve(options: argparse.Namespace, cache: Cache) -> int:
    import uvicorn  # noqa: PLC0415 -- the other commands do without

    from gpar_core.api.app import create  # noqa: PLC0415

    if options.port == options.api_port and not options.api_only:
        raise RequestError("The dashboard and the API need two different ports.")
    os.environ["GPAR_CACHE"] = str(cache.root)
    hosts = tuple(filter(None, os.environ.get("GPAR_API_HOSTS", "").split(",")))
    server = uvicorn.Server(
        uvicorn.Config(
            create(cache, hosts=hosts),
            host=options.host,
            port=options.api_port,
            access_log=False,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=QUIT_SECONDS,
        )
    )
    print(f"API: http://{options.host}:{options.api_port}/docs", flush=True)
    if options.api_only:
        server.run()
        return 0
    dashboard = subprocess.Popen(
        [
            sys.executable, "-m", "streamlit", "run", str(folders.app() / "streamlit_app.py"),
            f"--server.address={options.host}", f"--server.port={options.port}",
            "--server.headless=true",
        ],
        cwd=folders.app(),
    )  # fmt: skip

    def end_with_it() -> None:
        dashboard.wait()
        server.should_exit = True

    threading.Thread(target=end_with_it, daemon=True).start()
    # uvicorn repeats the signal that ended it, which must not end this process before its child.
    signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        server.run()
    finally:
        dashboard.terminate()
        try:
            dashboard.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            dashboard.kill()
    return 0
