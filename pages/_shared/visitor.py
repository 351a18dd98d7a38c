"""Who looks at the page."""

import os

import streamlit as st

from gpar_core.errors import AccessError, RequestError
from gpar_core.server.identity import of_claims, of_headers, read_sign_in
from gpar_core.storage.access import LOCAL, Visitor


def visitor() -> Visitor:
    """Whoever looks. Raises AccessError where nobody is signed in, RequestError where the server's
    sign-in is set up wrongly.
    """
    sign_in = read_sign_in(os.environ)
    match sign_in.way:
        case "oidc":
            if not signed_in():
                raise AccessError("You are not signed in, or not any more. Load the page again.")
            return of_claims(sign_in, st.user.to_dict())
        case "proxy":
            return of_headers(sign_in, st.context.headers)
        case _:
            return LOCAL


def known() -> bool:
    """Whether the visitor is somebody who may use this server."""
    try:
        visitor()
    except RequestError:
        return False
    return True


def signed_in() -> bool:
    """Whether an OpenID provider vouches for somebody."""
    return bool(getattr(st.user, "is_logged_in", False))
