"""YAML that remembers where each value stands, so that a mistake is named by file and line."""

from pathlib import Path
from typing import Any

import yaml

Location = tuple[int | str, ...]
# libyaml's, ten times as fast; an installation without it reads the same.
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class BrokenFile(ValueError):
    """A file that cannot be used. `problems` are lines of the form `file:line: what to do`."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Document:
    """The parsed file: its `text`, the `data` in it, and the line of any location."""

    def __init__(self, path: Path, text: str, data: Any, lines: dict[Location, int]) -> None:
        self.path = path
        self.text = text
        self.data = data
        self._lines = lines

    def line_of(self, location: Location) -> int:
        """The line where `location`, or the nearest thing around it, begins."""
        for end in range(len(location), -1, -1):
            if location[:end] in self._lines:
                return self._lines[location[:end]]
        return 1

    def problem(self, location: Location, message: str) -> str:
        """One line for people: file, line, dotted name, what is wrong."""
        name = ".".join(str(part) for part in location)
        return f"{self.path}:{self.line_of(location)}: {name + ': ' if name else ''}{message}"


def said(error: Any) -> str:
    """What one of pydantic's errors says, in our words where the library's are technical."""
    words = {"missing": "is missing", "extra_forbidden": "is not a known field; check the spelling"}
    return words.get(error["type"], str(error["msg"]).removeprefix("Value error, "))


def load(path: Path) -> Document:
    """Reads `path`. Raises `BrokenFile` for a file that cannot be read or parsed, or holds a key twice."""
    return parse(path, read(path))


def read(path: Path) -> str:
    """The text of `path`. Raises `BrokenFile`."""
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise BrokenFile([f"{path}: cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise BrokenFile([f"{path}: is not UTF-8 text"]) from None


def parse(path: Path, text: str) -> Document:
    """The document in `text`, which stands in `path`. Raises `BrokenFile` where it is none, or holds a key twice."""
    try:
        node = yaml.compose(text, Loader=Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "is not YAML"
        # The end of a file is one line further than the last there is to look at.
        line = min(mark.line + 1, len(text.splitlines())) if mark else 1
        raise BrokenFile([f"{path}:{max(line, 1)}: {what}"]) from None
    lines: dict[Location, int] = {}
    twice: list[str] = []
    if node is not None:
        _walk(node, (), lines, twice, str(path))
    if twice:
        raise BrokenFile(twice)
    return Document(path, text, yaml.load(text, Loader=Loader), lines)  # noqa: S506 - either is a safe loader


def _walk(node: yaml.Node, at: Location, lines: dict[Location, int], twice: list[str], path: str) -> None:
    lines.setdefault(at, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*at, key.value)
            if here in lines:
                twice.append(f"{path}:{key.start_mark.line + 1}: {key.value}: stands twice")
            lines[here] = key.start_mark.line + 1
            _walk(value, here, lines, twice, path)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _walk(value, (*at, index), lines, twice, path)
