"""The yardstick: a Flask application with one route and no hooks, under the server settings of the provider."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def empty() -> str:
    return ""
