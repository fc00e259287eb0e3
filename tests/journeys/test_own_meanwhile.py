"""A session that ends in the very moment in which its owner changes something: nothing is changed, whichever page it was."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.builders import ANA_PASSWORD
from tests.drivers.post import Post
from tests.drivers.provider import Provider
from tests.journeys.own_changes import ACCOUNT, CHANGES, Story

# A request counts as activity of its session after a minute: the page lets its owner in, and in this moment it ends.
SEEN_AGAIN = timedelta(seconds=61)
ENDS = """CREATE TRIGGER ends AFTER UPDATE OF last_seen_at ON sessions
          BEGIN UPDATE sessions SET ended_at = last_seen_at, end_reason = 'test' WHERE id = NEW.id; END"""
# These change nothing, do nothing twice, or end everything themselves; a code is asked of another contact as any is sent.
NO_CHANGE = {"own_data_download", "own_not_me_answer", "own_email_other", "own_phone_other"}


@pytest.fixture
def story(provider: Provider, tmp_path: Path) -> Story:
    provider.add_customer(claims={"phone_number": "+447700900118", "phone_number_verified": True})
    shop, app = provider.add_client("shop", brand="alphera", consent="implied"), provider.add_app()
    elsewhere = provider.browser()
    elsewhere.open(shop.request())
    elsewhere.sign_in("ana", ANA_PASSWORD)
    assert elsewhere.submit(code=app.code(), trust="1").left
    elsewhere.open(provider.add_client("club", brand="alphera", consent="required").request())
    assert elsewhere.submit(press="allow").left
    provider.add_recovery_codes()
    return Story(provider, shop, provider.add_passkey(), Post(provider, tmp_path), elsewhere)


def test_no_page_changes_anything_in_a_session_that_just_ended(story: Story) -> None:
    """In one story, because each of them leaves everything as it was."""
    adapter, changed = story.provider.app.url_map.bind("localhost"), set()
    for prepared in CHANGES:
        story.signs_in()
        send = prepared(story)
        story.provider.clock.advance(SEEN_AGAIN)
        story.in_which_sessions_end(ENDS)
        before = story.stored()
        page = send()
        assert (page.status, "signed out meanwhile" in page.text) == (400, True), (prepared.__name__, page.text)
        assert story.stored() == before, prepared.__name__
        changed.add(adapter.match(urlsplit(page.url).path, method="POST")[0])
        story.in_which_sessions_end("DROP TRIGGER ends")
    rules = story.provider.app.url_map.iter_rules()
    assert changed | NO_CHANGE == {
        rule.endpoint for rule in rules if rule.rule.startswith(ACCOUNT) and "POST" in (rule.methods or ())
    }
