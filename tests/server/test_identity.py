"""Who may come in, and as whom."""

import sys

import pytest

from gpar_core.errors import AccessError, RequestError
from gpar_core.server.identity import SECRET_HEADER, SignIn, of_claims, of_headers, read_sign_in
from gpar_core.storage.access import Visitor

SAID = "0123456789abcdef"
PROXY = {
    "GPAR_SIGN_IN": "proxy",
    "GPAR_USER_HEADER": "X-Forwarded-User",
    "GPAR_PROXY_SECRET": SAID,
}


def test_nobody_signs_in_unless_it_is_set() -> None:
    assert read_sign_in({}) == SignIn()


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"GPAR_SIGN_IN": "OIDC"}, "GPAR_SIGN_IN is 'OIDC', but it must be one of"),
        ({"GPAR_VISIBILITY": "all"}, "GPAR_VISIBILITY is 'all'"),
        ({**PROXY, "GPAR_USER_HEADER": " "}, "GPAR_USER_HEADER is not set"),
        ({**PROXY, "GPAR_PROXY_SECRET": ""}, "GPAR_PROXY_SECRET is missing"),
        ({**PROXY, "GPAR_PROXY_SECRET": SAID[1:]}, "fewer than 16"),
    ],
)
def test_a_sign_in_that_is_set_by_half_is_refused(
    environment: dict[str, str], message: str
) -> None:
    with pytest.raises(RequestError, match=message):
        read_sign_in(environment)


def test_openid_connect_without_its_library_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "authlib", None)
    with pytest.raises(RequestError, match="sign-in"):
        read_sign_in({"GPAR_SIGN_IN": "oidc"})


def test_claims_name_the_visitor_without_case() -> None:
    sign_in = read_sign_in({"GPAR_SIGN_IN": "oidc", "GPAR_ADMINS": "Ann@lab.org, root@lab.org"})
    assert of_claims(sign_in, {"email": " ANN@Lab.org "}) == Visitor("ann@lab.org", admin=True)
    assert of_claims(sign_in, {"email": "bob@lab.org"}) == Visitor("bob@lab.org")


def test_another_claim_can_name_the_visitor() -> None:
    sign_in = read_sign_in({"GPAR_SIGN_IN": "oidc", "GPAR_USER_CLAIM": "sub"})
    claims = {"sub": "u1", "email": "x@y", "email_verified": False}
    assert of_claims(sign_in, claims).name == "u1"


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"email": ""},
        {"email": None},
        {"email": ["ann@lab.org"]},
        {"email": "ann@lab.org", "email_verified": False},
        {"email": "ann@lab.org", "email_verified": "false"},
        {"email": "ann@lab.org", "email_verified": None},
        {"email": "LOCAL"},
        {"email": "a" * 201},
        {"email": "ann\x00@lab.org"},
        {"email": "ann\u202e@lab.org"},
    ],
)
def test_claims_that_do_not_name_one_person_are_refused(claims: dict[str, object]) -> None:
    with pytest.raises(AccessError):
        of_claims(SignIn("oidc"), claims)


def test_only_invited_people_and_domains_come_in() -> None:
    sign_in = read_sign_in({"GPAR_SIGN_IN": "oidc", "GPAR_USERS": "@lab.org, guest@x.com"})
    for name in ("ann@lab.org", "guest@x.com"):
        assert of_claims(sign_in, {"email": name}).name == name
    for name in ("ann@notlab.org", "lab.org", "other@x.com", "ann@lab.org@x.com", "@lab.org.x.com"):
        with pytest.raises(AccessError, match="may not use this server"):
            of_claims(sign_in, {"email": name})


def test_the_proxy_names_the_visitor_when_it_shows_the_secret() -> None:
    sign_in = read_sign_in({**PROXY, "GPAR_VISIBILITY": "shared"})
    headers = {"x-forwarded-user": "ann", SECRET_HEADER: SAID}
    assert of_headers(sign_in, headers) == Visitor("ann", shares=True)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Forwarded-User": "ann"},
        {"X-Forwarded-User": "ann", SECRET_HEADER: ""},
        {"X-Forwarded-User": "ann", SECRET_HEADER: SAID + "x"},
        {"X-Forwarded-User": "ann", SECRET_HEADER: "é" * 16},
        {"X-Other": "ann", SECRET_HEADER: SAID},
        {"X-Forwarded-User": " ", SECRET_HEADER: SAID},
    ],
)
def test_headers_that_anyone_can_send_are_not_believed(headers: dict[str, str]) -> None:
    with pytest.raises(AccessError):
        of_headers(read_sign_in(PROXY), headers)
