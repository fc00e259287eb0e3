"""Characters that turn the direction of what stands after them, or break a line unseen, have no power on our pages.

Names that hold them are refused where they are typed. They come all the same: by a file, by a browser's own name.
"""

import re
from typing import Any

# Marks, embeddings, overrides and isolates of direction (UAX 9); the upper controls; separators of lines and paragraphs.
POWERFUL = re.compile("[\x80-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
CONTROLS = re.compile("[\x00-\x1f\x7f]+")
STANDS_FOR_IT = "\ufffd"


def inert(value: Any) -> Any:
    """What a template prints, with a sign in the place of each such character."""
    if not isinstance(value, str) or value.isascii() or POWERFUL.search(value) is None:
        return value
    # Of its own kind, so that what was escaped is not escaped again.
    return type(value)(POWERFUL.sub(STANDS_FOR_IT, value))


def told_apart(text: str) -> str:
    """The same for a file, where nothing of what was there may be lost: each is written as `\\u202e`."""
    return text if text.isascii() else POWERFUL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def one_line(text: str) -> str:
    """The same for the head of a mail: a line that nothing in it ends."""
    return CONTROLS.sub(" ", str(inert(text)))
