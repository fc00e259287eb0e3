"""Programs that somebody left behind: one act, after which they are named no more."""

from dataclasses import dataclass

from werkzeug.wrappers import Response

from idp.admin.client_desk import ClientDesk
from idp.admin.console import Agent, Console
from idp.admin.pages.clients import ONE, path_of
from idp.admin.programs import Hand, Programs
from idp.admin.rights import Right
from idp.admin.staff_routes import StaffRoute

LOOKED_AFTER = f"{ONE}/looked-after"


def left_behind(console: Console, programs: Programs, agent: Agent) -> list[Hand]:
    """For `admin/parts/left_behind.html`: those that the agent may look after."""
    if not agent.may(Right.CHANGE_CLIENTS) or agent.brands(Right.CHANGE_CLIENTS) is not None:
        return []
    with console.database.reading() as db:
        return programs.left_behind(db)


@dataclass(frozen=True, slots=True)
class ProgramPages:
    """/console/clients/<id>/looked-after."""

    console: Console
    desk: ClientDesk
    programs: Programs

    def routes(self) -> tuple[StaffRoute, ...]:
        """Its address."""
        name, change, words = "console_client_looked_after", Right.CHANGE_CLIENTS, {"": "It is looked after"}
        return (StaffRoute(LOOKED_AFTER, name, self.looked_after, change, ("POST",), ONE, True, words),)

    def looked_after(self, agent: Agent, client_id: str) -> Response:
        """POST: what those know who left is of no use any more."""
        outcome = self.desk.does(agent, client_id, lambda db: self.programs.looked_after(db, client_id))
        if not isinstance(outcome, bool):
            return self.console.missing()
        said = "It is looked after." if outcome else "Nobody who had to do with it has left."
        return self.console.done(agent, said, path_of(client_id))
