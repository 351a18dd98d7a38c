"""How people sign in and out, and see as whom."""

import os

import streamlit as st

from gpar_core.errors import RequestError
from gpar_core.server.identity import SignIn, read_sign_in
from pages._shared.error_box import plain
from pages._shared.visitor import signed_in, visitor


def show_visitor() -> None:
    """The visitor's name in the sidebar, and the way out; nothing where nobody signs in."""
    sign_in = read_sign_in(os.environ)
    if not sign_in.way:
        return
    role = " · administrator" if visitor().admin else ""
    # As text: an address would become a link.
    st.sidebar.text(f"Signed in as {visitor().name}{role}")
    if sign_in.way == "oidc" and st.sidebar.button("Sign out", type="tertiary"):
        st.logout()


def ask_to_sign_in() -> None:
    """In place of a page: the way in, or why there is none for this visitor."""
    try:
        sign_in = read_sign_in(os.environ)
        if sign_in.way == "oidc" and not signed_in():
            _welcome(sign_in)
        else:
            visitor()
    except RequestError as error:
        st.error(plain(str(error)))
        _offer_sign_out()


def _welcome(sign_in: SignIn) -> None:
    st.title("GPAR", anchor=False)
    if not _is_set_up():
        raise RequestError(
            "GPAR_SIGN_IN is 'oidc', but .streamlit/secrets.toml has no complete section [auth]. "
            "docs/server.md shows one."
        )
    st.markdown("Find drugs that share a mechanism of action. Sign in to go on.")
    if st.button("Sign in", type="primary"):
        st.login()
    if sign_in.users:
        st.caption("Only people who were invited to this server can come in.")


def _offer_sign_out() -> None:
    """Of an account that is not let in, so that another can be tried."""
    if _is_set_up() and signed_in() and st.button("Sign out"):
        st.logout()


def _is_set_up() -> bool:
    found = st.secrets.load_if_toml_exists()  # asked first: a missing file would be an error
    return found and {"redirect_uri", "cookie_secret"} <= set(st.secrets.get("auth", {}))
