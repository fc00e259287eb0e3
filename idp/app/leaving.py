"""Signing out: at the provider, and who is told of it in the browser."""

from idp.app.front import Front
from idp.app.house import House
from idp.oidc.endpoints.end_session import EndSession
from idp.oidc.logout_frames import LogoutFrames
from idp.oidc.posted import Posted
from idp.web.routes import Route


def logout(house: House, front: Front) -> tuple[Route, ...]:
    """The addresses at the provider itself."""
    ground, people = house.ground, house.people
    return EndSession(
        issuer=ground.settings.issuer,
        clients=house.parties.clients,
        sessions=people.sessions,
        keys=house.protocol.keys,
        pairwise=people.pairwise,
        database=ground.database,
        clock=ground.clock,
        cookie=front.cookie,
        pages=front.pages,
        posted=Posted(ground.kv, "logout", ground.settings.interaction_lifetime, house.parking),
        refusals=house.protocol.refusals,
        frames=logout_frames(house),
    ).routes()


def logout_frames(house: House) -> LogoutFrames:
    """The pages of clients that are opened when a session ends in front of its owner."""
    ground = house.ground
    return LogoutFrames(ground.settings.issuer, ground.database, house.parties.clients, house.people.pairwise)
