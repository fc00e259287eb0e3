"""What can be wrong with a translation, told without knowing the language."""

import re
from collections import Counter
from collections.abc import Iterator

from babel.messages.catalog import Message

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
TAG = re.compile(r"<[^<>]*>|&\w+;")
NUMBER = "num"


def faults(message: Message, forms: int) -> Iterator[str]:
    """Why customers must not be shown `message` in a language that has so many plural `forms`; nothing where it is sound."""
    if not message.id:
        return
    if message.fuzzy:
        yield "marked as fuzzy"
    english = message.id if isinstance(message.id, tuple | list) else (message.id,)
    said = message.string if isinstance(message.string, tuple | list) else (message.string,)
    if len(said) != (forms if len(english) > 1 else 1):
        yield "has the wrong number of plural forms"
    for number, text in enumerate(said):
        if not text or not text.strip():
            yield "not translated"
        elif number == 0 and len(english) > 1:
            # The form of one may say the number in words, in either language.
            yield from _differences(english[0], text, {NUMBER})
        else:
            yield from _differences(english[-1], text, set())


def _differences(english: str, text: str, may_say: set[str]) -> Iterator[str]:
    asked, given = _placeholders(english, may_say), _placeholders(text, may_say)
    if asked != given:
        yield f"has the placeholders {sorted(given.elements())} for {sorted(asked.elements())}"
    if "%" in PLACEHOLDER.sub("", text).replace("%%", ""):
        yield "has a percent sign that is neither a placeholder nor doubled"
    if Counter(TAG.findall(english)) != Counter(TAG.findall(text)):
        yield f"has other HTML than {TAG.findall(english)}"
    # In a page a translation is taken as HTML, also inside an attribute.
    if set('"<>') & set(TAG.sub("", text)):
        yield "has a straight quotation mark or a bare angle bracket"
    if (english[:1].isspace(), english[-1:].isspace()) != (text[:1].isspace(), text[-1:].isspace()):
        yield "begins or ends with other space"


def _placeholders(text: str, without: set[str]) -> Counter[str]:
    return Counter(name for name in PLACEHOLDER.findall(text) if name not in without)
