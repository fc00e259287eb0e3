"""The pages of connected applications: which there are, what each may see, shutting one out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from werkzeug.wrappers import Response

from idp.clients.ids import LONGEST_ID
from idp.core.language import _
from idp.oidc.authorization.scopes import allowed_in_words
from idp.oidc.initiation import begins_at
from idp.selfservice.connected import Allowed, Connected, Service
from idp.selfservice.moments import day
from idp.selfservice.own import ACCOUNT, Own, Owner
from idp.web import formats
from idp.web.routes import Guard, Route

LIST = f"{ACCOUNT}/applications"
BRANDS = f"{LIST}/brand"
ID = re.compile(rf"[A-Za-z0-9._~-]{{1,{LONGEST_ID}}}")


@dataclass(frozen=True, slots=True)
class ApplicationPages:
    """Everything under /account/applications."""

    own: Own
    connected: Connected

    def routes(self) -> tuple[Route, ...]:
        """Their addresses."""
        page, post = Guard.PAGE, ("POST",)
        return (
            Route(LIST, "own_applications", self.show, guard=page),
            Route(f"{LIST}/<client_id>", "own_application", self.one, guard=page),
            Route(f"{LIST}/<client_id>", "own_application_withdraw", self.withdraw, methods=post, guard=page),
            Route(f"{BRANDS}/<brand_id>", "own_service", self.service, guard=page),
            Route(f"{BRANDS}/<brand_id>", "own_service_withdraw", self.withdraw_service, methods=post, guard=page),
        )

    def show(self) -> Response:
        """GET: the applications there are."""
        owner = self.own.enter(LIST)
        if not isinstance(owner, Owner):
            return owner
        with self.connected.database.reading() as db:
            applications = self.connected.applications(db, owner.subject.id)
            services = self.connected.services(db, owner.subject.id)
        return self.own.page(
            "selfservice/applications.html",
            owner,
            applications=[self._application(owner, one) for one in applications],
            services=[self._service(owner, one) for one in services],
            back=ACCOUNT,
        )

    def one(self, client_id: str) -> Response:
        """GET: what shutting this one out means."""
        found = self._found(client_id)
        if isinstance(found, Response):
            return found
        owner, allowed = found
        shown = self._application(owner, allowed)
        return self.own.page("selfservice/application.html", owner, application=shown, back=LIST)

    def withdraw(self, client_id: str) -> Response:
        """POST: shuts it out."""
        found = self._found(client_id)
        if isinstance(found, Response):
            return found
        owner, allowed = found
        with self.own.changing(owner) as db:
            self.connected.withdraw(db, owner, allowed)
        return self.own.done(owner, _("%(application)s is shut out.", application=allowed.client.name), LIST)

    def service(self, brand_id: str) -> Response:
        """GET: what it means to stop using the sign-in at this brand."""
        found = self._found_service(brand_id)
        if isinstance(found, Response):
            return found
        owner, service = found
        return self.own.page("selfservice/service.html", owner, service=self._service(owner, service), back=LIST)

    def withdraw_service(self, brand_id: str) -> Response:
        """POST: stops it."""
        found = self._found_service(brand_id)
        if isinstance(found, Response):
            return found
        owner, service = found
        with self.own.changing(owner) as db:
            self.connected.withdraw_service(db, owner, service)
        return self.own.done(owner, _("%(brand)s is disconnected.", brand=service.brand.name), LIST)

    def _found(self, client_id: str) -> tuple[Owner, Allowed] | Response:
        if not ID.fullmatch(client_id):
            return self.own.missing()
        owner = self.own.enter(f"{LIST}/{client_id}")
        if not isinstance(owner, Owner):
            return owner
        allowed = self.connected.application(owner, client_id)
        return (owner, allowed) if allowed is not None else self.own.missing(owner.brand)

    def _found_service(self, brand_id: str) -> tuple[Owner, Service] | Response:
        if not ID.fullmatch(brand_id):
            return self.own.missing()
        owner = self.own.enter(f"{BRANDS}/{brand_id}")
        if not isinstance(owner, Owner):
            return owner
        service = self.connected.service(owner, brand_id)
        return (owner, service) if service is not None else self.own.missing(owner.brand)

    def _application(self, owner: Owner, one: Allowed) -> dict[str, object]:
        brand = self.connected.brands.get(one.client.brand)
        return {
            "name": one.client.name,
            "link": f"{LIST}/{one.client.id}",
            "opens": begins_at(one.client, self.own.issuer),
            "brand": brand.name if brand is not None else "",
            "since": day(one.since, self.own.clock.now(), self.own.zone(owner)),
            "may": allowed_in_words(one.scopes),
        }

    def _service(self, owner: Owner, one: Service) -> dict[str, object]:
        return {
            "name": one.brand.name,
            "link": f"{BRANDS}/{one.brand.id}",
            "since": day(one.since, self.own.clock.now(), self.own.zone(owner)),
            "opens": [(client.name, opens) for client in one.running if (opens := begins_at(client, self.own.issuer))],
            "own": formats.together([client.name for client in one.running]),
            "may": allowed_in_words(_every_scope(one)),
        }


def _every_scope(service: Service) -> frozenset[str]:
    every: Iterable[frozenset[str]] = (client.scopes for client in service.running)
    return frozenset().union(*every)
