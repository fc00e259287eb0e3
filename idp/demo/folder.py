"""The folder of a demonstration: its master key, its clients.yaml, its stores, and the settings that name them."""

import base64
import fcntl
import os
import secrets
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path

USUAL_PORT = 9000
PROVIDER, STELLANTIS, ALPHERA = 0, 1, 2
BRANDS = {"stellantis": STELLANTIS, "alphera": ALPHERA}
# Only what a demonstration makes is ever removed: a folder named by mistake keeps everything else.
OWN = ("master.key", "clients.yaml", "environment", "idp.db", "kv.db", "portals", "logs")
SIDE_FILES = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """`path` is absolute; the provider listens on `port_base`, the portals on the two ports after it.

    `mail_url` is where mails go besides its own mailbox, if anywhere.
    """

    path: Path
    port_base: int
    mail_url: str = ""

    @property
    def issuer(self) -> str:
        return self._address(PROVIDER)

    @property
    def portals(self) -> dict[str, str]:
        """The address of each brand's portal."""
        return {brand: self._address(offset) for brand, offset in BRANDS.items()}

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    def environment(self) -> dict[str, str]:
        """The settings of the provider and its worker."""
        return {
            "IDP_ISSUER": self.issuer,
            "IDP_LISTEN": f"127.0.0.1:{self.port_base}",
            "IDP_DATABASE_URL": f"sqlite:///{self.path / 'idp.db'}",
            "IDP_KV_URL": f"sqlite:///{self.path / 'kv.db'}",
            "IDP_CLIENTS_FILE": str(self.path / "clients.yaml"),
            "IDP_DATA_DIR": str(self.path),
            "IDP_MASTER_KEY_FILE": str(self.path / "master.key"),
            "IDP_MAIL_URL": f"demo:{self.mail_url}",
            "IDP_TEXT_URL": "demo:",
            "IDP_FETCH_ALLOW": "localhost,127.0.0.0/8,::1/128",
            "IDP_DEMO": "1",
        }

    def lock(self) -> int | None:
        """Takes the folder, making it, for as long as this process lives; None where another demonstration has it."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        return handle

    def reset(self) -> None:
        """Removes what earlier runs made."""
        for name in OWN:
            own = self.path / name
            if own.is_dir():
                shutil.rmtree(own)
            for file in (own, *(self.path / f"{name}{side}" for side in SIDE_FILES)):
                file.unlink(missing_ok=True)

    def prepare(self) -> None:
        """Makes the master key at the first start, and writes clients.yaml and the settings for these ports anew."""
        self.logs.mkdir(exist_ok=True)
        (self.path / "portals").mkdir(exist_ok=True)
        if not (self.path / "master.key").exists():
            _write(self.path / "master.key", base64.b64encode(secrets.token_bytes(32)).decode() + "\n")
        _write(self.path / "clients.yaml", self._clients())
        exports = (f"export {name}={shlex.quote(value)}\n" for name, value in self.environment().items())
        _write(self.path / "environment", "".join(exports))

    def _address(self, offset: int) -> str:
        return f"http://localhost:{self.port_base + offset}"

    def _clients(self) -> str:
        text = _source().read_text("utf-8")
        # Highest first, and to ports out of reach of the next: a base of 9001 must not be replaced twice.
        for offset in BRANDS.values():
            text = text.replace(f"localhost:{USUAL_PORT + offset}", f"localhost:<{offset}>")
        for offset in BRANDS.values():
            text = text.replace(f"localhost:<{offset}>", f"localhost:{self.port_base + offset}")
        return f"# Written anew at each start of the demonstration.\n{text}"


def _source() -> Path:
    # A wheel carries the file inside the package, a checkout beside it.
    inside = Path(__file__).parent.parent / "clients.yaml"
    return inside if inside.is_file() else inside.parent.parent / "clients.yaml"


def _write(path: Path, text: str) -> None:
    """Writes a file for its owner alone, whole or not at all."""
    unfinished = path.with_suffix(".part")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    unfinished.replace(path)
