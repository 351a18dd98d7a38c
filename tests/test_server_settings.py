"""Streamlit's settings that keep a server closed, as they come out of `.streamlit/config.toml`."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from streamlit import config

FILE = Path(__file__).resolve().parents[1] / ".streamlit" / "config.toml"


def _flat(settings: dict[str, Any], before: str = "") -> dict[str, Any]:
    """Sections within sections too, names joined by dots."""
    found = {}
    for name, value in settings.items():
        key = f"{before}{name}"
        found |= _flat(value, f"{key}.") if isinstance(value, dict) else {key: value}
    return found


SETTINGS = _flat(tomllib.loads(FILE.read_text("utf-8")))
NEEDED = {
    "browser.gatherUsageStats": False,
    "browser.serverAddress": "localhost",  # else Streamlit asks others for the server's address
    "client.allowedOrigins": [],
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "viewer",
    "server.address": "localhost",
    "server.enableAgentApi": False,
    "server.enableCORS": True,
    "server.enableXsrfProtection": True,
    "server.xsrfCookieSameSite": "strict",
}
SIZES = {"server.maxUploadSize": 500, "server.maxMessageSize": 100, "server.maxWidgetStateSize": 10}


def test_what_must_be_closed_is_closed() -> None:
    assert {name: SETTINGS.get(name) for name in NEEDED} == NEEDED


@pytest.mark.parametrize(("name", "most"), SIZES.items())
def test_sizes_are_limited(name: str, most: int) -> None:
    assert 0 < SETTINGS[name] <= most


@pytest.mark.parametrize("name", SETTINGS)
def test_streamlit_knows_each_setting(name: str) -> None:
    """A setting that it does not know it only warns of, and goes on without."""
    assert type(config.get_option(name)) in (type(SETTINGS[name]), type(None))
