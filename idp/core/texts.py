"""Text messages out of the outbox: to a gateway by HTTP, to a folder, or to the mailbox of the demonstration."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.errors import Misconfigured
from idp.core.fetcher import Fetcher, FetchRefused
from idp.core.mail import DemoMailbox, write_whole
from idp.core.outbox_rows import Attempt, Delivered, GiveUp, Outcome, Retry

# The statuses below 500 that tell of the moment, not of the message (RFC 9110 15.5.9, RFC 6585 4).
PASSING = (408, 429)

Way = Callable[[dict[str, Any], Attempt], Outcome]


@dataclass(frozen=True, slots=True)
class TextDeliverer:
    """Delivers payloads `{to, text}` by `way`; `to` is a number as E.164 writes it, such as `+447700900118`."""

    way: Way

    def __call__(self, payload: dict[str, Any], attempt: Attempt) -> Outcome:
        if not all(isinstance(payload.get(name), str) for name in ("to", "text")):
            return GiveUp("not a text")
        return self.way({name: payload[name] for name in ("to", "text")}, attempt)


def text_deliverer(url: str, secret: str, fetcher: Fetcher, database: Database, clock: Clock) -> TextDeliverer:
    """The deliverer for IDP_TEXT_URL: `https://…`, `file:///folder` or `demo:`. Raises `Misconfigured` for any other.

    Plain http is the fetcher's to allow: it reaches no host that IDP_FETCH_ALLOW does not name.
    """
    parts = urlsplit(url)
    match parts.scheme:
        case "https" | "http" if parts.hostname and not parts.username and not parts.fragment:
            return TextDeliverer(lambda payload, attempt: _to_gateway(fetcher, url, secret, payload, attempt))
        case "file" if parts.path.startswith("/") and not parts.netloc:
            return TextDeliverer(lambda payload, attempt: _to_folder(Path(unquote(parts.path)), payload, attempt))
        case "demo":
            return TextDeliverer(DemoMailbox(database, clock, "text"))
        case _:
            raise Misconfigured("IDP_TEXT_URL must be https://…, file:///folder or demo:")


def _to_gateway(fetcher: Fetcher, url: str, secret: str, payload: dict[str, Any], attempt: Attempt) -> Outcome:
    # The same at every try, so that a gateway that knows the header sends one message however often it is asked.
    key = f"{attempt.delivery_id}.{int(attempt.created_at.timestamp())}"
    headers = {"Idempotency-Key": key} | ({"Authorization": f"Bearer {secret}"} if secret else {})
    try:
        status = fetcher.post_json(url, payload, headers)
    except FetchRefused as error:
        return Retry(error.because)
    if 200 <= status < 300:
        return Delivered()
    return Retry(f"put off with {status}") if status >= 500 or status in PASSING else GiveUp(f"refused with {status}")


def _to_folder(folder: Path, payload: dict[str, Any], attempt: Attempt) -> Outcome:
    try:
        write_whole(folder / f"{attempt.delivery_id:08}.json", json.dumps(payload).encode())
    except OSError as error:
        return Retry(type(error).__name__)
    return Delivered()
