"""What a change of a client comes to, in words: one line for each field that is not what it was. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from idp.admin.client_desk import resulting
from idp.admin.client_fields import BY_NAME
from idp.clients.client import client_of
from idp.clients.metadata import ClientMetadata

NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Difference:
    """A field before and after: the values that go, those that come."""

    label: str
    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def differences(before: ClientMetadata, after: ClientMetadata) -> tuple[Difference, ...]:
    """Every field that changes, in the order of the metadata; of lists only what goes and what comes."""
    return tuple(_differences(before, after))


def are_strangers(before: ClientMetadata, after: ClientMetadata, *, registered_itself: bool = False) -> bool:
    """Whether the client gets other identifiers of its customers, so that all of them are new to it (Core 8.1)."""
    was, becomes = (client_of(meta, (), disabled=False, registered_itself=registered_itself) for meta in (before, after))
    pairwise = (was.sector != becomes.sector) and becomes.subject_type == "pairwise"
    return "authorization_code" in before.grant_types and (pairwise or was.subject_type != becomes.subject_type)


def _differences(before: ClientMetadata, after: ClientMetadata) -> Iterator[Difference]:
    was, becomes = resulting(before), resulting(after)
    for name in ClientMetadata.model_fields:
        old, new = _words(was.get(name)), _words(becomes.get(name))
        if old == new:
            continue
        gone, come = tuple(one for one in old if one not in new), tuple(one for one in new if one not in old)
        label = BY_NAME[name].label if name in BY_NAME else name
        # The same values in another order: the first of them is the usual one, so that is a change too.
        yield Difference(label, name, *((gone, come) if gone or come else (old, new)))


def _words(value: object) -> tuple[str, ...]:
    match value:
        case None:
            return ()
        case bool():
            return ("yes" if value else "no",)
        case list():
            return tuple(str(one) for one in value)
        case dict():
            members = value.get("keys")
            return tuple(_key(one) for one in members) if isinstance(members, list) else (str(value),)
        case _:
            return tuple(str(value).split("\n"))


def _key(member: object) -> str:
    if not isinstance(member, dict):
        return str(member)
    shown = ", ".join(f"{name}: {str(value)[:24]}" for name, value in sorted(member.items()))
    return f"{{{shown}}}"
