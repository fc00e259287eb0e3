"""A language in which everything is said in brackets: a word outside them was not translated."""

import re
from collections.abc import Iterable
from gettext import NullTranslations

BRACKETS = re.compile(r"⟦[^⟦⟧]*⟧")
WORD = re.compile(r"[^\W\d_]{2,}")
# Addresses, texts bound to an address, ids, references, and the days of the week, which are not ours to translate.
ALIKE = re.compile(r"https?://\S+|\S+@\S+|@\S+ #\d+|\bs_[\w-]+|\b[0-9a-f]{12}\b|\b(?:lun|mar|mer|gio|ven|sab|dom)\b")


class Foreign(NullTranslations):
    """Takes the place of Italian."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


def untranslated(text: str, own: Iterable[str] = ()) -> list[str]:
    """The words of `text` that stand outside the brackets, without what is said alike in every language: `own`, addresses."""
    while BRACKETS.search(text):
        text = BRACKETS.sub("", text)
    text = ALIKE.sub("", text)
    for said in sorted(own, key=len, reverse=True):
        text = text.replace(said, "")
    return WORD.findall(text)
