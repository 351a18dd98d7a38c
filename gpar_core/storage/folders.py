"""Where GPAR is installed, and where its data are by default."""

import os
from pathlib import Path

import platformdirs

BESIDE_CORE = Path(__file__).resolve().parents[2]
CLONE, INSTALLED = BESIDE_CORE, BESIDE_CORE / "gpar_app"
"""Folders of the dashboard: in a clone, and as a wheel installs it."""


def app() -> Path:
    """The folder with `streamlit_app.py`, `pages/`, `docs/` and `static/`."""
    return INSTALLED if INSTALLED.is_dir() else CLONE


def default_cache() -> Path:
    """`GPAR_CACHE` if set; else `cache/` of the clone, or the data folder of the user.

    The user's data folder is that of the platform: `~/.local/share/gpar` on Linux,
    `~/Library/Application Support/gpar` on macOS, `%LOCALAPPDATA%\\gpar` on Windows.
    """
    if chosen := os.environ.get("GPAR_CACHE"):
        return Path(chosen)
    if app() == CLONE:
        return CLONE / "cache"
    return platformdirs.user_data_path("gpar", appauthor=False)
