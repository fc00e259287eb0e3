"""Private keys of the portal, made at first start and never shared."""

import json
import os
import tempfile
from pathlib import Path

from joserfc.jwk import ECKey, KeySet

ALGORITHM = "ES256"


def load_or_create_key(path: Path) -> ECKey:
    """Return the ES256 key kept at `path`, made with mode 0600 where there is none yet.

    Two processes that start at once agree: the file appears whole under its name, and only once.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        key = ECKey.generate_key("P-256", {"use": "sig", "alg": ALGORITHM}, private=True, auto_kid=True)
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            json.dump(key.as_dict(private=True), file)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return load_or_create_key(path)
        finally:
            os.unlink(draft)
    return ECKey.import_key(json.loads(path.read_bytes()))


def public_jwks(key: ECKey) -> dict[str, object]:
    """Return the JWK set that a relying party publishes: public parts only."""
    return dict(KeySet([key]).as_dict(private=False))
