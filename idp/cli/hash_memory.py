"""Lets the memory that a password hash borrowed go back to the system."""

import ctypes

M_MMAP_THRESHOLD = -3  # mallopt(3)
ONE_MIB = 1 << 20


def give_hash_memory_back() -> None:
    """Makes the C library map every block above 1 MiB by itself, and unmap it when it is freed. Does nothing without glibc.

    Left alone, glibc learns from the first freed block of argon2 (19 MiB) to keep such blocks, one in the arena of each
    thread that ever hashed: sixteen threads would hold 300 MiB for good.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, ONE_MIB)
