"""Signs customers in by password through the real pages, several at a time, each in a browser of its own."""

import html
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from http.cookies import SimpleCookie
from statistics import median, quantiles
from urllib.parse import urlencode, urlsplit

from benchmarks.load import LoadFailed, Measured

HIDDEN = re.compile(r"<input[^>]*\btype=\"?hidden\"?[^>]*>")
ATTRIBUTE = re.compile(r"\b(name|value)=\"([^\"]*)\"")
RECOVERY = "/recovery"


@dataclass(slots=True)
class Visitor:
    """A browser in small: it keeps cookies and answers the sign-in form."""

    origin: str
    host: str
    cookies: dict[str, str] = field(default_factory=dict)
    # The address of this machine that it comes from.
    source: str = "127.0.0.1"

    def sign_in(self, authorize: str, username: str, password: str) -> None:
        """From the authorization request to the code. Raises `LoadFailed` where a step does not go on."""
        with self._connected() as connection:
            page, text = self._asked(connection, authorize)
            resume, _ = self._go(connection, "POST", page, 303, _answer(text, username=username, password=password))
            answer, _ = self._go(connection, "GET", resume, 303)
        if "code=" not in answer:
            raise LoadFailed(f"signing in ended at {answer}")

    def fail(self, authorize: str, username: str, password: str) -> float:
        """How many seconds it takes until a wrong password is answered. Raises `LoadFailed` for any other answer."""
        with self._connected() as connection:
            page, text = self._asked(connection, authorize)
            body = _answer(text, username=username, password=password)
            began = time.perf_counter()
            self._go(connection, "POST", page, 422, body)
            return time.perf_counter() - began

    def recover(self, name: str) -> float:
        """How many seconds it takes until asking for a way back in is answered. Raises `LoadFailed` for any other answer."""
        with self._connected() as connection:
            _, text = self._go(connection, "GET", RECOVERY, 200)
            body = _answer(text, name=name)
            began = time.perf_counter()
            self._go(connection, "POST", RECOVERY, 303, body)
            return time.perf_counter() - began

    @contextmanager
    def _connected(self) -> Iterator[HTTPConnection]:
        parts = urlsplit(self.origin)
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30, source_address=(self.source, 0))
        try:
            yield connection
        finally:
            connection.close()

    def _asked(self, connection: HTTPConnection, authorize: str) -> tuple[str, str]:
        """Where the sign-in form is, and what it holds."""
        page, _ = self._go(connection, "GET", authorize, 303)
        _, text = self._go(connection, "GET", page, 200)
        return page, text

    def _go(self, connection: HTTPConnection, method: str, url: str, status: int, body: str = "") -> tuple[str, str]:
        headers = {"Host": self.host, "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if method == "POST":
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{self.host}"}
            headers |= {"Sec-Fetch-Site": "same-origin"}
        connection.request(method, _path(url), body or None, headers)
        response = connection.getresponse()
        text = response.read().decode()
        if response.status != status:
            raise LoadFailed(f"{method} {url} answered {response.status}: {text[:300]}")
        self._keep_cookies(response)
        return response.getheader("Location", ""), text

    def _keep_cookies(self, response: HTTPResponse) -> None:
        for line in response.headers.get_all("Set-Cookie") or ():
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}


class SignIns:
    """`parallel` visitors that sign in again and again until told to stop; counts how many came in, and how long each took."""

    def __init__(self, origin: str, host: str, authorize: str, username: str, password: str, parallel: int) -> None:
        self._arguments = (authorize, username, password)
        self._origin, self._host = origin, host
        self._parallel = parallel
        self._stop = threading.Event()
        self._took: list[float] = []
        self._failures: list[Exception] = []

    def measure(self, seconds: float) -> Measured:
        """Signs in for `seconds` and says how many a second, with the latency of a whole sign-in."""
        began = time.monotonic()
        with self.going_on():
            time.sleep(seconds)
        spent = time.monotonic() - began
        if len(self._took) < 2:
            raise LoadFailed("too few sign-ins to measure")
        steps = quantiles(self._took, n=100)
        return Measured(len(self._took), len(self._took) / spent, median(self._took) * 1e3, steps[94] * 1e3, steps[98] * 1e3)

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Sign-ins run while the block does. Raises `LoadFailed` afterwards where one failed."""
        self._stop.clear()
        self._took.clear()
        threads = [threading.Thread(target=self._again_and_again) for _ in range(self._parallel)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()
        if self._failures:
            raise LoadFailed(f"{len(self._failures)} sign-ins failed, the first: {self._failures[0]}")

    def _again_and_again(self) -> None:
        while not self._stop.is_set() and not self._failures:
            began = time.monotonic()
            try:
                Visitor(self._origin, self._host).sign_in(*self._arguments)
            except (OSError, LoadFailed) as failure:
                self._failures.append(failure)
            self._took.append(time.monotonic() - began)


def _path(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _answer(page: str, **typed: str) -> str:
    """The first form of `page`, filled in."""
    hidden = [dict(ATTRIBUTE.findall(tag)) for tag in HIDDEN.findall(page.partition("</form>")[0])]
    fields = {html.unescape(one["name"]): html.unescape(one.get("value", "")) for one in hidden if "name" in one}
    return urlencode(fields | typed)
