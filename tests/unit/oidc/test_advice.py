"""Whatever may be refused at an address of the protocol has its clause and its advice."""

import ast
import re
from collections.abc import Iterator

import pytest

from idp.oidc.refusals.explain import ADVICE, advice_for
from tests.architecture.source import Module, modules

RAISES = {"OAuthError", "Refused", "IdpError"}
# Which argument of the functions that make an error says why.
MAKES = {"bearer_error": 1, "_unreadable": 0, "_refuse": 1, "_Refused": 0, "unreadable": 0, "Unreadable": 0, "_must": 1}
# Words that a function returns and somebody else raises.
SAYS_WHY = ("Refusal | None",)
RETURNS_WORDS = {"_fault"}
# What is raised before an endpoint is reached.
BEFORE = (
    "idp/web/gate.py",
    "idp/web/direct.py",
    "idp/web/call.py",
    "idp/web/redirects.py",
    "idp/web/forms.py",
    "idp/web/json_body.py",
)
VARIES = "anything"
# Which argument of them a client is told, and what it may hold (RFC 6749 4.1.2.1, 5.2).
TELLS = {"OAuthError": 1, "bearer_error": 1, "_unreadable": 0, "_refuse": 1, "unreadable": 0, "_must": 1}
DESCRIPTION = re.compile(r"[ !#-\[\]-~]+")


def spelt(node: ast.expr) -> str | None:
    """A text as it is written, with something in place of what varies; None where it is no text."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(part.value if isinstance(part, ast.Constant) else VARIES for part in parts)
        case _:
            return None


def because(call: ast.Call) -> ast.expr | None:
    name = ast.unparse(call.func)
    if name in MAKES:
        return call.args[MAKES[name]]
    if name not in RAISES:
        return None
    named = next((word.value for word in call.keywords if word.arg == "because"), None)
    return named or (call.args[1] if len(call.args) > 1 else call.args[0])


def causes(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and (why := because(node)) is not None and (text := spelt(why)):
            yield text
        words = isinstance(node, ast.FunctionDef) and (
            node.name in RETURNS_WORDS or (node.returns is not None and ast.unparse(node.returns) in SAYS_WHY)
        )
        for inner in ast.walk(node) if words else ():
            if isinstance(inner, ast.Return) and inner.value is not None:
                parts = [one for one in ast.walk(inner.value) if isinstance(one, ast.Constant)]
                compared = {id(c) for cmp in ast.walk(inner.value) if isinstance(cmp, ast.Compare) for c in ast.walk(cmp)}
                called = {id(a) for c in ast.walk(inner.value) if isinstance(c, ast.Call) for a in ast.walk(c)}
                yield from (str(one.value) for one in parts if isinstance(one.value, str) and id(one) not in compared | called)


FOUND = {
    text: module.path for module in modules("idp") if module.path.startswith(("idp/oidc/", *BEFORE)) for text in causes(module)
}


def test_the_walk_finds_what_there_is() -> None:
    assert {
        "redirect_uri is not registered",
        "wrong_verifier",
        "bad_secret",
        f"{VARIES} is missing",
        "replayed",
    } <= FOUND.keys()
    assert len(FOUND) > 70


def test_what_clients_are_told_is_printable_ascii() -> None:
    """RFC 6749 4.1.2.1, P2: without quotation mark and backslash too."""
    calls = (
        node
        for module in modules("idp")
        if module.path.startswith("idp/oidc/")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and len(node.args) > TELLS.get(ast.unparse(node.func), len(node.args))
    )
    told = {text for call in calls if (text := spelt(call.args[TELLS[ast.unparse(call.func)]]))}
    assert len(told) > 70
    assert [text for text in told if not DESCRIPTION.fullmatch(text)] == []


@pytest.mark.parametrize("text", FOUND)
def test_every_cause_has_its_advice(text: str) -> None:
    assert advice_for(text) is not None, FOUND[text]


def test_every_row_says_all_three() -> None:
    assert [cause for cause, row in ADVICE.items() if not (row.clause and row.means and row.mend)] == []


def test_the_more_exact_row_is_found_first() -> None:
    exact, varying = advice_for("registration is not supported"), advice_for("something is not supported")
    assert exact is not varying
    assert advice_for("the refresh token is unknown") is not advice_for("the refresh token is odd")
