"""The front page of the console: the rooms that are open to whoever came."""

from dataclasses import dataclass

from werkzeug.wrappers import Response

from idp.admin.console import HOME, Agent, Console
from idp.admin.pages.programs import left_behind
from idp.admin.programs import Programs
from idp.admin.rights import Right
from idp.admin.staff_routes import StaffRoute


@dataclass(frozen=True, slots=True)
class HomePages:
    """/console itself."""

    console: Console
    programs: Programs

    def routes(self) -> tuple[StaffRoute, ...]:
        """Its address."""
        return (StaffRoute(HOME, "console", self.show, Right.ENTER),)

    def show(self, agent: Agent) -> Response:
        """GET: a card for each room."""
        return self.console.page("admin/home.html", agent, left_behind=left_behind(self.console, self.programs, agent))
