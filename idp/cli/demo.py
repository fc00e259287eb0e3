"""`idp demo`: the whole product on this machine, with sample customers and nothing to install or set."""

import gc
import json
import os
import runpy
import signal
import sys
import threading
from functools import partial
from pathlib import Path

import click

from idp.app import build
from idp.cli.die_with_parent import die_with_parent
from idp.cli.failures import Commands, Exit, Failure, refused
from idp.cli.opening import open_ground
from idp.cli.sample_accounts import add_samples
from idp.cli.seed import sow
from idp.cli.serve import claim, serve
from idp.cli.worker import worker
from idp.core.migrations import is_current, upgrade
from idp.demo.customers import CUSTOMERS
from idp.demo.folder import BRANDS, DemoFolder
from idp.demo.processes import Died, Part, Processes
from idp.demo.staff import STAFF
from idp.settings.reading import PREFIX

PATIENCE_SECONDS = 60.0
WATCH_SECONDS = 0.3
_COMMANDS = Commands("idp", commands=[serve, worker])


@click.command(epilog="Example: idp demo --port-base 9100 --data-dir /tmp/demo")
@click.option("--json", "as_json", is_flag=True, help="Print the addresses and customers as one JSON document.")
@click.option(
    "--port-base", default=9000, show_default=True, type=click.IntRange(1024, 65533), help="The first of three ports."
)
@click.option(
    "--data-dir",
    default=Path("data/demo"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Where its data is kept.",
)
@click.option(
    "--mail-url", default="", help="Where mails go as well, to see them in a mail program: smtp://localhost:1025 of a catcher."
)
@click.option("--reset", is_flag=True, help="Forget what earlier runs kept.")
def demo(as_json: bool, port_base: int, data_dir: Path, mail_url: str, reset: bool) -> None:
    """Run the provider, its worker and both brand portals on this machine, until Ctrl-C.

    Data is kept between runs. On loopback only, and with no secret worth keeping: not for production.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    folder = _take(DemoFolder(data_dir.absolute(), port_base, mail_url), reset)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    processes = Processes(inherited | folder.environment(), folder.logs, partial(die_with_parent, signal.SIGTERM))
    try:
        for part in _portals(folder):
            processes.start(part)  # they wait for nothing, so they come up while the provider is prepared
        names = _prepare(folder)
        gc.collect()  # closes what was opened to prepare, before the next forks
        if not stop.is_set():
            for part in _provider(folder):
                processes.start(part)
        _require_up(processes, stop)
        if not stop.is_set():
            click.echo(_facts(folder) if as_json else _summary(folder, names))
        _watch(processes, stop)
    finally:
        processes.stop()
    if not as_json:
        click.echo("\nStopped. The data is kept.")


def _take(folder: DemoFolder, reset: bool) -> DemoFolder:
    try:
        if folder.lock() is None:
            raise Failure(Exit.TAKEN, f"another demonstration uses {folder.path}: stop it, or choose another --data-dir")
        for offset in range(3):
            _claim(folder.port_base + offset)
        if reset:
            folder.reset()
        folder.prepare()
    except OSError as error:
        raise refused(f"{error.filename or folder.path} cannot be used: {error.strerror}; choose another --data-dir") from None
    return folder


def _claim(port: int) -> None:
    try:
        claim("127.0.0.1", port)
    except Failure as error:
        taken = f"port {port} is taken: stop what listens there, or choose another --port-base"
        raise Failure(error.code, taken) from None


def _portals(folder: DemoFolder) -> list[Part]:
    return [_portal(folder, brand, folder.port_base + offset) for brand, offset in BRANDS.items()]


def _portal(folder: DemoFolder, brand: str, port: int) -> Part:
    place = ("--issuer", folder.issuer, "--data-dir", str(folder.path / "portals" / brand))
    return Part(
        f"{brand}-portal", partial(_run_portal, ("serve", "--brand", brand, "--port", str(port), *place)), port, "/health"
    )


def _run_portal(arguments: tuple[str, ...]) -> None:
    # By name, as from a shell: portals are relying parties like any other, and the provider knows nothing of their code.
    sys.argv = ["portals", *arguments]
    runpy.run_module("portals", run_name="__main__", alter_sys=True)


def _provider(folder: DemoFolder) -> list[Part]:
    return [
        Part("provider", partial(_COMMANDS, ["serve"], prog_name="idp"), folder.port_base, "/health/ready"),
        Part("worker", partial(_COMMANDS, ["worker"], prog_name="idp")),
    ]


def _prepare(folder: DemoFolder) -> dict[str, str]:
    """Migrates, seeds, and adds the customers that are missing; answers the names of the brands."""
    ground = open_ground(folder.environment())
    if not is_current(ground.database):
        upgrade(ground.database)
    house = build(ground)
    sow(house)
    add_samples(house)
    ground.database.close()
    return {brand.id: brand.name for brand in house.parties.brands.all()}


def _require_up(processes: Processes, stop: threading.Event) -> None:
    match processes.wait_until_up(PATIENCE_SECONDS, stop):
        case None:
            return
        case Died() as died:
            raise _fallen(died)
        case str() as name:
            raise refused(f"the {name} did not answer within {PATIENCE_SECONDS:.0f} s; see {processes.logs / name}.log")


def _watch(processes: Processes, stop: threading.Event) -> None:
    while not stop.wait(WATCH_SECONDS):
        if died := processes.dead():
            raise _fallen(died)


def _fallen(died: Died) -> Failure:
    return refused(f"the {died.name} ended by itself with code {died.code}; its last lines:", *died.last_lines)


def _facts(folder: DemoFolder) -> str:
    customers = [
        {"username": one.username, "password": one.password, "email": one.email, "brands": list(one.numbers)}
        for one in CUSTOMERS
    ]
    staff = [{"username": one.username, "password": one.password, "role": one.post.role.value} for one in STAFF]
    facts = {"issuer": folder.issuer, "portals": folder.portals, "customers": customers, "staff": staff}
    return json.dumps(facts, ensure_ascii=False)


def _summary(folder: DemoFolder, names: dict[str, str]) -> str:
    places = {names.get(brand, brand): address for brand, address in folder.portals.items()}
    places |= {"Identity provider": folder.issuer, "Its console": f"{folder.issuer}/console"}
    places |= {"Mailbox, codes, customers": f"{folder.issuer}/demo"}
    wide = max(map(len, places))
    longest = max(len(one.password) for one in (*CUSTOMERS, *STAFF))
    lines = ["", f"  {click.style('One sign-in, two brands', bold=True)}", ""]
    lines += [f"  {name:{wide}}   {click.style(address, fg='cyan', underline=True)}" for name, address in places.items()]
    lines += ["", f"  {'Username':8}   {'Password':{longest}}"]
    lines += [
        f"  {one.username:8}   {click.style(f'{one.password:{longest}}', bold=True)}   {one.name}, {one.about}"
        for one in (*CUSTOMERS, *STAFF)
    ]
    kept = os.path.relpath(folder.path)
    lines += ["", f"  Data and logs are in {kept if not kept.startswith('..') else folder.path}. Press Ctrl-C to stop.", ""]
    return "\n".join(lines)
