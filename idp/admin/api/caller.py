"""Who calls the admin API: a client that an administrator gave a scope, or a member of staff by their client."""

from collections.abc import Iterable
from dataclasses import dataclass

from idp.admin.rights import Post, Right, allows, brands_of


@dataclass(frozen=True, slots=True)
class Caller:
    """A client acts for its `brand`, for all where it has none; a member of staff by their `posts`, which are None for clients.

    `actor` is who the trail names.
    """

    actor: str
    scopes: frozenset[str]
    brand: str | None
    posts: frozenset[Post] | None

    @property
    def is_staff(self) -> bool:
        """Whether a person stands behind the call."""
        return self.posts is not None

    def has(self, scopes: Iterable[str]) -> bool:
        """Whether one of `scopes` is theirs."""
        return not self.scopes.isdisjoint(scopes)

    def may(self, right: Right) -> bool:
        """Whether their role allows it; a client's scope is all it needs."""
        return self.posts is None or allows(self.posts, right)

    def brands(self, right: Right) -> frozenset[str] | None:
        """The brands over which a right is theirs; None stands for all, and for what is no brand's."""
        if self.posts is not None:
            return brands_of(self.posts, right)
        return None if self.brand is None else frozenset({self.brand})

    def reaches(self, right: Right, brand: str | None) -> bool:
        """Whether a right is theirs over something of `brand`; of no brand: only where they have it for all."""
        over = self.brands(right)
        return over is None or (brand is not None and brand in over)
