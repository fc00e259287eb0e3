"""What can come of registering a client or changing it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Registered:
    """It is a client from now on. The secret is shown this once; None for one that needs none."""

    client_id: str
    secret: str | None


@dataclass(frozen=True, slots=True)
class Rotated:
    """The newest secret, shown this once."""

    secret: str


@dataclass(frozen=True, slots=True)
class Changed:
    """It is what the metadata say. `secret`: one that it needs now and had not, shown this once."""

    secret: str | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """It was done, by this call."""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """It was so already."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """There is no such client, or no such secret of it."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A client of this id is there, or was once."""


@dataclass(frozen=True, slots=True)
class FromFile:
    """clients.yaml says what it is, and is changed there."""


@dataclass(frozen=True, slots=True)
class NoSecret:
    """It proves itself by its own keys, or not at all."""


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Somebody else changed it meanwhile: nothing was saved."""


@dataclass(frozen=True, slots=True)
class Broken:
    """What ends when a client is deleted: running sessions that visited it, families of tokens, consents, and its own APIs."""

    sessions: int
    families: int
    consents: int
    owns: tuple[str, ...]
