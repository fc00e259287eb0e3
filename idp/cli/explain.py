"""`idp explain`: why a request was refused."""

from dataclasses import asdict

import click

from idp.cli.failures import refused
from idp.cli.opening import open_migrated
from idp.cli.output import as_json, print_json
from idp.oidc.refusals import store
from idp.oidc.refusals.explain import Explanation, in_words
from idp.oidc.refusals.explain import explain as explained


@click.command(epilog="Example: idp explain 3f9a1c00002a")
@click.argument("reference")
@as_json
def explain(reference: str, as_json: bool) -> None:
    """Say why a request of a client was refused, where that is written, and how to mend it."""
    ground = open_migrated()
    with ground.database.reading() as db:
        noted = store.find(db, reference.strip())
    if noted is None:
        raise refused(
            "no refused request is kept under that reference. It stands on the provider's error page, in the header "
            "X-Request-Id of an error of /token and its like, and as request_id in the log; of a flood only a sample is kept, "
            f"the newest {store.MOST_OF_A_CLIENT} of each client, for {store.KEPT_FOR.days} days"
        )
    told = explained(noted)
    if as_json:
        print_json(asdict(told))
        return
    rows = _rows(told)
    width = max(len(name) for name, _ in rows)
    for name, text in rows:
        click.echo(f"{name.ljust(width)}  {text}")


def _rows(told: Explanation) -> tuple[tuple[str, str], ...]:
    return (
        ("reference", told.reference),
        ("when", f"{told.at:%Y-%m-%d %H:%M:%S} UTC"),
        ("endpoint", told.endpoint),
        ("client", told.client_id or "none that is known"),
        ("answer", ": ".join(filter(None, (told.code, told.public)))),
        ("cause", told.because),
        ("meaning", told.means),
        ("clause", told.clause),
        ("mend", told.mend),
        *in_words(told.facts),
    )
