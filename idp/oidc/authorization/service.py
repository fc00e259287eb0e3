"""The authorization service: opens a request, weighs it against the session, issues the code. It knows no HTTP."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from idp.clients.client import Client
from idp.clients.consent import Consents
from idp.clients.held import hold
from idp.clients.profiles import Profile
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.errors import OAuthError, Refused
from idp.core.events import Bus
from idp.core.logs import get_log
from idp.core.protocol_events import CodeIssued, ConsentDenied
from idp.core.wishes import wish
from idp.oidc.authorization.arriving import Requests, Unread
from idp.oidc.authorization.asked import Asked, understand
from idp.oidc.authorization.case import Case, draft_of, granted
from idp.oidc.authorization.decision import AskConsent, Decision, Known, decide, to_be_granted
from idp.oidc.authorization.front_channel import FrontChannel
from idp.oidc.authorization.hint import read_hint
from idp.oidc.authorization.request import AuthorizationRequest, MatchedRequest, unparked
from idp.oidc.authorization.request_object import BY_REFERENCE
from idp.oidc.authorization.response import Answer
from idp.oidc.authorization.shown import of_client
from idp.oidc.refusals.facts import of_request
from idp.oidc.refusals.noting import Refusals
from idp.oidc.tokens.code import Codes
from idp.oidc.tokens.keys import Keys
from idp.sessions.context import Context
from idp.sessions.interaction import Interaction, Interactions
from idp.sessions.session import Session, Sessions
from idp.sessions.visits import visit
from idp.signin.gate import ACTIVATION, DECLINED, Gate, presented
from idp.signin.policy import ACR_VALUES
from idp.subjects.pairwise import Pairwise
from idp.subjects.subjects import Subjects

KIND = "authorize"

log = get_log(__name__)


@dataclass(frozen=True, slots=True)
class Authorization:
    """Decides what becomes of authorization requests."""

    issuer: str
    profiles: Mapping[str, Profile]
    requests: Requests
    consents: Consents
    sessions: Sessions
    interactions: Interactions
    codes: Codes
    front_channel: FrontChannel
    keys: Keys
    pairwise: Pairwise
    subjects: Subjects
    gate: Gate
    database: Database
    bus: Bus
    clock: Clock
    refusals: Refusals

    def open(self, request: AuthorizationRequest) -> Case | Answer:
        """The case a new request makes, or the error its client is told.

        Raises `Refused`, for a page of ours, as long as the redirect URI has not matched.
        """
        wish(asked=request.ui_locales or "")
        matched = self.requests.read(request)
        if isinstance(matched, Unread):
            return self.refuse(matched.request, matched.error)
        wish(brand=matched.client.brand, asked=matched.request.ui_locales or "")
        try:
            return Case(matched, self.understand(matched))
        except OAuthError as error:
            return self.refuse(matched, error)

    def understand(self, matched: MatchedRequest) -> Asked:
        """What the request asks for, checked. Raises `OAuthError`, for its client."""
        return understand(matched, self.profiles[matched.client.profile], ACR_VALUES, self._hinted(matched))

    def refuse(self, matched: MatchedRequest, error: OAuthError) -> Answer:
        """The error on its way to the client; its developer's administrator finds it in the log."""
        self.requests.pushed.spend(matched.request)
        log.info("authorization_refused", client_id=matched.client.id, code=error.code, because=error.because or error.public)
        self.refusals.note("/authorize", error.about(of_request(matched.request)))
        return matched.refuse(self.issuer, error)

    def reopen(self, interaction: Interaction) -> Case | Answer:
        """The case of a parked request, checked again: its client may have changed meanwhile."""
        case = self.open(unparked(interaction.request))
        if isinstance(case, Answer):
            return case
        return replace(case, interaction=interaction)

    def park(self, case: Case, browser: str) -> Interaction:
        """Parks the case for the browser with this digest; one that is parked already stays as it is."""
        if case.interaction is not None:
            return case.interaction
        request = case.matched.request
        return self.interactions.park(
            kind=KIND,
            browser=browser,
            client_id=case.client.id,
            brand=case.client.brand,
            application=case.client.name,
            requirement=case.asked.requirement,
            request=request.parked(),
            returns_to=case.matched.redirect_uri,
            login_hint=request.login_hint or "",
            ui_locales=request.ui_locales or "",
            purpose="select" if "select_account" in case.asked.prompts else "sign_in",
        )

    def revive(self, request: dict[str, object], browser: str) -> Interaction | None:
        """Parks the request of a page that stood open for long; None where it is no longer in order."""
        asked = unparked(request)
        if asked.pushed is not None or asked.signed == BY_REFERENCE:
            return None  # its client left it elsewhere, and not for as long as a page may stand open
        try:
            case = self.open(asked)
        except Refused:
            return None
        return None if isinstance(case, Answer) else self.park(case, browser)

    def weigh(self, case: Case, session: Session | None) -> Decision:
        """What must happen next with the case, given the session of this browser."""
        known = self.known(case, session) if session is not None else None
        answers = case.interaction.answers if case.interaction is not None else {}
        said = {"declined": DECLINED in answers, "activated": ACTIVATION in answers}
        return decide(case.asked, case.client.first_party, known, **said)

    def issue(self, case: Case, session: Session, context: Context) -> Answer | None:
        """The code, or the tokens, on the way to the client, which is told `context`.

        None where the session ended a moment ago, or what it takes is allowed no more: then nothing was issued. Raises
        `Refused`, for a page of ours, where the request was pushed and has been answered already.
        """
        now, client = self.clock.now(), case.client
        with self.database.transaction() as db:
            # Held, so that whatever takes tokens away finds those that come of this, or comes before it.
            alive = self.sessions.hold(db, session.id, now)
            if alive is None or alive.subject_id != session.subject_id or not self._is_allowed(db, case, alive.subject_id):
                return None
            self.sessions.touch(db, alive, now)
            visit(db, alive.id, client.id, now)
            if client.first_party and client.brand is not None:
                self.consents.visit_brand(db, alive.subject_id, client.brand, now)
            code = self.codes.issue(db, draft_of(case, alive, context), now, client.lifetimes.refresh)
            self.bus.record(
                db,
                CodeIssued(
                    subject_id=alive.subject_id,
                    client_id=client.id,
                    brand=client.brand,
                    session_id=alive.id,
                    acr=context.acr,
                    amr=context.amr,
                    scope=" ".join(case.asked.scopes),
                ),
            )
            brings = self.front_channel.earn(db, case, code, now)
            if brings is None:
                return None
            # Last, so that what issues nothing spends nothing; before the commit, so that of two codes one is never written.
            if not self.requests.pushed.spend(case.matched.request):
                raise Refused("no_interaction", because="request_uri was spent meanwhile")
        return granted(case, self.issuer, brings(), self.pairwise.browser_state(alive.id), secrets.token_urlsafe(16))

    def allow(self, case: Case, question: AskConsent) -> bool:
        """Remembers that the subject said yes; False where the client has become another since it was shown to them."""
        subject_id, client, now = question.session.subject_id, case.client, self.clock.now()
        with self.database.transaction() as db:
            held = hold(db, client.id)
            if held is None or of_client(held) != of_client(client):
                self.requests.clients.forget(client.id)
                return False
            self.consents.grant(db, self.bus, subject_id, client, case.asked.consent_scopes, now)
            if question.first_visit and client.brand is not None:
                self.consents.visit_brand(db, subject_id, client.brand, now)
        return True

    def deny(self, case: Case, question: AskConsent) -> None:
        """Records that the subject said no; it is asked again next time."""
        session, client = question.session, case.client
        denied = ConsentDenied(subject_id=session.subject_id, client_id=client.id, brand=client.brand, session_id=session.id)
        with self.database.transaction() as db:
            self.bus.record(db, denied)

    def visited_elsewhere(self, case: Case, session: Session) -> frozenset[str]:
        """The other brands at which this subject has used the sign-in."""
        with self.database.reading() as db:
            return self.consents.visited_brands(db, session.subject_id) - {case.client.brand or ""}

    def _hinted(self, matched: MatchedRequest) -> str | None:
        text = matched.request.id_token_hint
        if text is None:
            return None
        hint = read_hint(text, self.issuer, self.keys)
        if hint is None or hint.client_id != matched.client.id:
            raise OAuthError("invalid_request", "id_token_hint is not an ID token issued to this client")
        return hint.sub

    def known(self, case: Case, session: Session) -> Known | None:
        """What is known of the subject of `session`, for this case; None where there is no such subject any more."""
        client, subject_id = case.client, session.subject_id
        answers = case.interaction.answers if case.interaction is not None else {}
        with self.database.reading() as db:
            subject = self.subjects.get(db, subject_id)
            if subject is None:
                return None
            brings, wanted = presented(session, case.interaction), case.asked.requirement
            # Who said "not now" is held to the least that was asked for, which they may have proven before.
            wanted = wanted.least if DECLINED in answers else wanted
            need = self.gate.need(db, subject, client.brand, wanted, brings, self.clock.now())
            granted = self.consents.granted(db, subject_id, client.id)
            first_visit = self._is_first_visit(db, subject_id, client)
        return Known(
            session=session,
            sub=self.pairwise.sub(subject_id, client.sector, client.subject_type),
            granted=granted,
            first_visit=first_visit,
            denied=answers.get("denied") == session.id,
            allowed=answers.get("allowed") == session.id,
            selected=answers.get("account") == session.id,
            need=need,
        )

    def _is_allowed(self, db: Connection, case: Case, subject_id: str) -> bool:
        client, needed = case.client, to_be_granted(case.asked, case.client.first_party)
        granted = self.consents.granted(db, subject_id, client.id) if needed else frozenset()
        return needed <= granted and not self._is_first_visit(db, subject_id, client)

    def _is_first_visit(self, db: Connection, subject_id: str, client: Client) -> bool:
        visited = self.consents.visited_brands(db, subject_id) if client.first_party else {client.brand}
        return client.brand not in visited and (bool(visited) or self.consents.has_visited(db, subject_id))
