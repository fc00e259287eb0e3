"""The provider as it runs in life, for applications that were made elsewhere; its customer is Ana."""

from collections.abc import Iterator

import pytest

from tests.drivers.stack import Stack, a_stack


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """It asks for nonces in proofs, as a cautious operator would."""
    with a_stack(tmp_path_factory.mktemp("stack"), dpop_nonces="1") as running:
        running.add_customer("ana", given_name="Ana", family_name="Ferreira")
        running.puts_off_the_offer("ana")
        yield running
