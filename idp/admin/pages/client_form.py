"""The form for clients and its review, as both registering and editing show them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from idp.admin.client_desk import ClientDesk, resulting
from idp.admin.client_fields import BY_NAME, NO_BRAND
from idp.admin.client_form import typed
from idp.admin.client_kinds import Kind
from idp.admin.client_words import facts
from idp.admin.console import Agent, Console
from idp.admin.rights import Right
from idp.clients.faults import Faults
from idp.clients.key_test import KeysFound, try_given, try_published
from idp.clients.metadata import ClientMetadata
from idp.core.fetcher import Fetcher
from idp.oidc.authorization.scopes import SCOPES


@dataclass(frozen=True, slots=True)
class FormPage:
    """Shows what was typed, with what is wrong at its field; and what would be kept, before it is."""

    console: Console
    desk: ClientDesk
    fetcher: Fetcher

    def form(
        self, agent: Agent, kind: Kind, shown: Mapping[str, str], context: Mapping[str, Any], faults: Faults = ()
    ) -> Response:
        """The form of `kind`, filled in. `context` says where it goes and what it is for."""
        known = {*kind.asked, *kind.more}
        wrong: dict[str, list[str]] = {}
        for fault in faults:
            wrong.setdefault(fault.field if fault.field in known else "", []).append(fault.reason)
        return self.console.page(
            "admin/client_form.html",
            agent,
            status=422 if faults else 409 if context["fresh"] else 200,
            kind=kind,
            asked=[BY_NAME[name] for name in kind.asked],
            more=[BY_NAME[name] for name in kind.more],
            open=any(name in wrong for name in kind.more),
            wrong=wrong,
            labels={name: one.label for name, one in BY_NAME.items()},
            shown=shown,
            scopes=SCOPES,
            brands=self._brands(agent),
            no_brand=NO_BRAND if agent.brands(Right.CHANGE_CLIENTS) is None else "",
            **context,
        )

    def review(
        self, agent: Agent, kind: Kind, meta: ClientMetadata, shown: Mapping[str, str], context: Mapping[str, Any], test: bool
    ) -> Response:
        """What would be kept; with the keys found where `test` asks for them."""
        return self.console.page(
            "admin/client_review.html",
            agent,
            kind=kind,
            meta=meta,
            facts=facts(meta, kind, self._brands(agent)),
            metadata=json.dumps(resulting(meta), indent=2, ensure_ascii=False),
            kept=sorted(typed(shown, kind, SCOPES).items()),
            keys=self._keys(meta, test),
            **context,
        )

    def _keys(self, meta: ClientMetadata, test: bool) -> KeysFound | None:
        if meta.jwks is not None:
            return try_given(meta.jwks)
        return try_published(self.fetcher, meta.jwks_uri) if test and meta.jwks_uri is not None else None

    def _brands(self, agent: Agent) -> dict[str, str]:
        theirs = self.desk.brands_of(agent)
        return {brand.id: brand.name for brand in self.desk.brands.all() if brand.id in theirs}
