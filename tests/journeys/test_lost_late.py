"""Notices of a lost second factor that come late name the end as it is then, in the language of their owner."""

from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from idp.core.catalogues import put_in_place_of
from idp.core.outbox import outbox
from idp.signin.code_messages import TEXT
from idp.subjects.details import set_locale
from idp.web.formats import moment
from tests.drivers.foreign import Foreign
from tests.drivers.lost import Loss

AFTER = "can be removed after"


def in_hours(loss: Loss, hours: float) -> str:
    """A moment from now on, as a notice of the brand says it."""
    return moment((loss.clock.now() + hours * loss.hour).astimezone(ZoneInfo("Europe/London")))


def texts_are_held_up(loss: Loss, hours: float) -> None:
    """The gateway takes none for so long."""
    with loss.provider.house.ground.database.transaction() as db:
        later = loss.clock.now() + hours * loss.hour
        db.execute(update(outbox).where(outbox.c.kind == TEXT, outbox.c.delivered_at.is_(None)).values(next_try_at=later))


@pytest.mark.parametrize("late", [6, 20])
def test_half_way_that_comes_late_names_the_end_as_it_is_then(loss: Loss, late: int) -> None:
    loss.has_begun("password", "mail_code")
    loss.nothing_arrives(12)
    named = in_hours(loss, 12)
    for _ in range(late):
        loss.nothing_arrives(1)
    until = in_hours(loss, 12)
    assert loss.told(f"Half of the waiting time is over. Your second step {AFTER} {until}") == (1, 0)
    assert loss.told(f"half-way. Your second step {AFTER} {until}") == (0, 1)
    assert loss.told(f"{AFTER} {named}") == (1, 1)  # at the start, and never again
    loss.waits(11.9)
    assert loss.told("can now") == (0, 0)
    loss.waits(0.2)
    assert loss.told("You can now") == (1, 0)


def test_what_is_in_time_names_what_was_announced(loss: Loss) -> None:
    loss.has_begun("password", "mail_code")
    announced = in_hours(loss, 24)
    loss.nothing_arrives(12)
    loss.nothing_arrives(0.9)
    assert loss.told(f"is over. Your second step {AFTER} {announced}") == (1, 0)


def test_the_first_channel_decides_what_a_later_one_names(loss: Loss) -> None:
    loss.has_begun("password", "mail_code")
    announced = in_hours(loss, 24)
    loss.post.texts()
    loss.nothing_arrives(12)
    texts_are_held_up(loss, 8)
    loss.waits(0)
    assert loss.told("alf-way: ") == (1, 0)
    loss.waits(8)
    assert loss.told(f"half-way. Your second step {AFTER} {announced}") == (0, 1)


@pytest.mark.parametrize("how", ["ready", "stopped"])
def test_half_way_that_is_overtaken_does_not_come(loss: Loss, how: str) -> None:
    loss.has_begun("password", "mail_code")
    loss.post.texts()
    loss.nothing_arrives(12)
    texts_are_held_up(loss, 14)
    loss.waits(0)
    if how == "stopped":
        loss.elsewhere().browser.open(loss.link("stop"))
        other = loss.elsewhere().browser
        other.open(loss.link("stop"))
        assert "stays" in other.submit().text
    loss.waits(12)
    loss.waits(3)
    said = [text.text for text in loss.post.texts()]
    assert [text for text in said if "half-way" in text] == []
    assert len([text for text in said if ("can now" if how == "ready" else "stays") in text]) == 1


# The locale on file, the language of the page where it was asked for, and whether everything is said in Italian.
HEARD = [("it-IT", "en", True), (None, "it", True), ("nl", "it", True), ("fr", "it", False), (None, "en", False)]


@pytest.mark.parametrize(("locale", "page", "italian"), HEARD)
def test_notices_are_in_the_language_of_their_owner(loss: Loss, locale: str | None, page: str, italian: bool) -> None:
    """Then in that of the page where it was asked for; never in the worker's, or that of whoever stops it."""
    house = loss.provider.house
    with house.ground.database.transaction() as db:
        held = house.people.subjects.find(db, "ana")
        assert held is not None
        set_locale(db, held, locale, loss.clock.now())
    loss.begins()
    loss.gives("password")
    loss.gives("mail_code")
    with put_in_place_of("it", Foreign()):
        loss.browser.bring("idp_language", page)
        loss.browser.submit()
        loss.waits(12)
        loss.waits(12)
        stranger = loss.elsewhere().browser
        stranger.open(loss.link("stop").rstrip("⟧"))
        stranger.submit()
        mails = [str(mail["Subject"]) for mail in loss.post.mails()][-4:]
        texts = [text.text for text in loss.post.texts()][-4:]
    assert [said.startswith("⟦") for said in (*mails, *texts)] == [italian] * 8
