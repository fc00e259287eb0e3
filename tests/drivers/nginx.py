"""A real nginx with the example of the documentation, on ports of its own."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.drivers.certificates import Certificates
from tests.running import program, started, wait_until

EXAMPLE = Path(__file__).parents[2] / "docs" / "nginx.conf"
MAIN = """\
daemon off;
{user}
worker_processes 1;
pid {folder}/pid;
error_log {folder}/main.log;
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


@dataclass(frozen=True, slots=True)
class Site:
    """Where nginx listens, for TLS and in plain text, and the port that it passes requests on to."""

    tls: int
    plain: int
    behind: int


def example(folder: Path, site: Site, certificates: Certificates, *, path: bool) -> str:
    """The documented configuration with the names and numbers of this host; with `path`, for an issuer that shares its host."""
    text = EXAMPLE.read_text("utf-8")
    changes = {
        "id.example$request_uri": f"localhost:{site.tls}$request_uri",
        "/etc/ssl/id.example/fullchain.pem": str(certificates.server),
        "/etc/ssl/id.example/privkey.pem": str(certificates.key),
        "/var/log/nginx/": f"{folder}/",
        "id.example": "localhost",
        "127.0.0.1:9000": f"127.0.0.1:{site.behind}",
        "listen 443": f"listen 127.0.0.1:{site.tls}",
        "listen 80": f"listen 127.0.0.1:{site.plain}",
    }
    text = re.sub(r"^ *listen \[::\].*\n", "", text, flags=re.MULTILINE)
    if path:
        text = re.sub(r"^    location / \{ proxy_pass.*\n", "", text, flags=re.MULTILINE)
        text = re.sub(r"^    # location ", "    location ", text, flags=re.MULTILINE)
    for documented, here in changes.items():
        assert documented in text, documented
        text = text.replace(documented, here)
    return text


def configured(folder: Path, site: Site, certificates: Certificates, *, path: bool) -> list[str]:
    """Writes the configuration into `folder`; the command that runs nginx with it."""
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=user), "utf-8")
    (folder / "site.conf").write_text(example(folder, site, certificates, path=path), "utf-8")
    return [
        shutil.which("nginx", path="/usr/sbin:" + os.environ["PATH"]) or program("nginx"),
        "-p",
        str(folder),
        "-c",
        "nginx.conf",
    ]


def complaints(command: list[str]) -> str:
    """What nginx has to say about its configuration; empty where nothing."""
    tried = subprocess.run([*command, "-t", "-q"], capture_output=True, text=True, check=False)
    return tried.stderr


@contextmanager
def an_nginx(folder: Path, site: Site, certificates: Certificates, *, path: bool) -> Iterator[None]:
    """nginx for the length of the block."""
    with started(configured(folder, site, certificates, path=path), folder / "out.log"):
        wait_until((folder / "pid").exists)
        yield
