"""Which language a page speaks (docs/adr/0015-languages.md): what everybody concerned wishes, and who is heard first.

Pages learn of wishes one after another: the browser's with the request, the application's with what it parked, the subject's
with the session. Whoever reads one says `wish(...)`, and from there on everything is said in the language that follows.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TypedDict, Unpack

from idp.core.language import speak

# Which languages a brand, or the house as a whole, has pages in; the first is spoken where nobody wishes for another.
Offer = Callable[[str | None], Sequence[str]]

MOST_TAGS = 20
TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")
QUALITY = re.compile(r"\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*")


@dataclass(frozen=True, slots=True)
class Wishes:
    """`asked`: the application's `ui_locales` (Core 3.1.2.1). `subject`: the locale on file. `browser`: its Accept-Language.

    `chosen`: the language pressed at the foot of a page in this browser; `in_place_of`: what the application asked for then.
    """

    asked: str = ""
    chosen: str = ""
    in_place_of: str = ""
    subject: str = ""
    browser: str = ""
    brand: str | None = None


class Wish(TypedDict, total=False):
    """What was learned."""

    asked: str
    subject: str
    brand: str | None


@dataclass(frozen=True, slots=True)
class _Call:
    wishes: Wishes
    offer: Offer


_current: ContextVar[_Call | None] = ContextVar("wishes", default=None)


def listen(wishes: Wishes, offer: Offer) -> None:
    """A call begins, with what is known of it already."""
    _hear(_Call(wishes, offer))


def wish(**learned: Unpack[Wish]) -> None:
    """More became known of the call under way; outside of any, nobody listens."""
    call = _current.get()
    if call is not None:
        _hear(replace(call, wishes=replace(call.wishes, **learned)))


def asked_for() -> str:
    """The language that the application of the call under way asked for, of those there are; empty where it did not."""
    call = _current.get()
    return next(_listed(call.wishes.asked, call.offer(call.wishes.brand)), "") if call is not None else ""


def choose(wishes: Wishes, offered: Sequence[str]) -> str:
    """The language of `offered` that is spoken. Wishes are what anybody may have sent: what makes no sense is passed over."""
    asked = next(_listed(wishes.asked, offered), "")
    if asked and (not wishes.chosen or wishes.in_place_of != asked):
        return asked
    if wishes.chosen in offered:
        return wishes.chosen
    return asked or next(_listed(wishes.subject, offered), "") or next(_accepted(wishes.browser, offered), "") or offered[0]


def language_of(locale: str | None, offered: Sequence[str]) -> str:
    """The language to write in to somebody with this `locale` on file."""
    return choose(Wishes(subject=locale or ""), offered)


def _hear(call: _Call) -> None:
    _current.set(call)
    speak(choose(call.wishes, call.offer(call.wishes.brand)))


def _listed(tags: str, offered: Sequence[str]) -> Iterator[str]:
    """Of tags separated by spaces, the preferred first, those that are offered: `fr-CA` is content with `fr`."""
    for tag in tags.replace("_", "-").split(" ")[:MOST_TAGS]:
        if TAG.fullmatch(tag) and (language := tag.partition("-")[0].lower()) in offered:
            yield language


def _accepted(header: str, offered: Sequence[str]) -> Iterator[str]:
    """What an Accept-Language header (RFC 9110 12.5.4) accepts of `offered`, the preferred first."""
    weighed: list[tuple[float, str]] = []
    for part in header.split(",")[:MOST_TAGS]:
        tag, _, parameter = part.strip().partition(";")
        quality = QUALITY.fullmatch(parameter) if parameter else None
        weight = 1.0 if not parameter else float(quality[1]) if quality else 0.0
        if weight > 0:
            weighed.append((weight, tag.strip()))
    for _weight, tag in sorted(weighed, key=lambda one: -one[0]):
        yield from _listed(tag, offered)
