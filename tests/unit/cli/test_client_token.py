"""`idp client token`: initial access tokens are made, listed and revoked; a token is shown once."""

import json

import pytest

from tests.drivers.command_line import CommandLine


def test_make_list_revoke(idp: CommandLine) -> None:
    made = json.loads(idp.must("client", "token", "--brand", "alphera", "--uses", "3", "--days", "2", "--json"))
    assert len(made["initial_access_token"]) == 43
    listed = json.loads(idp.must("client", "token", "list", "--json"))
    assert made["initial_access_token"] not in str(listed)
    assert [(one["id"], one["brand"], one["used"], one["state"]) for one in listed] == [
        (made["id"], "alphera", "0 of 3", "open")
    ]
    assert listed[0]["made_by"].startswith("operator:")
    assert f"{made['id']} revoked." in idp.must("client", "token", "revoke", made["id"])
    assert "was revoked already" in idp.must("client", "token", "revoke", made["id"])
    assert "revoked" in idp.must("client", "token", "list")


def test_people_are_shown_it_in_words(idp: CommandLine) -> None:
    shown = idp.must("client", "token")
    assert "1 client, until" in shown
    assert "shown this once" in shown


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--brand", "nobody"), 1),
        (("--uses", "0"), 2),
        (("--uses", "1000000000"), 2),
        (("--days", "-1"), 2),
        (("revoke", "i_nobodys"), 1),
    ],
)
def test_what_is_refused(idp: CommandLine, arguments: tuple[str, ...], code: int) -> None:
    ended = idp.run("client", "token", *arguments)
    assert (ended.code, bool(ended.err)) == (code, True)
