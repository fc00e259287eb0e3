"""The import itself: batches of rows, each one transaction with the mark that says how far it went."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from idp.app import House
from idp.cli.failures import refused
from idp.cli.importing.formats import FORMATS, Bad, Format
from idp.cli.importing.lines import LONGEST_LINE, Line
from idp.cli.importing.rows import newcomer_of
from idp.cli.importing.seen import Seen
from idp.cli.importing.telling import Progress, Report
from idp.subjects.imports import Mark, advance
from idp.subjects.many import Newcomer, create_many, taken
from idp.subjects.subjects import Taken

BATCH = 500
REASON = "imported"


@dataclass
class Batch:
    """Some lines, read: who is to be added, and which lines are refused for what."""

    last_line: int
    size: int
    newcomers: list[Newcomer] = field(default_factory=list)
    refused: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def refuse(self, found: dict[int, Taken]) -> None:
        """These belong to somebody already."""
        self.refused |= {line: (f"{one.field}: belongs to another subject already",) for line, one in found.items()}

    def after(self, before: Mark) -> Mark:
        """The mark behind this batch."""
        bad = len(self.refused)
        added = sum(one.place not in self.refused for one in self.newcomers)
        return Mark(self.last_line, before.added + added, before.refused + bad)


@dataclass(frozen=True, slots=True)
class Import:
    """Puts the rows of one file, known by its `digest`, into the house."""

    house: House
    digest: str
    report: Report
    progress: Progress

    def run(self, lines: Iterator[Line], kind: str, mark: Mark) -> Mark:
        """Imports what comes after `mark`; answers the mark at the end. Raises `Failure`, `Unavailable`."""
        ground, closed = self.house.ground, self.house.people.subjects.closed_names
        for batch in self._batches(lines, kind, mark.line):
            now = ground.clock.now()
            with ground.database.transaction() as db:
                batch.refuse(create_many(db, ground.bus, closed, batch.newcomers, REASON, now))
                after = batch.after(mark)
                if not advance(db, self.digest, mark, after, now):
                    raise refused("another process imports the same file; wait until it is done")
                # Before the commit: a row may stand in the report twice after a crash, and is never missing from it.
                self.report.tell(batch.refused)
            mark = after
            self.progress.update(batch.size)
        end = Mark(mark.line, mark.added, mark.refused, finished=True)
        with ground.database.transaction() as db:
            if not advance(db, self.digest, mark, end, ground.clock.now()):
                raise refused("another process imports the same file; wait until it is done")
        return end

    def rehearse(self, lines: Iterator[Line], kind: str) -> Mark:
        """The same without writing anything."""
        mark, closed = Mark(), self.house.people.subjects.closed_names
        for batch in self._batches(lines, kind, 0):
            with self.house.ground.database.reading() as db:
                batch.refuse(taken(db, closed, batch.newcomers))
            mark = batch.after(mark)
            self.report.tell(batch.refused)
            self.progress.update(batch.size)
        return mark

    def _batches(self, lines: Iterator[Line], kind: str, done: int) -> Iterator[Batch]:
        reader = Reader(_begin(lines, kind), [brand.id for brand in self.house.parties.brands.all()])
        at = 1 if reader.format.header else 0
        for line in islice(lines, max(0, done - at)):
            self.progress.update(line.size)
        try:
            while chunk := list(islice(lines, BATCH)):
                yield reader.read(chunk)
        finally:
            reader.seen.close()


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads rows of one format; `brands` give customer numbers, `seen` knows the rows before."""

    format: Format
    brands: list[str]
    seen: Seen = field(default_factory=Seen)

    def read(self, lines: Sequence[Line]) -> Batch:
        """What these lines say; blank ones say nothing."""
        batch = Batch(lines[-1].number, sum(line.size for line in lines))
        for line in lines:
            if line.raw is not None and not line.raw.strip():
                continue
            match self._newcomer(line):
                case Bad(problems):
                    batch.refused[line.number] = problems
                case newcomer:
                    batch.newcomers.append(newcomer)
        return batch

    def _newcomer(self, line: Line) -> Newcomer | Bad:
        text = _text(line)
        fields = self.format.fields(text) if isinstance(text, str) else text
        read = fields if isinstance(fields, Bad) else newcomer_of(fields, line.number, self.brands)
        if isinstance(read, Bad):
            return read
        earlier = self.seen.earlier(read.new, line.number)
        return read if earlier is None else Bad((earlier,))


def _begin(lines: Iterator[Line], kind: str) -> Format:
    format_ = FORMATS[kind]
    if not format_.header:
        return format_("")
    first = next(lines, None)
    text = _text(first) if first is not None else Bad(("is missing: the file is empty",))
    if isinstance(text, Bad):
        raise refused(*(f"line 1: {problem}" for problem in text.problems))
    return format_(text)


def _text(line: Line) -> str | Bad:
    if line.raw is None:
        return Bad((f"is longer than {LONGEST_LINE} bytes",))
    try:
        return line.raw.decode()
    except UnicodeDecodeError:
        return Bad(("is not UTF-8 text",))
