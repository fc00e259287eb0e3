"""What staff may do: roles, and the right that each route of the console asks for. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, StrEnum


class Role(StrEnum):
    """The kinds of staff."""

    ADMINISTRATOR = "administrator"
    SUPPORT = "support"
    AUDITOR = "auditor"


EVERYBODY = frozenset(Role)


@dataclass(frozen=True, slots=True)
class Terms:
    """Who has a right. `changes`: it takes a proof of at most 15 minutes."""

    key: str  # members of an enum with equal values would be one and the same
    roles: frozenset[Role]
    changes: bool = False


class Right(Enum):
    """Everything that can be allowed in the console."""

    ENTER = Terms("enter", EVERYBODY)
    SEE_CLIENTS = Terms("see clients", frozenset({Role.ADMINISTRATOR, Role.AUDITOR}))
    CHANGE_CLIENTS = Terms("change clients", frozenset({Role.ADMINISTRATOR}), changes=True)
    SEE_CUSTOMERS = Terms("see customers", frozenset({Role.SUPPORT}))
    HELP_CUSTOMERS = Terms("help customers", frozenset({Role.SUPPORT}), changes=True)
    READ_AUDIT = Terms("read the audit trail", frozenset({Role.ADMINISTRATOR, Role.AUDITOR}))
    SEE_HEALTH = Terms("see health", EVERYBODY)
    RETRY_DELIVERIES = Terms("retry deliveries", frozenset({Role.ADMINISTRATOR}), changes=True)
    SEE_STAFF = Terms("see staff", frozenset({Role.ADMINISTRATOR, Role.AUDITOR}))
    CHANGE_STAFF = Terms("change staff", frozenset({Role.ADMINISTRATOR}), changes=True)

    @property
    def changes(self) -> bool:
        """Whether it changes something."""
        return self.value.changes


@dataclass(frozen=True, slots=True)
class Post:
    """A role of somebody; for one brand, or for all where `brand` is None."""

    role: Role
    brand: str | None

    def __lt__(self, other: "Post") -> bool:
        return (self.role, self.brand or "") < (other.role, other.brand or "")


def allows(posts: Iterable[Post], right: Right) -> bool:
    """Whether `posts` give `right` at any brand."""
    return any(post.role in right.value.roles for post in posts)


def brands_of(posts: Iterable[Post], right: Right) -> frozenset[str] | None:
    """The brands for which `posts` give `right`; None stands for all, and for what is no brand's."""
    given = [post.brand for post in posts if post.role in right.value.roles]
    return None if None in given else frozenset(brand for brand in given if brand is not None)


def reaches(posts: Iterable[Post], right: Right, brand: str | None) -> bool:
    """Whether `posts` give `right` over something of `brand`; of no brand: only where it is given for all."""
    over = brands_of(posts, right)
    return over is None or (brand is not None and brand in over)
