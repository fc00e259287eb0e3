"""Logging: one JSON object a line on stderr, with the request id, without secrets."""

import logging
import re
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from functools import lru_cache
from threading import Lock
from typing import Any, TextIO, cast

import structlog

from idp.core.origin import current_origin

SECRET = re.compile(
    r"(password|passwd|secret|token|cookie|verifier|assertion|authorization|credential)|(^|_)(code|pin|otp)$",
    re.IGNORECASE,
)
HARMLESS = frozenset({"status_code", "error_code", "exit_code", "token_type", "token_endpoint"})
REQUESTS = "idp.requests"
QUIET = ("authlib", "urllib3", "sqlalchemy.engine", "alembic", "asyncio")

Entry = MutableMapping[str, Any]
STAMP = structlog.processors.TimeStamper(fmt="iso", utc=True)


class Lines:
    """Writes lines of our own to `stream`, each whole. `Lines(stream)(name)` is the logger called `name`.

    `requests` says whether requests are told too.
    """

    def __init__(self, stream: TextIO, lock: Lock, name: str = "", requests: bool = True) -> None:
        self._stream = stream
        self._lock = lock
        self.name = name
        self.requests = requests

    def __call__(self, name: str = "", *_more: object) -> "Lines":
        return Lines(self._stream, self._lock, name, self.requests)

    def _write(self, line: str) -> None:
        # A log that cannot be written, on a full disk say, must not take the service with it.
        with self._lock, suppress(OSError):
            self._stream.write(line + "\n")
            self._stream.flush()

    debug = info = warning = error = critical = _write


def configure_logs(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Sends every log line, those of libraries too, as JSON to `stream` (stderr). Called once.

    Our own lines go straight there: the machinery of the standard library would cost a token request a tenth of its time.
    """
    target, number = stream or sys.stderr, logging.getLevelNamesMapping()[level]
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        with_request_id,
        STAMP,
        structlog.processors.format_exc_info,
        without_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        logger_factory=Lines(target, Lock(), requests=number <= logging.INFO),
        wrapper_class=structlog.make_filtering_bound_logger(number),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(target)
    render: list[structlog.typing.Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.JSONRenderer(),
    ]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=render))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in QUIET:
        # Authlib logs whole tokens at DEBUG, urllib3 whole addresses: whatever our own level, theirs stays.
        logging.getLogger(name).setLevel(logging.WARNING)


class Log:
    """The logger called `name`, made anew only where the configuration is another: making it costs more than most lines."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._made: tuple[Any, Any] = (None, None)

    def __getattr__(self, method: str) -> Any:
        processors = structlog.get_config()["processors"]
        made_for, logger = self._made
        if made_for is not processors:
            logger = structlog.get_logger(self._name).bind()
            self._made = processors, logger
        return getattr(logger, method)


def get_log(name: str) -> structlog.typing.FilteringBoundLogger:
    """The logger called `name`: `get_log(__name__).info("event_name", field=value)`."""
    return cast("structlog.typing.FilteringBoundLogger", Log(name))


def log_request(endpoint: str, status: int, seconds: float) -> None:
    """Tells how a request was answered and how long that took. `endpoint` is a name of ours, never an address.

    Written by hand where the log is ours: at the head of every token it would cost more than all that is counted there.
    """
    lines, took = structlog.get_config()["logger_factory"], round(seconds * 1000, 1)
    if not isinstance(lines, Lines):
        get_log(REQUESTS).info("request", endpoint=endpoint, status_code=status, ms=took)
    elif lines.requests:
        said = f'"endpoint": "{endpoint}", "status_code": {status}, "ms": {took}, "event": "request", "logger": "{REQUESTS}"'
        request_id, at = current_origin().request_id, STAMP(None, "", {})["timestamp"]
        lines.info(f'{{{said}, "level": "info", "request_id": "{request_id}", "timestamp": "{at}"}}')


def with_request_id(_logger: Any, _method: str, entry: Entry) -> Entry:
    """Adds the id that support asks for, where a request is under way."""
    if request_id := current_origin().request_id:
        entry.setdefault("request_id", request_id)
    return entry


def without_secrets(_logger: Any, _method: str, entry: Entry) -> Entry:
    """Drops the value of every key that looks like a secret's, at any depth."""
    return {key: "[dropped]" if _is_secret(key) else _cleaned(value) for key, value in entry.items()}


def _cleaned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: "[dropped]" if _is_secret(str(key)) else _cleaned(inner) for key, inner in value.items()}
    return [_cleaned(inner) for inner in value] if isinstance(value, list | tuple) else value


@lru_cache(maxsize=1024)
def _is_secret(key: str) -> bool:
    return key not in HARMLESS and SECRET.search(key) is not None
