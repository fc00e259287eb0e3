"""Two served worker processes, on each pair of stores: ten parallel tries (S3.1), and news that both must hear."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from joserfc.jwk import ECKey

from tests.builders import ANA_PASSWORD
from tests.drivers.admin_api import AdminApi
from tests.drivers.browser import Browser, Page
from tests.drivers.registrant import APPLICATION, Registrant
from tests.drivers.relying_party import Answer, RelyingParty, ath
from tests.drivers.stack import Stack
from tests.drivers.staff import StaffMember
from tests.faults.scene import AT_ONCE, Scene, at_once
from tests.servers import wait_until

ROUNDS = 3
EVERYWHERE = 8  # answers in a row, of two workers: all from one of them is next to impossible, and harmless
AT_MOST = 5.0
KNOWN, UNKNOWN = {"invalid_grant"}, {"invalid_client"}


def statuses(answers: list[Answer]) -> Counter[int]:
    return Counter(answer.status for answer in answers)


def twin(scene: Scene, browser: Browser) -> Browser:
    """Another window of the same browser: it has the same cookies."""
    other = scene.stack.browser()
    for name in ("idp_session", "idp_browser"):
        value = browser.cookie(name)
        if value is not None:
            other.bring(name, value)
    return other


def rotations(scene: Scene) -> tuple[int, int]:
    """Refresh tokens stored, and rotations told in the trail."""
    told = sum(row.event == "RefreshRotated" for row in scene.stack.rows("audit_entries"))
    return len(scene.stack.rows("refresh_tokens")), told


def seconds_of(worker: int) -> int:
    return sum(map(int, Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()[11:13]))


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_ten_redeems_one_succeeds_and_nobody_keeps_a_token(scene: Scene, _round: int) -> None:
    """RFC 6749 4.1.2, P4: the nine others are replays, and a replay brings the family down."""
    shop, code = scene.request_and_code()
    answers = at_once(lambda _: shop.redeem(code))
    assert statuses(answers) == {200: 1, 400: AT_ONCE - 1}
    assert {answer.error for answer in answers if answer.status == 400} == {"invalid_grant"}
    won = next(answer for answer in answers if answer.status == 200)
    assert shop.userinfo(won["access_token"]).status == 401
    assert shop.refresh(won["refresh_token"]).error == "invalid_grant"


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_ten_refreshes_one_rotates_and_every_answer_has_the_same_successor(scene: Scene, _round: int) -> None:
    """P4: the grace gives the same client the same successor until that is used."""
    token = scene.tokens()["refresh_token"]
    before = rotations(scene)
    answers = at_once(lambda _: scene.shop.refresh(token))
    assert statuses(answers) == {200: AT_ONCE}
    successors = {answer["refresh_token"] for answer in answers}
    assert len(successors) == 1
    assert rotations(scene) == (before[0] + 1, before[1] + 1)
    assert scene.shop.refresh(successors.pop()).status == 200


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_an_assertion_is_good_once(scene: Scene, _round: int) -> None:
    """RFC 7523 3: the nine others are refused before they touch the code."""
    signer, code = scene.request_and_code(scene.signer)
    assertion = signer.assertion()
    answers = at_once(lambda _: signer.redeem(code, client_assertion=assertion))
    assert statuses(answers) == {200: 1, 401: AT_ONCE - 1}
    assert {answer.error for answer in answers if answer.status == 401} == {"invalid_client"}
    won = next(answer for answer in answers if answer.status == 200)
    assert signer.userinfo(won["access_token"]).status == 200


def test_a_proof_of_possession_is_good_once(scene: Scene) -> None:
    """RFC 9449 11.1: the nine others are refused, though the token and the key are good."""
    shop, code = scene.request_and_code(replace(scene.shop, dpop_key=ECKey.generate_key("P-256")))
    token = shop.redeem(code)["access_token"]
    headers = {"Authorization": f"DPoP {token}"} | shop.proven("GET", "/userinfo", ath=ath(token))
    answers = at_once(lambda _: shop.raw("GET", "/userinfo", headers=headers))
    assert statuses(answers) == {200: 1, 401: AT_ONCE - 1}
    assert {answer.error for answer in answers if answer.status == 401} == {"invalid_dpop_proof"}


def test_of_ten_keys_one_is_what_a_refresh_token_is_bound_to(scene: Scene, stack: Stack) -> None:
    """RFC 9449 5: whoever shows the first key to a public client's token is who goes on; the nine others cost it nothing."""
    app = stack.add_client("app", brand="stellantis", consent="implied", token_endpoint_auth_method="none")
    token = scene.tokens(app)["refresh_token"]
    rivals = [replace(app, dpop_key=ECKey.generate_key("P-256")) for _ in range(AT_ONCE)]
    answers = at_once(lambda number: rivals[number].refresh(token))
    assert statuses(answers) == {200: 1, 400: AT_ONCE - 1}
    assert {answer.error for answer in answers if answer.status == 400} == {"invalid_grant"}
    won = next(number for number, answer in enumerate(answers) if answer.status == 200)
    for number, rival in enumerate(rivals):
        if number != won:
            assert rival.refresh(answers[won]["refresh_token"]).error == "invalid_grant"
    following = rivals[won].refresh(answers[won]["refresh_token"])
    assert (following.status, following["token_type"]) == (200, "DPoP")


def test_a_pushed_request_gives_one_code(scene: Scene) -> None:
    """RFC 9126 2.2, P3: of ten windows with one request_uri one gets a code; it is spent for the others."""
    address = replace(scene.shop).pushed_request()
    windows = [twin(scene, scene.browser) for _ in range(AT_ONCE)]
    pages = at_once(lambda number: windows[number].open(address))
    assert sum(_at_shop(page) for page in pages) == 1
    assert {page.status for page in pages if not _at_shop(page)} <= {200, 400}


def test_an_interaction_finished_in_ten_windows_gives_one_code(scene: Scene) -> None:
    """S3.2: of the windows that resume it one gets the code, the others a page that says so."""
    browser, shop = scene.stack.browser(), replace(scene.shop)
    interaction = browser.open(shop.request()).url.rpartition("/")[2]
    browser.submit(username="ana", password=ANA_PASSWORD, follow=False)
    windows = [twin(scene, browser) for _ in range(AT_ONCE)]
    pages = at_once(lambda number: windows[number].open(f"/authorize/{interaction}"))
    assert sum(_at_shop(page) for page in pages) == 1
    assert {page.status for page in pages if not _at_shop(page)} == {200}


def test_a_form_sent_ten_times_gives_one_code(scene: Scene) -> None:
    browser, shop = scene.stack.browser(), replace(scene.shop)
    page = browser.open(shop.request())
    fields = page.forms[0].fields | {"username": "ana", "password": ANA_PASSWORD}
    windows = [twin(scene, browser) for _ in range(AT_ONCE)]
    pages = at_once(lambda number: windows[number].post(urlsplit(page.url).path, fields))
    assert sum(_at_shop(page) for page in pages) == 1
    assert {page.status for page in pages if not _at_shop(page)} <= {200, 503}


def test_the_first_administrator_is_made_once(stack: Stack) -> None:
    """Of several who run `idp role grant` for one person, one gives the role and has it told; the others learn that it was."""
    stack.add_customer("ada")
    runs = [stack.command_line.start("role", "grant", "ada", "administrator") for _ in range(4)]
    said = Counter(run.wait().out.rpartition("all brands ")[2].strip() for run in runs)
    assert said == {"from now on.": 1, "already.": 3}
    assert sum(row.event in ("RoleGranted", "StaffChanged") for row in stack.rows("audit_entries")) == 2
    assert [row.role for row in stack.rows("staff_roles")] == ["administrator"]


def test_of_the_last_two_administrators_who_take_each_others_role_one_stays(scene: Scene, stack: Stack) -> None:
    both = [StaffMember(stack, "administrator", username=name) for name in ("bea", "cy")]
    ids = {row.username: row.id for row in stack.rows("subjects")}
    if stack.rows("staff_roles")[2:]:
        stack.take_role("administrator", "ada")
    for member, other in zip(both, ("cy", "bea"), strict=True):
        assert "Take a role from" in member.open(f"/console/staff/{ids[other]}/take").text
    windows = [(twin(scene, member.browser), member.browser.page) for member in both for _ in range(AT_ONCE // 2)]
    for window, page in windows:
        window.page = page
    pages = at_once(lambda number: windows[number][0].submit(post="administrator:"))
    assert {page.status for page in pages} <= {200, 404, 422}
    (left,) = stack.rows("staff_roles")
    assert left.subject_id in (ids["bea"], ids["cy"])
    granted = sum(row.event == "RoleGranted" for row in stack.rows("audit_entries"))
    assert sum(row.event == "RoleRevoked" for row in stack.rows("audit_entries")) == granted - 1


def answers_everywhere(app: RelyingParty, key: ECKey) -> set[str | None]:
    """What the workers say to a code that nobody issued, from an application that signs with this key."""
    app.key = key
    return {app.token(grant_type="authorization_code", code="x", code_verifier="x" * 43).error for _ in range(EVERYWHERE)}


def holds_in_time(is_so: Callable[[], bool]) -> None:
    began = time.monotonic()
    wait_until(is_so)
    assert time.monotonic() - began < AT_MOST


def test_every_worker_hears_of_new_keys_and_of_a_client_that_was_stopped(scene: Scene) -> None:
    """P8, RFC 7592 2.2: by the client itself, and by an administrator's program."""
    keys = [ECKey.generate_key("P-256", auto_kid=True) for _ in range(3)]
    sets = [{"keys": [key.as_dict(private=False)]} for key in keys]
    developer = Registrant(scene.stack, Registrant.a_token(scene.stack))
    told = developer.registers(token_endpoint_auth_method="private_key_jwt", jwks=sets[0])
    app, api = developer.relying_party(told), AdminApi.of_client(scene.stack, "admin:clients", "changer")
    assert (answers_everywhere(app, keys[0]), answers_everywhere(app, keys[1])) == (KNOWN, UNKNOWN)

    wanted = {**APPLICATION, "client_id": app.client_id, "token_endpoint_auth_method": "private_key_jwt", "jwks": sets[1]}
    assert developer.manages("PUT", told, wanted).status == 200
    holds_in_time(lambda: answers_everywhere(app, keys[1]) == KNOWN and answers_everywhere(app, keys[0]) == UNKNOWN)

    read = api.call("GET", f"/clients/{app.client_id}")
    ours = read["metadata"] | {"jwks": sets[2]}
    assert api.call("PUT", f"/clients/{app.client_id}", ours, headers={"If-Match": read.headers["ETag"]}).status == 200
    holds_in_time(lambda: answers_everywhere(app, keys[2]) == KNOWN and answers_everywhere(app, keys[1]) == UNKNOWN)

    assert api.call("POST", f"/clients/{app.client_id}/disable").status == 200
    holds_in_time(lambda: answers_everywhere(app, keys[2]) == UNKNOWN)


def test_both_workers_take_part(scene: Scene, stack: Stack) -> None:
    """What the tests above say of two processes holds only if both have worked."""
    workers = stack.workers()
    before = [seconds_of(worker) for worker in workers]
    for _ in range(ROUNDS):
        at_once(lambda _: scene.shop.token(grant_type="refresh_token", refresh_token="unknown"), 32)
    assert all(seconds_of(worker) > since for worker, since in zip(workers, before, strict=True))


def _at_shop(page: Page) -> bool:
    return page.left and "code" in page.query
