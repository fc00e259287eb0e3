"""Why a registration was refused, as operators are told (P8)."""

from structlog.testing import capture_logs

from idp.oidc.refusals import store
from idp.oidc.refusals.explain import UNEXPLAINED, explain
from tests.drivers.provider import Provider
from tests.drivers.registrant import Registrant
from tests.drivers.relying_party import Answer

SECRET = "sssecret"


def test_what_a_registrant_got_wrong_is_explained(provider: Provider, developer: Registrant) -> None:
    """P8: the field and why; what is secret in an address is neither logged nor kept."""

    def sends(body: bytes, kind: str) -> Answer:
        return developer.send("POST", "/register", body, developer.token, headers={"Content-Type": kind})

    wrong = f"https://ana:{SECRET}@shop.example/cb?token={SECRET} {SECRET}=1"
    here = "redirect_uris: 'https://shop.example/cb?… must be an absolute address without fragment, wildcard or spaces"
    with capture_logs() as said:
        answers = {
            f"metadata: {here.replace('…', '?')}": developer.registers(redirect_uris=[wrong]),
            "The body must be application/json": sends(b"{}", "text/plain"),
            "The body is not JSON": sends(b"{", "application/json"),
            "no registration token": Registrant(provider).registers(),
        }
    for because, answer in answers.items():
        with provider.house.ground.database.reading() as db:
            noted = store.find(db, answer.headers["X-Request-Id"])
        assert noted is not None
        told = explain(noted)
        assert told.because == because
        assert (told.endpoint, told.mend != UNEXPLAINED.mend) == ("register", True)
        assert ("json" in told.mend, "form" in told.mend) == (because.endswith("application/json"), False)
        assert SECRET not in str(told)
    assert len(said) >= len(answers)
    assert SECRET not in str(said)
