"""The staff, as those see them who may give and take roles."""

from dataclasses import dataclass

from idp.admin.desk.persons import is_same_person
from idp.admin.rights import Post
from idp.admin.roles import LastAdministrator, Roles
from idp.core.clock import Clock
from idp.core.database import Database
from idp.subjects.subjects import Subject, Subjects


@dataclass(frozen=True, slots=True)
class Colleague:
    """One of the staff, with their posts in order."""

    who: Subject
    posts: tuple[Post, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """`who` has the post; `new` where they did not have it before."""

    who: Subject
    new: bool


@dataclass(frozen=True, slots=True)
class Nobody:
    """Nobody signs in by that name, or may sign in at all."""


@dataclass(frozen=True, slots=True)
class Oneself:
    """Nobody gives themselves a post."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Collaborators."""

    database: Database
    subjects: Subjects
    roles: Roles
    clock: Clock

    def all(self) -> list[Colleague]:
        """Everybody with a post, by username."""
        with self.database.reading() as db:
            found = [
                Colleague(subject, tuple(sorted(posts, key=in_order)))
                for subject_id, posts in self.roles.all(db).items()
                if (subject := self.subjects.get(db, subject_id)) is not None
            ]
        return sorted(found, key=lambda one: one.who.username)

    def find(self, subject_id: str) -> Colleague | None:
        """One of them; None for a subject who has no post, or is not there."""
        with self.database.reading() as db:
            subject, posts = self.subjects.get(db, subject_id), self.roles.of(db, subject_id)
        return Colleague(subject, tuple(sorted(posts, key=in_order))) if subject is not None and posts else None

    def give(self, name: str, post: Post, by: Subject) -> Given | Nobody | Oneself:
        """Gives the one who signs in by `name` a post; `by` is who does."""
        with self.database.transaction() as db:
            found = self.subjects.find(db, name)
            if found is None or found.disabled:
                return Nobody()
            if is_same_person(found, by):
                return Oneself()
            return Given(found, self.roles.grant(db, found.id, post, self.clock.now()))

    def take(self, colleague: Colleague, post: Post) -> bool:
        """Takes a post; False where somebody must give theirs to another first, because they are the last administrator."""
        try:
            with self.database.transaction() as db:
                self.roles.revoke(db, colleague.who.id, post, self.clock.now())
        except LastAdministrator:
            return False
        return True


def in_order(post: Post) -> tuple[str, str]:
    """How posts are listed."""
    return post.role.value, post.brand or ""
