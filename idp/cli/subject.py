"""`idp subject`: people's accounts."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, assert_never

import click

from idp.app import House
from idp.cli.failures import refused
from idp.cli.importing.command import import_subjects
from idp.cli.opening import open_house
from idp.cli.output import as_json, print_json
from idp.cli.standard_claims import problems_of
from idp.cli.subject_acts import disable, enable, staff, unlock
from idp.factors.strength import Strength, Weakness
from idp.subjects.subjects import Malformed, NewSubject, Subject, Taken

LONGEST_INPUT = 64 * 1024
LONGEST_NUMBER = 64


@click.group()
def subject() -> None:
    """People's accounts."""


for act in (import_subjects, unlock, staff, disable, enable):
    subject.add_command(act)


@subject.command(
    "add",
    epilog="Example: printf %s 'lantern orbit mosaic 7' | idp subject add --username ana --email ana@example.test"
    " --brand stellantis:ST-204118 --password-stdin",
)
@click.option("--username", required=True, help="The name to sign in with.")
@click.option("--email", required=True, help="The e-mail address; it signs in too.")
@click.option("--given-name", help="The first name.")
@click.option("--family-name", help="The last name.")
@click.option("--claims", "claims_file", type=click.Path(path_type=Path), help="Further standard claims, a JSON object.")
@click.option("--brand", "brands", multiple=True, metavar="BRAND:ACCOUNT", help="The customer number at a brand; repeatable.")
@click.option("--password-stdin", is_flag=True, required=True, help="Read the password from standard input.")
@as_json
def add(
    username: str,
    email: str,
    given_name: str | None,
    family_name: str | None,
    claims_file: Path | None,
    brands: tuple[str, ...],
    password_stdin: bool,
    as_json: bool,
) -> None:
    """Add a subject with a password."""
    claims = _claims(claims_file, {"given_name": given_name, "family_name": family_name})
    house = open_house()
    new = NewSubject(
        username=username,
        email=email,
        email_verified=claims.pop("email_verified", False),
        given_name=claims.pop("given_name", None),
        family_name=claims.pop("family_name", None),
        locale=claims.pop("locale", None),
        claims=claims,
        numbers=_numbers(house, brands),
    )
    created = create(house, new, _password())
    if as_json:
        print_json({"subject_id": created.id, "username": created.username})
    else:
        click.echo(f"{created.username} added as {created.id}.")


def create(house: House, new: NewSubject, password: str) -> Subject:
    """Stores `new` under the rules for new passwords. Raises `Failure` where something is refused, and says what."""
    brands = house.parties.brands.all()
    shortest = max(brand.policy.password_min_length for brand in brands)
    own_words = [new.username, new.email, new.given_name or "", new.family_name or "", *(b.name for b in brands)]
    _require_strength(Strength(shortest), password, own_words)
    verifier = house.people.hasher.hash(password)
    ground = house.ground
    with ground.database.transaction() as db:
        created = house.people.subjects.create(db, ground.bus, new, verifier, ground.clock.now())
    match created:
        case Subject():
            return created
        case Taken(field):
            raise refused(f"the {field.replace('_', ' ')} belongs to another subject already")
        case Malformed(field):
            raise refused(f"the {field} is not well-formed")
        case _:
            assert_never(created)


def _require_strength(rule: Strength, password: str, own_words: list[str]) -> None:
    match rule.weakness(password, own_words):
        case None:
            return
        case Weakness.TOO_SHORT:
            raise refused(f"the password is too short: it needs at least {rule.shortest} characters")
        case Weakness.TOO_LONG:
            raise refused("the password is too long: at most 1024 bytes")
        case Weakness.EASY_TO_GUESS:
            raise refused("the password is too easy to guess: take several unrelated words")


def _password() -> str:
    raw = sys.stdin.buffer.read(LONGEST_INPUT)
    try:
        # One line end is how shells send it, not a part of it.
        return raw.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise refused("the password on standard input is not UTF-8 text") from None


def _numbers(house: House, given: tuple[str, ...]) -> Mapping[str, str]:
    numbers: dict[str, str] = {}
    for one in given:
        brand, colon, number = one.partition(":")
        if not colon or not number.strip():
            raise click.BadParameter(f"{one!r} is not BRAND:ACCOUNT", param_hint="--brand")
        if house.parties.brands.get(brand) is None:
            raise refused(f"brand {brand} is not known: {', '.join(known.id for known in house.parties.brands.all())}")
        if brand in numbers:
            raise click.BadParameter(f"{brand} stands twice", param_hint="--brand")
        if len(number.strip()) > LONGEST_NUMBER:
            raise refused(f"the customer number at {brand} is longer than {LONGEST_NUMBER} characters")
        numbers[brand] = number.strip()
    return numbers


def _claims(path: Path | None, options: Mapping[str, str | None]) -> dict[str, Any]:
    claims = {} if path is None else _read_json(path)
    problems = [f"{path}: {problem}" for problem in problems_of(claims)]
    if not problems:
        named = {name: value for name, value in options.items() if value is not None}
        problems = problems_of(named)
        claims = {**claims, **named}
    if problems:
        raise refused(*problems)
    return claims


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise refused(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise refused(f"{path}: is not UTF-8 text") from None
    except (json.JSONDecodeError, RecursionError) as error:
        raise refused(f"{path}:{getattr(error, 'lineno', 1)}: is not JSON") from None
