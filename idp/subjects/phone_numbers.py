"""Telephone numbers: what people type, as E.164 writes it, and which of them a text may go to."""

import re
from functools import lru_cache

from phonenumbers import (
    NumberParseException,
    PhoneNumberFormat,
    PhoneNumberType,
    format_number,
    is_valid_number,
    number_type,
    parse,
)

# Where a number is read as local that names no country.
HOME = "GB"
# In some countries nothing tells mobile from fixed lines. Personal numbers (+44 70…) look like mobiles and cost like premium.
REACHED = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
# Kept by Ofcom for drama: no plan of numbers knows them and nobody is reached, so demonstrations have them.
DRAMA = re.compile(r"\+447700900[0-9]{3}")
LONGEST = 40
SHOWN_DIGITS = 3


@lru_cache(maxsize=4096)
def mobile_number(typed: str) -> str | None:
    """The mobile number that was typed, such as `+447700900118`; None for any other kind of number and for what is none."""
    if len(typed) > LONGEST:
        return None
    try:
        parsed = parse(typed, HOME)
    except NumberParseException:
        return None
    number = format_number(parsed, PhoneNumberFormat.E164)
    if parsed.extension or not (DRAMA.fullmatch(number) or (is_valid_number(parsed) and number_type(parsed) in REACHED)):
        return None
    return number


def written_number(number: str) -> str:
    """`+447700900118` as its owner would write it, `+44 7700 900118`; what is no number stays as it is."""
    try:
        return format_number(parse(number, HOME), PhoneNumberFormat.INTERNATIONAL)
    except NumberParseException:
        return number


def masked_number(number: str) -> str:
    """`+447700900118` as `•••• 118`."""
    return f"•••• {number[-SHOWN_DIGITS:]}"
