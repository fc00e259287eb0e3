"""Rooms for threads that wait for the servers of others."""

from contextlib import ExitStack

import pytest

from idp.core.rooms import Rooms


def test_there_are_so_many_for_all_and_fewer_for_one() -> None:
    """S3.11: one party that hangs leaves room for others; all together leave threads for everybody else."""
    rooms = Rooms(3, 2)
    with ExitStack() as waiting:
        found = [waiting.enter_context(rooms.room(whom)) for whom in ("a", "a", "a", "b", "b", "c")]
        assert found == [True, True, False, True, False, False]
    with pytest.raises(KeyError), rooms.room("a"):
        raise KeyError
    with rooms.room("a") as one, rooms.room("a") as two, rooms.room("b") as three:
        assert (one, two, three) == (True, True, True)
