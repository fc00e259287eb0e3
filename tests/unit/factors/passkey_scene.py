"""A subject, her authenticator and the factor between them: what the tests of passkeys start from."""

from dataclasses import dataclass, field
from typing import Any

from idp.core.database import Database
from idp.core.kv import KV
from idp.factors.passkey import Passkeys, Proven, Registered, UnknownCredential
from idp.factors.passkey_ceremony import Because, Refused
from idp.subjects.subjects import Subject
from tests.builders import TestClock, Witness
from tests.drivers.soft_authenticator import SoftAuthenticator

ATTEMPT = "interaction-1 in browser-1"


@dataclass
class Scene:
    """Everything a ceremony needs, with the whole of each ceremony as one call."""

    database: Database
    kv: KV
    passkeys: Passkeys
    ana: Subject
    eve: Subject
    clock: TestClock
    witness: Witness
    device: SoftAuthenticator = field(default_factory=SoftAuthenticator)

    def registered(self, device: SoftAuthenticator | None = None) -> Registered:
        """A passkey of ana that was registered without any trouble."""
        with self.database.transaction() as db:
            sent = (device or self.device).create(self.passkeys.register_options(db, ATTEMPT, self.ana))
            answer = self.passkeys.register(db, ATTEMPT, self.ana.id, sent, "Laptop", self.clock.now())
        assert isinstance(answer, Registered)
        return answer

    def register(self, sent: str, *, attempt: str = ATTEMPT, label: str = "Laptop") -> Registered | Refused:
        """What comes of a response sent for ana."""
        with self.database.transaction() as db:
            return self.passkeys.register(db, attempt, self.ana.id, sent, label, self.clock.now())

    def creation(self) -> dict[str, Any]:
        with self.database.transaction() as db:
            return self.passkeys.register_options(db, ATTEMPT, self.ana)

    def request(self, subject: Subject | None = None) -> dict[str, Any]:
        with self.database.transaction() as db:
            return self.passkeys.authenticate_options(db, ATTEMPT, subject.id if subject else None)

    def verify(self, sent: str, subject: Subject | None = None, attempt: str = ATTEMPT) -> Proven | Refused | UnknownCredential:
        """What comes of a response to a sign-in, or to the second step of `subject`."""
        with self.database.transaction() as db:
            return self.passkeys.verify(db, attempt, sent, self.clock.now(), subject.id if subject else None)

    def sign_in(self) -> Proven | Refused | UnknownCredential:
        return self.verify(self.device.get(self.request()))

    def verified_step(self) -> Proven | Refused | UnknownCredential:
        """A step of ana at which nothing else is proven."""
        with self.database.transaction() as db:
            options = self.passkeys.authenticate_options(db, ATTEMPT, self.ana.id, verified=True)
            sent = self.device.get(options)
            return self.passkeys.verify(db, ATTEMPT, sent, self.clock.now(), self.ana.id, verified=True)

    def second_step(self) -> Proven | Refused | UnknownCredential:
        return self.verify(self.device.get(self.request(self.ana)), self.ana)


def why(answer: object) -> Because:
    """The reason of what must be a refusal."""
    assert isinstance(answer, Refused), answer
    return answer.because
