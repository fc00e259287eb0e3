"""Events of clients.yaml: a changed file came into force, or was refused."""

from dataclasses import dataclass

from idp.core.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationLoaded(Event):
    """A changed or mended clients.yaml came into force everywhere; `digest` is its SHA-256, `clients` those that changed."""

    digest: str = ""
    clients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationRejected(Event):
    """A changed clients.yaml is refused and the last good one stays; told once for each content, with file and line."""

    digest: str = ""
    problems: tuple[str, ...] = ()
