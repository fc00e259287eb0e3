"""How strong a password is while it is typed: the very rule that judges it in the end, asked by a script."""

from dataclasses import dataclass

from flask import jsonify, request
from werkzeug.wrappers import Response

from idp.core.language import _
from idp.core.throttle import Quota
from idp.signin.new_password import NewPasswords
from idp.web.forms import read_form
from idp.web.routes import Guard, Route

ADDRESS = "/password/strength"


@dataclass(frozen=True, slots=True)
class StrengthPages:
    """One address. It keeps nothing, and works for whoever has a page of ours open."""

    passwords: NewPasswords
    quota: Quota

    def routes(self) -> tuple[Route, ...]:
        """The address."""
        return (Route(ADDRESS, "password_strength", self.judge, methods=("POST",), guard=Guard.PAGE),)

    def judge(self) -> Response:
        """POST by script: `good`, and in words what stands against the password."""
        self.quota.use()
        form = read_form(request)
        problem = self.passwords.judge(form["password"], (form["username_shown"],), form["brand"] or None)
        return jsonify(good=problem is None, text=_(problem.title) + ". " + _(problem.text) if problem else "")
