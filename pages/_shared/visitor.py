"""The visitor of the page."""

import os

import streamlit as st

from gpar_core.errors import AccessError, RequestError
from gpar_core.server.identity import of_claims, of_headers, read_sign_in
from gpar_core.storage.access import LOCAL, Visitor


def visitor() -> Visitor:
    """The current visitor. Raises AccessError if nobody is signed in, RequestError if the server's
    sign-in is not configured correctly.
    """
    sign_in = read_sign_in(os.environ)
    match sign_in.way:
        case "oidc":
            if not signed_in():
                raise AccessError("You are not signed in, or your sign-in ended. Reload the page.")
            return of_claims(sign_in, st.user.to_dict())
        case "proxy":
            return of_headers(sign_in, st.context.headers)
        case _:
            return LOCAL


def known() -> bool:
    """Whether the visitor may use this server."""
    try:
        visitor()
    except RequestError:
        return False
    return True


def signed_in() -> bool:
    """Whether the visitor is signed in with an OpenID provider."""
    return bool(getattr(st.user, "is_logged_in", False))
