"""A support desk with somebody on the phone: an agent of a brand, the brand's own check, and Ana, who called."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from sqlalchemy import select

from idp.core.database import metadata
from idp.subjects.subjects import Subject
from tests.builders import TestClock
from tests.drivers.brand_api import BrandApi, a_brand_api
from tests.drivers.browser import Page
from tests.drivers.lost import PHONE
from tests.drivers.post import Post, read
from tests.drivers.provider import CLIENTS_FILE, ISSUER, Provider, a_provider
from tests.drivers.staff import StaffMember

NUMBER = "ST-204118"
# What Ana knows, by question, and as the brand has it on file.
TYPED = {
    "full_name": "Ana Ferreira",
    "birth_date": "12 4 1987",
    "postcode": "bs1 4qa",
    "agreement": "PCP-4471902",
    "last_payment": "£1,412.50",
    "vehicle": "ky24 vnr",
}
ON_FILE = {
    "full_name": "Ana Ferreira",
    "birth_date": "1987-04-12",
    "postcode": "BS14QA",
    "agreement": "PCP4471902",
    "last_payment": "1412.50",
    "vehicle": "KY24VNR",
}
QUESTIONS = {
    "stellantis": ("full_name", "birth_date", "postcode", "agreement"),
    "alphera": ("agreement", "birth_date", "last_payment", "vehicle"),
}
WRONG = {
    "full_name": "Mallory Quicksilver",
    "birth_date": "31/12/1901",
    "postcode": "ZZ9 9ZZ",
    "agreement": "HP-6660666",
    "last_payment": "66613.13",
    "vehicle": "MA11 ORY",
}
PROVEN = "You can help them below"
REASON = "locked out after a new phone"
SPACED = re.compile(r"(?<![0-9])([0-9]{3}) ([0-9]{3})(?![0-9])")
# In English and in German.
READ_IT = ("the agent", "Lesen Sie diesen Code vor")


@dataclass
class Desk:
    """Ana calls `brand`; `sam` answers."""

    provider: Provider
    api: BrandApi
    brand: str
    clock: TestClock
    post: Post
    ana: Subject
    sam: StaffMember
    colleagues: dict[str, StaffMember] = field(default_factory=dict)

    @property
    def page(self) -> Page:
        return self.sam.browser.page

    @property
    def record(self) -> str:
        return f"/console/customers/{self.ana.id}"

    def colleague(self, name: str, brand: str | None = None) -> StaffMember:
        """Another agent of the same brand, or of the one named."""
        if name not in self.colleagues:
            self.colleagues[name] = StaffMember(self.provider, "support", brand or self.brand, name)
        return self.colleagues[name]

    def searches(self, who: str, agent: StaffMember | None = None) -> Page:
        by = agent or self.sam
        by.open("/console/customers")
        return by.browser.submit(who=who)

    def takes_the_call(self) -> Page:
        self.sam.open(self.record)
        self.sam.browser.submit(brand=self.brand)
        return self.sam.prove()

    def asks(self, answers: dict[str, str] | None = None, right: int = 4) -> Page:
        """Types what Ana answers: the first so many questions right, the others wrong."""
        asked = QUESTIONS[self.brand]
        said = answers or {name: (TYPED if place < right else WRONG)[name] for place, name in enumerate(asked)}
        return self.sam.browser.submit(**said)

    def sends_a_code(self, kind: str = "mail_code") -> Page:
        return self.sam.browser.submit(press=kind)

    def hears(self, code: str) -> Page:
        return self.sam.browser.submit(code=code)

    def code(self, kind: str = "mail_code") -> str:
        """The code that went out last, as Ana reads it."""
        texts = [text.text for text in self.post.texts()] if kind == "text_code" else [read(mail) for mail in self.post.mails()]
        return " ".join(SPACED.findall([text for text in texts if any(words in text for words in READ_IT)][-1])[0])

    def proves(self) -> Page:
        """Whatever the brand asks for."""
        self.takes_the_call()
        self.asks()
        if self.brand == "alphera":
            self.sends_a_code()
            self.hears(self.code())
        assert PROVEN in self.page.text
        return self.page

    def does(self, act: str, reason: str = REASON) -> Page:
        return self.sam.browser.submit(press=act, reason=reason)

    def told(self, about: str) -> int:
        """How many mails to Ana are about it."""
        return sum(about in mail["Subject"] for mail in self.post.mails() if mail["To"] == self.ana.email)

    def said(self) -> list[str]:
        """Everything that stands in the database, row by row, with what is sealed as the bytes it is."""
        with self.provider.house.ground.database.reading() as db:
            return [repr(row) for table in metadata.sorted_tables for row in db.execute(select(table))]


@contextmanager
def a_desk(folder: Path, clock: TestClock, brand: str, **changed: str) -> Iterator[Desk]:
    """The desk of one brand, whose check answers for Ana."""
    with a_brand_api(changed.get("issuer", ISSUER), clock.now) as api:
        document = yaml.safe_load(CLIENTS_FILE.read_text("utf-8"))
        for block in document["brands"].values():
            block["account_api"] = api.block()
        file = folder / "clients.yaml"
        file.write_text(yaml.safe_dump(document), "utf-8")
        with a_provider(folder, clock, clients_file=str(file), **changed) as provider:
            ana = provider.add_customer("ana", numbers={brand: NUMBER}, claims=PHONE, given_name="Ana", family_name="Ferreira")
            api.knows("PCP-4471902", "1987-04-12", "BS1 4QA", NUMBER)
            api.callers[NUMBER] = ON_FILE
            sam = StaffMember(provider, "support", brand)
            yield Desk(provider, api, brand, clock, Post(provider, folder), ana, sam)
