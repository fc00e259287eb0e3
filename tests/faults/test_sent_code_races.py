"""One sent code typed by two processes at once counts once, and of requests for another one is heard (S3.1)."""

import subprocess
import sys
from pathlib import Path

import pytest

from idp.factors.sent_code import Place
from tests.builders import BEGINNING, a_database, a_hasher, a_subject
from tests.faults.code_typist import CODES

PROCESSES = 2
TIMES = 10
ROUNDS = 3


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_twenty_uses_of_a_code_one_counts(database_url: str, tmp_path: Path, _round: int) -> None:
    with a_database(database_url) as database:
        place = Place("text_code", a_subject(database, a_hasher(tmp_path)).id, "interaction")
        code = database.write(lambda db: CODES.renew(db, place, BEGINNING))
        assert code is not None
        command = [sys.executable, "-m", "tests.faults.code_typist", database_url, place.subject_id, code, str(TIMES)]
        pipe = subprocess.PIPE
        typists = [subprocess.Popen(command, text=True, stdin=pipe, stdout=pipe) for _ in range(PROCESSES)]
        for _ in ("the code", "another code"):
            everybody_is_ready(typists)
        results = [[int(word) for word in typist.communicate()[0].split()] for typist in typists]
    assert [sum(column) for column in zip(*results, strict=True)] == [1, 1]


def everybody_is_ready(typists: list["subprocess.Popen[str]"]) -> None:
    """Waits for all of them, then lets them go on together."""
    for typist in typists:
        assert typist.stdout is not None
        assert typist.stdout.readline() == "ready\n"
    for typist in typists:
        assert typist.stdin is not None
        typist.stdin.write("go\n")
        typist.stdin.flush()
