"""An OpenID provider on this computer, as far as a sign-in needs one."""

import json
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "gpar"


class Provider:
    """It vouches for whomever `claims` tells, without asking for a password."""

    def __init__(self) -> None:
        self.claims: dict[str, object] = {}
        self.address = ""
        self._key = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})
        self._nonces: dict[str, str] = {}

    def answer(self, path: str, query: Mapping[str, str]) -> Any:
        """What is sent for a path: JSON, or the address to go on to."""
        match path:
            case "/.well-known/openid-configuration":
                return {
                    "issuer": self.address,
                    "authorization_endpoint": f"{self.address}/authorize",
                    "token_endpoint": f"{self.address}/token",
                    "jwks_uri": f"{self.address}/keys",
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                }
            case "/keys":
                return {"keys": [self._key.as_dict(private=False)]}
            case "/authorize":
                code = uuid.uuid4().hex
                self._nonces[code] = query.get("nonce", "")
                back = urlencode({"code": code, "state": query["state"]})
                return f"{query['redirect_uri']}?{back}"
            case "/token":
                now = int(time.time())
                token = {
                    "iss": self.address,
                    "aud": CLIENT,
                    "sub": "1",
                    "iat": now,
                    "exp": now + 600,
                    "nonce": self._nonces.pop(query["code"]),
                    **self.claims,
                }
                signed = jwt.encode({"alg": "RS256", "kid": "1"}, token, self._key)
                return {"access_token": "a", "token_type": "Bearer", "id_token": signed}
            case _:
                return None


@contextmanager
def providing() -> Iterator[Provider]:
    """A provider that answers at its address."""
    provider = Provider()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(urlsplit(self.path).query)

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def _answer(self, query: str) -> None:
            fields = {name: values[0] for name, values in parse_qs(query).items()}
            said = provider.answer(urlsplit(self.path).path, fields)
            self.send_response(404 if said is None else 302 if isinstance(said, str) else 200)
            if isinstance(said, str):
                self.send_header("Location", said)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("localhost", 0), Answer) as server:
        provider.address = f"http://localhost:{server.server_port}"
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
