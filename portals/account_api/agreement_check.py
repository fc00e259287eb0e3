"""Tells the identity provider whether an agreement and what was typed for it belong together (docs/activation.md).

Asked by a JWT that the provider signed for this API, once each; answered by one of ours that echoes its `jti`.
"""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, request
from joserfc import jwt
from joserfc.jwk import ECKey

from portals.account_api.caller_check import verdicts
from portals.account_api.spent import Spent
from portals.clock import Clock
from portals.data.agreements import Customer
from portals.data.customers import Books, plain
from portals.issuer_keys import IssuerKeys, KeysUnavailable, TokenRejected
from portals.keys import ALGORITHM
from portals.settings import PortalSettings

REQUEST, ANSWER = "agreement-check+jwt", "agreement-answer+jwt"
MEDIA_TYPE = "application/jwt"
LIFE_SECONDS = 60
LEEWAY_SECONDS = 30
LONGEST = 200
MOST_ANSWERS = 10


@dataclass(frozen=True, slots=True)
class Question:
    """A request whose every claim has been checked. Birth date and postcode are empty where only the number is asked for.

    `answers` are those of somebody on the phone who says they are the customer with this number, by what was asked.
    """

    jti: str
    expires_at: float
    agreement: str
    birth_date: str
    postcode: str
    customer_number: str
    answers: dict[str, str]


@dataclass(frozen=True, slots=True)
class AgreementChecks:
    """Collaborators; `key` signs what is answered."""

    settings: PortalSettings
    books: Books
    keys: IssuerKeys
    key: ECKey
    spent: Spent
    clock: Clock

    def read(self, token: str) -> Question:
        """Check the request and spend it. Raises TokenRejected, KeysUnavailable."""
        claims, now = self.keys.verify(token, REQUEST).claims, self.clock()
        for name, holds in _rules(claims, self.settings, now.timestamp()):
            if not holds:
                raise TokenRejected(name)
        expires_at = claims["exp"] + LEEWAY_SECONDS
        if not self.spent.first(f"check:{claims['jti']}", expires_at, now):
            raise TokenRejected("used before")
        told = {name: claims.get(name, "") for name in ("agreement", "birth_date", "postcode", "customer_number")}
        return Question(claims["jti"], expires_at, **told, answers=claims.get("answers", {}))

    def answer(self, question: Question) -> str:
        """Return the signed verdict. Contacts are told only where birth date and postcode matched."""
        now = int(self.clock().timestamp())
        claims: dict[str, Any] = {"iss": self.settings.api_url, "aud": self.settings.issuer, "jti": question.jti}
        verdict = self._judge(question) if question.answers else self._verdict(question)
        claims |= {"iat": now, "exp": now + LIFE_SECONDS} | verdict
        return jwt.encode({"alg": ALGORITHM, "kid": self.key.kid, "typ": ANSWER}, claims, self.key)

    def _verdict(self, question: Question) -> dict[str, Any]:
        owner = self.books.holder(question.agreement)
        if owner is None:
            return {"match": False}
        if not question.birth_date and not question.postcode:
            return {"match": True, "customer_number": owner.number}
        if question.birth_date != owner.birth_date.isoformat() or plain(question.postcode) != plain(owner.postcode):
            return {"match": False}
        return {"match": True, "customer_number": owner.number} | _on_file(owner)

    def _judge(self, question: Question) -> dict[str, Any]:
        caller = self.books.customer(question.customer_number)
        if caller is None:
            return {"verdicts": dict.fromkeys(question.answers, False)}
        return {"verdicts": verdicts(caller, question.answers, self.clock().date())}


def check_routes(api: Blueprint, checks: AgreementChecks) -> None:
    """Add `/agreement-check` to the account API."""

    @api.post("/agreement-check")
    def check_agreement() -> Response:
        if request.mimetype != MEDIA_TYPE:
            return _refused(415, f"send a JWT as {MEDIA_TYPE}")
        try:
            question = checks.read(request.get_data(as_text=False).decode("ascii", "replace"))
        except TokenRejected as rejection:
            return _refused(401, f"the request does not hold: {rejection}")
        except KeysUnavailable:
            return _refused(503, "the keys of the identity provider cannot be fetched")
        return Response(checks.answer(question), mimetype=MEDIA_TYPE, headers={"Cache-Control": "no-store"})


def _rules(claims: dict[str, Any], settings: PortalSettings, now: float) -> tuple[tuple[str, bool], ...]:
    made, ends, jti = claims.get("iat"), claims.get("exp"), claims.get("jti")
    return (
        ("iss", claims.get("iss") == settings.issuer),
        ("aud", claims.get("aud") == settings.api_url),
        ("iat", type(made) is int and made <= now + LEEWAY_SECONDS),
        ("exp", type(ends) is int and now - LEEWAY_SECONDS < ends <= now + LIFE_SECONDS + LEEWAY_SECONDS),
        ("jti", isinstance(jti, str) and 0 < len(jti) <= LONGEST),
        ("agreement", _is_text(claims.get("agreement", "")) and ("agreement" in claims) != ("answers" in claims)),
        (
            "customer_number",
            _is_text(claims.get("customer_number", "")) and ("customer_number" in claims) == ("answers" in claims),
        ),
        ("answers", _are_answers(claims.get("answers", {}))),
        ("birth_date", _is_text(claims.get("birth_date", ""))),
        ("postcode", _is_text(claims.get("postcode", ""))),
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST


def _are_answers(value: object) -> bool:
    return isinstance(value, dict) and len(value) <= MOST_ANSWERS and all(map(_is_text, (*value, *value.values())))


def _on_file(owner: Customer) -> dict[str, str]:
    told = {
        "email": owner.email,
        "phone": owner.phone,
        "given_name": owner.given_name,
        "family_name": owner.family_name,
    }
    return {name: value for name, value in told.items() if value}


def _refused(status: int, because: str) -> Response:
    answer = jsonify({"error": "invalid_request" if status < 500 else "temporarily_unavailable", "error_description": because})
    answer.status_code = status
    return answer
