"""Charts say the same three times: in bars, in words, in numbers."""

from datetime import UTC, datetime, timedelta

import pytest

from idp.admin.charts import MEASURES, OTHERS, Chart, chart, charts
from idp.admin.spans import Span, span_of
from idp.core.tallies import TALLIED, Tally

# A Monday.
NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
HOUR = NOW.replace(minute=0)
SIGN_INS = MEASURES[0]


def signed_in(count: int, kind: str = "pwd", hours_ago: int = 0) -> Tally:
    return Tally(HOUR - timedelta(hours=hours_ago), "SignedIn", "alphera", kind, count)


def drawn(*tallies: Tally, span: Span = Span.HOUR) -> Chart:
    return chart(SIGN_INS, tallies, span, NOW, lambda tally: tally.kind)


def height(percent: str) -> float:
    return float(percent.removesuffix("%"))


def test_bars_stand_on_each_other_and_have_the_height_of_their_numbers() -> None:
    one = drawn(signed_in(6), signed_in(2, "otp"), signed_in(3, hours_ago=23))
    first, lower, upper = one.bars
    assert (one.top, one.middle, one.series, one.sums) == ("8", "4", ("pwd", "otp"), (9, 2))
    assert [height(bar.height) for bar in one.bars] == [37.5, 75, 25]
    assert (height(first.y), height(lower.y), height(upper.y)) == (62.5, 25, 0)
    assert lower.x == upper.x
    assert height(first.x) < height(lower.x) < height(lower.x) + height(lower.width) < 100
    assert lower.label == "2 Nov 09:00: 6 pwd"


def test_the_words_and_the_table_say_what_the_bars_say() -> None:
    one = drawn(signed_in(6), signed_in(2, "otp"), signed_in(1203, hours_ago=23), signed_in(4, hours_ago=24))
    assert one.text == "Sign-ins in the last 24 hours: 1,211. Most in the hour from 1 Nov 10:00: 1,203."
    assert (one.first, one.last, one.total) == ("1 Nov 10:00", "2 Nov 09:00", 1211)
    assert len(one.lines) == 24
    newest, oldest = one.lines[0], one.lines[-1]
    assert (newest.begins, newest.total, newest.counts) == ("2 Nov 09:00", 8, (6, 2))
    assert (oldest.begins, oldest.total, oldest.counts) == ("1 Nov 10:00", 1203, (1203, 0))


def test_where_nothing_happened_a_sentence_says_so() -> None:
    one = drawn()
    assert (one.text, one.bars, one.total) == ("Nobody signed in in the last 24 hours.", (), 0)


def test_what_is_rare_goes_together() -> None:
    one = drawn(*(signed_in(10 - number, f"k{number}") for number in range(8)))
    assert one.series == ("k0", "k1", "k2", "k3", OTHERS)
    assert one.sums == (10, 9, 8, 7, 6 + 5 + 4 + 3)
    assert sum(one.lines[0].counts) == one.total == 52


@pytest.mark.parametrize(("highest", "top"), [(1, "1"), (7, "8"), (9, "10"), (11, "12"), (81, "100"), (129, "140")])
def test_the_axis_ends_at_a_number_that_reads_well(highest: int, top: str) -> None:
    assert drawn(signed_in(highest)).top == top


@pytest.mark.parametrize(
    ("span", "first", "last"),
    [
        (Span.HOUR, HOUR - timedelta(hours=23), HOUR),
        (Span.DAY, datetime(2026, 10, 4, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)),
        (Span.WEEK, datetime(2026, 5, 11, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)),
    ],
)
def test_steps_begin_with_the_hour_the_day_and_on_monday(span: Span, first: datetime, last: datetime) -> None:
    begins = span.begins(NOW)
    assert (begins[0], begins[-1], len(begins)) == (first, last, span.terms.steps)
    sunday = datetime(2026, 11, 1, 23, 59, tzinfo=UTC)
    assert Span.WEEK.step_of(sunday) == datetime(2026, 10, 26, tzinfo=UTC)


def test_a_week_holds_what_its_days_hold() -> None:
    one = drawn(signed_in(1), signed_in(2, hours_ago=24), signed_in(4, hours_ago=24 * 7), span=Span.WEEK)
    assert [line.total for line in one.lines[:3]] == [1, 6, 0]


def test_every_measure_counts_what_is_summed() -> None:
    assert set().union(*(measure.events for measure in MEASURES)) <= TALLIED
    assert [one.measure for one in charts([], Span.DAY, NOW, lambda tally: tally.kind)] == list(MEASURES)


@pytest.mark.parametrize("text", ["", "month", "HOUR", "x" * 1000, "\0"])
def test_an_unknown_span_is_the_shortest(text: str) -> None:
    assert span_of(text) is Span.HOUR
