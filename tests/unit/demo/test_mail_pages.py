"""Every mail and text can be looked at, in each brand and language, and looking sends and changes nothing."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from werkzeug.test import Client

from idp.app import House
from idp.brands.brand import Brand
from idp.core.catalogues import put_in_place_of
from idp.core.outbox import outbox
from idp.demo.customers import CUSTOMERS
from idp.subjects.subjects import NewSubject, Subject
from tests.architecture.source import ROOT
from tests.builders import ANA_PASSWORD
from tests.drivers.foreign import Foreign, untranslated
from tests.unit.demo.test_pages import house, served

PATH = "/demo/mails"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    client = served(tmp_path, IDP_TEXT_URL="demo:")
    with house(client).ground.database.transaction() as db:
        new = NewSubject(username=CUSTOMERS[0].username, email="ana@example.test", email_verified=True, locale="en")
        verifier = house(client).people.hasher.hash(ANA_PASSWORD)
        made = house(client).people.subjects.create(
            db, house(client).ground.bus, new, verifier, house(client).ground.clock.now()
        )
    assert isinstance(made, Subject)
    yield client
    house(client).ground.database.close()


def get(client: Client, path: str) -> str:
    answer = client.get(path, base_url="http://localhost:9000", environ_overrides={"REMOTE_ADDR": "127.0.0.1"})
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def shown(client: Client, brand: str, language: str) -> list[tuple[str, str]]:
    page = get(client, f"{PATH}?brand={brand}&language={language}")
    subjects = re.findall(r'<summary><span class="tag">\w+</span><strong[^>]*>(.*?)</strong>', page)
    return list(zip(subjects, re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL), strict=True))


def waiting(of: House) -> int:
    with of.ground.database.reading() as db:
        return db.scalar(select(func.count()).select_from(outbox)) or 0


def test_all_of_them_are_shown_and_none_is_sent(client: Client) -> None:
    before = waiting(house(client))
    for brand in house(client).parties.brands.all():
        assert len(shown(client, brand.id, "en")) > 30
    assert waiting(house(client)) == before
    with house(client).ground.database.reading() as db:
        ana = house(client).people.subjects.find(db, CUSTOMERS[0].username)
    assert ana is not None
    assert ana.locale == "en"


def test_each_template_of_a_mail_is_among_them(client: Client) -> None:
    used: set[str] = set()
    environment = house(client).ground.app.jinja_env
    loader = environment.loader
    assert loader is not None
    get(client, PATH)
    used = {str(name) for (_, name) in environment.cache or {}}  # type: ignore[misc]
    there = {path.relative_to(ROOT / "templates").as_posix() for path in (ROOT / "templates/mail").iterdir()}
    assert there <= used


def own_words(brand: Brand) -> list[str]:
    """What is said alike in every language: names, addresses, and what a brand says of itself."""
    return [
        brand.legal,
        brand.name,
        brand.support.email,
        CUSTOMERS[0].username,
        "Chrome",
        "localhost",
        "BST",
        "GMT",
    ]


@pytest.mark.parametrize("brand", ["stellantis", "alphera"])
def test_no_word_is_left_in_english(client: Client, brand: str) -> None:
    known = house(client).parties.brands.get(brand)
    assert known is not None
    with put_in_place_of("it", Foreign()):
        for title, text in shown(client, brand, "it"):
            assert untranslated(f"{title}\n{text}", own_words(known)) == [], title


def test_the_html_of_a_mail_stands_alone(client: Client) -> None:
    answer = client.get(
        f"{PATH}/alphera/de/0", base_url="http://localhost:9000", environ_overrides={"REMOTE_ADDR": "127.0.0.1"}
    )
    assert '<html lang="de">' in answer.get_data(as_text=True)
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "script" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["nobody/en/0", "alphera/xx/0", "alphera/en/9999", "alphera/en/-1"])
def test_what_is_not_there_is_not_found(client: Client, path: str) -> None:
    answer = client.get(f"{PATH}/{path}", base_url="http://localhost:9000", environ_overrides={"REMOTE_ADDR": "127.0.0.1"})
    assert answer.status_code == 404


@pytest.mark.parametrize("path", [PATH, f"{PATH}/alphera/en/0"])
def test_nobody_elsewhere_sees_them(client: Client, path: str) -> None:
    answer = client.get(path, base_url="http://localhost:9000", environ_overrides={"REMOTE_ADDR": "192.0.2.1"})
    assert answer.status_code == 404
