"""What support does for a caller who proved who they are: each act, what the customer is told, and what it takes (S3.12)."""

from datetime import timedelta

from sqlalchemy import update

from idp.core.outbox import outbox
from idp.selfservice.data import Data
from idp.subjects.model import subjects
from tests.builders import ANA_PASSWORD
from tests.drivers.browser import Browser, Page
from tests.drivers.desk import PROVEN, REASON, SPACED, Desk
from tests.drivers.post import other_than, read
from tests.drivers.relying_party import RelyingParty
from tests.drivers.staff import StaffMember
from tests.journeys.locks import WRONG, tried
from tests.journeys.recoveries import reset

HOSTILE = "<script>alert(1)</script> =cmd|' /C calc'!A0"


def a_shop(desk: Desk) -> RelyingParty:
    return desk.provider.add_client("shop", brand=desk.brand, consent="implied")


def anas(desk: Desk) -> Browser:
    return desk.provider.browser("192.0.2.9")


def is_locked_out(desk: Desk, shop: RelyingParty) -> Browser:
    browser = anas(desk)
    tried(browser, shop, *["ana"] * 5, password=WRONG)
    assert not tried(browser, shop, "ana", password=ANA_PASSWORD).left
    return browser


def test_a_lock_is_opened(desk: Desk) -> None:
    shop = a_shop(desk)
    browser = is_locked_out(desk, shop)
    desk.sam.open(desk.record)
    assert "Password locked" in desk.page.text
    desk.proves()
    assert "The lock is open" in desk.does("unlock").text
    assert tried(browser, shop, "ana", password=ANA_PASSWORD).left
    assert [event.reason for event in desk.provider.happened("PasswordUnlocked")] == ["support"]
    assert desk.told("Your sign-in was opened again") == 1
    assert "Password open" in desk.sam.open(desk.record).text


def test_where_nothing_is_locked_nothing_is_done_or_told(desk: Desk) -> None:
    desk.proves()
    assert "Nothing is locked" in desk.does("unlock").text
    assert (desk.provider.happened("SupportActed"), desk.told("opened again")) == ([], 0)


def test_a_way_back_in_is_sent_and_leads_to_a_new_password(desk: Desk) -> None:
    shop = a_shop(desk)
    desk.proves()
    assert "The e-mail is on its way" in desk.does("recovery_link").text
    assert "That was done in this call" in desk.does("recovery_link").text
    (mail,) = [mail for mail in desk.post.mails() if "Your way back in" in mail["Subject"]]
    text = read(mail)
    assert "our support, on the phone" in text
    browser = anas(desk)
    link = next(word for word in text.split() if "/recovery/link/" in word)
    reset(browser, link)
    assert tried(browser, shop, "ana", password="saffron glacier walnut 41").left


def test_everybody_is_signed_out(desk: Desk) -> None:
    shop, browser = a_shop(desk), anas(desk)
    tokens = shop.redeem(shop.code(tried(browser, shop, "ana", password=ANA_PASSWORD)))
    desk.proves()
    assert "signed out everywhere" in desk.does("end_sessions").text
    assert browser.open(shop.request(prompt="none")).query["error"] == "login_required"
    assert shop.userinfo(tokens["access_token"]).status == 401
    assert desk.told("You were signed out everywhere") == 1


def test_who_cannot_be_told_is_not_helped_in_ways_that_take_telling(desk: Desk) -> None:
    desk.provider.add_app("ana")
    desk.proves()
    page = desk.page
    with desk.provider.house.ground.database.transaction() as db:
        db.execute(update(subjects).where(subjects.c.id == desk.ana.id).values(email_verified=False, claims={}))
    assert "no confirmed e-mail address" in desk.does("recovery_link").text
    desk.sam.browser.page = page
    assert "There is no confirmed contact to tell" in desk.does("factor_reset").text
    assert desk.provider.happened("SupportActed") == []


def test_nothing_is_done_without_a_proof_or_a_reason(desk: Desk) -> None:
    desk.proves()
    page = desk.page
    for reason in ("", "  ", "ab", "x" * 301, "a\u202eb\x07cd"):
        desk.sam.browser.page = page
        refused = desk.does("end_sessions", reason)
        assert (refused.status, "Type a reason" in refused.text) == (422, True)
    # A form kept from a call in which more was proven is worth nothing in another.
    desk.takes_the_call()
    token = desk.page.forms[0].fields
    refused = desk.sam.browser.post(f"{desk.page.url}/act", token | {"reason": REASON, "end_sessions": "1"})
    assert (refused.status, "have not proven enough" in refused.text) == (403, True)
    assert desk.provider.happened("SupportActed") == []


def test_who_became_staff_meanwhile_is_helped_no_more(desk: Desk) -> None:
    desk.proves()
    desk.provider.make_staff("ana")
    desk.does("end_sessions")
    assert desk.provider.happened("SupportActed") == []


def test_a_reason_is_inert_wherever_it_is_read(desk: Desk) -> None:
    desk.proves()
    page = desk.does("end_sessions", HOSTILE)
    assert HOSTILE in page.text
    assert "<script>alert" not in page.body
    (event,) = desk.provider.happened("SupportActed")
    assert event.details()["because"] == HOSTILE
    # In the trail it is sealed under the key of the customer, and goes with it.
    assert len([row for row in desk.said() if "alert(1)" in row]) == 1


def sees(desk: Desk, browser: Browser) -> Page:
    browser.open("/account")
    return browser.sign_in("ana", ANA_PASSWORD) if browser.page.forms else browser.page


def test_a_code_goes_where_the_agent_says_in_words_that_name_the_call(desk: Desk) -> None:
    desk.takes_the_call()
    desk.sends_a_code("text_code")
    (text,) = desk.post.texts()
    assert (text.to, "you called us. Read this code to the agent" in text.text) == ("+447700900118", True)
    assert "never ask" not in text.text
    assert "A code went out a moment ago" in desk.sends_a_code("mail_code").text
    desk.clock.advance(timedelta(seconds=31))
    desk.sends_a_code("mail_code")
    assert desk.told("You called us: read this code to the agent") == 1
    # The newer alone counts.
    assert "That is not the code" in desk.hears(" ".join(SPACED.findall(text.text)[0])).text
    assert "They read the right code" in desk.hears(desk.code()).text
    assert [event.details()["kind"] for event in desk.provider.happened("CallerCodeSent")] == ["text_code", "mail_code"]


def test_a_code_is_shown_to_whoever_is_signed_in(desk: Desk) -> None:
    desk.takes_the_call()
    desk.sends_a_code("account")
    browser = anas(desk)
    page = sees(desk, browser)
    assert "You are on the phone with us" in page.text
    code = " ".join(SPACED.findall(page.text)[0])
    other = desk.provider.browser("192.0.2.10")
    desk.provider.add_customer("ben")
    other.open("/account")
    assert "on the phone" not in other.sign_in("ben", ANA_PASSWORD).text
    assert "They read the right code" in desk.hears(code).text
    assert "on the phone" not in browser.open("/account").text


def test_a_code_that_is_shown_goes_after_five_minutes_or_with_the_call(desk: Desk) -> None:
    browser = anas(desk)
    desk.takes_the_call()
    desk.sends_a_code("account")
    assert "on the phone" in sees(desk, browser).text
    code = " ".join(SPACED.findall(browser.page.text)[0])
    here = desk.page
    desk.clock.advance(timedelta(minutes=5))
    assert "on the phone" not in browser.open("/account").text
    assert "That is not the code" in desk.hears(code).text
    desk.sam.browser.page = here
    desk.sends_a_code("account")
    assert "on the phone" in browser.open("/account").text
    desk.sam.browser.submit()
    assert "on the phone" not in browser.open("/account").text


def test_a_code_is_tried_five_times_in_a_call_however_many_are_sent(desk: Desk) -> None:
    desk.takes_the_call()
    desk.sends_a_code()
    code = desk.code()
    for left in (4, 3, 2):
        assert f"{left} more tries" in desk.hears(other_than(code.replace(" ", ""))).text
    desk.clock.advance(timedelta(seconds=31))
    desk.sends_a_code()
    code = desk.code()
    for said in ("1 more try", "There are no more tries", "There are no more tries"):
        assert said in desk.hears(other_than(code.replace(" ", ""))).text
    assert "That is not the code" in desk.hears(code).text
    desk.clock.advance(timedelta(seconds=31))
    desk.sam.browser.open(desk.page.url.removesuffix("/code"))
    assert "No more codes for now" in desk.sends_a_code().text
    assert desk.provider.happened("CallerCodeTried")[-1].outcome == "refused"


def test_a_code_of_a_call_signs_nobody_in(desk: Desk) -> None:
    desk.provider.add_phone()
    shop, browser = a_shop(desk), anas(desk)
    desk.takes_the_call()
    desk.sends_a_code("text_code")
    tried(browser, shop, "ana", password=ANA_PASSWORD)
    desk.clock.advance(timedelta(seconds=31))
    browser.submit(press="send")
    page = browser.submit(code=desk.code("text_code"))
    assert not page.left
    assert "code" in page.text


def test_a_customer_is_written_to_in_their_language_and_the_console_speaks_english(desk: Desk) -> None:
    with desk.provider.house.ground.database.transaction() as db:
        db.execute(update(subjects).where(subjects.c.id == desk.ana.id).values(locale="de"))
    assert PROVEN in desk.proves().text
    desk.does("end_sessions")
    desk.does("recovery_link")
    mails = [read(mail, "html") for mail in desk.post.mails() if mail["To"] == desk.ana.email]
    assert len(mails) >= 2
    assert [mail for mail in mails if 'lang="de"' not in mail] == []


def test_the_customer_reads_what_was_done_and_why_but_nothing_of_the_agent(desk: Desk) -> None:
    desk.sam.browser = desk.provider.browser("198.51.100.77")
    desk.proves()
    desk.does("end_sessions")
    browser = anas(desk)
    browser.open("/account/activity")
    page = browser.sign_in("ana", ANA_PASSWORD)
    assert "Our support signed you out everywhere" in page.text
    assert "Done by us" in page.text
    data = Data(
        desk.provider.house.ground.database,
        desk.clock,
        desk.provider.house.ground.keyring,
        desk.provider.house.people.subjects,
        desk.provider.house.parties.brands,
        desk.provider.house.parties.consents,
    ).of(desk.ana.id)
    assert REASON in str(data)
    assert not [told for told in ("198.51.100.77", "Sam Staff") if told in page.body + str(data)]


def test_the_timeline_tells_what_happened_and_whether_we_reached_them(desk: Desk) -> None:
    shop = a_shop(desk)
    is_locked_out(desk, shop)
    desk.post.mails()
    desk.proves()
    desk.does("unlock")
    with desk.provider.house.ground.database.transaction() as db:
        waiting = (outbox.c.about == desk.ana.id) & outbox.c.delivered_at.is_(None)
        db.execute(update(outbox).where(waiting).values(failed_at=desk.clock.now(), tries=7))
    page = desk.sam.open(desk.record)
    told = (
        "A wrong password was typed",
        "Signing in by password was locked",
        "Signing in by password was opened again",
        "You called our support",
        "An e-mail was delivered",
        "An e-mail could not be delivered, and was given up refused tried 7 times",
    )
    assert [words for words in told if words not in page.text] == []
    assert not [secret for secret in ("192.0.2.9", "ana@", "+4477", REASON) if secret in page.body]


def test_what_happened_at_another_brand_alone_is_not_told(desk: Desk) -> None:
    """The account is one, so its lock is told to every brand; wrong passwords, calls and mails stay where they were."""
    other = {"stellantis": "alphera", "alphera": "stellantis"}[desk.brand]
    elsewhere, browser = desk.provider.add_client("there", brand=other, consent="implied"), anas(desk)
    browser.open(elsewhere.request())
    browser.sign_in("ana", ANA_PASSWORD)
    is_locked_out(desk, a_shop(desk))
    desk.takes_the_call()
    desk.post.mails()
    at_both = ("Signing in by password was locked", "Signed in")
    here_alone = ("A wrong password was typed", "You called our support", "An agreement was added", "delivered 2 times")
    kims = desk.colleague("kim", other).open(desk.record).text
    lees = StaffMember(desk.provider, "support", None, "lee").open(desk.record).text
    assert [told for told in at_both if told not in kims or told not in lees] == []
    assert [told for told in here_alone if told in kims or told not in lees] == []
    there, here = map(desk.provider.house.parties.brands.get_or_any, (other, desk.brand))
    assert (there.name in kims, here.name in kims) == (True, False)
