"""`gpar app`: open the dashboard."""

import argparse
import os
import subprocess
import sys
from typing import Any

from gpar_core.storage import folders
from gpar_core.storage.cache import Cache


def add(commands: Any) -> None:
    """Register the command."""
    parser = commands.add_parser(
        "app",
        help="open the dashboard",
        description=(
            "Start the dashboard on this computer and open it in the browser. Options that GPAR "
            "does not know are passed to `streamlit run`, for example --server.port 8502."
        ),
    )
    parser.set_defaults(command=_app, any_cache=True, passes_on=True)


def _app(options: argparse.Namespace, cache: Cache) -> int:
    script = folders.app() / "streamlit_app.py"
    command = [sys.executable, "-m", "streamlit", "run", str(script), *options.passed_on]
    environment = os.environ | {"GPAR_CACHE": str(cache.root)}
    if os.name == "posix":
        # One process less, and signals reach the server itself.
        os.execve(command[0], command, environment)  # noqa: S606
    return subprocess.run(command, env=environment, check=False).returncode
