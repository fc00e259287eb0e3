"""The admin API as addresses: each call is admitted, read strictly, handled in one transaction, and answered in JSON."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from idp.admin.api.door import Door
from idp.admin.api.openapi import document
from idp.admin.api.operations import BASE, Asked, Operation, Told
from idp.admin.api.problem import Problem, answered, malformed, no_token, not_there, of_oauth, problem_answer
from idp.core.database import Database
from idp.core.errors import IdpError, Misconfigured, OAuthError, Unavailable
from idp.core.logs import get_log
from idp.oidc.form import fields_of
from idp.oidc.tokens.shown import Shown, ShownTokens, in_header
from idp.web.call import Answer, Call, json_answer
from idp.web.direct import REST, DirectRoute
from idp.web.json_body import Unreadable, read_object
from idp.web.routes import Guard

log = get_log(__name__)
DOCUMENT = f"{BASE}/openapi.json"


@dataclass(frozen=True, slots=True)
class AdminApi:
    """Every operation behind the door."""

    issuer: str
    database: Database
    door: Door
    tokens: ShownTokens
    operations: tuple[Operation, ...]

    def routes(self) -> tuple[DirectRoute, ...]:
        """An address for each path, and one for the document that describes them."""
        by_path: defaultdict[str, dict[str, Operation]] = defaultdict(dict)
        for operation in self.operations:
            by_path[operation.path][operation.method] = operation
        described = json_answer(document(self.issuer, self.operations))
        return (
            _route(DOCUMENT, lambda _call: described, ("GET",)),
            *(_route(BASE + path, self._answering(known), tuple(known)) for path, known in by_path.items()),
            # Last, for whatever is none of these: programs are told in JSON there too.
            *(_route(path, _nothing, ()) for path in (BASE, f"{BASE}/{REST}")),
        )

    def _answering(self, known: Mapping[str, Operation]) -> Callable[[Call], Answer]:
        def answer(call: Call) -> Answer:
            operation = known["GET" if call.method == "HEAD" else call.method]
            try:
                told = self._told(call, operation)
            except Problem as problem:
                log.info("refused", error_code=problem.code, because=problem.because)
                return problem_answer(problem)
            except (Unavailable, Misconfigured):
                raise
            except IdpError as error:
                return problem_answer(Problem(error.status, error.code, error.public))
            headers = (*told.headers, *self.tokens.proofs.headers())
            if told.content is None:
                return Answer(status=told.status, headers=headers)
            return json_answer(told.content, told.status, headers)

        return answer

    def _told(self, call: Call, operation: Operation) -> Told:
        shown = self._shown(call)
        with self.database.reading() as db:
            caller = self.door.admit(db, shown, operation)
        # Read only now, and before the transaction: nobody who drips a body holds the door or the database.
        asked = Asked(caller, call.named, _query(call, operation), _body(call, operation), call.header("IF_MATCH"))
        if operation.prepare is not None:
            operation.prepare(asked)
        with self._connection(operation) as db:
            return operation.handle(db, asked)

    def _shown(self, call: Call) -> Shown:
        sent = in_header(call)
        if sent is None:
            raise no_token()
        try:
            return self.tokens.judged(sent, call)
        except OAuthError as error:
            raise of_oauth(error) from error

    def _connection(self, operation: Operation) -> AbstractContextManager[Connection]:
        return self.database.transaction() if operation.writes else self.database.reading()


def _route(path: str, answer: Callable[[Call], Answer], methods: tuple[str, ...]) -> DirectRoute:
    return DirectRoute(path, answer, methods, Guard.PROTOCOL, told=answered)


def _nothing(_call: Call) -> Answer:
    raise not_there()


def _query(call: Call, operation: Operation) -> Mapping[str, str]:
    try:
        fields = fields_of(call.query.encode("latin-1"))
    except ValueError:
        raise malformed("", "The query cannot be read") from None
    known, given = {parameter.name for parameter in operation.query}, dict[str, str]()
    for name, value in fields:
        if name not in known:
            raise malformed(name[:40] if name.isprintable() else "", "is not a parameter here")
        if name in given:
            raise malformed(name, "was sent twice")
        given[name] = value
    return given


def _body(call: Call, operation: Operation) -> Mapping[str, Any]:
    if operation.body is None:
        if call.body():
            raise malformed("", "No body is expected here")
        return {}
    try:
        return read_object(call)
    except Unreadable as error:
        raise malformed("", str(error)) from error
