"""Password hashes that other systems made: each way to write one is a row of `SCHEMES`.

They are taken over as they are, checked at their owner's first sign-in, and replaced by argon2id in the same transaction. How
much work one may ask for is bounded when it is taken, without computing anything, so that nobody imports an hour of hashing.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass

import bcrypt
from argon2.exceptions import VerificationError, VerifyMismatchError
from argon2.low_level import Type, verify_secret

MARK = b"legacy:"
LONGEST_HASH = 512
# The most one may cost: a few times what the slowest sensible setting of each scheme does.
BCRYPT_COSTS = range(4, 15)
MOST_ROUNDS = 2_000_000
MOST_SCRYPT_BLOCKS = 2**20  # N * r, of 128 bytes each: 128 MiB
MOST_SCRYPT_WORK = 2**21  # N * r * p
MOST_ARGON2_KIB = 256 * 1024
MOST_ARGON2_WORK = 4 * MOST_ARGON2_KIB  # KiB times passes
MOST_LANES = 16
SUM_BYTES = range(16, 65)
BCRYPT_READS_BYTES = 72
SCRYPT_MAY_TAKE_BYTES = 160 * 2**20

Written = re.Match[str]


@dataclass(frozen=True, slots=True)
class Scheme:
    """`form` is how one is written, `flaw` says what is wrong with it, `same` whether a password is the one behind it."""

    form: re.Pattern[str]
    flaw: Callable[[Written], str | None]
    same: Callable[[Written, bytes], bool]


def flaw_of(text: str) -> str | None:
    """Why the hash cannot be taken over, never quoting it; None where it can. Computes no hash."""
    found = _written(text)
    if found is None:
        return "is not a hash that can be taken over: bcrypt, pbkdf2, scrypt or argon2 as docs/import.md writes them"
    scheme, written = found
    return scheme.flaw(written)


def taken_over(text: str) -> bytes:
    """The verifier to keep for a hash without a flaw. Raises ValueError for any other."""
    flaw = flaw_of(text)
    if flaw is not None:
        raise ValueError(f"the hash {flaw}")
    return MARK + text.encode("ascii")


def is_legacy(verifier: bytes) -> bool:
    """Whether another system made it."""
    return verifier.startswith(MARK)


def is_same(verifier: bytes, password: str) -> bool:
    """Whether `password`, as typed, is the one behind a verifier that `is_legacy`. Raises ValueError for a broken one."""
    found = _written(verifier.removeprefix(MARK).decode("ascii"))
    if found is None:
        raise ValueError("a password verifier that was taken over cannot be read")
    scheme, written = found
    return scheme.same(written, password.encode())


def _written(text: str) -> tuple[Scheme, Written] | None:
    if len(text) > LONGEST_HASH:
        return None
    every = ((scheme, scheme.form.fullmatch(text)) for scheme in SCHEMES)
    return next(((scheme, written) for scheme, written in every if written), None)


def _bytes(text: str) -> bytes | None:
    """What base64 says, in the alphabet of passlib too, padded or not; None for what is none."""
    plain = text.rstrip("=").replace(".", "+")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error:
        return None


def _flaw_of_sums(salt: bytes | None, told: bytes | None) -> str | None:
    if salt is None or told is None:
        return "is not written in base64"
    return None if len(told) in SUM_BYTES else "is cut off, or longer than 64 bytes"


def _bcrypt_flaw(written: Written) -> str | None:
    return None if int(written["cost"]) in BCRYPT_COSTS else "has a bcrypt cost that is not within 4 and 14"


def _bcrypt_same(written: Written, password: bytes) -> bool:
    # bcrypt never read further; today's library refuses instead of cutting off in silence.
    return bcrypt.checkpw(password[:BCRYPT_READS_BYTES], written["hash"].encode())


def _bcrypt_of_sha256_same(written: Written, password: bytes) -> bool:
    return _bcrypt_same(written, hashlib.sha256(password).hexdigest().encode())


def _django_salt(written: Written) -> bytes | None:
    return written["salt"].encode()


def _coded_salt(written: Written) -> bytes | None:
    return _bytes(written["salt"])


Salt = Callable[[Written], bytes | None]


def _pbkdf2(form: str, salt_of: Salt) -> Scheme:
    def flaw(written: Written) -> str | None:
        told = _bytes(written["sum"])
        if problem := _flaw_of_sums(salt_of(written), told):
            return problem
        blocks = -(-len(told or b"") // hashlib.new(written["digest"] or "sha1").digest_size)
        work = int(written["rounds"]) * blocks
        return None if 1 <= work <= MOST_ROUNDS else f"takes more than {MOST_ROUNDS} iterations, or none"

    def same(written: Written, password: bytes) -> bool:
        told, salt = _bytes(written["sum"]) or b"", salt_of(written) or b""
        made = hashlib.pbkdf2_hmac(written["digest"] or "sha1", password, salt, int(written["rounds"]), len(told))
        return hmac.compare_digest(made, told)

    return Scheme(re.compile(form), flaw, same)


def _scrypt(form: str, salt_of: Salt, cost_of: Callable[[Written], int]) -> Scheme:
    def flaw(written: Written) -> str | None:
        if problem := _flaw_of_sums(salt_of(written), _bytes(written["sum"])):
            return problem
        cost, blocks, lanes = cost_of(written), int(written["r"]), int(written["p"])
        if cost < 2 or cost & (cost - 1) or not blocks or not lanes:
            return "has scrypt parameters that do not go together"
        bounded = cost * blocks <= MOST_SCRYPT_BLOCKS and cost * blocks * lanes <= MOST_SCRYPT_WORK
        return None if bounded else "takes more than 128 MiB (N * r above 2^20), or N * r * p above 2^21"

    def same(written: Written, password: bytes) -> bool:
        told, salt = _bytes(written["sum"]) or b"", salt_of(written) or b""
        sizes = {"n": cost_of(written), "r": int(written["r"]), "p": int(written["p"]), "dklen": len(told)}
        return hmac.compare_digest(hashlib.scrypt(password, salt=salt, maxmem=SCRYPT_MAY_TAKE_BYTES, **sizes), told)

    return Scheme(re.compile(form), flaw, same)


def _argon2_flaw(written: Written) -> str | None:
    memory, passes, lanes = int(written["m"]), int(written["t"]), int(written["p"])
    salt, told = _bytes(written["salt"]), _bytes(written["sum"])
    if problem := _flaw_of_sums(salt, told):
        return problem
    if not passes or not 1 <= lanes <= MOST_LANES or memory < 8 * lanes or len(salt or b"") < 8:
        return "has argon2 parameters that do not go together"
    bounded = memory <= MOST_ARGON2_KIB and memory * passes <= MOST_ARGON2_WORK
    return None if bounded else "takes more than 256 MiB, or more than 1 GiB over all its passes"


def _argon2_same(written: Written, password: bytes) -> bool:
    kind = {"id": Type.ID, "i": Type.I, "d": Type.D}[written["kind"]]
    try:
        return verify_secret(written["hash"].encode(), password, kind)
    except VerifyMismatchError:
        return False
    except VerificationError as error:
        raise ValueError("a password verifier that was taken over cannot be read") from error


_BCRYPT = r"(?P<hash>\$2[aby]\$(?P<cost>\d\d)\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{31})"
_ARGON2 = (
    r"(?:argon2)?(?P<hash>\$argon2(?P<kind>id|i|d)\$(?:v=(?:16|19)\$)?m=(?P<m>\d{1,7}),t=(?P<t>\d{1,4}),p=(?P<p>\d{1,3})"
    r"\$(?P<salt>[A-Za-z0-9+/]{1,128})\$(?P<sum>[A-Za-z0-9+/]{1,128}))"
)
_CODED = r"\$(?P<salt>[A-Za-z0-9+/.]{1,128})\$(?P<sum>[A-Za-z0-9+/.]{1,128})={0,2}"
_PLAIN_SALT, _SUM = r"\$(?P<salt>[!-#%-~]{1,128})", r"\$(?P<sum>[A-Za-z0-9+/]{1,128}={0,2})"

SCHEMES = (
    Scheme(re.compile(rf"(?:bcrypt\$)?{_BCRYPT}", re.ASCII), _bcrypt_flaw, _bcrypt_same),
    Scheme(re.compile(rf"bcrypt_sha256\${_BCRYPT}", re.ASCII), _bcrypt_flaw, _bcrypt_of_sha256_same),
    Scheme(re.compile(_ARGON2, re.ASCII), _argon2_flaw, _argon2_same),
    _pbkdf2(rf"(?a)pbkdf2_(?P<digest>sha1|sha256)\$(?P<rounds>\d{{1,8}}){_PLAIN_SALT}{_SUM}", _django_salt),
    _pbkdf2(
        rf"(?a)\$pbkdf2(?:-(?P<digest>sha1|sha256|sha512))?\$(?:i=)?(?P<rounds>\d{{1,8}})(?:,l=\d{{1,3}})?{_CODED}", _coded_salt
    ),
    _scrypt(
        rf"(?a)\$scrypt\$ln=(?P<cost>\d{{1,2}}),r=(?P<r>\d{{1,4}}),p=(?P<p>\d{{1,4}}){_CODED}",
        _coded_salt,
        lambda written: 1 << int(written["cost"]),
    ),
    _scrypt(
        rf"(?a)scrypt\$(?P<cost>\d{{1,9}}){_PLAIN_SALT}\$(?P<r>\d{{1,4}})\$(?P<p>\d{{1,4}}){_SUM}",
        _django_salt,
        lambda written: int(written["cost"]),
    ),
)
