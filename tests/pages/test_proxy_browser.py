"""GPAR behind nginx as docs/server.md has it: with TLS, at a name of its own and under a path."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import Browser, expect

from benchmarks.ports import free_port
from tests.pages.browser import Server, browsing, settled
from tests.pages.conftest import Library
from tests.waiting import until

SERVER = (Path(__file__).resolve().parents[2] / "docs" / "server.md").read_text("utf-8")
WHOLE, UNDER_A_PATH = re.findall(
    r"```\n(server \{.*?|    location .*?)```", SERVER, re.DOTALL | re.MULTILINE
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as (page, _):
        assert page.context.browser is not None
        yield page.context.browser


@pytest.mark.parametrize("path", ["", "/gpar"], ids=["own name", "under a path"])
def test_behind_nginx(stocked: Library, browser: Browser, tmp_path: Path, path: str) -> None:
    port = free_port()
    server = Server(stocked.cache, tmp_path)
    server.options = ["--browser.serverAddress=localhost", f"--browser.serverPort={port}"]
    inner = server.address
    if path:
        server.options.append(f"--server.baseUrlPath={path}")
        server.address += path
    block = (
        WHOLE
        if not path
        else re.sub(r"    location .*\n}\n", f"{UNDER_A_PATH}}}\n", WHOLE, flags=re.DOTALL)
    )
    try:
        server.start()
        with proxy(block, inner, port, tmp_path):
            # A context of its own: the certificate is signed by nobody.
            page = browser.new_page(ignore_https_errors=True)
            page.goto(f"https://localhost:{port}{path}/models?compendium=evil")
            settled(page)
            expect(page.get_by_role("heading", name="Models")).to_be_visible()
            page.get_by_test_id("stSidebarNavLink").filter(has_text="Map").click()
            expect(page).to_have_url(re.compile(rf"https://localhost:{port}{path}/map"))
            expect(page.get_by_role("heading", name="Map", exact=True)).to_be_visible()
            page.close()
    finally:
        server.stop()


@contextmanager
def proxy(block: str, address: str, port: int, folder: Path) -> Iterator[None]:
    """nginx with one server block of the documentation; only names, ports and files are changed."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        pytest.skip("nginx is not installed (Debian: apt install nginx-light)")
    certify(folder)
    for said, here in {
        "listen 443": f"listen {port}",
        "gpar.lab.org": "localhost",
        "/etc/ssl/": f"{folder}/",
        "http://127.0.0.1:8501": address.replace("localhost", "127.0.0.1"),
    }.items():
        assert said in block
        block = block.replace(said, here)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    conf = folder / "nginx.conf"
    conf.write_text(
        f"daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{temporary}{block}}}\n"
    )
    folder.chmod(0o755)
    process = subprocess.Popen([nginx, "-p", str(folder), "-c", str(conf)])
    try:
        until(
            (folder / "nginx.pid").exists,
            unless=lambda: process.poll() is not None and (folder / "nginx.log").read_text(),
        )
        yield
    finally:
        process.terminate()
        process.wait()


def certify(folder: Path) -> None:
    """Write `gpar.key`, and `gpar.pem`, a certificate for localhost that is valid for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "gpar.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "gpar.key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    )
