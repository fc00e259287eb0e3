"""Response types (RFC 6749 3.1.1, OAuth 2.0 Multiple Response Types 3): what they bring, and which grant they belong to."""

CODE, ID_TOKEN, TOKEN = "code", "id_token", "token"
FRONT_CHANNEL = frozenset({ID_TOKEN, TOKEN})


def words_of(response_type: str | None) -> frozenset[str]:
    """What is asked for; the order says nothing."""
    return frozenset((response_type or "").split())


def through_the_browser(response_type: str | None) -> bool:
    """Whether tokens come with the answer itself."""
    return bool(words_of(response_type) & FRONT_CHANNEL)


def spelled(response_type: str | None) -> str:
    """The type as tables and registrations have it: its words in one order."""
    return " ".join(sorted(words_of(response_type)))


def grant_of(response_type: str | None) -> str:
    """The grant a client must be registered for."""
    return "implicit" if through_the_browser(response_type) else "authorization_code"
