"""Registries that sign what tests want signed, whatever stands in its header."""

from typing import Any

from joserfc.jws import JWSRegistry


class OneAlgorithm(JWSRegistry):
    """Signs by a single algorithm.

    `EdDSA` goes by its name of RFC 8037; RFC 9864 calls the same signature `Ed25519`.
    """

    def __init__(self, alg: str) -> None:
        super().__init__(algorithms=[alg], strict_check_header=False)
        self.max_header_length = 16 * 1024

    def get_alg(self, name: str) -> Any:
        return self.algorithms[name]


REGISTRIES = {alg: OneAlgorithm(alg) for alg in ("RS256", "PS256", "ES256", "EdDSA")}
