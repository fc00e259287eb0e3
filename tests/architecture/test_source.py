"""What every file keeps to: the hour, the environment and the tables come in by named doors, and a file holds one idea."""

import ast
from fnmatch import fnmatch

import pytest
from importlinter.cli import lint_imports

from tests.architecture.source import ROOT, Module, modules

PRODUCT = (*modules("idp"), *modules("portals"))
LONGEST_FILE = 250
LONGEST_FUNCTION = 40

# What is used only behind the doors named beside it.
DOORS = {
    "datetime.now": ("*/clock.py",),
    "datetime.utcnow": (),
    "datetime.today": (),
    "date.today": (),
    "time.time": (),
    # A part of the demonstration is a fork that is given an environment of its own.
    "os.environ": ("idp/cli/*.py", "idp/demo/processes.py", "portals/__main__.py"),
    "os.getenv": (),
}
ROOMS_WITHOUT_TABLES = ("idp/*/pages.py", "idp/*/pages/*.py", "idp/oidc/endpoints/*.py")
# Authlib calls a subject `user` in the hooks that it wants overridden.
AUTHLIBS_ROOM = ("idp/oidc/server.py", "idp/oidc/client_auth.py", "idp/oidc/grants/*.py")


def stands_in(module: Module, places: tuple[str, ...]) -> bool:
    return any(fnmatch(module.path, place) for place in places)


def test_imports_keep_their_contracts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == 0


def test_the_hour_and_the_environment_come_in_by_the_door() -> None:
    broken = [
        f"{module.path}:{line} uses {name}"
        for module in PRODUCT
        for name, line in module.attributes()
        for ending, doors in DOORS.items()
        if f".{name}".endswith(f".{ending}") and not stands_in(module, doors)
    ]
    assert broken == []


def test_pages_and_endpoints_touch_no_tables() -> None:
    broken = [
        f"{module.path}:{line} imports {name}"
        for module in PRODUCT
        if stands_in(module, ROOMS_WITHOUT_TABLES)
        for name, line in module.imports()
        if name.split(".")[0] == "sqlalchemy" or name.endswith(".model")
    ]
    assert broken == []


def test_flasks_globals_stay_at_the_edge() -> None:
    broken = [
        f"{module.path}:{node.lineno} imports {alias.name}"
        for module in modules("idp")
        if not stands_in(module, ("idp/web/*.py", "idp/oidc/server.py"))
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and node.module == "flask"
        for alias in node.names
        if alias.name in {"current_app", "g", "session"}
    ]
    assert broken == []


def test_the_word_is_subject_never_user() -> None:
    broken = [
        f"{module.path}:{line} names something {name}"
        for module in modules("idp")
        if not stands_in(module, AUTHLIBS_ROOM)
        for name, line in module.names()
        if {"user", "users"} & set(name.lower().split("_"))
    ]
    assert broken == []


def test_a_file_holds_one_idea() -> None:
    assert [f"{module.path}: {module.lines} lines" for module in PRODUCT if module.lines > LONGEST_FILE] == []


def test_a_function_fits_a_screen() -> None:
    functions = [(module, node) for module in PRODUCT for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef)]
    broken = [f"{module.path}:{node.lineno} {node.name}" for module, node in functions if own_lines(node) > LONGEST_FUNCTION]
    assert broken == []


def own_lines(function: ast.FunctionDef) -> int:
    """Its lines without those of functions inside, so that a factory is not blamed for what it makes."""
    inner = [node for node in ast.walk(function) if isinstance(node, ast.FunctionDef) and node is not function]
    lines = set(range(function.lineno, (function.end_lineno or function.lineno) + 1))
    for node in inner:
        lines -= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(lines)
