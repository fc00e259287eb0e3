"""The command line `idp`: one file for each group of commands."""

from idp.cli.audit import audit
from idp.cli.check import check
from idp.cli.client import client
from idp.cli.client_token import token
from idp.cli.db import db
from idp.cli.demo import demo
from idp.cli.explain import explain
from idp.cli.failures import Commands
from idp.cli.keys import keys
from idp.cli.role import role
from idp.cli.seed import seed
from idp.cli.serve import serve
from idp.cli.subject import subject
from idp.cli.worker import worker

__all__ = ["main"]

client.add_command(token)

main = Commands(
    "idp",
    commands=[serve, worker, demo, check, seed, db, subject, role, client, keys, audit, explain],
    help="The identity provider. Settings come from the environment: see docs/settings.md.",
    epilog="""\b
Exit codes:
  0   done
  1   refused or not found; a fault in the audit trail
  2   wrong usage
  69  the database or the KV does not answer
  75  taken: the port, or the folder of a demonstration
  78  settings, keys or clients.yaml cannot be used

\b
Example: idp demo""",
)
