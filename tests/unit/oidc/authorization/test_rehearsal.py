"""A request that is tried goes through every check, and each is told in words."""

from idp.oidc.authorization.checks import CHECKS
from idp.oidc.authorization.rehearsal import WORDS


def test_every_check_has_its_words() -> None:
    assert set(CHECKS) == WORDS.keys()
