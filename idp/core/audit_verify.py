"""The proof of the trail: what was changed, inserted, removed or cut, each by its name."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, RowMapping, select

from idp.core.audit_links import (
    AGELESS,
    FORGED,
    PAGE,
    SOUND,
    Anchor,
    head_signer,
    horizon,
    is_link,
    last_cut,
    open_cut,
    unlinked,
)
from idp.core.audit_rows import is_sound
from idp.core.audit_tables import audit_cuts, audit_entries, audit_links
from idp.core.database import Database
from idp.core.sealing import Keyring

MOST_FAULTS = 1000


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong and where. `unlinked` is an entry that the worker passed by."""

    kind: Literal["changed", "inserted", "removed", "cut", "head", "unlinked"]
    position: int | None
    entry_id: int | None
    text: str


def verify(database: Database, keyring: Keyring, head: str | None = None) -> list[Fault]:
    """Reads the whole trail in pages and tells what was changed, inserted, removed or cut; at most 1000 faults.

    `head` is a signed head from the log: only with it can a chain that was cut at its end be told from a shorter one.
    """
    faults: list[Fault] = []
    with database.reading() as db:
        anchor = last_cut(db, keyring)
        sources = (
            _faults_of_cuts(db, keyring),
            faults_of_links(db, keyring, anchor),
            _faults_of_unlinked(db, keyring, anchor),
            _faults_of_head(db, keyring, head, anchor),
        )
        for source in sources:
            for fault in source:
                faults.append(fault)
                if len(faults) >= MOST_FAULTS:
                    return faults
    return faults


def faults_of_links(db: Connection, keyring: Keyring, anchor: Anchor, up_to: int | None = None) -> Iterator[Fault]:
    """Follows the chain from the anchor to its end, or to the position `up_to`."""
    before: str | None = anchor.link
    expected, last_entry = anchor.position + 1, anchor.entry_id
    for row in _linked(db, up_to):
        position, entry_id = row["position"], row["entry_id"]
        if position <= anchor.position:
            yield Fault("inserted", position, entry_id, "the entry was cut, and is back")
            continue
        if position != expected:
            cut = last_cut(db, keyring)  # perhaps this very moment
            if cut.position + 1 == position:
                before = cut.link
            else:
                yield from _gone(expected, position, last_entry, entry_id)
                before = None
        fault = _fault_of_link(keyring, row, before)
        if fault is not None:
            yield fault
        before, expected, last_entry = row["link"], position + 1, entry_id


def _fault_of_link(keyring: Keyring, row: RowMapping, before: str | None) -> Fault | None:
    position, entry_id = row["position"], row["entry_id"]
    if row["id"] is None:
        return Fault("removed", position, entry_id, "the entry is gone")
    if before is not None and not is_link(keyring, row, before, SOUND):
        if is_link(keyring, row, before, FORGED):
            return Fault("inserted", position, entry_id, "the entry was not written by the provider")
        return Fault("changed", position, entry_id, "the entry or its link was changed")
    return None if is_sound(keyring, row) else Fault("changed", position, entry_id, "the entry was changed")


def _gone(first: int, following: int, last_entry: int, entry_id: int) -> Iterator[Fault]:
    if following - first == entry_id - last_entry - 1:  # ids and positions go side by side here: each has its name
        for place in range(first, following):
            yield Fault("removed", place, last_entry + 1 + place - first, "the entry, or its link, is gone")
    else:
        where = f"after entry {last_entry}, before entry {entry_id}"
        yield Fault("removed", first, None, f"positions {first} to {following - 1} are gone, {where}")


def _faults_of_unlinked(db: Connection, keyring: Keyring, anchor: Anchor) -> Iterator[Fault]:
    known, after = horizon(db, anchor), 0
    while rows := db.execute(unlinked(audit_entries.c.id > after, PAGE)).mappings().all():
        for row in rows:
            if not is_sound(keyring, row):
                yield Fault("inserted", None, row["id"], "the entry was not written by the provider")
            elif row["id"] <= anchor.entry_id:
                yield Fault("inserted", None, row["id"], "the entry was cut, and is back")
            elif row["id"] < known:
                yield Fault("unlinked", None, row["id"], "the entry is older than the chain and not in it")
        after = rows[-1]["id"]


def _faults_of_cuts(db: Connection, keyring: Keyring) -> Iterator[Fault]:
    for row in db.execute(select(audit_cuts).order_by(audit_cuts.c.position)).mappings():
        if open_cut(keyring, row) is None:
            yield Fault("cut", row["position"], None, "the cut was not made by the provider")


def _faults_of_head(db: Connection, keyring: Keyring, head: str | None, anchor: Anchor) -> Iterator[Fault]:
    if head is None:
        return
    signed = head_signer(keyring).verify(head.strip(), None, AGELESS)
    if signed is None:
        yield Fault("head", None, None, "the head was not signed here, or not entirely copied")
        return
    position = signed["position"]
    if position < anchor.position:
        return  # cut by ourselves; that the trail went on behind it is what the anchor says
    link = db.scalar(select(audit_links.c.link).where(audit_links.c.position == position))
    if position == anchor.position:
        link = anchor.link
    if link is None:
        yield Fault("cut", position, None, "the chain ends before the head")
    elif link != signed["link"]:
        yield Fault("head", position, None, "the head is not in the chain")


def _linked(db: Connection, up_to: int | None) -> Iterator[RowMapping]:
    joined = audit_links.outerjoin(audit_entries, audit_entries.c.id == audit_links.c.entry_id)
    query = select(audit_links, audit_entries).select_from(joined).order_by(audit_links.c.position).limit(PAGE)
    if up_to is not None:
        query = query.where(audit_links.c.position <= up_to)
    after = -(2**62)
    while rows := db.execute(query.where(audit_links.c.position > after)).mappings().all():
        yield from rows
        after = rows[-1]["position"]
