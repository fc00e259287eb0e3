"""The portal's private keys stay with it."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from portals.keys import load_or_create_key, public_jwks


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "key.jwk"
    key = load_or_create_key(path)
    assert load_or_create_key(path).thumbprint() == key.thumbprint()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_two_starts_at_once_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: load_or_create_key(tmp_path / "key.jwk"), range(8)))
    assert len({key.thumbprint() for key in keys}) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["key.jwk"]


def test_only_public_parts_are_published(tmp_path: Path) -> None:
    (published,) = public_jwks(load_or_create_key(tmp_path / "key.jwk"))["keys"]  # type: ignore[misc]
    assert set(published) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
