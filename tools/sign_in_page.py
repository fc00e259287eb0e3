"""The page on sign-in: levels, brands' policies and what is asked, each computed by the code that decides it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import assert_never

from idp.brands.brand import Brand, Policy
from idp.brands.registry import read_brands
from idp.core.yaml_lines import load
from idp.sessions.context import Requirement
from idp.signin.needs import Enrol, Need, Nothing, Standing, Step, Unmet, still_needs
from idp.signin.policy import VERIFIED_PASSKEY, WAYS, parts_from
from idp.subjects.proof import Proof

CLIENTS = Path(__file__).parent.parent / "clients.yaml"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = {
    "password": "password",
    "passkey": "passkey",
    VERIFIED_PASSKEY: "passkey that checked its owner",
    "totp": "authenticator app",
    "recovery_code": "recovery code",
    "text_code": "code by text",
    "mail_code": "code by mail",
}
ALL = ("passkey", "totp", "recovery_code", "text_code", "mail_code")
PLAIN = Requirement()
MFA = Requirement(("mfa",))
PAYMENT = Requirement(("mfa",), timedelta(minutes=5))

# Each page of signing in, in the order in which one may meet it.
PICTURES = (
    ("sign-in", "Who are you?"),
    ("offer", "Who has only a password is offered more"),
    ("code-of-app", "Code of an authenticator app"),
    ("other-ways", "Other ways"),
    ("recovery-code", "Recovery code"),
    ("send-text", "A code by text is sent when asked for"),
    ("code-by-text", "Code by text"),
    ("passkey", "Passkey after a password"),
    ("paused", "Too many wrong codes"),
    ("locked", "Too many wrong passwords"),
    ("unlock", "The owner’s mail about a lock leads here"),
    ("unmet", "Nothing to add a second step by"),
    ("recovery", "Can’t sign in?"),
    ("recovery-agreement", "Found by an agreement"),
    ("recovery-sent", "After one mail was asked for"),
    ("recovery-arrived", "The mail leads here"),
    ("recovery-password", "A new password"),
    ("recovery-done", "Back in, but not signed in"),
    ("lost", "A second step that was lost"),
    ("lost-prove", "Two proofs in its place"),
    ("lost-confirm", "Before the wait"),
    ("lost-stop", "Each message about it leads here"),
    ("lost-finish", "When the wait is over"),
    ("enrol", "A first second step, on the way"),
    ("send-mail", "A code to the contact confirmed earlier"),
    ("enrol-app", "An authenticator app, on the way"),
    ("enrol-passkey", "A passkey, on the way"),
    ("security", "What one signs in with"),
    ("add-passkey", "Adding a passkey"),
    ("passkeys", "Passkeys"),
    ("add-app", "Adding an authenticator app"),
    ("apps", "Authenticator apps"),
    ("recovery-codes", "Recovery codes, shown once"),
    ("texts", "Codes by text"),
    ("mails", "Codes by e-mail"),
    ("browsers", "Browsers"),
)


def _proofs(*kinds: str, minutes: int = 0) -> tuple[Proof, ...]:
    return tuple(Proof(kind, (), "", NOW - timedelta(minutes=minutes)) for kind in kinds)


PASSWORD = _proofs("password")


def _who(
    *enrolled: str, held: tuple[Proof, ...] = PASSWORD, mail: bool = False, staff: bool = False, trusted: bool = False
) -> Standing:
    return Standing(
        held=held,
        enrolled=parts_from(("password", *enrolled)),
        contacts=frozenset({"mail_code"} if mail else ()),
        staff=staff,
        trusted=trusted,
    )


SITUATIONS: tuple[tuple[str, Standing, Requirement], ...] = (
    ("sign-in, nothing enrolled but a password", _who(), PLAIN),
    ("sign-in, everything enrolled", _who(*ALL), PLAIN),
    ("sign-in, code by mail enrolled", _who("mail_code"), PLAIN),
    ("sign-in in a trusted browser, app enrolled", _who("totp", trusted=True), PLAIN),
    ("`mfa` asked in a trusted browser, app enrolled", _who("totp", trusted=True), MFA),
    ("sign-in of staff, app and text enrolled", _who("totp", "text_code", staff=True), PLAIN),
    ("payment, everything enrolled", _who(*ALL), PAYMENT),
    (
        "payment, app proven an hour ago, password just now",
        _who("totp", held=PASSWORD + _proofs("totp", minutes=60)),
        PAYMENT,
    ),
    ("payment, code by text enrolled and proven", _who("text_code", held=_proofs("password", "text_code")), PAYMENT),
    ("payment, nothing enrolled, contact confirmed", _who(mail=True), PAYMENT),
    ("the same, code to the contact proven", _who(mail=True, held=_proofs("password", "mail_code")), PAYMENT),
    ("payment, nothing enrolled, no contact", _who(), PAYMENT),
    ("`phr` asked, app enrolled", _who("totp"), Requirement(("phr",))),
    ("`phr` asked, app enrolled and proven", _who("totp", held=_proofs("password", "totp")), Requirement(("phr",))),
    ("`phr mfa` asked, passkey and app enrolled", _who("passkey", "totp"), Requirement(("phr", "mfa"))),
    ("the same, app proven before", _who("passkey", "totp", held=_proofs("password", "totp")), Requirement(("phr", "mfa"))),
    ("`phr mfa` asked, app enrolled", _who("totp"), Requirement(("phr", "mfa"))),
    ("`phr pwd` asked, nothing enrolled", _who(), Requirement(("phr", "pwd"))),
    ("`prompt=login`, app enrolled", _who("totp"), Requirement(renewed=True)),
)


def sign_in_page(made: str) -> str:
    """Levels by the ways to them, each brand's policy, and what is asked in named situations at each brand."""
    brands = tuple(read_brands(load(CLIENTS)).values())
    heads = [brand.name for brand in brands]
    lines = [
        "# Sign-in",
        made,
        "What a sign-in asks for, computed by what decides it (`idp/signin/needs.py`), and a picture of each page.",
        "",
        "## Levels of assurance",
        "",
        "Weakest first; a higher level satisfies a lower one. `auth_time` is when the oldest proof of the level was given, so",
        "`max_age` holds for each of them. `amr` names the methods of all proofs; from `mfa` on it names `mfa` too.",
        "",
        *_table(["`acr`", "what it takes"], [[f"`{way.acr}`", " + ".join(NAMES[p] for p in way.parts)] for way in WAYS]),
        "",
        "## What brands decide",
        "",
        *_table(["", *heads], [[head, *(cell(brand.policy) for brand in brands)] for head, cell in DECIDED.items()]),
        "",
        "## What is asked next",
        "",
        "Where nothing else is said, the password was just proven. A proof that is too old, or of a kind that the brand does",
        "not accept, counts as absent. Of several levels the first that the customer can reach is asked for; who says",
        "“not now” goes on with another of them that was proven before.",
        "",
        *_table(
            ["situation", *heads], [[title, *(_asked(who, wanted, b) for b in brands)] for title, who, wanted in SITUATIONS]
        ),
        "",
        "## The pages",
        "",
        "At one brand or the other, as wide as a phone; `python -m tools.sign_in_pictures` takes them anew.",
        "",
        *_pictures(),
    ]
    return "\n".join(lines) + "\n"


def _pictures() -> list[str]:
    """Three in a row, each with its words, so that a phone's width is enough for one."""
    rows = [PICTURES[start : start + 3] for start in range(0, len(PICTURES), 3)]
    cells = [[f"![{words}](images/sign-in/{name}.png)<br>{words}" for name, words in row] for row in rows]
    return _table(["", "", ""], [row + [""] * (3 - len(row)) for row in cells])


def _lock_ends(policy: Policy) -> str:
    return f"by itself after {policy.lock_minutes} minutes" if policy.lock_ends == "by_itself" else "by recovery"


def _trusted(policy: Policy) -> str:
    return f"{policy.trusted_browser_days} days" if policy.trusted_browser_days else "no"


def _nudged(policy: Policy) -> str:
    return f"at sign-in, and again {policy.nudge_days} days after “not now”" if policy.nudge_days else "no"


DECIDED: dict[str, Callable[[Policy], str]] = {
    "wrong passwords until the lock": lambda policy: str(policy.failures_before_lock),
    "how a lock ends": _lock_ends,
    "the mailed unlock takes": lambda policy: (
        "a second step, if one is enrolled" if policy.unlock_asks_second_step else "the link"
    ),
    "second steps accepted": lambda policy: ", ".join(NAMES[kind] for kind in policy.second_steps),
    "trusted browser": _trusted,
    "a second step is offered to who has none": _nudged,
    "shortest password": lambda policy: f"{policy.password_min_length} characters",
}


def _asked(standing: Standing, requirement: Requirement, brand: Brand) -> str:
    return _words(still_needs(standing, brand.policy, requirement, NOW))


def _words(need: Need) -> str:
    match need:
        case Nothing(context, nudge):
            return f"nothing: `{context.acr}`" + (", and a second step is offered" if nudge else "")
        case Step(choices, verified):
            names = (NAMES[VERIFIED_PASSKEY if verified and kind == "passkey" else kind] for kind in choices)
            return " or ".join(names)
        case Enrol(choices, recovered):
            held = ", and the account counts as recovered" if recovered else ""
            return f"enrol {' or '.join(NAMES[kind] for kind in choices)}{held}"
        case Unmet():
            return "refused: cannot be met"
        case never:
            assert_never(never)


def _table(heads: list[str], rows: list[list[str]]) -> list[str]:
    cells = [heads, ["---"] * len(heads), *rows]
    return [f"| {' | '.join(row)} |" for row in cells]
