"""What goes out of a handle, and what stays."""

from datetime import UTC, datetime, timedelta

from idp.core.handles import dated_digest, digest, new_dated_handle, new_handle

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_what_is_stored_of_dated_handles_lies_in_the_order_of_their_time() -> None:
    stored = [dated_digest(new_dated_handle(NOW + timedelta(milliseconds=passed))) for passed in range(300)]
    assert stored == sorted(stored)


def test_two_of_one_moment_differ_and_neither_is_told_by_what_is_stored() -> None:
    handles = [new_dated_handle(NOW) for _ in range(2)]
    stored = [dated_digest(handle) for handle in handles]
    assert len({*handles, *stored}) == 4
    assert {len(one) for one in stored} == {len(digest(""))}
    for handle, one in zip(handles, stored, strict=True):
        assert handle.partition(".")[2] not in one


def test_another_time_or_another_secret_is_another_handle() -> None:
    date, _, secret = new_dated_handle(NOW).partition(".")
    later = f"{int(date, 16) + 1:012x}"
    assert len({dated_digest(one) for one in (f"{date}.{secret}", f"{later}.{secret}", f"{date}.{new_handle()}")}) == 3


def test_handles_from_before_they_were_dated_are_found_as_ever() -> None:
    for handle in (new_handle(), "", "garbage", "0" * 64, "\ud800"):
        assert dated_digest(handle) == digest(handle)
