"""How a client, and what is wrong with one, is printed."""

from collections.abc import Iterable, Sequence
from typing import Any

import click

from idp.cli.output import print_json
from idp.clients.faults import Faults
from idp.clients.registry import Listed, Secret
from idp.core.yaml_lines import Document

SAID_OF_FILE = "stands in clients.yaml; change it there, and run `idp seed`"


def row(one: Listed) -> dict[str, object]:
    """A client as a line of the list."""
    return {
        "client_id": one.client.id,
        "name": one.client.name,
        "brand": one.client.brand,
        "authentication": one.client.auth_method,
        "source": one.source,
        "state": "disabled" if one.client.disabled else "active",
    }


def print_client(found: Listed, secrets: Sequence[Secret], as_json: bool) -> None:
    """Everything that is known of a client."""
    facts: dict[str, Any] = {
        **found.metadata.model_dump(mode="json", exclude_none=True, exclude={"secret_digests"}),
        "source": found.source,
        "disabled": found.client.disabled,
        "created_at": found.created_at,
        "updated_at": found.updated_at,
        "secrets": [
            {"id": one.id, "created_at": one.created_at, "last_used_at": one.last_used_at, "expires_at": one.expires_at}
            for one in secrets
        ],
    }
    if as_json:
        print_json(facts)
        return
    for name, value in facts.items():
        click.echo(f"{name}: {', '.join(map(_in_words, value)) if isinstance(value, list) else value}")


def fault_lines(document: Document, faults: Faults) -> Iterable[str]:
    """Every mistake, by file and line."""
    return (document.problem(fault.at, fault.reason) for fault in faults)


def _in_words(one: object) -> str:
    if isinstance(one, dict) and "expires_at" in one:
        ends = f"until {one['expires_at']:%Y-%m-%d %H:%M}" if one["expires_at"] else "lasting"
        used = f"used {one['last_used_at']:%Y-%m-%d %H:%M}" if one["last_used_at"] else "never used"
        return f"{one['id']} {ends} ({used})"
    return str(one)
