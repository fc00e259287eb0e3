"""The page from which one's data is downloaded, as one file."""

import json
from dataclasses import dataclass

from flask import make_response
from werkzeug.wrappers import Response

from idp.selfservice.data import Data
from idp.selfservice.own import ACCOUNT, Own, Owner
from idp.web.routes import Guard, Route

PAGE = f"{ACCOUNT}/data"


@dataclass(frozen=True, slots=True)
class DataPages:
    """/account/data."""

    own: Own
    data: Data

    def routes(self) -> tuple[Route, ...]:
        """Its address."""
        return (
            Route(PAGE, "own_data", self.show, guard=Guard.PAGE),
            Route(PAGE, "own_data_download", self.download, methods=("POST",), guard=Guard.PAGE),
        )

    def show(self) -> Response:
        """GET: what the file holds."""
        owner = self.own.enter(PAGE, to_change=True)
        if not isinstance(owner, Owner):
            return owner
        return self.own.page("selfservice/data.html", owner, action=PAGE, back=ACCOUNT)

    def download(self) -> Response:
        """POST: the file."""
        owner = self.own.enter(PAGE, to_change=True)
        if not isinstance(owner, Owner):
            return owner
        told = json.dumps(self.data.of(owner.subject.id), ensure_ascii=False, indent=2)
        response = make_response(f"{told}\n")
        response.headers["Content-Type"] = "application/json; charset=utf-8"
        day = f"{self.own.clock.now():%Y-%m-%d}"
        response.headers["Content-Disposition"] = f'attachment; filename="account-data-{day}.json"'
        return response
