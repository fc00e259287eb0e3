"""What an agent types of a caller's answers, as the brand compares it. Pure; nothing of it is kept."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from idp.brands.brand import Script
from idp.signin.agreement_details import plain

LONGEST = 100
NUMBERS = re.compile(r"[0-9]+")
AMOUNT = re.compile(r"[0-9]{1,9}(?:[.,][0-9]{1,2})?")


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered, by question; what nothing was typed for is not among it."""

    given: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The answer to the question `asks` is nothing of the kind; `advice` says how to type it."""

    asks: str
    advice: str


@dataclass(frozen=True, slots=True)
class NoAnswers:
    """Nothing was typed."""


def read_answers(script: Script, typed: Mapping[str, str]) -> Answers | Unreadable | NoAnswers:
    """The answers to the questions of the `script`."""
    given: dict[str, str] = {}
    for question in script.questions:
        text = typed[question.asks].strip()
        if not text:
            continue
        kind = KINDS[question.asks]
        answer = kind.read(text) if len(text) <= LONGEST and text.isprintable() else ""
        if not answer:
            return Unreadable(question.asks, kind.advice)
        given[question.asks] = answer
    return Answers(given) if given else NoAnswers()


def _day(text: str) -> str:
    parts = NUMBERS.findall(text)
    if len(parts) != 3 or NUMBERS.sub("", text).strip(" ./-"):
        return ""
    day, month, year = parts if len(parts[0]) <= 2 else parts[::-1]
    try:
        return date(int(year), int(month), int(day)).isoformat() if len(year) == 4 else ""
    except ValueError:
        return ""


def _amount(text: str) -> str:
    said = re.sub(r"[\s£€]|,(?=[0-9]{3})", "", text)
    return said.replace(",", ".") if AMOUNT.fullmatch(said) else ""


def _words(text: str) -> str:
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of answer: how it is read (empty where it cannot be), and how it is typed."""

    read: Callable[[str], str]
    advice: str


KINDS: Mapping[str, Kind] = {
    "agreement": Kind(plain, "Type letters and digits, such as PCP-1234567."),
    "birth_date": Kind(_day, "Type day, month and year in numbers, such as 27 3 1985."),
    "postcode": Kind(plain, "Type letters and digits, such as BS1 4QA."),
    "full_name": Kind(_words, "Type given and family name."),
    "last_payment": Kind(_amount, "Type the amount, such as 294.00."),
    "vehicle": Kind(plain, "Type letters and digits, such as KY24 VNR."),
}
