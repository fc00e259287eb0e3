"""The repayment schedule as a picture: one bar for what is owed after each instalment."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portals.pages.formats import long_date, month, pounds, whole_pounds

GAP = 0.28


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
class Chart:
    """The whole picture: bars, the words at its axes, and the sentence that stands in for it."""

    bars: tuple[Bar, ...]
    top: str
    middle: str
    first: str
    last: str
    today_at: str
    text: str
    balloon: str | None


def balance_chart(agreement: dict[str, Any], lines: list[dict[str, Any]]) -> Chart:
    """Draw `lines`, a schedule as the account API gives it, of `agreement`."""
    highest = Decimal(lines[0]["balance"]) + Decimal(lines[0]["principal"])
    bars = tuple(_bar(index, len(lines), line, agreement, highest) for index, line in enumerate(lines))
    return Chart(
        bars=bars,
        top=whole_pounds(highest),
        middle=whole_pounds(highest / 2),
        first=month(lines[0]["due"]),
        last=month(lines[-1]["due"]),
        today_at=_percent(100 * agreement["paid"] / len(lines)),
        text=_in_words(agreement, lines, highest),
        balloon=pounds(agreement["balloon"]) if agreement["balloon"] else None,
    )


def share(agreement: dict[str, Any]) -> str:
    """Return how much of the instalments is behind the customer, as a percentage for a bar."""
    return _percent(100 * agreement["paid"] / agreement["instalments"])


def _bar(index: int, count: int, line: dict[str, Any], agreement: dict[str, Any], highest: Decimal) -> Bar:
    # Each bar is what was still owed before its instalment, so that the first stands at the full height.
    owed = Decimal(line["balance"]) + Decimal(line["principal"])
    height = float(owed / highest) * 100
    step = 100 / count
    mark = "past" if line["paid"] else "next" if line["number"] == agreement["paid"] + 1 else "ahead"
    return Bar(
        x=_percent(index * step + step * GAP / 2),
        y=_percent(100 - height),
        width=_percent(step * (1 - GAP)),
        height=_percent(height),
        mark=mark,
        label=f"{month(line['due'])}: {pounds(owed)} before the payment of {pounds(line['payment'])}",
    )


def _in_words(agreement: dict[str, Any], lines: list[dict[str, Any]], highest: Decimal) -> str:
    what = "Rentals to pay fall" if agreement["kind"] == "lease" else "What you owe falls"
    end = lines[-1]["balance"] if agreement["balloon"] else "0"
    text = (
        f"{what} from {pounds(highest)} in {month(lines[0]['due'])} to {pounds(end)} after the payment of "
        f"{long_date(lines[-1]['due'])}. Today {pounds(agreement['outstanding'])} is left, "
        f"after {agreement['paid']} of {agreement['instalments']} payments."
    )
    if agreement["balloon"]:
        text += f" The optional final payment is {pounds(agreement['balloon'])}."
    return text


def _percent(value: float) -> str:
    return f"{value:.3f}%"
