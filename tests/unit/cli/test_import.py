"""`idp subject import`: the good rows go in, each bad one is told with its line, and nothing goes in twice."""

import json
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import bcrypt
import pytest

from tests.drivers.command_line import CommandLine, Ended
from tests.servers import wait_until

PASSWORD = "lantern orbit mosaic 7"
HASH = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
HEADER = "username,email,email_verified,given_name,phone_number,customer_numbers,password_hash"


def row(name: str, **changed: str) -> str:
    cells = {
        "username": name,
        "email": f"{name}@example.test",
        "email_verified": "true",
        "given_name": name.title(),
        "phone_number": "+447700900118",
        "customer_numbers": f"stellantis:ST-{name}",
        "password_hash": HASH,
    }
    return ",".join((cells | changed).values())


def csv(folder: Path, *rows: str | bytes, header: str = HEADER, end: bytes = b"\n") -> Path:
    file = folder / "people.csv"
    raw = [one if isinstance(one, bytes) else one.encode() for one in (header, *rows)]
    file.write_bytes(end.join((*raw, b"")))
    return file


def run(idp: CommandLine, file: Path, *more: str) -> Ended:
    return idp.run("subject", "import", "--file", str(file), *more)


def stored(folder: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "idp.db")) as db:
        return db.execute(query).fetchall()


def usernames(folder: Path) -> list[object]:
    return [name for (name,) in stored(folder, "SELECT username FROM subjects ORDER BY username")]


def told(ended: Ended) -> dict[int, str]:
    lines = [line.removeprefix("line ").partition(": ") for line in ended.err.splitlines() if line.startswith("line ")]
    return {int(number): text for number, _, text in lines}


def test_the_example_goes_in_with_all_it_says(idp: CommandLine, tmp_path: Path) -> None:
    ended = idp.run("subject", "import", "--file", "examples/subjects.csv", "--json")
    assert (ended.code, json.loads(ended.out)) == (0, {"added": 4, "refused": 0, "dry_run": False}), ended
    assert usernames(tmp_path) == ["elin.moss", "jon.berg", "mia.ferri", "noor.haas"]
    ((given, locale, verified, claims),) = stored(
        tmp_path, "SELECT given_name, locale, email_verified, claims FROM subjects WHERE username = 'elin.moss'"
    )
    assert (given, locale, verified) == ("Elin", "en", 1)
    assert json.loads(str(claims)) == {"phone_number": "+447700900206", "phone_number_verified": True}
    assert len(stored(tmp_path, "SELECT 1 FROM subject_brands")) == 5
    # Who comes without a hash comes without a password.
    assert len(stored(tmp_path, "SELECT 1 FROM authenticators WHERE kind = 'password'")) == 3


def test_each_subject_stands_in_the_trail(idp: CommandLine, tmp_path: Path) -> None:
    assert run(idp, csv(tmp_path, row("eve"), row("fay"))).code == 0
    query = "SELECT event, reason, actor LIKE 'operator:%', count(*) FROM audit_entries WHERE event LIKE 'Subject%' GROUP BY 1"
    assert stored(tmp_path, query) == [("SubjectCreated", "imported", 1, 2), ("SubjectLinked", "", 1, 2)]
    assert idp.run("audit", "verify").code == 0


BAD = {
    "username with @": (row("eve", username="e@ve"), "username: must be"),
    "a name of letters that are many": (row("eve", username="\ufdfa" * 128), "username: must be"),
    "an address of letters that are many": (row("eve", email="\ufdfa" * 64 + "@example.test"), "email: is not"),
    "no address": (row("eve", email="nowhere"), "email: is not"),
    "plain password": (row("eve", password_hash=PASSWORD), "password_hash: is not a hash"),
    "too slow a hash": (row("eve", password_hash=HASH.replace("$04$", "$16$")), "cost that is not within"),
    "no truth": (row("eve", email_verified="yes"), "email_verified: must be true or false"),
    "local phone": (row("eve", phone_number="07700 900118"), "phone_number: must be written as"),
    "unknown brand": (row("eve", customer_numbers="lidl:1"), "there is no such brand"),
    "no brand": (row("eve", customer_numbers="ST-1"), "must be BRAND:NUMBER"),
    "a brand twice": (row("eve", customer_numbers="stellantis:1;stellantis:2"), "names a brand twice"),
    "long number": (row("eve", customer_numbers="stellantis:" + "9" * 65), "1 to 64 visible"),
    "long name": (row("eve", given_name="e" * 129), "given_name: must be text of at most 128"),
    "a field too many": (row("eve") + ",x", "has 8 fields where the header has 7"),
    "a field too few": ("eve,eve@example.test", "has 2 fields where the header has 7"),
    "NUL": (row("eve", given_name="e\0ve"), "given_name: holds characters"),
    "escape": (row("eve", given_name="\x1b[2J"), "given_name: holds characters"),
    "not UTF-8": (b"eve,\xff\xfe", "is not UTF-8 text"),
    "a surrogate": (b"eve,\xed\xa0\x80@example.test", "is not UTF-8 text"),
    "a megabyte": ("e" * 1_000_000, "is longer than 65536 bytes"),
    "open quotation": ('"eve,eve@example.test', "is not CSV"),
    "a lone carriage return": (row("eve", given_name="e\rve"), "is not CSV"),
    "taken name": (row("eve", username="ADA "), "username: must be"),
    "taken spelling": (row("eve", username="ADA", customer_numbers=""), "username: belongs to another subject"),
    "taken address": (row("eve", email="Ada@Example.test", customer_numbers=""), "email: belongs to another subject"),
    "taken number": (row("kim", customer_numbers="stellantis:ST-ada"), "customer_number: belongs to another"),
}


def test_each_bad_row_is_told_with_its_line_and_the_good_ones_go_in(idp: CommandLine, tmp_path: Path) -> None:
    assert run(idp, csv(tmp_path, row("ada"))).code == 0
    rows: list[str | bytes] = [one for number, (bad, _) in enumerate(BAD.values()) for one in (bad, row(f"good{number}"))]
    report = tmp_path / "report.jsonl"
    ended = run(idp, csv(tmp_path, *rows), "--report", str(report))
    assert ended.code == 1
    found = told(ended)
    assert list(found) == [2 + 2 * number for number in range(len(BAD))], ended.err
    for (name, (_, reason)), text in zip(BAD.items(), found.values(), strict=True):
        assert reason in text, name
    assert usernames(tmp_path) == sorted(["ada", *(f"good{number}" for number in range(len(BAD)))])
    reported = [json.loads(line) for line in report.read_text().splitlines()]
    assert {one["line"]: "; ".join(one["problems"]) for one in reported} == found
    assert HASH not in ended.err
    assert PASSWORD not in ended.err + report.read_text()


def test_what_a_file_says_twice_is_told_with_both_lines(idp: CommandLine, tmp_path: Path) -> None:
    again = [row("eve"), row("eve"), row("fay", username="EVE"), row("gil", customer_numbers="stellantis:ST-eve")]
    ended = run(idp, csv(tmp_path, *again, row("hal", customer_numbers="alphera:ST-eve")))
    assert told(ended) == {
        3: "username: stands in line 2 already",
        4: "username: stands in line 2 already",
        5: "customer_numbers of stellantis: stands in line 2 already",
    }
    assert usernames(tmp_path) == ["eve", "hal"]


def test_windows_writes_files_too(idp: CommandLine, tmp_path: Path) -> None:
    file = csv(tmp_path, row("eve"), "", row("fay"), header="\ufeff" + HEADER, end=b"\r\n")
    assert run(idp, file).code == 0
    assert usernames(tmp_path) == ["eve", "fay"]


def test_json_lines(idp: CommandLine, tmp_path: Path) -> None:
    good = {
        "username": "eve",
        "email": "eve@example.test",
        "customer_numbers": {"stellantis": "ST-1", "alphera": "AL-1"},
        "address": {"locality": "Norwich"},
        "password_hash": HASH,
        "locale": None,
    }
    bad = {
        "password": json.dumps(good | {"password": PASSWORD}),
        "a number": json.dumps(good | {"username": 7}),
        "a surrogate": json.dumps(good | {"given_name": "\ud800"}),
        "a hash that is none": json.dumps(good | {"password_hash": ["x"]}),
        "unknown": json.dumps(good | {"shoe_size": 43}),
        "birthdate": json.dumps(good | {"birthdate": "1991-02-18"}),
        "not an object": "[]",
        "not JSON": "{",
        "deep": "[" * 60_000,
        "twice": '{"username": "a", "username": "b"}',
        "numbers": json.dumps(good | {"customer_numbers": {"stellantis": 5}}),
        "nobody's phone": json.dumps(good | {"phone_number_verified": True}),
    }
    file = tmp_path / "people.jsonl"
    file.write_text("\n".join((json.dumps(good), *bad.values())))
    ended = run(idp, file)
    assert ended.code == 1
    assert list(told(ended)) == list(range(2, 2 + len(bad)))
    assert usernames(tmp_path) == ["eve"]
    assert PASSWORD not in ended.err


@pytest.mark.parametrize(
    ("header", "says"),
    [
        (HEADER + ",password", "plain passwords are not taken"),
        (HEADER + ",shoe_size", "'shoe_size': is not a known column"),
        (HEADER + ",email", "email: stands twice"),
        ("username,given_name", "email: is missing"),
        ("", "username: is missing"),
    ],
)
def test_a_header_that_says_something_else_stops_the_import(idp: CommandLine, tmp_path: Path, header: str, says: str) -> None:
    ended = run(idp, csv(tmp_path, row("eve"), header=header))
    assert ended.code == 1
    assert says in ended.err
    assert usernames(tmp_path) == []


def test_a_dry_run_tells_the_same_and_writes_nothing(idp: CommandLine, tmp_path: Path) -> None:
    assert run(idp, csv(tmp_path, row("ada"))).code == 0
    file = csv(tmp_path, row("eve"), row("eve"), row("ada"), row("fay", email="x"))
    before = (tmp_path / "idp.db").read_bytes()
    dry = run(idp, file, "--dry-run")
    assert "1 subjects can be imported, 3 rows refused." in dry.out
    assert (tmp_path / "idp.db").read_bytes() == before
    wet = run(idp, file)
    assert (told(wet), wet.code, dry.code) == (told(dry), 1, 1)


def test_killed_half_way_and_resumed_gives_each_row_once(idp: CommandLine, tmp_path: Path) -> None:
    rows = [row(f"c{number}", given_name="") if number % 100 else f"bad{number}" for number in range(1, 3001)]
    file, report = csv(tmp_path, *rows), tmp_path / "report.jsonl"
    first = idp.start("subject", "import", "--file", str(file), "--report", str(report))
    wait_until(lambda: stored(tmp_path, "SELECT 1 FROM subject_imports WHERE line > 500"))
    assert first.end(signal.SIGKILL).code == -signal.SIGKILL
    half = len(usernames(tmp_path))
    assert 0 < half < 2970
    assert "add --resume to go on" in run(idp, file).err
    ended = run(idp, file, "--resume", "--report", str(report), "--json")
    assert json.loads(ended.out) == {"added": 2970, "refused": 30, "dry_run": False}
    assert len(usernames(tmp_path)) == 2970
    assert len(stored(tmp_path, "SELECT 1 FROM audit_entries WHERE event = 'SubjectCreated'")) == 2970
    assert {json.loads(line)["line"] for line in report.read_text().splitlines()} == set(range(101, 3002, 100))
    again = run(idp, file, "--resume", "--json")
    assert json.loads(again.out) == json.loads(ended.out)


def test_another_file_is_not_resumed(idp: CommandLine, tmp_path: Path) -> None:
    ended = run(idp, csv(tmp_path, row("eve")), "--resume")
    assert ended.code == 1
    assert "no import of this very file was begun" in ended.err
    assert usernames(tmp_path) == []


def test_wrong_usage(idp: CommandLine, tmp_path: Path) -> None:
    assert run(idp, tmp_path / "nowhere.csv").code == 1
    (tmp_path / "people.txt").touch()
    assert run(idp, tmp_path / "people.txt").code == 2
    assert "the file is empty" in run(idp, tmp_path / "people.txt", "--format", "csv").err
    assert run(idp, csv(tmp_path, row("eve")), "--dry-run", "--resume").code == 2
    assert "cannot be written" in run(idp, csv(tmp_path, row("eve")), "--report", str(tmp_path / "no" / "r")).err
