"""The sample staff, with passwords that are no secret and an authenticator app each, whose codes stand on the page."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from sqlalchemy import Connection

from idp.admin.rights import Post, Role
from idp.admin.roles import Roles
from idp.factors.totp import Totp


@dataclass(frozen=True, slots=True)
class SampleStaff:
    """Somebody who works in the console."""

    username: str
    password: str
    given_name: str
    family_name: str
    post: Post
    about: str

    @property
    def name(self) -> str:
        """The full name."""
        return f"{self.given_name} {self.family_name}"

    @property
    def email(self) -> str:
        """Where notices about the account go."""
        return f"{self.username}@example.test"


STAFF = (
    SampleStaff(
        "alex", "teapot glacier banjo 4", "Alex", "Morrow", Post(Role.ADMINISTRATOR, None), "administrator: applications, staff"
    ),
    SampleStaff("sue", "pepper lagoon trumpet 6", "Sue", "Tanaka", Post(Role.SUPPORT, None), "support: helps callers"),
    SampleStaff("tom", "saddle comet orchard 8", "Tom", "Reyes", Post(Role.SUPPORT, None), "support: approves what Sue opens"),
    SampleStaff("rita", "velvet anchor thistle 2", "Rita", "Lund", Post(Role.AUDITOR, None), "auditor: reads the trail"),
)


def equip(db: Connection, who: SampleStaff, subject_id: str, roles: Roles, totp: Totp, now: datetime) -> None:
    """Gives a sample member of the staff their role and an app, whose code of now is still unused."""
    before = now - timedelta(minutes=1)
    secret = totp.propose(who.username, "Demo").secret
    totp.confirm(db, subject_id, secret, pyotp.TOTP(secret).at(before), "Demo app", before)
    roles.grant(db, subject_id, who.post, now)
