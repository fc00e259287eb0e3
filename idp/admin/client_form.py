"""The form for clients: what was typed becomes metadata, and metadata become what a form shows. Pure."""

import json
from collections.abc import Callable, Iterable, Mapping

from idp.admin.client_field import Field, Widget
from idp.admin.client_fields import BY_NAME
from idp.admin.client_kinds import Kind
from idp.clients.metadata import ClientMetadata
from idp.clients.profiles import PROFILES

Entries = dict[str, str]
OWN_SCOPES = "scope.own"
TICKED = "on"
YES_NO: Mapping[str, object] = {"yes": True, "no": False}


def given(
    form: Mapping[str, str], kind: Kind, scopes: Iterable[str], base: Mapping[str, object] | None = None
) -> dict[str, object]:
    """What the form says, upon the defaults of `kind` or, where a client is edited, upon what it is: `base`."""
    wanted = {**(kind.defaults if base is None else base)}
    for name in (*kind.asked, *kind.more):
        if name == "client_id" and base is not None:
            continue
        value = _READ[BY_NAME[name].widget](BY_NAME[name], form, scopes)
        before = wanted.pop(name, None)
        value = _with_unasked(BY_NAME[name], before, value)
        if value is not None:
            wanted[name] = before if _is_same(BY_NAME[name], before, value) else value
    return wanted


def entries(meta: Mapping[str, object], kind: Kind, scopes: Iterable[str]) -> Entries:
    """What a form of `kind` shows of metadata."""
    shown: Entries = {}
    for name in (*kind.asked, *kind.more):
        shown |= _written(BY_NAME[name], meta.get(name), scopes)
    return shown


def defaults(kind: Kind, scopes: Iterable[str]) -> Entries:
    """What an empty form shows."""
    # What depends on the profile is left to it, until somebody says otherwise.
    left = {name for profile in PROFILES.values() for name in profile.defaults}
    fields = ClientMetadata.model_fields.items()
    usual = {name: one.default for name, one in fields if not one.is_required() and name not in left}
    return entries({**usual, **kind.defaults}, kind, scopes)


def typed(form: Mapping[str, str], kind: Kind, scopes: Iterable[str]) -> Entries:
    """What was typed into a form of `kind`, and nothing else that was sent."""
    known = entry_names(kind, scopes)
    return {name: value for name, value in form.items() if name in known}


def entry_names(kind: Kind, scopes: Iterable[str]) -> frozenset[str]:
    """The names of everything that a form of `kind` sends."""
    fields = [BY_NAME[name] for name in (*kind.asked, *kind.more)]
    ticks = {f"{one.name}.{value}" for one in fields if one.widget is Widget.TICKS for value in one.options}
    return frozenset({one.name for one in fields} | ticks | {f"scope.{word}" for word in scopes} | {OWN_SCOPES})


def _with_unasked(one: Field, before: object, value: object) -> object:
    # What it was given elsewhere, and the form does not ask, stays.
    if one.widget is not Widget.TICKS or not isinstance(before, list | tuple) or not isinstance(value, list):
        return value
    return [*value, *(word for word in before if word not in one.options)]


def _is_same(one: Field, before: object, value: object) -> bool:
    """Whether ticks say what was said before, in whatever order: that is no change."""
    match before, value:
        case (list() | tuple(), list()) if one.widget is Widget.TICKS:
            return sorted(before) == sorted(value)
        case str(), str() if one.widget is Widget.SCOPES:
            return sorted(before.split()) == sorted(value.split())
        case _:
            return False


def _text(one: Field, form: Mapping[str, str], _: Iterable[str]) -> object:
    return form.get(one.name, "").strip() or None


def _lines(one: Field, form: Mapping[str, str], _: Iterable[str]) -> object:
    return [line.strip() for line in form.get(one.name, "").splitlines() if line.strip()]


def _choice(one: Field, form: Mapping[str, str], _: Iterable[str]) -> object:
    chosen = form.get(one.name, "")
    if one.name == "default_acr_values":
        return chosen.split() or None
    return YES_NO.get(chosen, chosen or None)


def _ticks(one: Field, form: Mapping[str, str], _: Iterable[str]) -> object:
    return [value for value in one.options if f"{one.name}.{value}" in form]


def _scope(one: Field, form: Mapping[str, str], scopes: Iterable[str]) -> object:
    return " ".join([word for word in scopes if f"{one.name}.{word}" in form] + form.get(OWN_SCOPES, "").split())


def _keys(one: Field, form: Mapping[str, str], _: Iterable[str]) -> object:
    text = form.get(one.name, "").strip()
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return text


_READ: Mapping[Widget, Callable[[Field, Mapping[str, str], Iterable[str]], object]] = {
    Widget.TEXT: _text,
    Widget.NUMBER: _text,
    Widget.LINES: _lines,
    Widget.CHOICE: _choice,
    Widget.TICKS: _ticks,
    Widget.SCOPES: _scope,
    Widget.BRAND: _text,
    Widget.KEYS: _keys,
}


def _written(one: Field, value: object, scopes: Iterable[str]) -> Entries:
    match one.widget, value:
        case _, None:
            return {}
        case Widget.SCOPES, str(words):
            own = [word for word in words.split() if word not in scopes]
            return {f"scope.{word}": TICKED for word in words.split() if word in scopes} | {OWN_SCOPES: " ".join(own)}
        case Widget.TICKS, list() | tuple():
            return {f"{one.name}.{item}": TICKED for item in value if item in one.options}
        case Widget.KEYS, _:
            return {one.name: json.dumps(value, indent=2)}
        case _, bool():
            return {one.name: "yes" if value else "no"}
        case Widget.CHOICE, list() | tuple():
            return {one.name: " ".join(map(str, value))}
        case _, list() | tuple():
            return {one.name: "\n".join(map(str, value))}
        case _:
            return {one.name: str(value)}
