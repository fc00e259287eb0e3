"""What a client that registered itself gets by posing as another, or by becoming another later: nothing."""

from datetime import timedelta

from tests.builders import ANA_PASSWORD
from tests.drivers.provider import Provider
from tests.drivers.registrant import APPLICATION, Registrant
from tests.drivers.relying_party import Answer, RelyingParty

LASTING = {"grant_types": ["authorization_code", "refresh_token"]}
A_MOMENT = timedelta(seconds=5)


def ana_allows(provider: Provider, *applications: RelyingParty) -> list[Answer]:
    """Ana signs in to each, and allows what it asks for."""
    browser, tokens = provider.browser(), []
    for application in applications:
        browser.open(application.request(scope="openid"))
        if not tokens:
            browser.sign_in("ana", ANA_PASSWORD)
        tokens.append(application.redeem(application.code(browser.submit(press="allow"))))
    return tokens


def sub_of(application: RelyingParty, tokens: Answer) -> str:
    return str(application.claims(tokens["id_token"])["sub"])


def test_it_never_knows_customers_as_another_does(provider: Provider, developer: Registrant) -> None:
    """Core 8.1: neither by the host of another, nor by a scheme of its own with that host behind it, nor by a change."""
    provider.add_customer()
    victim = provider.add_client("victim")
    same_host = developer.registers(redirect_uris=["https://victim.example/mine"])
    native = {"application_type": "native", "token_endpoint_auth_method": "none"}
    own_scheme = developer.registers(redirect_uris=["com.evil.app://victim.example/cb"], **native)
    parties = [victim, developer.relying_party(same_host), developer.relying_party(own_scheme)]
    subs = [sub_of(party, told) for party, told in zip(parties, ana_allows(provider, *parties), strict=True)]
    assert len(set(subs)) == 3

    wanted = {**APPLICATION, "client_id": same_host["client_id"], "redirect_uris": ["https://other.example/cb"]}
    moved = developer.manages("PUT", same_host, wanted | {"client_secret": same_host["client_secret"]})
    provider.clock.advance(A_MOMENT)
    party = developer.relying_party(moved)
    party.secret = same_host["client_secret"]
    browser = provider.browser()
    browser.open(party.request(scope="openid"))
    page = browser.sign_in("ana", ANA_PASSWORD)
    page = page if page.left else browser.submit(press="allow")
    assert sub_of(party, party.redeem(party.code(page))) == subs[1]


def test_consent_is_for_what_it_was(provider: Provider, developer: Registrant) -> None:
    """RFC 7592 5: with another name, or other addresses, it is asked for anew, and what it had got ends."""
    provider.add_customer()
    good = developer.registers(**LASTING)
    party = developer.relying_party(good)
    [told] = ana_allows(provider, party)
    read = developer.manages("GET", good).body
    developer.manages("PUT", good, read | {"contacts": ["dev@ledger.example"]})
    provider.clock.advance(A_MOMENT)
    told = party.refresh(told["refresh_token"])
    assert told.status == 200
    for becomes in ({"client_name": "Bank"}, {"redirect_uris": ["https://ledger.example/callback", "https://evil.example/cb"]}):
        assert developer.manages("PUT", good, read | becomes).status == 200
        provider.clock.advance(A_MOMENT)
        assert party.refresh(told["refresh_token"]).error == "invalid_grant"
        assert party.userinfo(told["access_token"]).status == 401
        [told] = ana_allows(provider, party)
    assert len(provider.happened("ClientBecameAnother")) == 2


def test_it_is_not_called_by_the_name_of_a_brand(developer: Registrant) -> None:
    """P8: nor by one that looks like it, nor by one that shows nothing; neither at first nor later."""
    good = developer.registers()
    wanted = {**APPLICATION, "client_id": good["client_id"]}
    for name in ("ALPHERA Financial Services", "my alphera", "Ａl-phèra", "Stel\u3164lantis", "\u3164", " . "):
        assert developer.registers(client_name=name).error == "invalid_client_metadata", name
        assert developer.manages("PUT", good, wanted | {"client_name": name}).status == 400, name
    assert developer.manages("GET", good)["client_name"] == "Ledger"


def test_customers_see_where_they_are_sent(provider: Provider, developer: Registrant) -> None:
    """S3.2: a name is what anybody says of themselves; an address is somebody's."""
    provider.add_customer()
    browser, native = provider.browser(), {"application_type": "native", "token_endpoint_auth_method": "none"}
    browser.open(developer.relying_party(developer.registers(redirect_uris=["https://evil.example:8443/cb"])).request())
    assert "you go on to evil.example" in browser.sign_in("ana", ANA_PASSWORD).text
    app = developer.registers(redirect_uris=["com.evil.app://victim.example/cb"], **native)
    page = browser.open(developer.relying_party(app).request())
    assert "an app on this device" in page.text
    assert "victim.example" not in page.text


BY_AN_ADMINISTRATOR_ALONE: tuple[dict[str, object], ...] = (
    {"scope": "openid accounts"},
    {"scope": "accounts", "grant_types": ["client_credentials"], "redirect_uris": []},
)


def test_what_it_never_gets_by_itself(developer: Registrant) -> None:
    """P8: agreements, and identifiers that others know a customer by too, are for clients that an administrator vouches for.

    RFC 7591 3.2.1: the kind of identifier is replaced, as many libraries ask for it unasked; the answer tells what it became.
    """
    good = developer.registers(subject_type="public")
    assert (good.status, good["subject_type"]) == (201, "pairwise")
    again = {**APPLICATION, "client_id": good["client_id"], "subject_type": "public"}
    assert developer.manages("PUT", good, again)["subject_type"] == "pairwise"
    for wrong in BY_AN_ADMINISTRATOR_ALONE:
        assert developer.registers(**wrong).error == "invalid_client_metadata", wrong
        assert developer.manages("PUT", good, {**APPLICATION, "client_id": good["client_id"], **wrong}).status == 400, wrong
