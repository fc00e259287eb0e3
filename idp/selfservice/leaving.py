"""The last page of somebody whose session in this browser has just ended."""

from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from idp.oidc.logout_frames import LogoutFrames
from idp.selfservice.own import Own, Owner


@dataclass(frozen=True, slots=True)
class Leaving:
    """Takes the session's cookies away, and opens the pages by which applications sign out in this browser."""

    own: Own
    frames: LogoutFrames

    def page(self, template: str, owner: Owner, **context: Any) -> Response:
        """`template`, with those pages in it, unseen."""
        frames = self.frames.of(owner.session.id)
        response = self.own.pages.page(template, brand=owner.brand, frames=frames, **context)
        self.own.cookie.clear(response)
        return response
