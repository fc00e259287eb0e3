"""Where a process keeps its counts: a file of fixed size, mapped into memory, locked for as long as the process lives.

A process that begins takes over the file of one that ended and counts on in it. So nothing is lost with a process, sums never
fall, and there are never more files than processes that ran at once.
"""

import fcntl
import json
import mmap
import os
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

RECORD_BYTES, RECORDS = 256, 4096
SIZE = RECORD_BYTES * RECORDS
SUFFIX = ".counts"
# The first record tells how many are in use; the others hold a value and the name it counts, as JSON.
_HEAD = struct.Struct("d")
_TEXT_BYTES = RECORD_BYTES - _HEAD.size
MODE = 0o600

Name = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A value in a file. `lives`: its process still runs."""

    name: Name
    value: float
    lives: bool


class Records:
    """Values by place, in `memory` of `SIZE` bytes."""

    def __init__(self, memory: bytearray | mmap.mmap) -> None:
        self._memory = memory
        self.values = memoryview(memory).cast("d")[:: RECORD_BYTES // _HEAD.size]

    def places(self) -> dict[Name, int]:
        """The place of every name."""
        return {name: place for place, name in enumerate(_names(bytes(self._memory), _in_use(self.values[0])), 1)}

    def add(self, name: Name) -> int | None:
        """A place for `name`, whose value is 0; None where there is no room, or the name is too long."""
        place, text = int(self.values[0]) + 1, json.dumps(name).encode()
        if place >= RECORDS or len(text) > _TEXT_BYTES:
            return None
        begins = place * RECORD_BYTES + _HEAD.size
        self._memory[begins : begins + len(text)] = text
        self.values[0] = place  # last, so that whoever reads meanwhile finds whole names
        return place


def in_memory() -> Records:
    """Records of this process alone."""
    return Records(bytearray(SIZE))


def take_over(folder: Path) -> Records:
    """Records in a file of `folder` that no living process has, or a new one. Raises OSError where the disk is full."""
    folder.mkdir(mode=0o700, exist_ok=True)
    left = sorted(folder.glob(f"*{SUFFIX}"))
    opened = next((handle for path in left if (handle := _try_lock(path)) is not None), None)
    handle = opened if opened is not None else _fresh(folder)
    try:
        # A hole in the file would be found out when it is written to, by a signal that ends the process.
        os.posix_fallocate(handle, 0, SIZE)
        return Records(mmap.mmap(handle, SIZE))  # it holds the file, and with it the lock
    finally:
        os.close(handle)


def kept(folder: Path) -> Iterator[Kept]:
    """Every value in the files of `folder`, in order of files."""
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        with suppress(OSError, ValueError):
            yield from _read(path)


def _read(path: Path) -> list[Kept]:
    if path.stat().st_size != SIZE:
        raise ValueError("not a whole file")
    lives = _is_locked(path)
    with path.open("rb") as file:
        content = file.read(RECORD_BYTES)
        count = _in_use(_HEAD.unpack_from(content)[0])
        content += file.read(count * RECORD_BYTES)
    names = _names(content, count)
    return [Kept(name, _HEAD.unpack_from(content, place * RECORD_BYTES)[0], lives) for place, name in enumerate(names, 1)]


def _in_use(head: float) -> int:
    if not 0 <= head < RECORDS:
        raise ValueError("not a file of counts")
    return int(head)


def _names(content: bytes, count: int) -> list[Name]:
    starts = (place * RECORD_BYTES + _HEAD.size for place in range(1, count + 1))
    return [tuple(json.loads(content[start : start + _TEXT_BYTES].rstrip(b"\0"))) for start in starts]


def _fresh(folder: Path) -> int:
    for number in range(RECORDS):
        path = folder / f"{number:04}{SUFFIX}"
        if not path.exists() and (handle := _try_lock(path, os.O_CREAT)) is not None:
            return handle
    raise OSError("too many files of counts")


def _try_lock(path: Path, how: int = 0, kind: int = fcntl.LOCK_EX) -> int | None:
    handle = os.open(path, os.O_RDWR | os.O_CLOEXEC | how, MODE)
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def _is_locked(path: Path) -> bool:
    handle = _try_lock(path, kind=fcntl.LOCK_SH)  # two who look at once do not take each other for the owner
    if handle is not None:
        os.close(handle)
    return handle is None
