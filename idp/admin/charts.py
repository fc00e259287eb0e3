"""Charts of what happened, as pictures of bars on bars, with the same in words and in numbers. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from idp.admin.spans import Span
from idp.core.tallies import Tally

GAP = 0.28
# As many as colours can be told apart; what is rarer goes together.
MOST_SERIES = 5
OTHERS = "others"
AXIS_TENTHS = (10, 12, 14, 16, 18, 20, 24, 30, 40, 50, 60, 80)


@dataclass(frozen=True, slots=True)
class Measure:
    """What a chart counts: which events, under which title; `none` is said where there was none."""

    key: str
    title: str
    events: frozenset[str]
    none: str


MEASURES = (
    Measure("sign-ins", "Sign-ins", frozenset({"SignedIn"}), "Nobody signed in"),
    Measure("failures", "Failures", frozenset({"SignInFailed", "SecondStepFailed"}), "No proof was refused"),
    Measure("locks", "Locks", frozenset({"PasswordLocked", "SourceThrottled"}), "Nothing was locked and nobody was slowed"),
    Measure("second-factors", "Second factors", frozenset({"SecondStepProven"}), "No second factor was used"),
)


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a bar, in percent of the drawing; `series` is the number of its colour, `label` says it in words."""

    x: str
    y: str
    width: str
    height: str
    series: int
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: where the step begins, how many in all, and of each series."""

    begins: str
    total: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """The whole picture, the sentence that stands in for it, and the table, newest line first."""

    measure: Measure
    bars: tuple[Bar, ...]
    series: tuple[str, ...]
    sums: tuple[int, ...]
    top: str
    middle: str
    first: str
    last: str
    text: str
    total: int
    lines: tuple[Line, ...]


NameOf = Callable[[Tally], str]


def charts(tallies: Sequence[Tally], span: Span, now: datetime, name_of: NameOf) -> tuple[Chart, ...]:
    """A chart for each measure; `name_of` tells to which series a sum belongs."""
    return tuple(chart(measure, tallies, span, now, name_of) for measure in MEASURES)


def chart(measure: Measure, tallies: Iterable[Tally], span: Span, now: datetime, name_of: NameOf) -> Chart:
    """Draws what `measure` counts of `tallies`, over `span` until `now`."""
    counts: Counter[tuple[datetime, str]] = Counter()
    for one in tallies:
        if one.event in measure.events:
            counts[span.step_of(one.hour), name_of(one)] += one.count
    series = _series(counts)
    rows = [(begins, _row(counts, begins, series)) for begins in span.begins(now)]
    highest = _round_up(max(sum(row) for _, row in rows))
    form = span.terms.form
    return Chart(
        measure=measure,
        bars=tuple(_bars(rows, series, highest, form)),
        series=series,
        sums=tuple(sum(row[number] for _, row in rows) for number in range(len(series))),
        top=f"{highest:,}",
        middle=f"{highest // 2:,}" if highest % 2 == 0 else "",
        first=rows[0][0].strftime(form),
        last=rows[-1][0].strftime(form),
        text=_in_words(measure, rows, span),
        total=sum(sum(row) for _, row in rows),
        lines=tuple(Line(begins.strftime(form), sum(row), row) for begins, row in reversed(rows)),
    )


def _series(counts: Counter[tuple[datetime, str]]) -> tuple[str, ...]:
    sums: Counter[str] = Counter()
    for (_, name), count in counts.items():
        sums[name] += count
    names = sorted(sums, key=lambda name: (-sums[name], name))
    return tuple(names) if len(names) <= MOST_SERIES else (*names[: MOST_SERIES - 1], OTHERS)


def _row(counts: Counter[tuple[datetime, str]], begins: datetime, series: tuple[str, ...]) -> tuple[int, ...]:
    whole = sum(count for (at, _), count in counts.items() if at == begins)
    named = [counts[begins, name] for name in series]
    if OTHERS in series:
        named[-1] = whole - sum(named[:-1])
    return tuple(named)


def _bars(rows: list[tuple[datetime, tuple[int, ...]]], series: tuple[str, ...], highest: int, form: str) -> Iterable[Bar]:
    step = 100 / len(rows)
    for index, (begins, row) in enumerate(rows):
        stands_on = 0
        for number, count in enumerate(row):
            if count:
                stands_on += count
                yield Bar(
                    x=_percent(index * step + step * GAP / 2),
                    y=_percent(100 - 100 * stands_on / highest),
                    width=_percent(step * (1 - GAP)),
                    height=_percent(100 * count / highest),
                    series=number + 1,
                    label=f"{begins.strftime(form)}: {count:,} {series[number]}",
                )


def _round_up(highest: int) -> int:
    """The next number that reads well at an axis: 1, 2, 3, 4, 5, 6, 8, 10, 12, 14, …"""
    size = 1
    while True:
        for tenths in AXIS_TENTHS:
            if tenths * size % 10 == 0 and tenths * size // 10 >= highest:
                return tenths * size // 10
        size *= 10


def _in_words(measure: Measure, rows: list[tuple[datetime, tuple[int, ...]]], span: Span) -> str:
    terms = span.terms
    sums = [(sum(row), begins) for begins, row in rows]
    total = sum(count for count, _ in sums)
    if total == 0:
        return f"{measure.none} in {terms.over}."
    most, at = max(sums)
    return f"{measure.title} in {terms.over}: {total:,}. Most in the {terms.each} from {at.strftime(terms.form)}: {most:,}."


def _percent(value: float) -> str:
    return f"{value:.3f}%"
