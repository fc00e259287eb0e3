"""What the id of a client can be."""

LONGEST_ID = 128


def is_id(text: str) -> bool:
    """Whether `text` could be the id of a client at all: what cannot is asked of no database."""
    return 0 < len(text) <= LONGEST_ID and text.isprintable()
