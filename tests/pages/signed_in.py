"""Pages as one of several people sees them, whom a trusted proxy names."""

import pytest
import streamlit as st

from gpar_core.server.identity import SECRET_HEADER

PROXY_SAYS = "a secret of the proxy"


def behind_a_proxy(monkeypatch: pytest.MonkeyPatch, **more: str) -> None:
    """The server trusts a proxy; `more` are further variables of its environment."""
    settings = {
        "GPAR_SIGN_IN": "proxy",
        "GPAR_USER_HEADER": "X-Forwarded-User",
        "GPAR_PROXY_SECRET": PROXY_SAYS,
        "GPAR_ADMINS": "root",
        **more,
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)


def sign_in(monkeypatch: pytest.MonkeyPatch, name: str, given: str = PROXY_SAYS) -> None:
    """Whatever page is opened or run again next, this person looks at it."""
    headers = {"X-Forwarded-User": name, SECRET_HEADER: given}
    monkeypatch.setattr(type(st.context), "headers", property(lambda _: headers))
