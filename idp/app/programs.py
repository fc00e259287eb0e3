"""The programs that administer, and those of the staff through whose hands they went."""

from idp.admin.programs import Programs
from idp.admin.roles import Roles
from idp.app.ground import Ground
from idp.app.people import Parties, People
from idp.core.events import SubjectDisabled
from idp.core.protocol_events import ClientChanged, ClientRegistered, ClientSecretRotated
from idp.core.staff_events import RoleRevoked


def programs_of(ground: Ground, people: People, parties: Parties) -> Programs:
    """The store."""
    return Programs(parties.clients, people.subjects, Roles(people.subjects, ground.bus), ground.bus, ground.clock)


def follow_programs(ground: Ground, people: People, parties: Parties) -> None:
    """Lets it listen to who touches a client, and to who leaves."""
    programs = programs_of(ground, people, parties)
    for touched in (ClientRegistered, ClientChanged, ClientSecretRotated):
        ground.bus.subscribe(touched, programs.when_touched)
    for left in (RoleRevoked, SubjectDisabled):
        ground.bus.subscribe(left, programs.when_left)
