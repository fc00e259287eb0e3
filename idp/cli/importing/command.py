"""The command `idp subject import`."""

import hashlib
from io import BufferedReader
from pathlib import Path

import click

from idp.app import House
from idp.cli.failures import refused
from idp.cli.importing.formats import BY_SUFFIX, FORMATS
from idp.cli.importing.lines import lines_of
from idp.cli.importing.run import Import
from idp.cli.importing.telling import progress_over, report_to
from idp.cli.opening import open_house
from idp.cli.output import as_json, print_json
from idp.subjects.imports import Mark, begin, begun


@click.command(
    "import",
    epilog="Example: idp subject import --file examples/subjects.csv --dry-run. Exit code 1: some rows were refused.",
)
@click.option("--file", "path", required=True, type=click.Path(path_type=Path), help="The rows; docs/import.md describes them.")
@click.option(
    "--format", "kind", type=click.Choice(sorted(FORMATS)), help="How they are written; by default what the name ends in."
)
@click.option("--report", "report_path", type=click.Path(path_type=Path), help="Write refused rows here too, as JSON Lines.")
@click.option("--dry-run", is_flag=True, help="Check every row and write nothing.")
@click.option("--resume", is_flag=True, help="Go on where an import of this very file stopped.")
@as_json
def import_subjects(path: Path, kind: str | None, report_path: Path | None, dry_run: bool, resume: bool, as_json: bool) -> None:
    """Add subjects from a file, with the password hashes of the system they come from."""
    if dry_run and resume:
        raise click.UsageError("--dry-run checks the whole file; leave --resume out")
    kind = kind or BY_SUFFIX.get(path.suffix.lower())
    if kind is None:
        raise click.UsageError(f"say with --format how {path} is written: {' or '.join(sorted(FORMATS))}")
    with _open(path) as file:
        house, digest = open_house(), _digest(file)
        mark = Mark() if dry_run else _start(house, digest, resume)
        with report_to(report_path, further=resume) as report, progress_over(path.stat().st_size) as progress:
            work, lines = Import(house, digest, report, progress), lines_of(file)
            end = work.rehearse(lines, kind) if dry_run else mark if mark.finished else work.run(lines, kind, mark)
    _tell(end, dry_run, as_json)


def _open(path: Path) -> BufferedReader:
    try:
        return path.open("rb")
    except OSError as error:
        raise refused(f"{path}: cannot be read: {error.strerror}") from None


def _digest(file: BufferedReader) -> str:
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return digest


def _start(house: House, digest: str, resume: bool) -> Mark:
    ground = house.ground
    with ground.database.transaction() as db:
        mark = begun(db, digest)
        if resume and mark is None:
            raise refused("no import of this very file was begun; leave --resume out")
        if not resume and mark is not None and not mark.finished:
            raise refused(f"an import of this file stopped after line {mark.line}: add --resume to go on")
        if resume and mark is not None:
            return mark
        begin(db, digest, ground.clock.now())
        return Mark()


def _tell(end: Mark, dry_run: bool, as_json: bool) -> None:
    if as_json:
        print_json({"added": end.added, "refused": end.refused, "dry_run": dry_run})
    else:
        click.echo(f"{end.added} subjects {'can be imported' if dry_run else 'imported'}, {end.refused} rows refused.")
    if end.refused:
        raise refused("some rows were refused: mend them, and import them in a file of their own")
