"""The pages of the trail: search, one entry with its proof, and the files to take away."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flask import request
from werkzeug.wrappers import Response

from idp.admin.audit import MOST_EXPORTED, OPERATOR, STAFF, Astray, Export, People, Reading, meanings, short
from idp.admin.audit_export import as_csv, as_json_lines
from idp.admin.audit_filter import PLACE, SIZES, Filter, read_filter
from idp.admin.console import Agent, Console
from idp.admin.rights import Right
from idp.admin.staff_routes import StaffRoute
from idp.core.audit import Entry
from idp.core.devices import in_words

LIST = "/console/audit"
NUMBER = re.compile(r"[1-9][0-9]{0,17}")
ASTRAY = "This link does not belong to this search, or is not whole. Search again: you begin with the newest entries."
APART = frozenset({"address", "device", "request_id"})


@dataclass(frozen=True, slots=True)
class File:
    """A kind of file: what its name ends with, its media type, and who writes it."""

    ending: str
    media_type: str
    lines: Callable[[Export], Iterator[str]]


FILES = {
    "csv": File("csv", "text/csv; charset=utf-8", as_csv),
    "json": File("jsonl", "application/jsonl; charset=utf-8", as_json_lines),
}


@dataclass(frozen=True, slots=True)
class AuditPages:
    """/console/audit. Entries are kept for `kept_days`; 0 stands for ever."""

    console: Console
    reading: Reading
    kept_days: int

    def routes(self) -> tuple[StaffRoute, ...]:
        """Their addresses."""
        return (
            StaffRoute(LIST, "console_audit", self.search, Right.READ_AUDIT),
            StaffRoute(f"{LIST}/export/<kind>", "console_audit_export", self.export, Right.READ_AUDIT),
            StaffRoute(f"{LIST}/<entry_id>", "console_audit_entry", self.show, Right.READ_AUDIT),
        )

    def search(self, agent: Agent) -> Response:
        """GET: the filter, and a page of what it finds, the newest first."""
        wanted = self._wanted(agent)
        sheet = None if wanted.mistakes else self.reading.sheet(wanted, agent.brands(Right.READ_AUDIT))
        if isinstance(sheet, Astray):
            wanted.mistakes[PLACE] = ASTRAY
            sheet = None
        return self.console.page(
            "admin/audit.html",
            agent,
            status=400 if wanted.mistakes else 200,
            wanted=wanted,
            mistakes=wanted.mistakes,
            astray=wanted.mistakes.get(PLACE, ""),
            rows=[self._row(entry, sheet.people) for entry in sheet.entries] if sheet else [],
            onward=wanted.address(LIST, **{PLACE: sheet.more}) if sheet and sheet.more else "",
            first=wanted.address(LIST) if wanted.place else "",
            turned=wanted.turned(LIST),
            files={kind: wanted.address(f"{LIST}/export/{kind}") for kind in FILES},
            most=MOST_EXPORTED,
            kept_days=self.kept_days,
            events=meanings(),
            brands=self._brands(agent),
            sizes_offered=[(size, size) for size in SIZES],
            home=LIST,
        )

    def show(self, agent: Agent, entry_id: str) -> Response:
        """GET: one entry, all of it."""
        brands = agent.brands(Right.READ_AUDIT)
        known = self.reading.one(int(entry_id), brands) if NUMBER.fullmatch(entry_id) else None
        if known is None:
            return self.console.missing()
        found, people = known
        entry, subject = found.entry, people.get(found.entry.subject_id or "")
        more = entry.details | {name: value for name, value in entry.personal.items() if name not in APART}
        return self.console.page(
            "admin/audit_entry.html",
            agent,
            entry=entry,
            found=found,
            meaning=meanings().get(entry.event, ""),
            subject=subject,
            forgotten=entry.subject_id is not None and not entry.personal,
            actor=_actor(entry, people),
            device=in_words(str(entry.personal.get("device", ""))),
            more={name: _plain(value) for name, value in more.items()},
            home=LIST,
            same={name: Filter({name: text}).address(LIST) for name, text in _sought_like(entry).items() if text},
        )

    def export(self, agent: Agent, kind: str) -> Response:
        """GET: everything that the filter finds, as a file. That it was taken is an entry itself."""
        file, wanted = FILES.get(kind), self._wanted(agent)
        if file is None:
            return self.console.missing()
        if wanted.mistakes:
            return self.search(agent)
        export = self.reading.export(wanted, agent.brands(Right.READ_AUDIT), kind)
        chunks = (chunk.encode("utf-8", "replace") for chunk in file.lines(export))
        response = Response(chunks, content_type=file.media_type)
        day = f"{self.console.clock.now():%Y-%m-%d}"
        response.headers["Content-Disposition"] = f'attachment; filename="audit-{day}.{file.ending}"'
        return response

    def _wanted(self, agent: Agent) -> Filter:
        return read_filter(request.args.lists(), self._brands(agent))

    def _brands(self, agent: Agent) -> dict[str, str]:
        reads = agent.brands(Right.READ_AUDIT)
        return {brand.id: brand.name for brand in self.console.brands.all() if reads is None or brand.id in reads}

    def _row(self, entry: Entry, people: People) -> dict[str, object]:
        subject = people.get(entry.subject_id or "")
        return {
            "entry": entry,
            "path": f"{LIST}/{entry.id}",
            "subject": subject.username if subject else entry.subject_id or "",
            "actor": short(entry.actor, people),
            "address": entry.personal.get("address", ""),
        }


def _actor(entry: Entry, people: People) -> str:
    """Who acted, in words; empty where it was the subject, or the provider by itself."""
    if entry.actor.startswith(STAFF):
        staff = people.get(entry.actor.removeprefix(STAFF))
        return f"{staff.name} ({staff.username}), staff" if staff else entry.actor
    if entry.actor.startswith(OPERATOR):
        return f"{entry.actor.removeprefix(OPERATOR)}, operator on the host"
    return entry.actor


def _sought_like(entry: Entry) -> dict[str, str]:
    return {
        "subject": entry.subject_id or "",
        "actor": entry.actor,
        "event": entry.event,
        "client": entry.client_id or "",
        "reference": str(entry.personal.get("request_id", "")),
    }


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
