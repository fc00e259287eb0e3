"""What is kept for so many days is gone afterwards, and not before somebody who gets the trail has it."""

from datetime import timedelta
from pathlib import Path

import pytest
import structlog

from idp.app.auditing import cut_old, sending
from idp.core.audit_chain import chain
from idp.core.audit_verify import verify
from idp.core.protocol_events import CodeIssued
from idp.settings import Settings, SettingsError
from tests.builders import TestClock
from tests.drivers.provider import Provider, a_provider, environment_for

SECRET = "thirty-two characters of a secret"
RECEIVER = {"audit_webhook_url": "https://siem.example/idp", "audit_webhook_secret": SECRET}


def a_day_passes(provider: Provider, days: int = 1) -> None:
    """Somebody did something, the worker chained it, and the day is over."""
    ground = provider.house.ground
    with ground.database.transaction() as db:
        ground.bus.record(db, CodeIssued())
    chain(ground.database, ground.keyring, ground.clock)
    provider.clock.advance(timedelta(days=days))


def test_entries_go_after_their_days(tmp_path: Path, clock: TestClock) -> None:
    with a_provider(tmp_path, clock, audit_retention="30") as provider:
        ground = provider.house.ground
        a_day_passes(provider, 20)
        assert cut_old(ground) == 0
        a_day_passes(provider, 11)
        assert cut_old(ground) > 0
        assert cut_old(ground) == 0
        assert [event.reason for event in provider.happened("AuditCut")] == ["retention"]
        assert verify(ground.database, ground.keyring) == []


def test_by_default_all_stay(provider: Provider) -> None:
    a_day_passes(provider, 10_000)
    assert cut_old(provider.house.ground) == 0


def test_what_the_receiver_does_not_have_stays(tmp_path: Path, clock: TestClock) -> None:
    with a_provider(tmp_path, clock, audit_retention="1", **RECEIVER) as provider:
        a_day_passes(provider, 3)
        assert sending(provider.house.ground, provider.house.parties.fetcher) is not None
        assert cut_old(provider.house.ground) == 0


def test_what_does_not_prove_itself_stays_and_is_told(tmp_path: Path, clock: TestClock) -> None:
    with a_provider(tmp_path, clock, audit_retention="1") as provider:
        a_day_passes(provider, 3)
        with provider.house.ground.database.transaction() as db:
            db.exec_driver_sql("DROP TRIGGER audit_entries_keeps_update")
            db.exec_driver_sql("UPDATE audit_entries SET reason = 'x' WHERE event = 'CodeIssued'")
        with structlog.testing.capture_logs() as lines:
            assert cut_old(provider.house.ground) == 0
        assert [line["event"] for line in lines] == ["audit_cut_refused"]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"audit_retention": "-1"}, "IDP_AUDIT_RETENTION"),
        ({"audit_webhook_url": "https://siem.example/"}, "IDP_AUDIT_WEBHOOK_SECRET"),
        (RECEIVER | {"audit_webhook_secret": "short"}, "IDP_AUDIT_WEBHOOK_SECRET"),
        (RECEIVER | {"audit_webhook_url": "ftp://siem.example/"}, "IDP_AUDIT_WEBHOOK_URL"),
        (RECEIVER | {"audit_webhook_secret_file": "/nowhere"}, "IDP_AUDIT_WEBHOOK_SECRET_FILE"),
    ],
)
def test_settings_that_cannot_be_meant_refuse_to_start(tmp_path: Path, changed: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        Settings.from_environment(environment_for(tmp_path, **changed))


def test_the_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    changed = {"audit_webhook_url": RECEIVER["audit_webhook_url"], "audit_webhook_secret_file": str(tmp_path / "secret")}
    assert Settings.from_environment(environment_for(tmp_path, **changed)).audit_webhook_secret.get_secret_value() == SECRET
