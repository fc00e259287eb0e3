"""Staff search the trail, read an entry and take entries away; what is hostile, forged or another brand's gets nowhere."""

import csv
import io
import json
import re
from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest

from idp.admin import audit as reading
from idp.core.audit_chain import chain
from idp.core.event import Event
from idp.core.events import PasswordChanged, SignedIn, SignInFailed
from idp.core.origin import Origin, call_from
from idp.core.protocol_events import CodeIssued
from tests.builders import TestClock
from tests.drivers.browser import Page
from tests.drivers.provider import Provider
from tests.drivers.staff import StaffMember

LIST = "/console/audit"
HOSTILE = "<script>alert(1)</script>\"'=1+1"


BRAND = "ALPHERA Financial Services"


def record(provider: Provider, *events: Event, origin: Origin | None = None) -> None:
    """As the provider does when somebody comes."""
    call_from(origin or Origin("203.0.113.9", "Firefox/140.0 (X11; Linux)", "ref-1"))
    with provider.house.ground.database.transaction() as db:
        for event in events:
            provider.house.ground.bus.record(db, event)
    call_from(Origin())


@pytest.fixture
def ana(provider: Provider) -> str:
    call_from(Origin())
    return provider.add_customer(given_name="Ana", family_name="Alvarez").id


@pytest.fixture
def auditor(provider: Provider) -> StaffMember:
    sam = StaffMember(provider, "auditor")
    sam.open("/console")
    return sam


def search(auditor: StaffMember, **sought: str) -> Page:
    return auditor.open(f"{LIST}?{urlencode(sought)}" if sought else LIST)


def names(page: Page) -> list[str]:
    """The kinds of event on a page, from the top."""
    return re.findall(r'<th scope="row"><a href="[^"]+">(\w+)</a>', page.body)


def test_the_newest_come_first_and_lead_to_all_their_facts(provider: Provider, auditor: StaffMember, ana: str) -> None:
    provider.clock.advance(timedelta(seconds=5))
    record(
        provider,
        PasswordChanged(subject_id=ana, client_id="shop", brand="alphera", reason="changed", acr="mfa", amr=("pwd", "otp")),
    )
    page = search(auditor)
    assert names(page)[0] == "PasswordChanged"
    entry = auditor.open(page.link("PasswordChanged"))
    for fact in ("The password is another", "2026-11-02 09:30:05 UTC", "changed", "Ana Alvarez", "ana", ana, "shop", BRAND):
        assert fact in entry.text
    for fact in ("mfa by pwd, otp", "203.0.113.9", "Firefox on Linux", "ref-1", "Not sealed yet", "as the provider wrote it"):
        assert fact in entry.text
    ground = provider.house.ground
    chain(ground.database, ground.keyring, ground.clock)
    assert re.search(r"Position \d+, sealed under head \d+, signed at 2026-11-02 09:30:05 UTC", auditor.open(entry.url).text)


def test_each_thing_sought_narrows_what_is_found(provider: Provider, auditor: StaffMember, ana: str) -> None:
    record(provider, SignedIn(subject_id=ana, client_id="shop", brand="alphera"), origin=Origin(request_id="ref-7"))
    staff = Origin(actor=f"staff:{sam_id(provider)}")
    record(provider, SignInFailed(outcome="refused", reason="locked", brand="stellantis"), origin=staff)
    record(provider, CodeIssued(client_id="garage", brand="stellantis"), origin=Origin(actor="operator:root"))
    assert names(search(auditor, client="shop")) == ["SignedIn"]
    assert names(search(auditor, client="garage")) == ["CodeIssued"]
    assert names(search(auditor, event="CodeIssued")) == ["CodeIssued"]
    assert names(search(auditor, outcome="refused")) == ["SignInFailed"]
    assert names(search(auditor, brand="stellantis")) == ["CodeIssued", "SignInFailed"]
    assert names(search(auditor, actor="sam")) == names(search(auditor, actor=staff.actor)) == ["SignInFailed"]
    assert names(search(auditor, actor="root")) == ["CodeIssued"]
    assert names(search(auditor, reference="ref-7")) == ["SignedIn"]
    for name in ("ana", "ANA@example.test", ana):
        assert names(search(auditor, subject=name)) == ["SignedIn", "SubjectCreated"]
    assert names(search(auditor, subject="ana", event="SignedIn", reference="ref-7", brand="alphera")) == ["SignedIn"]
    assert "No entry fits" in search(auditor, subject="ana", event="CodeIssued").text
    assert "No entry fits" in search(auditor, subject="%").text


def sam_id(provider: Provider) -> str:
    with provider.house.ground.database.reading() as db:
        sam = provider.house.people.subjects.find(db, "sam")
    assert sam is not None
    return sam.id


def test_a_day_and_a_minute_count_as_a_whole(provider: Provider, clock: TestClock, auditor: StaffMember) -> None:
    clock.advance(timedelta(days=1, seconds=30))  # 2026-11-03, 09:30:30
    record(provider, CodeIssued(client_id="a"))
    clock.advance(timedelta(minutes=1))
    record(provider, CodeIssued(client_id="b"))
    kind = {"event": "CodeIssued"}
    assert len(names(search(auditor, **kind, to="2026-11-03"))) == 2
    assert len(names(search(auditor, **kind, **{"from": "2026-11-03T09:31"}))) == 1
    assert len(names(search(auditor, **kind, to="2026-11-03T09:30"))) == 1
    assert len(names(search(auditor, **kind, **{"from": "2026-11-03T09:30", "to": "2026-11-03T09:31"}))) == 2
    assert names(search(auditor, **kind, to="2026-11-02")) == []


def test_pages_go_on_where_the_last_one_ended(provider: Provider, clock: TestClock, auditor: StaffMember) -> None:
    for number in range(60):
        if number % 7 == 0:
            clock.advance(timedelta(microseconds=1))  # several entries of one moment
        record(provider, CodeIssued(client_id="shop", scope=str(number)))
    page = search(auditor, client="shop", size="25")
    seen = [entries_on(page)]
    record(provider, CodeIssued(client_id="shop", scope="later"))
    while page.links("Older"):
        page = auditor.open(page.link("Older"))
        seen.append(entries_on(page))
    assert [len(part) for part in seen] == [25, 25, 10]
    assert len({entry for part in seen for entry in part}) == 60
    assert "The newest" in page.text
    oldest = auditor.open(page.link("Time (UTC)"))
    assert entries_on(oldest) == [*reversed([entry for part in seen for entry in part])][:25]
    newer = auditor.open(oldest.link("Newer"))
    assert len({*entries_on(oldest), *entries_on(newer)}) == 50
    assert auditor.open(newer.url.replace("order=oldest", "order=newest")).status == 400


def entries_on(page: Page) -> list[str]:
    return re.findall(r'<th scope="row"><a href="([^"]+)">', page.body)


def test_a_brands_auditor_reads_that_brand_alone(provider: Provider, ana: str) -> None:
    auditor = StaffMember(provider, "auditor", "alphera")
    record(provider, SignedIn(subject_id=ana, brand="alphera"), CodeIssued(subject_id=ana, brand="stellantis"), CodeIssued())
    assert names(search(auditor, event="CodeIssued")) == []
    assert names(search(auditor, subject="ana")) == ["SignedIn"]
    assert search(auditor, brand="stellantis").status == 400
    own = int(entries_on(search(auditor))[0].rpartition("/")[2])
    assert [auditor.open(f"{LIST}/{number}").status for number in (own, own + 1, own + 2)] == [200, 404, 404]
    taken = auditor.open(f"{LIST}/export/json")
    assert {json.loads(line)["brand"] for line in taken.body.splitlines()} == {"alphera"}


def test_a_search_that_was_kept_leads_to_the_same_search(provider: Provider) -> None:
    sam = StaffMember(provider, "auditor")
    page = sam.open(f"{LIST}?event=RoleGranted&size=25")
    assert (page.query, names(page)) == ({"event": "RoleGranted", "size": "25"}, ["RoleGranted"])


def test_support_reads_nothing(provider: Provider) -> None:
    member = StaffMember(provider, "support")
    for path in (LIST, f"{LIST}/1", f"{LIST}/export/csv"):
        assert member.open(path).status == 403


REFUSED = {
    "from=yesterday": "from",
    "from=0000-00-00": "from",
    "from=2026-02-30": "from",
    "to=9999-12-31": "to",
    "from=2026-11-03&to=2026-11-01": "to",
    "event=Signed%25": "event",
    "event=" + "a" * 65: "event",
    "outcome=perhaps": "outcome",
    "brand=nobody": "brand",
    "size=0": "size",
    "size=1000000000": "size",
    "size=-25": "size",
    "size=%EF%BC%95%EF%BC%90": "size",
    "subject=ana&subject=ben": "subject",
    "subject=%00": "subject",
    "client=%EF%BF%BD": "client",
    "reference=" + "a" * 257: "reference",
    "actor=a%0Ab": "actor",
}


@pytest.mark.parametrize("query", REFUSED)
def test_what_cannot_be_sought_is_told_at_its_field(auditor: StaffMember, query: str) -> None:
    page = auditor.open(f"{LIST}?{query}")
    assert page.status == 400
    assert f'id="{REFUSED[query]}-mistake"' in page.body
    assert names(page) == []
    export = auditor.open(f"{LIST}/export/csv?{query}")
    assert (export.status, export.headers["Content-Type"]) == (400, "text/html; charset=utf-8")


def test_a_forged_place_and_one_of_another_search_are_refused(provider: Provider, auditor: StaffMember) -> None:
    record(provider, *[CodeIssued(client_id="shop")] * 30)
    place = search(auditor, client="shop", size="25").link("Older").partition("page=")[2]
    for query in (f"client=other&size=25&page={place}", f"client=shop&page={place[:-1]}", "page=%00", f"page={quote(HOSTILE)}"):
        page = auditor.open(f"{LIST}?{query}")
        assert page.status == 400
        assert "This link does not belong to this search" in page.text
        assert names(page) == []


@pytest.mark.parametrize("entry_id", ["0", "-1", "1e3", "99999999", "9" * 18, "9" * 40, "1 OR 1=1"])
def test_entries_that_are_not_there(auditor: StaffMember, entry_id: str) -> None:
    assert auditor.open(f"{LIST}/{entry_id}").status == 404


def test_a_forgotten_subject_has_no_facts_left(provider: Provider, auditor: StaffMember, ana: str) -> None:
    record(provider, SignedIn(subject_id=ana))
    with provider.house.ground.database.transaction() as db:
        provider.house.ground.trail.forget(db, ana)
    page = auditor.open(search(auditor, subject=ana).link("SignedIn"))
    assert "the key to the personal facts of their entries is destroyed" in page.text
    assert "203.0.113.9" not in page.text
    assert names(search(auditor, reference="ref-1")) == ["SignedIn"]


def test_hostile_text_is_inert_on_pages_and_in_files(provider: Provider, auditor: StaffMember) -> None:
    hostile = SignedIn(
        subject_id=HOSTILE[:40], client_id=HOSTILE, brand="alphera", reason="@SUM(1)", acr="\t=1", session_id="s"
    )
    record(provider, hostile, origin=Origin("203.0.113.9", f"=cmd|' /C calc'!A0 {HOSTILE}", "ref-1", f"-{HOSTILE}"))
    page = search(auditor, client=HOSTILE)
    entry = auditor.open(page.link("SignedIn"))
    for shown in (page.body, entry.body):
        assert "<script>alert" not in shown
        assert "&lt;script&gt;alert" in shown
    (row,) = csv_rows(auditor.open(f"{LIST}/export/csv?event=SignedIn&{urlencode({'client': HOSTILE})}"))
    assert row["reason"] == "'@SUM(1)"
    assert row["acr"] == "'\t=1"
    assert row["device"].startswith("'=cmd|")
    assert row["actor"] == f"'-{HOSTILE}"
    assert row["client"] == HOSTILE
    assert not any(re.match(r"\s*[=+\-@]|[\t\r]", cell) for cell in row.values())


def csv_rows(page: Page) -> list[dict[str, str]]:
    """The lines of a file under its first one."""
    assert page.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert page.body.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(page.body.removeprefix("\ufeff"), newline=""), strict=True))


def test_files_hold_what_was_sought_and_are_entries_themselves(provider: Provider, auditor: StaffMember, ana: str) -> None:
    record(provider, *[CodeIssued(subject_id=ana, client_id="shop", scope="openid", amr=("pwd",))] * 3, SignedIn())
    page = search(auditor, subject="ana", event="CodeIssued")
    rows = csv_rows(auditor.open(page.link("CSV")))
    assert len(rows) == 3
    assert auditor.browser.page.headers["Content-Disposition"] == 'attachment; filename="audit-2026-11-02.csv"'
    assert rows[0] | {"id": ""} == {
        "id": "",
        "time": "2026-11-02T09:30:00.000000Z",
        "event": "CodeIssued",
        "outcome": "ok",
        "reason": "",
        "subject": ana,
        "actor": "",
        "client": "shop",
        "brand": "",
        "acr": "",
        "amr": "pwd",
        "address": "203.0.113.9",
        "device": "Firefox/140.0 (X11; Linux)",
        "reference": "ref-1",
        "details": '{"scope": "openid"}',
    }
    lines = [json.loads(line) for line in auditor.open(page.link("JSON Lines")).body.splitlines()]
    assert [line["id"] for line in lines] == [int(row["id"]) for row in rows]
    assert lines[0]["personal"]["address"] == "203.0.113.9"
    first, second = provider.happened("AuditExported")
    assert first.details() == {
        "kind": "csv",
        "sought": f"subject_id={ana} event=CodeIssued",
        "entries": 3,
        "cut": False,
    }
    assert second.details()["kind"] == "json"
    entry = auditor.open(search(auditor, event="AuditExported").link("AuditExported"))
    assert "Sam Staff (sam), staff" in entry.text


def test_a_file_ends_at_its_most_and_says_so(provider: Provider, auditor: StaffMember, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_EXPORTED", 5)
    record(provider, *[CodeIssued(client_id="shop")] * 6)
    rows = csv_rows(auditor.open(f"{LIST}/export/csv?client=shop"))
    assert [row["event"] for row in rows[:5]] == ["CodeIssued"] * 5
    assert rows[5]["id"].startswith("Cut: these are the newest")
    lines = auditor.open(f"{LIST}/export/json?client=shop").body.splitlines()
    assert (len(lines), "cut" in json.loads(lines[-1])) == (6, True)
    assert provider.happened("AuditExported")[0].details()["cut"] is True
    assert auditor.open(f"{LIST}/export/xml").status == 404


def test_an_entry_that_was_changed_says_so(provider: Provider, auditor: StaffMember) -> None:
    with provider.house.ground.database.transaction() as db:
        db.exec_driver_sql("DROP TRIGGER audit_entries_keeps_update")
        db.exec_driver_sql("UPDATE audit_entries SET reason = 'nothing' WHERE event = 'RoleGranted'")
    page = auditor.open(search(auditor, event="RoleGranted").link("RoleGranted"))
    assert "This entry is not as the provider wrote it" in page.text


def test_the_fields_show_what_was_sought(auditor: StaffMember) -> None:
    page = search(auditor, **{"from": "2026-11-01", "to": "2026-11-02", "subject": "ana", "brand": "alphera", "size": "25"})
    shown = next(form for form in page.forms if "subject" in form.fields).fields
    assert (shown["from"], shown["to"], shown["subject"]) == ("2026-11-01T00:00", "2026-11-02T23:59", "ana")
    assert '<option value="alphera" selected>' in page.body
    assert '<option value="25" selected>' in page.body


def test_the_entry_about_a_file_repeats_no_name_that_was_typed(provider: Provider, auditor: StaffMember) -> None:
    for sought in ({"subject": "gone@example.test"}, {"reference": "ref-9"}, {}):
        auditor.open(f"{LIST}/export/csv?{urlencode(sought)}")
    told = [event.details()["sought"] for event in provider.happened("AuditExported")]
    assert told == ["subject_id=nobody", "reference", ""]
