"""A changed clients.yaml: taken when it has come to rest, by every process; refused once; never half."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from idp.app.clients_file import read_whole
from idp.brands.registry import Brands, read_brands
from idp.clients.in_force import last_good, last_rejection
from idp.clients.reloading import Reloading
from idp.core.configuration_events import ConfigurationLoaded, ConfigurationRejected
from idp.core.yaml_lines import load
from tests.drivers.provider import Provider
from tests.unit.cli.conftest import CLIENTS

OTHER = CLIENTS.replace("name: Stellantis\n", "name: Stellantis Finance\n").replace("client_name: Portal", "client_name: Other")
BAD_BRAND = CLIENTS.replace("hosts:", "hotsts:", 1)
BAD_CLIENT = OTHER.replace("redirect_uris", "redirect_urls")
CUT = OTHER[: OTHER.index("redirect_uris") + 20]


class Office:
    """A provider, its clients.yaml, and processes that look at it."""

    def __init__(self, provider: Provider, file: Path) -> None:
        self.provider, self.file, self.ground = provider, file, provider.house.ground
        self.told: list[ConfigurationLoaded | ConfigurationRejected] = []
        self.ground.bus.subscribe(ConfigurationLoaded, lambda _, event: self._hear(event))
        self.ground.bus.subscribe(ConfigurationRejected, lambda _, event: self._hear(event))
        self.ticks = 0
        self.write(CLIENTS)

    def _hear(self, event: object) -> None:
        assert isinstance(event, ConfigurationLoaded | ConfigurationRejected)
        self.told.append(event)

    def write(self, text: str) -> None:
        self.ticks += 1
        self.file.write_text(text, "utf-8")
        os.utime(self.file, ns=(0, self.ticks))

    def process(self) -> Reloading:
        house, ground = self.provider.house, self.ground
        brands = Brands(read_brands(load(self.file)))
        made = (
            self.file,
            partial(read_whole, ground.settings),
            ground.database,
            ground.bus,
            ground.clock,
            house.parties.clients,
            brands,
        )
        return Reloading(*made)

    def names(self, *processes: Reloading) -> set[tuple[str, str]]:
        with self.ground.database.reading() as db:
            client = next(one for one in self.provider.house.parties.clients.all(db) if one.client.id == "portal")
        return {(process.brands.all()[0].name, client.client.name) for process in processes}

    def rejection(self) -> tuple[str, ...] | None:
        with self.ground.database.reading() as db:
            found = last_rejection(db)
        return found.problems if found else None


@pytest.fixture
def office(provider: Provider, tmp_path: Path) -> Office:
    return Office(provider, tmp_path / "brands.yaml")


def look(times: int, *processes: Reloading) -> None:
    for _ in range(times):
        for process in processes:
            process.look()


def test_a_change_is_taken_by_all_and_merged_by_one(office: Office) -> None:
    one, two = office.process(), office.process()
    look(2, one, two)
    assert office.names(one, two) == {("Stellantis", "Portal")}
    office.write(OTHER)
    look(1, one, two)
    assert office.names(one, two) == {("Stellantis", "Portal")}
    look(1, one, two)
    assert office.names(one, two) == {("Stellantis Finance", "Other")}
    look(3, one, two)
    assert [(type(event).__name__, event.digest != "") for event in office.told] == [("ConfigurationLoaded", True)] * 2
    with office.ground.database.reading() as db:
        assert last_good(db) == OTHER


def test_a_file_that_is_being_written_is_left_alone(office: Office) -> None:
    process = office.process()
    look(2, process)
    for end in range(len(OTHER) - 60, len(OTHER), 20):
        office.write(OTHER[:end])
        look(1, process)
    office.write(OTHER)
    look(2, process)
    assert office.names(process) == {("Stellantis Finance", "Other")}
    assert [type(event) for event in office.told] == [ConfigurationLoaded] * 2


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (BAD_BRAND, "brands.stellantis.hotsts: is not a known field"),
        (BAD_CLIENT, "clients.0.redirect_urls: is not a known field"),
        (CUT, ":"),
        ("", "needs a `brands:` block"),
        (OTHER.replace("stellantis:", "stellantis: &a", 1).replace("name: Alphera\n", "name: \x00\n"), "brands.yaml"),
    ],
)
def test_a_bad_file_leaves_the_last_good_set_and_is_told_once(office: Office, bad: str, says: str) -> None:
    one, two = office.process(), office.process()
    look(2, one, two)
    office.write(bad)
    look(3, one, two)
    office.write(bad)
    look(3, one, two)
    assert office.names(one, two) == {("Stellantis", "Portal")}
    rejected = office.told[1]
    assert len(office.told) == 2
    assert isinstance(rejected, ConfigurationRejected)
    assert any(problem.startswith(str(office.file)) and says in problem for problem in rejected.problems)
    assert office.rejection() == rejected.problems
    office.write(CLIENTS)
    look(2, one, two)
    assert office.rejection() is None
    assert [type(event) for event in office.told[2:]] == [ConfigurationLoaded]
    office.write(bad)
    look(2, one, two)
    assert isinstance(office.told[-1], ConfigurationRejected)


def test_an_id_that_an_administrator_gave_away_refuses_the_whole_file(office: Office) -> None:
    process = office.process()
    look(2, process)
    office.provider.add_client("club")
    office.write(OTHER.replace("client_id: portal", "client_id: club"))
    look(2, process)
    assert office.names(process) == {("Stellantis", "Portal")}
    assert office.rejection() == ("client club was registered by an administrator; give it another id in the file",)


def test_a_file_that_is_gone_is_refused_and_its_return_is_taken(office: Office) -> None:
    process = office.process()
    look(2, process)
    office.file.unlink()
    look(3, process)
    assert office.rejection() == (f"{office.file}: cannot be read: No such file or directory",)
    office.write(OTHER)
    look(2, process)
    assert office.names(process) == {("Stellantis Finance", "Other")}


def test_asked_for_it_is_taken_at_once(office: Office) -> None:
    process = office.process()
    look(2, process)
    office.write(OTHER)
    process.reload()
    assert office.names(process) == {("Stellantis Finance", "Other")}


@pytest.mark.parametrize("text", [OTHER, BAD_CLIENT])
def test_of_racing_processes_one_tells(office: Office, text: str) -> None:
    processes = [office.process() for _ in range(6)]
    look(2, *processes)
    before = len(office.told)
    office.write(text)
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda process: process.reload(), processes))
    assert len(office.told) == before + 1


def test_what_was_read_before_a_newer_file_is_never_put_in_force(office: Office) -> None:
    slow, quick = office.process(), office.process()
    look(2, slow, quick)

    def overtaken(read: Callable[..., object]) -> Callable[..., object]:
        def read_and_lose(document: object) -> object:
            whole = read(document)
            office.write(OTHER)
            quick.reload()
            return whole

        return read_and_lose

    office.write(CLIENTS.replace("client_name: Portal", "client_name: Late"))
    read = slow.read_whole
    slow.read_whole = overtaken(read)  # type: ignore[assignment]
    slow.reload()
    assert office.names(quick) == {("Stellantis Finance", "Other")}
    slow.read_whole = read
    look(2, slow)
    assert office.names(slow, quick) == {("Stellantis Finance", "Other")}
