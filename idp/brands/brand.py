"""A brand: whose name, dress, rules and support line a page carries. A brand is data; adding one takes no Python."""

import re
from dataclasses import dataclass
from datetime import datetime, time
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "::1")
SecondStep = Literal["passkey", "totp", "recovery_code", "text_code", "mail_code"]
# What a brand's own check can judge of somebody who calls (docs/support.md).
Asks = Literal["agreement", "birth_date", "postcode", "full_name", "last_payment", "vehicle"]


def _clock_time(value: object) -> object:
    return time.fromisoformat(value) if isinstance(value, str) and re.fullmatch(r"\d\d:\d\d", value) else value


def _web_address(url: str) -> str:
    parts = urlsplit(url)
    local = parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS
    if not (parts.scheme == "https" or local) or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("must be an https address without query or fragment (http on this machine alone)")
    return url


ClockTime = Annotated[time, BeforeValidator(_clock_time)]
WebAddress = Annotated[str, Field(max_length=300), AfterValidator(_web_address)]


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Hours(Strict):
    """One line of opening hours, in the support desk's own time zone."""

    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...]
    opens: ClockTime
    closes: ClockTime


@dataclass(frozen=True, slots=True)
class Opening:
    """When the phone is answered next: in how many days, on which weekday (Monday is 0), and at what time."""

    days_ahead: int
    weekday: int
    at: time


class Question(Strict):
    """A question of the script: what its answer is compared with, and how the agent says it."""

    asks: Asks
    says: str = Field(min_length=1, max_length=200)


class Script(Strict):
    """How the brand's support finds out who calls: its questions, and a code that goes to a contact on file.

    `proof` says which of the two it takes; the questions count from `right_answers` on.
    """

    questions: tuple[Question, ...] = Field((), max_length=6)
    right_answers: int = Field(0, ge=0, le=6)
    proof: Literal["script", "code", "script_or_code", "script_and_code"] = "code"

    @model_validator(mode="after")
    def _can_be_followed(self) -> Self:
        asked = [question.asks for question in self.questions]
        if len(asked) != len(set(asked)):
            raise ValueError("asks the same twice")
        if "script" in self.proof and not 1 < self.right_answers <= len(asked):
            raise ValueError("needs right_answers, of at least two questions and at most as many as it has")
        return self


class Support(Strict):
    """How customers of the brand reach people."""

    phone: str
    email: str
    contact_url: str | None = None
    timezone: str = "Europe/London"
    hours: tuple[Hours, ...]
    # Without one a caller proves by a code alone who they are.
    script: Script = Script()

    @property
    def zone(self) -> ZoneInfo:
        """Where the people who answer are; what pages and mails say of days and hours is theirs."""
        return ZoneInfo(self.timezone)

    def is_open(self, now: datetime) -> bool:
        """Whether somebody answers the phone at `now`."""
        local = now.astimezone(self.zone)
        return any(DAYS[local.weekday()] in line.days and line.opens <= local.time() < line.closes for line in self.hours)

    def opens_next(self, now: datetime) -> Opening | None:
        """When the phone is answered next; None where no hours are given."""
        local = now.astimezone(self.zone)
        for ahead in range(8):
            weekday = (local.weekday() + ahead) % 7
            starts = [h.opens for h in self.hours if DAYS[weekday] in h.days and (ahead or h.opens > local.time())]
            if starts:
                return Opening(ahead, weekday, min(starts))
        return None


class Policy(Strict):
    """What a brand decides about sign-in (docs/sign-in.md)."""

    failures_before_lock: int = Field(5, ge=3, le=10)
    lock_ends: Literal["by_itself", "by_recovery"] = "by_itself"
    lock_minutes: int = Field(15, ge=5, le=30)
    second_steps: tuple[SecondStep, ...] = ("passkey", "totp", "recovery_code")
    trusted_browser_days: int = Field(0, ge=0, le=90)
    # Who has no second step is offered one at sign-in, and again so many days after "not now"; 0: never.
    nudge_days: int = Field(0, ge=0, le=90)
    password_min_length: int = Field(12, ge=12, le=64)

    @property
    def unlock_asks_second_step(self) -> bool:
        """Whether the owner's mailed link takes a second step too, from who has one: time alone opens nothing either."""
        return self.lock_ends == "by_recovery"


class AccountApi(Strict):
    """The brand's own account API, where it checks agreements for us (docs/activation.md).

    `url` names it, as the client that `owns` it says; `check_url` is asked; its answers are signed with a key of `jwks`, or
    of the set that is published at `jwks_uri`.
    """

    url: WebAddress
    check_url: WebAddress
    jwks: dict[str, Any] | None = None
    jwks_uri: WebAddress | None = None

    @model_validator(mode="after")
    def _one_way_to_its_keys(self) -> Self:
        if (self.jwks is None) == (self.jwks_uri is None):
            raise ValueError("needs either jwks or jwks_uri: the keys that its answers are signed with")
        return self


class Brand(Strict):
    """One brand block of `clients.yaml`."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{1,30}$")
    name: str = Field(min_length=1, max_length=80)
    legal: str = Field(min_length=1, max_length=400)
    hosts: tuple[str, ...] = ()
    theme: str = Field(pattern=r"^[a-z][a-z0-9-]{1,30}$")
    languages: tuple[Literal["en", "fr", "de", "it", "es"], ...] = Field(("en",), min_length=1)
    mail_from: str
    # Mail programs load no style sheet, so the theme cannot say it. White text stands on it.
    colour: str = Field("#2b3443", pattern=r"^#[0-9a-f]{6}$")
    support: Support
    status: str | None = None
    policy: Policy = Policy()
    # Without one there is no activation at this brand, and no recovery by agreement number.
    account_api: AccountApi | None = None

    @model_validator(mode="after")
    def _can_judge_answers(self) -> Self:
        if self.support.script.questions and self.account_api is None:
            raise ValueError("support.script asks what nobody can judge: it needs an account_api")
        return self


def zone_of(brand: Brand | None) -> ZoneInfo:
    """Whose days and hours a page or a mail of `brand` speaks of; UTC where there is none."""
    return brand.support.zone if brand is not None else ZoneInfo("UTC")
