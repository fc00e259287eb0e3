"""`idp audit`: the trail, read and proven."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import click

from idp.app.auditing import scissors
from idp.cli.failures import Exit, refused
from idp.cli.opening import open_house, open_migrated
from idp.cli.output import as_json, print_json, print_table
from idp.core import audit as trail
from idp.core.audit_cut import Cut
from idp.core.audit_verify import Fault
from idp.core.audit_verify import verify as prove

# Entries become part of the chain within seconds; what is a day old is in it for good, also where a commit came late.
LEAST_AGE = timedelta(days=1)
PERSONAL_SHOWN = ("address", "request_id")


@click.group()
def audit() -> None:
    """The audit trail."""


@audit.command("tail", epilog="Example: idp audit tail --limit 20 --json")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help="How many entries.")
@click.option("--after", type=click.IntRange(0), help="Only entries after this id, the oldest first.")
@as_json
def show_tail(limit: int, after: int | None, as_json: bool) -> None:
    """Print the newest entries. Personal fields are shown where the subject's key still exists."""
    ground = open_migrated()
    with ground.database.reading() as db:
        entries = trail.tail(db, ground.keyring, limit, after)
    if as_json:
        print_json([asdict(entry) for entry in entries])
    else:
        print_table([_row(entry) for entry in entries])


@audit.command("verify", epilog='Example: idp audit verify --head "$(cat last-head)"')
@click.option("--head", help="A signed head from the log: shows whether the chain was cut behind it.")
@as_json
@click.pass_context
def verify(ctx: click.Context, head: str | None, as_json: bool) -> None:
    """Prove that no entry was changed, inserted or removed; each fault is a line, and the exit code is 1."""
    ground = open_migrated()
    faults = prove(ground.database, ground.keyring, head)
    if as_json:
        print_json([asdict(fault) for fault in faults])
    elif not faults:
        click.echo("The trail is whole." if head else "The trail is whole. Give --head to prove that its end was not cut off.")
    else:
        for fault in faults:
            click.echo(_line(fault))
    if faults:
        ctx.exit(Exit.REFUSED)


@audit.command("cut", epilog="Example: idp audit cut --before 2025-12-31")
@click.option("--before", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Entries of this day (UTC) and later stay.")
@click.option("--broken", is_flag=True, help="Cut what does not prove itself too: its traces go with it.")
def cut(before: datetime, broken: bool) -> None:
    """Remove old entries for good, up to the last signed head before a day; the day must be over."""
    house = open_house()
    day = before.replace(tzinfo=UTC)
    if day > house.ground.clock.now() - LEAST_AGE:
        raise refused("--before must be at least a day ago")
    tool, entries = scissors(house.ground), 0
    while isinstance(done := tool.cut(day, "operator", broken), Cut):
        entries += done.entries
    click.echo(f"Entries removed: {entries}.")
    if done is not None:
        raise refused("the trail does not prove itself from there on; --broken cuts it all the same", *map(_line, done.faults))


def _row(entry: trail.Entry) -> dict[str, object]:
    details = entry.details | {name: entry.personal[name] for name in PERSONAL_SHOWN if entry.personal.get(name)}
    return {
        "id": entry.id,
        "time": entry.occurred_at,
        "event": entry.event,
        "outcome": " ".join(word for word in (entry.outcome, entry.reason) if word),
        "actor": entry.actor,
        "subject": entry.subject_id,
        "client": entry.client_id,
        "brand": entry.brand,
        "details": " ".join(f"{name}={value}" for name, value in details.items()),
    }


def _line(fault: Fault) -> str:
    where = [f"position {fault.position}"] if fault.position is not None else []
    where += [f"entry {fault.entry_id}"] if fault.entry_id is not None else []
    return f"{fault.kind}: {', '.join(where)}{': ' if where else ''}{fault.text}"
