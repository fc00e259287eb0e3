"""A client's public keys: from its metadata, or from its `jwks_uri`."""

from dataclasses import dataclass

from idp.clients.client import Client
from idp.core.key_sets import Key, KeySets


@dataclass(frozen=True, slots=True)
class ClientKeys:
    """Finds the keys a client's signature may be made with."""

    sets: KeySets

    def find(self, client: Client, kid: str | None, alg: str) -> list[Key]:
        """The keys that fit `alg` and, where the signature names one, `kid`. Empty where none does."""
        if client.jwks is not None:
            return self.sets.given(client.id, client.jwks, kid, alg)
        return [] if client.jwks_uri is None else self.sets.published(client.id, client.jwks_uri, kid, alg)
