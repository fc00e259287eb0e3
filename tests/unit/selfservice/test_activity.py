"""What is told of an account: every event has its words or is left out on purpose, and what repeats itself is told once."""

from dataclasses import replace
from datetime import timedelta

from idp.selfservice.activity import WANTED, Happening, gathered
from tests.builders import BEGINNING
from tools.generate_docs import all_events

# What is no news to an owner: it comes with something that is told, or concerns clients, keys and staff.
LEFT_OUT = {
    "AuditCut",
    "AuditExported",
    "StaffChanged",
    "SecondStepProven",
    "RecoveryWithheld",
    "ActivationRefused",
    "CodeSent",
    "CodeWithheld",
    "SourceThrottled",
    "SprayingSeen",
    "AccountClosed",
    "ConsentDenied",
    "CodeIssued",
    "CodeRedeemed",
    "CodeReplayed",
    "RefreshRotated",
    "RefreshReused",
    "FamilyRevoked",
    "ClientAuthenticationFailed",
    "ClientRegistered",
    "ClientChanged",
    "ClientSecretRotated",
    "ClientDisabled",
    "ClaimsPreviewed",
    "KeyRotated",
    "CustomerSeen",
    "CustomersSearched",
    "CallerCodeSent",
    "CallerCodeTried",
    "CallEnded",
    "ConfigurationLoaded",
    "ConfigurationRejected",
    "ClientEnabled",
    "ClientBecameAnother",
    "ClientDeleted",
    "ClientSecretEnded",
    "DeliveryRetried",
    "SubjectLookedUp",
    "InitialAccessTokenMade",
    "InitialAccessTokenUsed",
    "InitialAccessTokenRevoked",
    "ProgramLeftBehind",
    "ProgramLookedAfter",
}
ONCE = Happening("Signed in", BEGINNING, "Firefox", "192.0.2.7", "alphera", None, refused=False, by_us=False)


def test_every_event_is_told_or_left_out_on_purpose() -> None:
    assert {kind.__name__ for kind in all_events()} == WANTED.keys() | LEFT_OUT
    assert not WANTED.keys() & LEFT_OUT


def test_of_sessions_only_what_somebody_ended_is_told() -> None:
    assert WANTED["SessionEnded"] == {"owner", "logout", "support", "staff"}
    assert all(not reasons for event, reasons in WANTED.items() if event != "SessionEnded")


def test_what_repeats_itself_is_told_once_with_its_newest_moment() -> None:
    row = [replace(ONCE, at=BEGINNING - timedelta(minutes=minute)) for minute in range(3)]
    assert gathered(row) == [replace(ONCE, times=3)]


def test_what_differs_in_anything_but_time_is_told_by_itself() -> None:
    for other in (
        replace(ONCE, words="A wrong password was typed"),
        replace(ONCE, address="192.0.2.8"),
        replace(ONCE, device="Safari"),
        replace(ONCE, brand=None),
        replace(ONCE, by_us=True),
    ):
        assert gathered([ONCE, other, ONCE]) == [ONCE, other, ONCE]
