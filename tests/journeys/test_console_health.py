"""The room called Health: what staff see of sign-ins, deliveries, keys and workers, and what they may try again."""

from datetime import timedelta
from threading import Event

from sqlalchemy import update

from idp.cli.worker import chores, do
from idp.clients.metadata import ClientMetadata
from idp.clients.registry import IN_FILE
from idp.core.outbox import enqueue
from idp.core.outbox_rows import outbox
from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Page
from tests.drivers.provider import Provider
from tests.drivers.site import a_site
from tests.drivers.staff import StaffMember

DELIVERIES = "/console/health/deliveries"


def work(provider: Provider, *names: str) -> None:
    """Does the chores of these names, as a worker would."""
    for chore in chores(provider.house):
        if chore.name in names:
            do(chore, Event())


def sign_in_and_fail(provider: Provider) -> None:
    """Ana signs in at one brand after a wrong password at it; at the other nobody does anything."""
    provider.add_customer()
    provider.puts_off_the_offer()
    shop = provider.add_client("shop", brand="stellantis", consent="implied")
    browser = provider.browser()
    browser.open(shop.request())
    browser.sign_in("ana", "a wrong password")
    browser.sign_in("ana", ANA_PASSWORD)


def give_up(provider: Provider, brand: str | None = None, kind: str = "mail", times: int = 1) -> None:
    """Deliveries that cannot be made, and are given up."""
    ground = provider.house.ground
    with ground.database.transaction() as db:
        for _ in range(times):
            enqueue(db, ground.keyring, kind, {"to": "nowhere"}, ground.clock, target="private-name.test", brand=brand)
    provider.house.protocol.outbox.run_once()


def post(sam: StaffMember, path: str) -> Page:
    """Posts to an address that no form on a page leads to."""
    chooser = sam.browser.open("/nowhere").chooser
    assert chooser is not None
    return sam.browser.post(path, {"csrf_token": chooser.fields["csrf_token"]})


def test_a_sector_document_that_does_not_vouch_is_told_until_it_does(provider: Provider) -> None:
    """P6: a client of the file is served without waiting for somebody else's host; what is wrong is told to staff."""
    sam, title = StaffMember(provider, "auditor"), "The sector document of fleet does not vouch for it"
    ground, clients = provider.house.ground, provider.house.parties.clients

    def told(uri: str, *redirect_uris: str) -> bool:
        fleet = ClientMetadata(client_id="fleet", client_name="Fleet", redirect_uris=redirect_uris, sector_identifier_uri=uri)
        with ground.database.transaction() as db:
            clients.save(db, ground.bus, fleet, IN_FILE)
        work(provider, "look_at_sectors")
        return title in sam.open("/console/health").text

    with a_site("/sector.json", b'["https://fleet.example/cb"]', "application/json") as site:
        assert not told(site.url, "https://fleet.example/cb")
        assert told(site.url, "https://fleet.example/cb", "https://fleet.example/more")
        assert "its list lacks https://fleet.example/more" in sam.browser.page.text
        assert not told(site.url, "https://fleet.example/cb")
        assert len(site.calls) == 3
    assert told(site.url, "https://fleet.example/cb")


def test_nothing_needs_anybody(provider: Provider) -> None:
    sam = StaffMember(provider, "auditor")
    sam.open("/console")
    work(provider, "pulse")
    provider.house.protocol.outbox.run_once()
    page = sam.open("/console/health")
    assert "Nothing needs you" in page.text
    assert "Everything has arrived" in page.text
    assert all(
        text in page.text for text in ("ES256", "RS256", "PS256", "EdDSA", "rotation due", "This product", "Python", "SQLite")
    )


def test_what_somebody_should_look_at_comes_first(provider: Provider, clock: TestClock) -> None:
    sam = StaffMember(provider, "support")
    assert "No worker has ever been seen" in sam.open("/console/health").text
    work(provider, "pulse")
    give_up(provider)
    clock.advance(timedelta(minutes=3))
    page = sam.open("/console/health")
    assert "No worker has been seen for 3 minutes" in page.text
    assert "One delivery was given up" in page.text
    assert "Nothing needs you" not in page.text


def test_a_key_that_nobody_rotates_is_told(provider: Provider, clock: TestClock) -> None:
    sam = StaffMember(provider, "administrator")
    clock.advance(timedelta(days=90, hours=23))
    assert "should have been rotated" not in sam.open("/console/health").text
    clock.advance(timedelta(hours=2))
    page = sam.open("/console/health")
    assert "The ES256 key should have been rotated 1 day ago" in page.text
    assert "rotation overdue since" in page.text
    work(provider, "rotate_keys")
    page = sam.open("/console/health")
    assert "should have been rotated" not in page.text
    assert "published, signs soon" in page.text


def test_charts_tell_what_happened_at_which_brand(provider: Provider) -> None:
    sign_in_and_fail(provider)
    sam = StaffMember(provider, "administrator")
    assert "Nobody signed in in the last 24 hours." in sam.open("/console/health/sign-ins").text
    work(provider, "chain_audit", "tally")
    page = sam.open("/console/health/sign-ins?span=hour&brand=stellantis")
    assert "Sign-ins in the last 24 hours: 1." in page.text
    assert "Failures in the last 24 hours: 1." in page.text
    assert "Nothing was locked and nobody was slowed" in page.text
    assert "wrong password" in page.text
    assert 'role="img"' in page.body
    assert "Nobody signed in" in sam.open("/console/health/sign-ins?brand=alphera").text
    for span, over in (("day", "the last 30 days"), ("week", "the last 26 weeks"), ("x' or 1", "the last 24 hours")):
        assert f"Failures in {over}: 1." in sam.open(f"/console/health/sign-ins?span={span}&apart=brand").text


def test_a_charts_brand_is_the_agents(provider: Provider) -> None:
    sign_in_and_fail(provider)
    work(provider, "chain_audit", "tally")
    sam = StaffMember(provider, "support", "alphera")
    sam.open("/console/health/sign-ins")
    for asked in ("", "?brand=stellantis", "?brand=*", "?brand="):
        page = sam.open(f"/console/health/sign-ins{asked}")
        assert "Nobody signed in" in page.text, asked
        assert "Stellantis" not in page.text
    own = StaffMember(provider, "auditor", "stellantis", "kim")
    assert "Failures in the last 24 hours: 1." in own.open("/console/health/sign-ins").text


def test_a_delivery_that_was_given_up_is_tried_again(provider: Provider) -> None:
    give_up(provider, "alphera")
    sam = StaffMember(provider, "administrator")
    page = sam.open(DELIVERIES)
    assert "not a mail: KeyError" in page.text
    assert "private-name" not in page.body
    assert "p•••.test" in page.text
    page = sam.browser.submit(press="again")
    assert "is tried again now" in page.text
    (event,) = provider.happened("DeliveryRetried")
    assert (event.brand, event.details()["kind"]) == ("alphera", "mail")
    waiting = sam.open(f"{DELIVERIES}?state=waiting")
    assert "private-name" not in waiting.body
    assert "now" in waiting.text
    provider.house.protocol.outbox.run_once()
    assert "not a mail" in sam.open(DELIVERIES).text


def test_all_that_are_listed_are_tried_again_and_no_other(provider: Provider) -> None:
    give_up(provider, "alphera", times=2)
    give_up(provider, None, kind="text")
    sam = StaffMember(provider, "administrator")
    sam.open(DELIVERIES)
    sam.open(f"{DELIVERIES}?state=failed&kind=mail")
    assert "2 are tried again now" in sam.browser.submit(press="again_all").text
    assert [event.details()["deliveries"] for event in provider.happened("DeliveryRetried")] == [2]
    assert "not a text" in sam.open(DELIVERIES).text


def test_who_may_only_look_is_offered_nothing_to_change(provider: Provider) -> None:
    give_up(provider)
    sam = StaffMember(provider, "auditor")
    page = sam.open(DELIVERIES)
    assert "Try now" not in page.text
    refused = post(sam, f"{DELIVERIES}/1/retry")
    assert refused.status == 403
    assert provider.happened("DeliveryRetried") == []


def test_an_agent_of_a_brand_reaches_its_deliveries_alone(provider: Provider) -> None:
    give_up(provider, "stellantis")
    give_up(provider, None)
    give_up(provider, "alphera")
    sam = StaffMember(provider, "administrator", "alphera")
    page = sam.open(DELIVERIES)
    assert page.body.count("Try now") == 1
    sam.browser.submit(press="again_all")
    assert [event.details()["deliveries"] for event in provider.happened("DeliveryRetried")] == [1]
    for other in ("1", "2", "999", "x", "9" * 18):
        post(sam, f"{DELIVERIES}/{other}/retry")
        assert len(provider.happened("DeliveryRetried")) == 1


def test_a_forged_address_is_passed_by(provider: Provider) -> None:
    give_up(provider)
    sam = StaffMember(provider, "administrator")
    sam.open(DELIVERIES)
    for bad in ("0", "-1", "1e9", "9" * 40, "9" * 18, "x", "%00", "%ed%a0%80", "1;drop", "../..", "x" * 2000):
        assert sam.open(f"{DELIVERIES}?before={bad}&kind={bad}&state={bad}").status == 200, bad
        assert sam.open(f"/console/health/sign-ins?span={bad}&brand={bad}&apart={bad}").status == 200, bad


def test_a_long_list_has_pages(provider: Provider) -> None:
    give_up(provider, times=52)
    sam = StaffMember(provider, "administrator")
    page = sam.open(DELIVERIES)
    assert page.body.count("Try now") == 50
    older = sam.open(page.link("Older"))
    assert older.body.count("Try now") == 2


def test_what_a_receiver_says_is_inert(provider: Provider) -> None:
    give_up(provider)
    with provider.house.ground.database.transaction() as db:
        said = "https://user:hunter2@shop.test:8443/logout?key=hunter3: <script>alert(1)</script> " + "x" * 5000
        db.execute(update(outbox).values(last_error=said, target="<b>", kind="mail"))
    page = StaffMember(provider, "administrator").open(DELIVERIES)
    assert "<script>alert" not in page.body
    assert "hunter" not in page.body
    assert "shop.test" in page.text
    assert "x" * 300 not in page.body
