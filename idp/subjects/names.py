"""Names people type: what is well-formed, and the one key that every spelling of a name shares."""

import re
import unicodedata

LONGEST_USERNAME = 128
LONGEST_EMAIL = 254
# A letter may be many in the key, and the store and its index take no more bytes than these.
LONGEST_USERNAME_KEY = 512
LONGEST_EMAIL_KEY = 1024
LONGEST_NAME = max(LONGEST_USERNAME, LONGEST_EMAIL) + 16  # room for space around it
# One @, something on both sides, a dot in the domain, nothing that could break a mail header.
EMAIL = re.compile(r"[^\s@<>(),;:\"\\\[\]]{1,64}@[^\s@<>(),;:\"\\\[\]]+\.[^\s@<>(),;:\"\\\[\].]{2,}")


def name_key(name: str) -> str:
    """The key under which any spelling of `name` is found: without outer space, compatibility-composed, case folded.

    All spellings must fall on one key, or each spelling would be a fresh counter for whoever guesses.
    """
    folded = unicodedata.normalize("NFKC", name.strip()).casefold()
    return unicodedata.normalize("NFKC", folded)


def is_username(name: str) -> bool:
    """Whether `name` may be a username: 1 to 128 visible characters, no @, so that it is never somebody's e-mail."""
    well = 1 <= len(name) <= LONGEST_USERNAME and name == name.strip() and name.isprintable()
    return well and "@" not in name_key(name) and _fits(name, LONGEST_USERNAME_KEY)


def is_email(address: str) -> bool:
    """Whether `address` has the shape of an e-mail address and fits the store."""
    well = len(address) <= LONGEST_EMAIL and address.isprintable() and EMAIL.fullmatch(address) is not None
    return well and _fits(address, LONGEST_EMAIL_KEY)


def _fits(name: str, longest_key: int) -> bool:
    return len(name_key(name).encode()) <= longest_key
