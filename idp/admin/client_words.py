"""A client in words: what will be kept of a form, and what a change comes to, one line for each field. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from idp.admin.client_desk import resulting
from idp.admin.client_field import Field
from idp.admin.client_fields import BY_NAME, NO_BRAND
from idp.admin.client_kinds import Kind
from idp.clients.client import client_of
from idp.clients.metadata import WITH_CUSTOMERS, ClientMetadata

_USUAL = {name: one.default for name, one in ClientMetadata.model_fields.items() if not one.is_required()}


@dataclass(frozen=True, slots=True)
class Difference:
    """A field before and after: the values that go, those that come."""

    label: str
    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A field as it will be kept, with its values in the words of the form."""

    label: str
    meant: tuple[str, ...]


def facts(meta: ClientMetadata, kind: Kind, brands: Mapping[str, str]) -> tuple[Fact, ...]:
    """What the form of `kind` asks at once, and of its further settings whatever is not as usual. `brands`: their names."""
    kept, usual = {"brand": "", **resulting(meta)}, {**_USUAL, **kind.defaults}
    further = (name for name in kind.more if _words(kept.get(name)) != _words(usual.get(name)))
    said = {"brand": {"": NO_BRAND, **brands}}
    named = (name for name in (*kind.asked, *further) if name in kept)
    return tuple(_fact(BY_NAME[name], _words(kept[name]), said.get(name, BY_NAME[name].options)) for name in named)


def differences(before: ClientMetadata, after: ClientMetadata) -> tuple[Difference, ...]:
    """Every field that changes, in the order of the metadata; of lists only what goes and what comes."""
    return tuple(_differences(before, after))


def are_strangers(before: ClientMetadata, after: ClientMetadata, *, registered_itself: bool = False) -> bool:
    """Whether the client gets other identifiers of its customers, so that all of them are new to it (Core 8.1)."""
    was, becomes = (client_of(meta, (), disabled=False, registered_itself=registered_itself) for meta in (before, after))
    pairwise = (was.sector != becomes.sector) and becomes.subject_type == "pairwise"
    return bool(WITH_CUSTOMERS & set(before.grant_types)) and (pairwise or was.subject_type != becomes.subject_type)


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


def _fact(one: Field, values: Iterable[str], said: Mapping[str, str]) -> Fact:
    return Fact(one.label, tuple(said.get(word, word) for word in values))


def _words(value: object) -> tuple[str, ...]:
    match value:
        case None:
            return ()
        case bool():
            return ("yes" if value else "no",)
        case list() | tuple():
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
