"""Online access begins: the brand knows the agreement, a code goes to the contact it has on file, a password is chosen."""

from datetime import timedelta

import pytest

from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.newcomer import BRANDS, PASSWORD, Newcomer, Town
from tests.drivers.post import other_than, read


@pytest.mark.parametrize("brand", BRANDS)
def test_from_the_button_of_the_portal_and_back(town: Town, elin: Newcomer) -> None:
    assert "Activate online access" in elin.comes().text
    page = elin.types()
    assert "If these details match" in page.text
    assert "e•••@e•••" in page.text
    assert "elin@example.test" not in page.body
    assert "Choose how you sign in" in elin.confirms().text
    assert "passkey" in elin.chooses().text
    page = elin.browser.submit(press="later")
    assert town.number(elin.brand, "elin") == "ST-415206"
    claims = town.claims(elin.brand, page)
    assert (claims["name"], claims["email"], claims["email_verified"]) == ("Elin Moss", "elin@example.test", True)
    told = [mail["Subject"].partition(" – ")[0] for mail in town.post.mails()]
    assert told == ["Your code", "Online access was activated", "A new browser signed in"]
    assert [event.kind for event in town.provider.happened("ActivationFinished")] == ["created"]  # type: ignore[attr-defined]


def test_the_new_name_and_the_address_sign_in_afterwards(town: Town, elin: Newcomer) -> None:
    assert elin.activates().left
    for name in ("elin", "Elin@Example.Test"):
        elsewhere = town.provider.browser("192.0.2.9")
        elsewhere.open(town.shop(elin.brand).request())
        assert elsewhere.sign_in(name, PASSWORD).left


@pytest.mark.parametrize("brand", BRANDS)
def test_who_comes_by_themselves_ends_at_the_portal_of_the_brand(elin: Newcomer) -> None:
    page = elin.browser.open("/activate")
    elin.browser.open(page.link("Stellantis Financial" if elin.brand == "stellantis" else "ALPHERA Financial"))
    elin.types()
    elin.confirms()
    page = elin.chooses()
    assert page.url == f"http://localhost:{9001 if elin.brand == 'stellantis' else 9002}/"


def test_from_the_sign_in_page(town: Town, elin: Newcomer) -> None:
    page = elin.browser.open(town.shop(elin.brand).request())
    elin.browser.open(page.link("Activate online access"))
    elin.types()
    elin.confirms()
    elin.chooses()
    assert elin.browser.submit(press="later").left


def test_who_has_online_access_goes_on_to_sign_in(town: Town, elin: Newcomer) -> None:
    town.provider.add_customer("ana")
    elin.comes()
    assert "Sign in to" in elin.browser.submit(press="instead").text
    assert town.claims(elin.brand, elin.browser.sign_in("ana", ANA_PASSWORD))["email"] == "ana@example.test"


@pytest.mark.parametrize("brand", BRANDS)
def test_a_number_alone_on_file_needs_an_address_that_is_confirmed_first(town: Town, brand: str) -> None:
    farid = Newcomer(town, brand, town.provider.browser(), email="", phone="+447700900733").becomes_customer()
    farid.comes()
    assert "•••• 733" in farid.types().text
    assert "Your e-mail address" in farid.confirms().text
    assert "Check the e-mail address" in farid.browser.submit(email="farid@example").text
    assert "farid@example.test" in farid.browser.submit(email=" farid@example.test ").text
    assert "did not match" in farid.confirms(other_than(town.post.code("mail_code"))).text
    assert "Your e-mail address" in farid.browser.submit(press="change").text
    farid.browser.submit(email="farid.h@example.test")
    assert town.post.mails()[-1]["To"] == "farid.h@example.test"
    assert "Choose how you sign in" in farid.confirms(town.post.code("mail_code")).text
    farid.chooses("farid")
    claims = town.claims(brand, farid.browser.submit(press="later"))
    assert (claims["email"], claims["email_verified"]) == ("farid.h@example.test", True)
    (subject,) = [row for row in town.rows("subjects") if row["username"] == "farid"]
    assert subject["claims"] == {"phone_number": "+447700900733", "phone_number_verified": True}


@pytest.mark.parametrize("brand", BRANDS)
def test_nothing_on_file_leads_to_people(town: Town, brand: str) -> None:
    greta = Newcomer(town, brand, town.provider.browser(), email="").becomes_customer()
    greta.comes()
    page = greta.types()
    assert "We need to speak to you" in page.text
    assert "020 7946" in page.text
    assert greta.browser.submit(press="restart").forms[0].fields["agreement"] == ""


def test_an_address_of_somebody_known_is_never_a_second_subject(town: Town, elin: Newcomer) -> None:
    town.provider.add_customer("ana", email="elin@example.test")
    elin.comes()
    elin.types()
    page = elin.confirms()
    assert "you have a sign-in with us already" in page.text
    elin.browser.submit(press="add")
    page = elin.browser.sign_in("ana", ANA_PASSWORD)
    assert town.claims(elin.brand, page)["email"] == "elin@example.test"
    assert town.number(elin.brand, "ana") == "ST-415206"
    assert len(town.rows("subjects")) == 1
    assert any("An agreement was added" in mail["Subject"] for mail in town.post.mails())


@pytest.mark.parametrize("brand", BRANDS)
def test_a_number_of_somebody_known_is_never_a_second_subject(town: Town, brand: str) -> None:
    number = "+447700900733"
    town.provider.add_customer("ana", claims={"phone_number": number, "phone_number_verified": True})
    farid = Newcomer(town, brand, town.provider.browser(), email="", phone=number).becomes_customer()
    farid.comes()
    farid.types()
    assert "you have a sign-in with us already" in farid.confirms().text
    assert "ana" not in farid.browser.submit(press="add").body
    assert town.claims(brand, farid.browser.sign_in("ana", ANA_PASSWORD))["email"] == "ana@example.test"
    assert town.number(brand, "ana") == "ST-415206"
    assert len(town.rows("subjects")) == 1


def test_who_shares_a_phone_goes_on_with_an_address_of_their_own(town: Town, brand: str) -> None:
    number = "+447700900733"
    town.provider.add_customer("ana", claims={"phone_number": number, "phone_number_verified": True})
    farid = Newcomer(town, brand, town.provider.browser(), email="", phone=number).becomes_customer()
    farid.comes()
    farid.types()
    farid.confirms()
    assert "Your e-mail address" in farid.browser.submit(press="own").text
    farid.browser.submit(email="farid@example.test")
    assert "Choose how you sign in" in farid.confirms(town.post.code("mail_code")).text
    farid.chooses("farid")
    assert (town.number(brand, "ana"), town.number(brand, "farid")) == (None, "ST-415206")


@pytest.mark.parametrize("brand", BRANDS)
def test_a_number_that_was_never_confirmed_is_nobodys(town: Town, brand: str) -> None:
    number = "+447700900733"
    town.provider.add_customer("ana", claims={"phone_number": number, "phone_number_verified": False})
    farid = Newcomer(town, brand, town.provider.browser(), email="", phone=number).becomes_customer()
    farid.comes()
    farid.types()
    assert "Your e-mail address" in farid.confirms().text


@pytest.mark.parametrize("brand", BRANDS)
def test_who_is_signed_in_adds_it_at_the_strength_they_have_enrolled(town: Town, elin: Newcomer) -> None:
    town.provider.add_customer("ana")
    elin.browser.open(town.shop(elin.brand).request())
    elin.browser.sign_in("ana", ANA_PASSWORD)
    app = town.provider.add_app("ana")
    assert "You’re signed in as a•••" in elin.comes().text
    elin.types()
    assert "a•••" in elin.confirms().text
    elin.browser.submit(press="add")
    assert "code from your app" in elin.browser.submit(password=ANA_PASSWORD).text
    assert town.number(elin.brand, "ana") is None
    assert elin.browser.submit(code=app.code()).left
    assert town.number(elin.brand, "ana") == "ST-415206"
    assert len(town.rows("subjects")) == 1


@pytest.mark.parametrize("brand", BRANDS)
def test_who_signs_in_as_somebody_else_proves_as_much(town: Town, elin: Newcomer) -> None:
    for name in ("ana", "ben"):
        town.provider.add_customer(name, email=f"{name}@example.test")
        town.provider.puts_off_the_offer(name)
    elin.browser.open(town.shop(elin.brand).request())
    elin.browser.sign_in("ana", ANA_PASSWORD)
    town.provider.add_phone("ben")
    app = town.provider.add_app("ben")
    elin.comes()
    elin.types()
    elin.confirms()
    elin.browser.submit(press="another")
    page = elin.browser.sign_in("ben", ANA_PASSWORD)
    assert "code from your app" in page.text
    # A text would do to sign in. For the agreement the app is asked for as well, and nothing twice.
    elin.browser.open(page.url.replace("totp", "text_code"))
    elin.browser.submit(press="send")
    assert "code from your app" in elin.browser.submit(code=town.post.code("text_code")).text
    assert elin.browser.submit(code=app.code()).left
    assert [town.number(elin.brand, name) for name in ("ana", "ben")] == [None, "ST-415206"]


def test_the_account_offers_to_add_an_agreement_and_then_no_more(town: Town, elin: Newcomer) -> None:
    town.provider.add_customer("ana")
    elin.browser.open(town.shop(elin.brand).request())
    elin.browser.sign_in("ana", ANA_PASSWORD)
    elin.browser.open(elin.browser.open("/account").link("Add your agreement"))
    elin.types()
    elin.confirms()
    elin.browser.submit(press="add")
    assert elin.browser.submit(password=ANA_PASSWORD).left
    assert "Add your agreement" not in elin.browser.open("/account").text


def test_another_number_of_a_customer_takes_nobodys_place(town: Town, elin: Newcomer) -> None:
    town.provider.add_customer("ana", email="elin@example.test", numbers={elin.brand: "ST-1"})
    elin.comes()
    elin.types()
    elin.confirms()
    elin.browser.submit(press="add")
    assert "This agreement cannot be added" in elin.browser.sign_in("ana", ANA_PASSWORD).text
    assert town.number(elin.brand, "ana") == "ST-1"


def test_five_wrong_codes_end_the_code_and_a_new_one_begins_anew(elin: Newcomer) -> None:
    elin.comes()
    elin.types()
    right = elin.code()
    for left in (4, 3, 2, 1):
        assert f"{left} more" in elin.confirms(other_than(right)).text
    assert "Too many wrong codes" in elin.confirms(other_than(right)).text
    assert "Too many wrong codes" in elin.browser.open(elin.browser.page.url.removesuffix("/code")).text
    elin.browser.submit(press="restart")
    elin.types()
    assert "Choose how you sign in" in elin.confirms().text


def test_a_code_is_late_after_five_minutes_and_the_next_one_counts(elin: Newcomer, clock: TestClock) -> None:
    elin.comes()
    elin.types()
    late = elin.code()
    clock.advance(timedelta(minutes=6))
    assert "too old" in elin.confirms(late).text
    elin.browser.submit(press="send")
    new = elin.code()
    assert new != late
    assert "Choose how you sign in" in elin.confirms(new).text


def test_a_case_that_was_left_begins_anew(elin: Newcomer, clock: TestClock) -> None:
    elin.comes()
    elin.types()
    elin.confirms()
    clock.advance(timedelta(minutes=26))
    assert "Agreement number" in elin.chooses().text


WRONG = [
    ({"username": "ana"}, "That username is taken"),
    ({"username": "e@in"}, "Choose another username"),
    ({"username": "x\r\nBcc: y"}, "Choose another username"),
    ({"password": "short"}, "too short"),
    ({"password": "elinmosselinmoss"}, "easy to guess"),
    ({"given_name": ""}, "Type your first name"),
    ({"family_name": "x" * 200}, "Type your last name"),
]


def test_what_cannot_be_chosen_is_said_at_its_field(town: Town, elin: Newcomer) -> None:
    town.provider.add_customer("ana")
    elin.comes()
    elin.types()
    elin.confirms()
    good = {"given_name": "Elin", "family_name": "Moss"}
    for chosen, said in WRONG:
        page = elin.chooses(**(good | chosen))
        assert (page.status, said in page.text) == (422, True), page.text
    assert len(town.rows("subjects")) == 1
    assert "passkey" in elin.chooses(**good).text


def test_names_are_not_tried_without_end(town: Town, elin: Newcomer) -> None:
    town.provider.add_customer("ana")
    elin.comes()
    elin.types()
    elin.confirms()
    form = elin.browser.page
    for _ in range(10):
        assert "That username is taken" in elin.chooses("ana").text
    for name in ("ana", "free"):
        elin.browser.page = form
        page = elin.chooses(name)
        assert (page.status, "Too many requests" in page.text) == (429, True)
    assert len(town.rows("subjects")) == 1
    town.provider.clock.advance(timedelta(days=2))
    assert elin.activates().left


def test_somebody_else_who_asks_again_is_told_nothing_and_its_owner_is(town: Town, elin: Newcomer) -> None:
    assert elin.activates().left
    other = Newcomer(town, elin.brand, town.provider.browser("192.0.2.66"))
    other.comes()
    before = len(town.post.mails())
    page = other.types()
    assert "e•••@e•••" in page.text
    (mail,) = town.post.mails()[before:]
    assert (mail["To"], "You already have online access" in mail["Subject"]) == ("elin@example.test", True)
    assert "nothing to activate" in read(mail)
    assert "did not match" in other.confirms("123456").text
