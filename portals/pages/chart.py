"""The repayment schedule as a picture: one bar for what is still owed in each month."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portals.language import N_, _
from portals.pages.formats import long_date, month, pounds, whole_pounds

GAP = 0.28
BALANCE_FALLS = N_(
    "The balance falls from %(highest)s in %(first)s to %(end)s after the payment of %(last)s. "
    "Today %(left)s is left, after %(paid)s of %(all)s payments."
)
FALLS = {
    "lease": N_(
        "The rentals still to pay fall from %(highest)s in %(first)s to %(end)s after the payment of %(last)s. "
        "Today %(left)s is left, after %(paid)s of %(all)s payments."
    )
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, in percent of the drawing; `mark` is its class in the stylesheet."""

    x: str
    y: str
    width: str
    height: str
    mark: str
    label: str


@dataclass(frozen=True, slots=True)
class Key:
    """What the bars of one `mark` stand for."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The whole picture: bars, the words at its axes, the key, and the sentences that stand in for it."""

    bars: tuple[Bar, ...]
    keys: tuple[Key, ...]
    top: str
    middle: str
    first: str
    last: str
    text: str


@dataclass(frozen=True, slots=True)
class _Level:
    owed: Decimal
    mark: str
    label: str


def balance_chart(agreement: dict[str, Any], lines: list[dict[str, Any]]) -> Chart:
    """Draw `lines`, the schedule of `agreement`, both as the account API gives them."""
    levels = [_level(line) for line in lines]
    if agreement["balloon"]:
        balloon = pounds(agreement["balloon"])
        levels.append(_Level(Decimal(agreement["balloon"]), "final", _("Optional final payment: %(amount)s", amount=balloon)))
    highest = levels[0].owed
    marks = [level.mark for level in levels]
    return Chart(
        bars=tuple(_bar(index, len(levels), level, highest) for index, level in enumerate(levels)),
        keys=tuple(key for key in _keys(agreement) if key.mark in marks),
        top=whole_pounds(highest),
        middle=whole_pounds(highest / 2),
        first=month(lines[0]["due"]),
        last=month(lines[-1]["due"]),
        text=_in_words(agreement, lines, highest),
    )


def share(agreement: dict[str, Any]) -> str:
    """Return how much of the instalments is behind the customer, as a percentage for a bar."""
    return _percent(100 * agreement["paid"] / agreement["instalments"])


def _level(line: dict[str, Any]) -> _Level:
    # What was owed before the instalment, so that the first bar stands at the full height.
    owed = Decimal(line["balance"]) + Decimal(line["principal"])
    label = _(
        "%(month)s: %(owed)s before the payment of %(payment)s",
        month=month(line["due"]),
        owed=pounds(owed),
        payment=pounds(line["payment"]),
    )
    return _Level(owed, "past" if line["paid"] else "ahead", label)


def _bar(index: int, count: int, level: _Level, highest: Decimal) -> Bar:
    height, step = float(level.owed / highest) * 100, 100 / count
    return Bar(
        x=_percent(index * step + step * GAP / 2),
        y=_percent(100 - height),
        width=_percent(step * (1 - GAP)),
        height=_percent(height),
        mark=level.mark,
        label=level.label,
    )


def _keys(agreement: dict[str, Any]) -> tuple[Key, ...]:
    return (
        Key("past", _("Payments made")),
        Key("ahead", _("Payments to come")),
        Key("final", _("Optional final payment %(amount)s", amount=pounds(agreement["balloon"] or "0"))),
    )


def _in_words(agreement: dict[str, Any], lines: list[dict[str, Any]], highest: Decimal) -> str:
    first, last = lines[0], lines[-1]
    text = _(
        FALLS.get(agreement["kind"], BALANCE_FALLS),
        highest=pounds(highest),
        first=month(first["due"]),
        end=pounds(last["balance"]),
        last=long_date(last["due"]),
        left=pounds(agreement["outstanding"]),
        paid=agreement["paid"],
        all=agreement["instalments"],
    )
    if agreement["balloon"]:
        text = f"{text} {_('The optional final payment is %(amount)s.', amount=pounds(agreement['balloon']))}"
    return text


def _percent(value: float) -> str:
    return f"{value:.3f}%"
