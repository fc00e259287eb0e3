"""A browser without a screen: cookies, forms, redirects, and the text a person would read. It comes to a WSGI application."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit
from wsgiref.types import WSGIApplication

from werkzeug.datastructures import Headers
from werkzeug.test import Client, TestResponse

MOST_REDIRECTS = 10
# Attributes of a page that lead somewhere; a value is only a value.
OURS = re.compile(r'\s(?!value=)[a-z-]+="(/[^"]*)"')
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})


@dataclass
class Form:
    """A form of a page: where it goes, the fields it would send by itself, and its named buttons."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    boxes: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.frames: list[str] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self._link: str | None = None
        self._select: str | None = None
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append(tag)
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower()))
        elif tag == "a":
            self._link = given.get("href", "")
        elif tag == "iframe":
            self.frames.append(given.get("src", ""))
        elif tag == "select" and self.forms:
            self._select = given.get("name")
        elif tag == "option" and self._select and self.forms:
            self._option(self._select, given)
        elif tag in ("input", "button", "textarea") and self.forms and given.get("name"):
            self._field(tag, given)

    def _option(self, name: str, given: dict[str, str]) -> None:
        fields = self.forms[-1].fields
        if "selected" in given or name not in fields:
            fields[name] = given.get("value", "")

    def _field(self, tag: str, given: dict[str, str]) -> None:
        form, name, value = self.forms[-1], given["name"], given.get("value", "")
        if tag == "button" or given.get("type") == "submit":
            form.buttons[name] = value
        elif given.get("type") in ("checkbox", "radio"):
            form.boxes[name] = given.get("value", "on")
            if "checked" in given:
                form.fields[name] = form.boxes[name]
        else:
            form.fields[name] = value
            self._area = name if tag == "textarea" else None

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._link = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._area is not None and self.forms:
            # HTML drops one line break that follows the tag.
            self.forms[-1].fields[self._area] += data.removeprefix("\n")
            return
        if not {"script", "style"} & set(self._open) and data.strip():
            self.words.append(" ".join(data.split()))
            if self._link is not None:
                self.links.append((" ".join(data.split()), self._link))


class Page:
    """What the browser shows, or where it was sent away to."""

    def __init__(self, url: str, response: TestResponse | None) -> None:
        self.url = url
        self.status = response.status_code if response is not None else 0
        self.headers = response.headers if response is not None else Headers()
        self.body = response.get_data(as_text=True) if response is not None else ""

    @cached_property
    def _reader(self) -> _Reader:
        reader = _Reader()
        reader.feed(self.body)
        return reader

    @property
    def text(self) -> str:
        return " ".join(self._reader.words)

    @property
    def forms(self) -> list[Form]:
        """The forms of the page; the choice of a language, which is on every page, is not one of them."""
        return [form for form in self._reader.forms if form is not self.chooser]

    @property
    def chooser(self) -> Form | None:
        """The form by which a language is chosen; pages that came of a form have none."""
        return next((form for form in self._reader.forms if "language" in form.buttons), None)

    @property
    def left(self) -> bool:
        """Whether the browser was sent to another site, which this driver does not visit."""
        return self.status == 0

    @property
    def query(self) -> dict[str, str]:
        parts = urlsplit(self.url)
        return dict(parse_qsl(parts.query or parts.fragment, keep_blank_values=True))

    @property
    def frames(self) -> list[str]:
        """What the page frames; this driver does not open it."""
        return self._reader.frames

    def link(self, label: str) -> str:
        return next(iter(self.links(label)))

    def links(self, label: str) -> list[str]:
        """Where all links lead that say this."""
        return [href for text, href in self._reader.links if label in text]


class Browser:
    """One browser with its own cookies. It follows redirects at the provider and stops where one leads away.

    `home` is the provider's issuer. What is typed without a host is meant for it; where it has a path, no page may lead
    to an address of ours that does not lie beneath it.
    """

    def __init__(self, app: WSGIApplication, home: str, address: str = "127.0.0.1") -> None:
        self._client = Client(app, use_cookies=True)
        self.home = home
        self.origin = urljoin(home, "/")[:-1]
        self._beneath = urlsplit(home).path + "/"
        self._address = address
        self.page = Page("about:blank", None)

    def open(self, url: str, *, follow: bool = True, headers: dict[str, str] | None = None) -> Page:
        return self._go("GET", url, {}, follow, headers or {})

    def post(self, url: str, fields: dict[str, str], *, follow: bool = True, headers: dict[str, str] | None = None) -> Page:
        return self._go("POST", url, fields, follow, {"Origin": self.origin, **(headers or {})})

    def fetch(self, url: str, fields: dict[str, str]) -> TestResponse:
        """What a script of the page gets; the page stays."""
        path = urlsplit(urljoin(self.page.url, url)).path
        headers, here = {"Origin": self.origin}, {"REMOTE_ADDR": self._address}
        return self._client.open(
            path=path, base_url=self.origin, method="POST", data=fields, headers=headers, environ_overrides=here
        )

    def submit(self, *, press: str | None = None, follow: bool = True, **typed: str) -> Page:
        """Fills in the form that has the fields or the button named, and sends it."""
        form = next(
            f
            for f in (*self.page.forms, *filter(None, [self.page.chooser]))
            if typed.keys() <= (f.fields.keys() | f.boxes.keys()) and (not press or press in f.buttons)
        )
        fields = form.fields | typed | ({press: form.buttons[press]} if press else {})
        return self.post(urljoin(self.page.url, form.action), fields, follow=follow)

    def sign_in(self, username: str, password: str, *, put_off: bool = True, **boxes: str) -> Page:
        """Answers the sign-in form, and "not now" where a second step is offered then, unless `put_off` is False."""
        page = self.submit(username=username, password=password, **boxes)
        offered = any("later" in form.buttons for form in page.forms)
        return self.submit(press="later") if offered and put_off else page

    def text(self) -> str:
        return self.page.text

    def cookie(self, name: str) -> str | None:
        found = self._client.get_cookie(name, urlsplit(self.home).hostname or "localhost")
        return found.value if found else None

    def bring(self, name: str, value: str) -> None:
        """Comes with a cookie that another server of the provider has set."""
        self._client.set_cookie(name, value, domain=urlsplit(self.home).hostname or "localhost")

    def forget(self, name: str) -> None:
        self._client.delete_cookie(name, domain=urlsplit(self.home).hostname or "localhost")

    def _go(self, method: str, url: str, fields: dict[str, str], follow: bool, headers: dict[str, str]) -> Page:
        ours = url.startswith("/") and not url.startswith(self._beneath)
        target = self.home + url if ours else urljoin(self.home + "/", url)
        for _ in range(MOST_REDIRECTS):
            if not target.startswith(self.home + "/"):
                self.page = Page(target, None)
                return self.page
            parts = urlsplit(target)
            response = self._client.open(
                path=parts.path,
                query_string=parts.query,
                base_url=self.origin,
                method=method,
                data=fields if method == "POST" else None,
                headers=headers,
                environ_overrides={"REMOTE_ADDR": self._address},
            )
            self.page = Page(target, response)
            astray = [address for address in OURS.findall(self.page.body) if not address.startswith(self._beneath)]
            assert not astray, (target, astray)
            if not follow or response.status_code not in (301, 302, 303, 307, 308):
                return self.page
            target, method, fields = urljoin(target, response.headers["Location"]), "GET", {}
        raise AssertionError(f"redirects without an end, at {target}")
