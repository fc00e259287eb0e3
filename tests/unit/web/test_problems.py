"""Clients are answered as clients, people as people, and nobody learns the cause."""

import pytest

from tests.drivers.browser import Browser
from tests.drivers.provider import Provider


@pytest.mark.parametrize("path", ["/token", "/introspect", "/revoke"])
def test_a_client_that_uses_the_wrong_method_gets_json(provider: Provider, path: str) -> None:
    answer = provider.add_client().raw("GET", path)
    assert (answer.status, answer.error) == (405, "invalid_request")
    assert "POST" in answer.headers["Allow"]


def test_people_get_a_page_with_a_reference_and_a_way_on(browser: Browser) -> None:
    page = browser.open("/nowhere")
    assert page.status == 404
    assert "There is no page here" in page.text
    assert "give us this reference" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_another_host_is_not_ours(provider: Provider) -> None:
    answer = provider.app.test_client().get("/signin", base_url="http://evil.example")
    assert answer.status_code == 400
    assert "evil.example" not in answer.get_data(as_text=True)


def test_a_defect_of_ours_tells_nothing_but_a_reference(provider: Provider, browser: Browser) -> None:
    def broken() -> None:
        raise RuntimeError("the password is hunter2")

    provider.app.view_functions["own_account"] = broken
    page = browser.open("/account")
    assert page.status == 500
    assert "hunter2" not in page.body
    assert "our side" in page.text


def test_no_error_of_a_document_is_kept(browser: Browser) -> None:
    answer = browser.open("/static/not-there-yet.css")
    assert (answer.status, answer.headers["Cache-Control"]) == (404, "no-store")
