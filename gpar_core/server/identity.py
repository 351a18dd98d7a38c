"""Identify users by their sign-in, and configure how the server signs people in.

GPAR_SIGN_IN        '' (nobody signs in), 'oidc' (OpenID Connect) or 'proxy' (a trusted header)
GPAR_USERS          who may sign in: names or @domains, separated by commas; empty for all whom
                    the sign-in lets through
GPAR_ADMINS         names of administrators, separated by commas
GPAR_VISIBILITY     'private' or 'shared': what people make, until they say otherwise
GPAR_USER_CLAIM     oidc: the claim that names a person, 'email' unless set
GPAR_USER_HEADER    proxy: the header that names a person
GPAR_PROXY_SECRET   proxy: what the header X-Gpar-Proxy-Secret must be, so that nobody who
                    reaches the server past the proxy can pretend to be another
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final

from gpar_core.errors import AccessError, RequestError
from gpar_core.storage.access import LOCAL, Visitor

SECRET_HEADER: Final = "X-Gpar-Proxy-Secret"  # noqa: S105  (the name, not the secret)
MIN_SECRET: Final = 16
MAX_NAME: Final = 200


@dataclass(frozen=True)
class SignIn:
    """How people sign in here; see the module."""

    way: str = ""
    users: frozenset[str] = frozenset()
    admins: frozenset[str] = frozenset()
    shares: bool = False
    claim: str = "email"
    header: str = ""
    secret: str = ""


def read_sign_in(environment: Mapping[str, str]) -> SignIn:
    """The sign-in set in `environment`. Raises RequestError if it is incomplete or unknown."""
    asked = {
        name: environment.get(f"GPAR_{name}", "").strip()
        for name in (
            "SIGN_IN", "USERS", "ADMINS", "VISIBILITY", "USER_CLAIM", "USER_HEADER", "PROXY_SECRET"
        )
    }  # fmt: skip
    _check_one_of("GPAR_SIGN_IN", asked["SIGN_IN"], ("", "oidc", "proxy"))
    if asked["SIGN_IN"] == "oidc" and find_spec("authlib") is None:
        raise RequestError(
            "GPAR_SIGN_IN is 'oidc', but the package Authlib is not installed. Install it: pip "
            "install 'gpar[sign-in]', and start GPAR again."
        )
    _check_one_of("GPAR_VISIBILITY", asked["VISIBILITY"], ("", "private", "shared"))
    if asked["SIGN_IN"] == "proxy" and not asked["USER_HEADER"]:
        raise RequestError(
            "GPAR_SIGN_IN is 'proxy', but GPAR_USER_HEADER is not set. Set it to the header in "
            "which the proxy names the user, such as X-Forwarded-User, and start GPAR again."
        )
    if asked["SIGN_IN"] == "proxy" and len(asked["PROXY_SECRET"]) < MIN_SECRET:
        raise RequestError(
            "GPAR_SIGN_IN is 'proxy', but GPAR_PROXY_SECRET is missing or has fewer than "
            f"{MIN_SECRET} characters. Set it here and have the proxy send it as {SECRET_HEADER}."
        )
    return SignIn(
        way=asked["SIGN_IN"],
        users=_names(asked["USERS"]),
        admins=_names(asked["ADMINS"]),
        shares=asked["VISIBILITY"] == "shared",
        claim=asked["USER_CLAIM"] or "email",
        header=asked["USER_HEADER"],
        secret=asked["PROXY_SECRET"],
    )


def of_claims(sign_in: SignIn, claims: Mapping[str, object]) -> Visitor:
    """The person identified by an OpenID provider. Raises AccessError."""
    name = claims.get(sign_in.claim)
    if not isinstance(name, str) or not name.strip():
        raise AccessError(
            f"The sign-in did not say who you are: its claim '{sign_in.claim}' is missing. Tell "
            "your administrator; GPAR_USER_CLAIM sets the claim."
        )
    # A provider that does not verify addresses says so here.
    if sign_in.claim == "email" and claims.get("email_verified", True) not in (True, "true"):
        raise AccessError(
            f"The sign-in service has not verified that the address '{name[:MAX_NAME]}' is yours. "
            "Verify it there, then sign in again."
        )
    return _visitor(sign_in, name)


def of_headers(sign_in: SignIn, headers: Mapping[str, str]) -> Visitor:
    """The person identified by a trusted proxy. Raises AccessError."""
    sent = {name.casefold(): value for name, value in headers.items()}
    secret = sent.get(SECRET_HEADER.casefold(), "")
    if not hmac.compare_digest(secret.encode(), sign_in.secret.encode()):
        raise AccessError(
            "You reached this server without its proxy, which signs you in. Open the server's "
            "usual address."
        )
    name = sent.get(sign_in.header.casefold(), "")
    if not name.strip():
        raise AccessError("The proxy did not say who you are. Sign in there, then come back.")
    return _visitor(sign_in, name)


def of_token(sign_in: SignIn, owner: str) -> Visitor:
    """The person who holds a token of the API. Raises AccessError if they may not come in.

    Without sign-in, only the tokens of the one local user count.
    """
    if sign_in.way:
        return _visitor(sign_in, owner)
    if owner != LOCAL.name:
        raise AccessError(
            f"Nobody signs in on this server, so a token of '{owner[:40]}' does not count. Make "
            f"one for '{LOCAL.name}'."
        )
    return LOCAL


def token_owner(sign_in: SignIn, name: str) -> str:
    """The name as tokens have it. Raises AccessError for somebody who could not use the token."""
    return of_token(sign_in, _normal(name)).name


def _visitor(sign_in: SignIn, name: str) -> Visitor:
    known = _normal(name)
    if len(known) > MAX_NAME or not known.isprintable() or known == LOCAL.name:
        raise AccessError(
            f"The name '{known[:40]}' cannot be used here. Sign in with another account."
        )
    domain = "@" + known.rpartition("@")[2] if "@" in known else ""
    if sign_in.users and known not in sign_in.users and domain not in sign_in.users:
        raise AccessError(
            f"'{known}' may not use this server. Ask your administrator for access, or sign in "
            "with another account."
        )
    return Visitor(known, admin=known in sign_in.admins, shares=sign_in.shares)


def _normal(name: str) -> str:
    return name.strip().casefold()


def _names(text: str) -> frozenset[str]:
    return frozenset(filter(None, map(_normal, text.split(","))))


def _check_one_of(variable: str, text: str, known: tuple[str, ...]) -> None:
    if text not in known:
        raise RequestError(
            f"The environment variable {variable} is '{text[:80]}', but it must be one of "
            f"{', '.join(repr(each) for each in known)}. Correct it and start GPAR again."
        )
