"""An address of the console: the right it asks for, and what becomes of a form over which the proof ran out."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from werkzeug.wrappers import Response

from idp.admin.rights import Right

NAMED = re.compile("<([a-z_]+)>")
# Of a field that leads back, or tells which of many buttons was pressed: ids, and the words of a filter.
LONGEST = 64

StaffView = Callable[..., Response]


@dataclass(frozen=True, slots=True)
class StaffRoute:
    """An address of the console. `view` is called with the `Agent` first, then with what stands in the address."""

    rule: str
    endpoint: str
    view: StaffView
    right: Right
    methods: tuple[str, ...] = ("GET",)
    # Where somebody who must prove themselves anew comes back to: the rule of the page with the form, for what is posted to.
    # Names in it are those of the address, or of fields of the form.
    back: str = ""
    # What is typed here is kept meanwhile; of a page: it is given back here. Nothing that a caller said may be kept.
    keeps: bool = False
    # What each button says, by its name (the only one: ""), so that whoever comes back is told what they had pressed.
    buttons: Mapping[str, str] = field(default_factory=dict)

    def back_to(self, address: Mapping[str, str], form: Mapping[str, str]) -> str:
        """The page with the form, for an `address` of this route and what was sent to it."""
        return NAMED.sub(lambda named: quote(_value(named[1], address, form), safe=""), self.back)

    def pressed(self, address: Mapping[str, str], form: Mapping[str, str]) -> str:
        """What stands on the button that was pressed; empty where nobody needs to be told."""
        words = next((words for name, words in self.buttons.items() if not name or name in form), "")
        return NAMED.sub(lambda named: _value(named[1], address, form), words)


def _value(name: str, address: Mapping[str, str], form: Mapping[str, str]) -> str:
    return address[name] if name in address else form.get(name, "")[:LONGEST]
