"""Hashes that other systems made: each spelling of each scheme, what is refused unhashed, and the change to argon2id."""

import base64
import hashlib
import unicodedata
from pathlib import Path

import argon2
import bcrypt
import pytest

from idp.core.errors import Unavailable
from idp.factors.hash_slots import HashSlots
from idp.factors.legacy_hash import MARK, flaw_of, is_legacy, taken_over
from idp.factors.password_hash import Match, Mismatch, PasswordHasher
from tests.builders import a_hasher

PASSWORD = "lantern orbit mosaic 7"
SALT = b"sixteen bytes.."
BCRYPT = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
OF_SHA256 = bcrypt.hashpw(hashlib.sha256(PASSWORD.encode()).hexdigest().encode(), bcrypt.gensalt(4)).decode()


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def bare(raw: bytes) -> str:
    return b64(raw).rstrip("=")


def pbkdf2(digest: str, salt: bytes = SALT, rounds: int = 10, length: int | None = None) -> bytes:
    return hashlib.pbkdf2_hmac(digest, PASSWORD.encode(), salt, rounds, length)


def scrypt(salt: bytes = SALT, length: int = 32) -> bytes:
    return hashlib.scrypt(PASSWORD.encode(), salt=salt, n=16, r=8, p=1, dklen=length)


def argon(kind: argon2.Type) -> str:
    return argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1, type=kind).hash(PASSWORD)


WRITTEN = {
    "bcrypt $2b$": BCRYPT,
    "bcrypt $2a$": BCRYPT.replace("$2b$", "$2a$"),
    "bcrypt $2y$": BCRYPT.replace("$2b$", "$2y$"),
    "bcrypt django": f"bcrypt${BCRYPT}",
    "bcrypt of sha256, django": f"bcrypt_sha256${OF_SHA256}",
    "pbkdf2 sha256, django": f"pbkdf2_sha256$10$salty${b64(pbkdf2('sha256', b'salty'))}",
    "pbkdf2 sha1, django": f"pbkdf2_sha1$10$salty${b64(pbkdf2('sha1', b'salty'))}",
    "pbkdf2 sha256, passlib": f"$pbkdf2-sha256$10${bare(SALT)}${bare(pbkdf2('sha256')).replace('+', '.')}",
    "pbkdf2 sha512, passlib": f"$pbkdf2-sha512$10${bare(SALT)}${bare(pbkdf2('sha512')).replace('+', '.')}",
    "pbkdf2 sha1, passlib": f"$pbkdf2$10${bare(SALT)}${bare(pbkdf2('sha1')).replace('+', '.')}",
    "pbkdf2 PHC": f"$pbkdf2-sha256$i=10,l=32${bare(SALT)}${bare(pbkdf2('sha256'))}",
    "scrypt PHC": f"$scrypt$ln=4,r=8,p=1${bare(SALT)}${bare(scrypt())}",
    "scrypt django": f"scrypt$16$salty$8$1${b64(scrypt(b'salty', 64))}",
    "argon2id": argon(argon2.Type.ID),
    "argon2i": argon(argon2.Type.I),
    "argon2d": argon(argon2.Type.D),
    "argon2 django": f"argon2{argon(argon2.Type.ID)}",
}
# Made by the systems themselves (the documentation of passlib), so that the forms are not only our reading of them.
FOREIGN = {
    "$pbkdf2-sha256$6400$0ZrzXitFSGltTQnBWOsdAw$Y11AchqV4b0sUisdZd0Xr97KWoymNE0LNNrnEgY4H9M": "password",
    "$pbkdf2$131000$r5WythYixti71xrj/L/X2g$qsxaZl4zTjl4SUBejvRmJ3kRLFk": None,
    "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E": "password",
    "$2b$12$GhvMmNVjRW29ulnudl.LbuAnUtN/LRfe1JsBm1Xu6LE3059z5Tr8m": "password",
}


@pytest.fixture
def hasher(tmp_path: Path) -> PasswordHasher:
    return a_hasher(tmp_path)


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN)
def test_every_spelling_is_checked_and_becomes_argon2id(hasher: PasswordHasher, text: str) -> None:
    assert flaw_of(text) is None
    verifier = taken_over(text)
    assert hasher.verify(verifier, "lantern orbit mosaic 8") == Mismatch()
    assert hasher.verify(verifier, "") == Mismatch()
    matched = hasher.verify(verifier, PASSWORD)
    assert isinstance(matched, Match)
    assert matched.renewed is not None
    assert matched.renewed.startswith(b"$argon2id$v=19$m=64,t=1,p=1$")
    assert not is_legacy(matched.renewed)
    assert hasher.verify(matched.renewed, PASSWORD) == Match(None)


@pytest.mark.parametrize(("text", "password"), FOREIGN.items(), ids=[text[:12] for text in FOREIGN])
def test_hashes_that_other_systems_published(hasher: PasswordHasher, text: str, password: str | None) -> None:
    assert flaw_of(text) is None
    if password is not None:
        assert isinstance(hasher.verify(taken_over(text), password), Match)


PHC_SUM = f"${bare(SALT)}${bare(bytes(32))}"
REFUSED = {
    "plain": "lantern orbit mosaic 7",
    "nothing": "",
    "md5": "$1$salt$qJH7.N4xYta3aEG/dfqo/0",
    "bcrypt cost 15": BCRYPT.replace("$04$", "$15$"),
    "bcrypt cost 31": BCRYPT.replace("$04$", "$31$"),
    "bcrypt cost 3": BCRYPT.replace("$04$", "$03$"),
    "bcrypt $2x$": BCRYPT.replace("$2b$", "$2x$"),
    "bcrypt cut": BCRYPT[:-1],
    "bcrypt and a line": BCRYPT + "\n",
    "bcrypt in other digits": BCRYPT.replace("$04$", "$٠٤$"),
    "pbkdf2 too slow": f"$pbkdf2-sha256$2000001{PHC_SUM}",
    "pbkdf2 too slow by length": f"$pbkdf2-sha256$1500000${bare(SALT)}${bare(bytes(64))}",
    "pbkdf2 without rounds": f"$pbkdf2-sha256$0{PHC_SUM}",
    "pbkdf2 of md5": f"$pbkdf2-md5$10{PHC_SUM}",
    "pbkdf2 cut": f"$pbkdf2-sha256$10${bare(SALT)}${bare(bytes(15))}",
    "pbkdf2 no base64": f"$pbkdf2-sha256$10${bare(SALT)}$AAAAAAAAAAAAAAAAAAAAAAAAA",
    "scrypt too large": f"$scrypt$ln=18,r=8,p=1{PHC_SUM}",
    "scrypt ln=99": f"$scrypt$ln=99,r=8,p=1{PHC_SUM}",
    "scrypt too many lanes": f"$scrypt$ln=16,r=8,p=5{PHC_SUM}",
    "scrypt without r": f"$scrypt$ln=4,r=0,p=1{PHC_SUM}",
    "scrypt N no power of two": f"scrypt$17$salty$8$1${b64(bytes(64))}",
    "argon2 too large": f"$argon2id$v=19$m=262145,t=1,p=1{PHC_SUM}",
    "argon2 too long": f"$argon2id$v=19$m=262144,t=5,p=1{PHC_SUM}",
    "argon2 t=0": f"$argon2id$v=19$m=64,t=0,p=1{PHC_SUM}",
    "argon2 lanes": f"$argon2id$v=19$m=65536,t=1,p=17{PHC_SUM}",
    "endless": "$2b$" + "0" * 100_000,
    "surrogate": "\ud800",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_taken_over_is_told_without_hashing_or_quoting_it(text: str) -> None:
    flaw = flaw_of(text)
    assert flaw is not None
    assert not text or text not in flaw
    with pytest.raises(ValueError, match="the hash"):
        taken_over(text)


def test_bcrypt_goes_on_reading_72_bytes_and_argon2id_reads_all(hasher: PasswordHasher) -> None:
    long = "é" * 40
    verifier = taken_over(bcrypt.hashpw(long.encode()[:72], bcrypt.gensalt(4)).decode())
    matched = hasher.verify(verifier, long)
    assert isinstance(matched, Match)
    assert matched.renewed is not None
    assert hasher.verify(matched.renewed, long) == Match(None)
    assert hasher.verify(matched.renewed, "é" * 36) == Mismatch()


def test_a_password_is_compared_as_it_is_typed_and_kept_in_one_composition(hasher: PasswordHasher) -> None:
    composed = unicodedata.normalize("NFC", "crème brûlée à la carte")
    decomposed = unicodedata.normalize("NFD", composed)
    matched = hasher.verify(taken_over(bcrypt.hashpw(decomposed.encode(), bcrypt.gensalt(4)).decode()), decomposed)
    assert isinstance(matched, Match)
    assert matched.renewed is not None
    assert hasher.verify(matched.renewed, composed) == Match(None)


def test_it_is_hashed_in_the_same_slots(tmp_path: Path) -> None:
    slots = HashSlots(tmp_path, 1, queue=0)
    hasher = PasswordHasher(slots, memory_kib=64, passes=1)
    with slots.one(), pytest.raises(Unavailable):
        hasher.verify(taken_over(BCRYPT), PASSWORD)


@pytest.mark.parametrize("broken", [b"rubbish", b"$argon2id$v=19$m=64,t=1,p=1$c2l4dGVlbg$" + b"A" * 42])
def test_a_broken_one_is_a_fault_not_a_refusal(hasher: PasswordHasher, broken: bytes) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        hasher.verify(MARK + broken, PASSWORD)
