"""Asks a brand about an agreement: signed by us, answered with its signature, once, within three seconds.

What a customer types for it is kept nowhere: it goes to the brand, and its verdict comes back (docs/activation.md).
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from time import monotonic
from typing import Any, Protocol, TypeVar

from idp.brands.brand import AccountApi, Brand
from idp.core.clock import Clock
from idp.core.errors import Unavailable
from idp.core.fetcher import Fetcher, FetchRefused
from idp.core.key_sets import Key, KeySets
from idp.core.logs import get_log
from idp.core.rooms import Rooms

log = get_log(__name__)
SECONDS = 3.0
LIFE_SECONDS = 60
# The clock of a brand may be a little off ours.
LEEWAY_SECONDS = 30
LARGEST_ANSWER = 16 * 1024
REQUEST, ANSWER = "agreement-check+jwt", "agreement-answer+jwt"
MEDIA_TYPE = "application/jwt"
LONGEST_NUMBER, LONGEST_TEXT = 64, 254
# A brand that hangs holds so many of our threads, and no more: the next are told at once to come back. Two do not hold all.
MOST_AT_ONCE, MOST_OF_ALL = 8, 12

T = TypeVar("T")
FindKeys = Callable[[str | None, str], list[Key]]


class Sign(Protocol):
    """Signs claims with the provider's current key, with this header `typ`."""

    def __call__(self, claims: Mapping[str, Any], typ: str) -> str: ...


class Open(Protocol):
    """The claims of a JWT of this `typ` that one of the keys found has signed; None for any other."""

    def __call__(self, token: str, typ: str, find: FindKeys) -> dict[str, Any] | None: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What a brand is asked: an agreement's number alone, or with what its holder knows. It is never stored or logged."""

    agreement: str
    birth_date: date | None = field(default=None, repr=False)
    postcode: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Found:
    """The brand knows the agreement, and what was asked matched.

    The rest is what the brand has on file, only where birth date and postcode were asked: they are untrusted text.
    """

    customer_number: str
    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    given_name: str | None = field(default=None, repr=False)
    family_name: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class NotFound:
    """The brand says no: which part did not match is not told."""


@dataclass(frozen=True, slots=True)
class Silent:
    """No answer that counts: the brand is down, late or not understood, its signature does not hold, or it has no such API."""


Verdict = Found | NotFound | Silent


@dataclass(frozen=True, slots=True)
class Caller:
    """What somebody on the phone answered, by what was asked, who says that they are this customer. Never stored or logged."""

    customer_number: str
    answers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Judged:
    """Whether each answer is right."""

    right: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class AgreementChecks:
    """Collaborators. `issuer` is who asks; one and the same object serves the whole process."""

    issuer: str
    fetcher: Fetcher
    key_sets: KeySets
    clock: Clock
    sign: Sign
    opened: Open
    _rooms: Rooms = field(default_factory=lambda: Rooms(MOST_OF_ALL, MOST_AT_ONCE), repr=False)

    def ask(self, brand: Brand, asked: Asked) -> Verdict:
        """What `brand` says, within 3 s, asked once and never again by itself."""
        return self._answered(brand, _question(asked), lambda claims: _verdict(claims, asked))

    def judge(self, brand: Brand, caller: Caller) -> Judged | Silent:
        """What `brand` says of each answer of a caller, by the same rules."""
        question: dict[str, Any] = {"customer_number": caller.customer_number, "answers": dict(caller.answers)}
        return self._answered(brand, question, lambda claims: _judged(claims, caller))

    def _answered(self, brand: Brand, question: dict[str, Any], read: Callable[[dict[str, Any]], T | None]) -> T | Silent:
        with self._rooms.room(brand.id) as found:  # one brand that hangs must not silence the others
            if brand.account_api is None or not found:
                return Silent()
            try:
                return self._ask(brand, brand.account_api, question, read)
            except (FetchRefused, Unavailable) as refused:
                log.warning("agreement_check_unanswered", brand=brand.id, because=refused.because)
                return Silent()

    def _ask(
        self, brand: Brand, api: AccountApi, question: dict[str, Any], read: Callable[[dict[str, Any]], T | None]
    ) -> T | Silent:
        until, jti = monotonic() + SECONDS, secrets.token_urlsafe(24)
        request = self.sign(self._claims(api, jti) | question, REQUEST)
        body = self.fetcher.ask(api.check_url, request.encode(), MEDIA_TYPE, LARGEST_ANSWER, SECONDS)
        claims = self.opened(body.decode("ascii", "replace"), ANSWER, lambda kid, alg: self._keys(brand, api, kid, alg, until))
        verdict = None if claims is None or not self._is_for_us(claims, api, jti) else read(claims)
        if verdict is None:
            log.warning("agreement_check_not_understood", brand=brand.id, signed=claims is not None)
        return verdict or Silent()

    def _claims(self, api: AccountApi, jti: str) -> dict[str, Any]:
        now = int(self.clock.now().timestamp())
        return {"iss": self.issuer, "aud": api.url, "iat": now, "exp": now + LIFE_SECONDS, "jti": jti}

    def _keys(self, brand: Brand, api: AccountApi, kid: str | None, alg: str, until: float) -> list[Key]:
        owner = f"brand {brand.id}"
        if api.jwks is not None:
            return self.key_sets.given(owner, api.jwks, kid, alg)
        return self.key_sets.published(owner, api.jwks_uri or "", kid, alg, max(0.0, until - monotonic()))

    def _is_for_us(self, claims: Mapping[str, Any], api: AccountApi, jti: str) -> bool:
        ends = claims.get("exp")
        return (
            claims.get("iss") == api.url
            and claims.get("aud") in (self.issuer, [self.issuer])
            and claims.get("jti") == jti
            and type(ends) is int
            and ends > self.clock.now().timestamp() - LEEWAY_SECONDS
        )


def _question(asked: Asked) -> dict[str, Any]:
    both = asked.birth_date is not None and asked.postcode is not None
    more = {"birth_date": asked.birth_date.isoformat(), "postcode": asked.postcode} if both and asked.birth_date else {}
    return {"agreement": asked.agreement} | more


def _judged(claims: Mapping[str, Any], caller: Caller) -> Judged | None:
    verdicts = claims.get("verdicts")
    # A verdict on everything that was asked and on nothing else, or none at all.
    if not isinstance(verdicts, dict) or verdicts.keys() != caller.answers.keys():
        return None
    return Judged(dict(verdicts)) if all(isinstance(right, bool) for right in verdicts.values()) else None


def _verdict(claims: Mapping[str, Any], asked: Asked) -> Verdict | None:
    if claims.get("match") is False:
        return NotFound()
    number = claims.get("customer_number")
    if claims.get("match") is not True or not _is_text(number, LONGEST_NUMBER):
        return None
    # A brand that says more than it was asked is not listened to: the number alone proves nothing.
    told = {} if asked.birth_date is None or asked.postcode is None else claims
    texts = {name: told.get(name) for name in ("email", "phone", "given_name", "family_name")}
    if any(text is not None and not _is_text(text, LONGEST_TEXT) for text in texts.values()):
        return None
    return Found(str(number), **texts)


def _is_text(value: object, longest: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= longest and value.isprintable() and value == value.strip()
