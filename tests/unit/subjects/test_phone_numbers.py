import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.subjects.phone_numbers import masked_number, mobile_number, written_number


@pytest.mark.parametrize(
    "typed",
    [
        "07912 345678",
        "+44 7912 345678",
        "+44 (0)7912 345678",
        "0044 7912 345678",
        "07912-345-678",
        "  07912345678 ",
        "tel:+447912345678",
        "٠٧٩١٢٣٤٥٦٧٨",
    ],
)
def test_every_way_to_type_a_number_is_that_number(typed: str) -> None:
    assert mobile_number(typed) == "+447912345678"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        pytest.param("+34 612 345 678", "+34612345678", id="a mobile elsewhere"),
        pytest.param("+1 202 555 0123", "+12025550123", id="where mobiles look like fixed lines"),
        pytest.param("07700 900118", "+447700900118", id="a number of dramas"),
    ],
)
def test_mobiles_of_other_plans_are_known(typed: str, number: str) -> None:
    assert mobile_number(typed) == number


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("09061 123456", id="premium"),
        pytest.param("0845 123 4567", id="shared cost"),
        pytest.param("070 1234 5678", id="personal, which costs like premium"),
        pytest.param("0800 123 4567", id="toll-free"),
        pytest.param("020 7946 0101", id="fixed"),
        pytest.param("07912 34567", id="too short"),
        pytest.param("07912 3456789", id="too long"),
        pytest.param("07912 345678 ext 5", id="with an extension"),
        pytest.param("07700 9001181", id="a drama that is too long"),
        pytest.param("999", id="an emergency"),
        pytest.param("+979 123456789", id="international premium"),
        pytest.param("+999 12345678", id="no country"),
        pytest.param("", id="nothing"),
        pytest.param("ana@example.test", id="an address"),
        pytest.param("\x00", id="NUL"),
        pytest.param("\ud800", id="no text"),
        pytest.param("0" * 100_000, id="endless"),
    ],
)
def test_no_text_goes_to_any_other(typed: str) -> None:
    assert mobile_number(typed) is None


@given(st.text(max_size=60))
def test_whatever_is_typed_is_answered(typed: str) -> None:
    number = mobile_number(typed)
    assert number is None or mobile_number(number) == number


def test_a_number_is_shown_by_its_last_digits() -> None:
    assert masked_number("+447700900118") == "•••• 118"


@pytest.mark.parametrize(
    ("number", "written"),
    [("+447700900118", "+44 7700 900118"), ("07912345678", "+44 7912 345678"), ("none", "none"), ("1" * 999, "1" * 999)],
)
def test_numbers_are_written_as_their_owners_would(number: str, written: str) -> None:
    assert written_number(number) == written
