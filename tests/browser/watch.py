"""What must never happen behind a page: script errors, broken policies, missing files, requests to strangers."""

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

OURS = ("localhost", "127.0.0.1")
FAILED_LOAD = "Failed to load resource"
UNASKED = "/favicon.ico"  # Chromium looks there by itself where a page names no icon; ours all do


class Watch:
    """Watches every page of a browser context from the beginning."""

    def __init__(self, context: BrowserContext) -> None:
        self._faults: list[str] = []
        self._loads: list[tuple[str, str]] = []
        self._documents: set[str] = set()
        context.on("console", self._said)
        context.on("weberror", self._threw)
        context.on("request", self._asked)
        context.on("response", self._answered)

    def faults(self) -> list[str]:
        """Everything seen so far. The status of a page itself is a story's own matter: Chromium reports those above 399 too."""
        return self._faults + [text for text, url in self._loads if url not in self._documents and not url.endswith(UNASKED)]

    def _said(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        if message.text.startswith(FAILED_LOAD):
            self._loads.append((f"{message.text} {message.location['url']}", message.location["url"]))
        else:
            self._faults.append(f"console: {message.text}")

    def _threw(self, error: WebError) -> None:
        self._faults.append(f"script: {error.error}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https") and parts.hostname not in OURS and not (parts.hostname or "").endswith(".test"):
            self._faults.append(f"request to a stranger: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.request.resource_type == "document":
            self._documents.add(response.url)
