"""The yardstick: a Flask application with one route and no hooks, under the very server that `idp serve` runs."""

import sys
from collections.abc import Callable
from typing import Any

from flask import Flask

from idp.cli.server import Listening, run_server

THREADS = 16


def empty() -> str:
    return ""


def load() -> Callable[..., Any]:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=empty)
    return app


if __name__ == "__main__":
    run_server(load, Listening("127.0.0.1", int(sys.argv[1]), workers=1, threads=THREADS))
