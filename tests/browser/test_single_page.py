"""oidc-client-ts: an application that is nothing but a page and its script, so a public client."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from tests.browser.demo import REPOSITORY, Demo
from tests.browser.office import Office
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser

CLIENT_ID = "ledger-page"
NODE = REPOSITORY / "tests/foreign/node"
LIBRARY = NODE / "node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js"


class Files(BaseHTTPRequestHandler):
    """The library, and at every other address the page."""

    def do_GET(self) -> None:
        script = urlsplit(self.path).path == f"/{LIBRARY.name}"
        body = (LIBRARY if script else NODE / "page.html").read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript" if script else "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def application(demo: Demo, office: Office) -> Iterator[str]:
    """Where the application is; it is registered."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    home = f"http://localhost:{server.server_port}"
    office.add_client(
        {
            "client_id": CLIENT_ID,
            "client_name": "Ledger",
            "brand": "alphera",
            "redirect_uris": [f"{home}/callback"],
            "post_logout_redirect_uris": [f"{home}/"],
            "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"],
            "scope": "openid profile email",
        }
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield home
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_page_signs_in_renews_and_signs_out(visitor: Visitor, demo: Demo, application: str) -> None:
    """P1, CORS: discovery, keys, token and userinfo answer the origin of a registered redirect URI."""
    page = visitor.page
    page.add_init_script(f"globalThis.known = {json.dumps({'authority': demo.issuer, 'client_id': CLIENT_ID})};")
    page.goto(application)
    with page.expect_navigation():
        page.evaluate("void manager.signinRedirect()")
    visitor.reads("Sign in to Ledger")
    visitor.sign_in("ben")
    visitor.press("Allow")
    page.wait_for_url(f"{application}/callback?**")

    person = page.evaluate("manager.signinCallback()")
    assert person["profile"]["name"] == "Ben Okafor"
    assert person["profile"]["email"] == "ben@example.test"
    renewed = page.evaluate("manager.signinSilent()")
    assert renewed["access_token"] != person["access_token"]
    assert renewed["profile"]["sub"] == person["profile"]["sub"]

    with page.expect_navigation():
        page.evaluate("void manager.signoutRedirect()")
    page.wait_for_url(lambda url: urlsplit(url)._replace(query="").geturl() == f"{application}/")
    page.evaluate("void manager.signinRedirect()")
    visitor.reads("Sign in to Ledger")
