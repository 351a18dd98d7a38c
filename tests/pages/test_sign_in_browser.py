"""Signing in and out by OpenID Connect, in a real browser, with a provider of our own."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from gpar_core.storage.requests import job_id
from tests.pages.browser import Server, browsing
from tests.pages.conftest import Library
from tests.pages.openid_provider import CLIENT, Provider, providing

SETTINGS = {
    "GPAR_SIGN_IN": "oidc",
    "GPAR_ADMINS": "root@lab.org",
    "GPAR_USERS": "@lab.org",
}


def secrets(folder: Path, server: Server, provider: Provider) -> Path:
    path = folder / "secrets.toml"
    path.write_text(
        f"""
[auth]
redirect_uri = "{server.address}/oauth2callback"
cookie_secret = "a cookie secret of forty characters, no less"
client_id = "{CLIENT}"
client_secret = "of the client"
server_metadata_url = "{provider.address}/.well-known/openid-configuration"
"""
    )
    return path


def sign_in(page: Page, server: Server) -> None:
    page.goto(server.address)
    page.get_by_role("button", name="Sign in").click()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_sign_in_see_your_own_sign_out_and_make_up_a_cookie(
    stocked: Library, tmp_path: Path
) -> None:
    cache, private = stocked.cache, job_id(stocked.simulated)
    cache.access.hold("ann@lab.org", private, 0, shared=False)
    with providing() as provider, browsing() as (page, outside):
        server = Server(cache, tmp_path, SETTINGS)
        server.options = [f"--secrets.files={secrets(tmp_path, server, provider)}"]
        try:
            server.start()
            _journey(page, server, provider, private)
            _a_cookie_that_was_made_up_signs_nobody_in(page, server)
        finally:
            server.stop()
    assert outside == []


def _journey(page: Page, server: Server, provider: Provider, private: str) -> None:
    address = f"{server.address}/models?model={private}"
    # A page's own address, the first thing this server is asked for, shows nothing of the page.
    page.goto(address)
    expect(page.get_by_text("Sign in to continue")).to_be_visible()
    expect(page.get_by_text("HDAC inhibitor")).to_have_count(0)
    expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)

    provider.claims = {"email": "Ann@lab.org", "email_verified": True}
    sign_in(page, server)
    expect(page.get_by_text("Signed in as ann@lab.org")).to_be_visible()
    expect(page.get_by_test_id("stSidebarNav")).to_be_visible()
    page.goto(address)
    expect(page.get_by_role("heading", name="HDAC inhibitor")).to_be_visible()
    expect(page.get_by_role("button", name="Keep or publish")).to_be_visible()
    sign_out(page)

    provider.claims = {"email": "bob@lab.org", "email_verified": True}
    sign_in(page, server)
    expect(page.get_by_text("Signed in as bob@lab.org")).to_be_visible()
    page.goto(address)
    expect(page.get_by_text(re.compile("There is no model at this link"))).to_be_visible()
    sign_out(page)

    for claims in (
        {"email": "eve@elsewhere.org", "email_verified": True},
        {"email": "root@lab.org", "email_verified": False},
    ):
        provider.claims = claims
        sign_in(page, server)
        expect(page.get_by_role("alert")).to_be_visible()
        expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)
        sign_out(page)


def _a_cookie_that_was_made_up_signs_nobody_in(page: Page, server: Server) -> None:
    page.context.clear_cookies()
    cookie = '{"email":"root@lab.org","is_logged_in":true}'
    page.context.add_cookies([{"name": "_streamlit_user", "value": cookie, "url": server.address}])
    page.goto(server.address)
    expect(page.get_by_text("Sign in to continue")).to_be_visible()
