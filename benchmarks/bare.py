"""The yardstick: a Flask application with one route and no hooks, under the server settings of the provider.

`python -m benchmarks.bare PORT` serves it with one worker.
"""

import sys

from flask import Flask

from idp.cli.server import Listening, run_server

app = Flask(__name__)


@app.get("/")
def empty() -> str:
    return ""


def load() -> Flask:
    return app


if __name__ == "__main__":
    run_server(load, Listening("127.0.0.1", int(sys.argv[1]), workers=1, threads=16))
