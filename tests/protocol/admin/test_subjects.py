"""Customers by the admin API: found by one exact name, masked; stopped and signed out; never staff."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.admin_api import AdminApi
from tests.drivers.post import Post, read
from tests.drivers.provider import Provider
from tests.drivers.staff import StaffMember


@pytest.fixture
def api(provider: Provider) -> AdminApi:
    provider.add_customer("ana", numbers={"stellantis": "S-1"})
    return AdminApi.of_client(provider, "admin:subjects")


def found(api: AdminApi, query: str) -> list[dict[str, object]]:
    answer = api.call("GET", f"/subjects?{query}")
    assert answer.status == 200, answer.body
    return list(answer["items"])


def test_by_one_exact_name(provider: Provider, api: AdminApi) -> None:
    """S3.12: masked; a name of another kind, part of one, and a wildcard find nobody. Every search is recorded."""
    [ana] = found(api, "username=ANA")
    assert (ana["username"], ana["email"], ana["brands"]) == ("a•••", "a•••@example.test", ["stellantis"])
    for query in ("email=Ana@Example.test", "customer_number=S-1&brand=stellantis"):
        assert found(api, query) == [ana]
    for query in (
        "username=an",
        "username=a%25",
        "username=*",
        "username=ana@example.test",
        "email=ana",
        "customer_number=S-1&brand=alphera",
        "username=%27%20OR%201=1",
    ):
        assert found(api, query) == [], query
    events = provider.happened("SubjectLookedUp")
    assert [event.subject_id for event in events[:3]] == [ana["id"]] * 3
    assert {event.subject_id for event in events[3:]} == {None}
    assert len(events) == 10


def test_searches_that_are_none(api: AdminApi) -> None:
    """P12: exactly one name, of bounded length, that can be seen."""
    for query in (
        "",
        "username=",
        "username=a&email=b",
        "name=ana",
        "customer_number=S-1",
        "username=ana&brand=alphera",
        "username=%00",
        "username=%ED%A0%80",
        f"email={'x' * 321}",
        "username=ana&username=bea",
    ):
        answer = api.call("GET", f"/subjects?{query}")
        assert (answer.status, answer["code"]) == (400, "malformed"), query


def test_stopped_and_let_in_again(provider: Provider, api: AdminApi, clock: TestClock) -> None:
    """S3.4: sessions and tokens of a stopped customer end within a second; the events name the act."""
    shop, browser = provider.add_client("shop", brand="stellantis", consent="implied"), provider.browser()
    browser.open(shop.request(scope="openid offline_access", prompt="consent"))
    browser.sign_in("ana", ANA_PASSWORD)
    while not browser.page.left:
        browser.submit(press="allow")
    tokens = shop.redeem(shop.code(browser.page))
    [ana] = found(api, "username=ana")
    for _ in range(2):
        assert api.call("POST", f"/subjects/{ana['id']}/disable")["disabled"] is True
    assert shop.userinfo(tokens["access_token"]).status == 401
    assert shop.refresh(tokens["refresh_token"]).error == "invalid_grant"
    for _ in range(2):
        assert api.call("POST", f"/subjects/{ana['id']}/enable")["disabled"] is False
    assert (len(provider.happened("SubjectDisabled")), len(provider.happened("SubjectEnabled"))) == (1, 1)
    assert shop.refresh(tokens["refresh_token"]).error == "invalid_grant"


def test_signed_out_everywhere(provider: Provider, api: AdminApi) -> None:
    """S1, what ends: every session, and with them every token."""
    shop = provider.add_client("shop", brand="stellantis", consent="implied")
    browsers = [provider.browser() for _ in range(2)]
    for browser in browsers:
        browser.open(shop.request(scope="openid"))
        browser.sign_in("ana", ANA_PASSWORD)
    tokens = shop.redeem(shop.code(browser.page))
    [ana] = found(api, "username=ana")
    path = f"/subjects/{ana['id']}/end-sessions"
    assert [api.call("POST", path)["sessions"] for _ in range(2)] == [2, 0]
    assert shop.userinfo(tokens["access_token"]).status == 401
    assert {event.reason for event in provider.happened("SessionEnded")} == {"staff"}


@pytest.mark.parametrize("brand", ["stellantis", "alphera"])
def test_whoever_is_acted_upon_is_told(provider: Provider, brand: str, tmp_path: Path) -> None:
    """S3.12: by mail, in their language and the brand's name, once for each act that changed something; not by whom."""
    provider.add_customer("dora", numbers={"stellantis": "S-7", "alphera": "A-7"}, locale="de")
    post, sam = Post(provider, tmp_path), AdminApi.of_staff(provider, StaffMember(provider, "support"))
    robot = AdminApi.of_client(provider, "admin:subjects", brand=brand)
    shop, browser = provider.add_client("shop", brand=brand, consent="implied"), provider.browser()
    browser.open(shop.request(scope="openid"))
    browser.sign_in("dora", ANA_PASSWORD)
    [dora] = found(sam, "username=dora")
    earlier = len(post.mails())
    for caller, act in ((robot, "end-sessions"), (sam, "disable"), (sam, "enable")):
        for _ in range(2):
            assert caller.call("POST", f"/subjects/{dora['id']}/{act}").status in (200, 409)
    mails = [mail for mail in post.mails()[earlier:] if mail["To"] == "dora@example.test"]
    assert [mail["Subject"].partition(" – ")[0] for mail in mails] == [
        "Sie wurden überall abgemeldet",
        "Ihr Konto wurde gesperrt",
        "Ihr Konto ist wieder offen",
    ]
    name = next(one.name for one in provider.house.parties.brands.all() if one.id == brand)
    assert name in mails[0]["Subject"]
    for mail in mails:
        assert not [told for told in ("Sam Staff", "robot", "Robot") if told in read(mail) + mail["From"]]
    provider.puts_off_the_offer("dora")
    browser.open("/account/activity")
    page = browser.sign_in("dora", ANA_PASSWORD)
    told = ("Eine Sitzung wurde von uns beendet", "Ihr Konto wurde gesperrt", "Ihr Konto ist wieder offen")
    assert [words for words in told if words not in page.text] == []


def test_staff_are_not_changed_here(provider: Provider, api: AdminApi) -> None:
    """S3.12: no act on oneself, and the last administrator stays."""
    sam = StaffMember(provider, "support")
    with provider.house.ground.database.reading() as db:
        subject = provider.house.people.subjects.find(db, "sam")
    assert subject is not None
    for caller in (api, AdminApi.of_staff(provider, sam)):
        for act in ("disable", "enable", "end-sessions"):
            answer = caller.call("POST", f"/subjects/{subject.id}/{act}")
            assert (answer.status, answer["code"]) == (409, "staff")


def test_one_of_a_brand_reaches_its_customers(provider: Provider, api: AdminApi) -> None:
    """S3.12: other customers are not there; what reaches another brand takes somebody who may act for it."""
    provider.add_customer("bea", numbers={"alphera": "A-1"})
    provider.add_customer("cleo", numbers={"alphera": "A-2", "stellantis": "S-2"})
    sam = AdminApi.of_staff(provider, StaffMember(provider, "support", "alphera"))
    assert len(found(sam, "username=bea")) == 1
    assert found(sam, "username=ana") == []
    [ana] = found(api, "username=ana")
    for act in ("disable", "end-sessions"):
        assert sam.call("POST", f"/subjects/{ana['id']}/{act}").status == 404
    [cleo] = found(sam, "username=cleo")
    assert cleo["brands"] == ["alphera"]
    answer = sam.call("POST", f"/subjects/{cleo['id']}/disable")
    assert (answer.status, answer["code"]) == (409, "other_brands")
    assert sam.call("POST", f"/subjects/{cleo['id']}/end-sessions").status == 200
    [bea] = found(sam, "username=bea")
    assert sam.call("POST", f"/subjects/{bea['id']}/disable")["disabled"] is True


def test_foreign_ids(api: AdminApi) -> None:
    """P12: ids that nobody has, and that nobody could have."""
    for name in ("s_nobody", "%00", "x" * 300, "%F0%9F%98%80", "%ff", "*"):
        assert api.call("POST", f"/subjects/{name}/disable").status == 404, name


def test_staff_search_within_bounds(provider: Provider, clock: TestClock) -> None:
    """S1, source throttle: sixty an hour for one of the staff, and then to wait."""
    sam = StaffMember(provider, "support")
    api = AdminApi.of_staff(provider, sam)
    told = [api.call("GET", f"/subjects?username=nobody{n}").status for n in range(60)]
    assert set(told) == {200}
    slowed = api.call("GET", "/subjects?username=ana")
    assert (slowed.status, slowed["code"]) == (429, "too_many_searches")
    assert 0 < int(slowed.headers["Retry-After"]) <= timedelta(hours=1).total_seconds() + 1
