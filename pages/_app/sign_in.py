"""Sign-in, sign-out, and the name of the signed-in visitor."""

import os

import streamlit as st

from gpar_core.errors import RequestError
from gpar_core.server.identity import SignIn, read_sign_in
from pages._shared.error_box import plain
from pages._shared.visitor import signed_in, visitor


def show_visitor() -> None:
    """Show the visitor's name and a Sign out button; nothing if the server has no sign-in."""
    sign_in = read_sign_in(os.environ)
    if not sign_in.way:
        return
    role = " · administrator" if visitor().admin else ""
    # As text: an address would become a link.
    st.sidebar.text(f"Signed in as {visitor().name}{role}")
    if sign_in.way == "oidc" and st.sidebar.button("Sign out", type="tertiary"):
        st.logout()


def ask_to_sign_in() -> None:
    """Show the sign-in page, or the reason why this visitor cannot sign in."""
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
            "See the example in docs/server.md."
        )
    st.markdown("Find drugs that share a mechanism of action. Sign in to continue.")
    if st.button("Sign in", type="primary"):
        st.login()
    if sign_in.users:
        st.caption("Only people invited to this server can sign in.")


def _offer_sign_out() -> None:
    """Let a visitor whose account is not admitted sign out and try another."""
    if _is_set_up() and signed_in() and st.button("Sign out"):
        st.logout()


def _is_set_up() -> bool:
    found = st.secrets.load_if_toml_exists()  # asked first: a missing file would be an error
    return found and {"redirect_uri", "cookie_secret"} <= set(st.secrets.get("auth", {}))
