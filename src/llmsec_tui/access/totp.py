"""Codes of an authenticator, after RFC 6238: six digits, thirty seconds, SHA-1, and each only once."""

import base64
import secrets
from typing import Final
from urllib.parse import quote

from cryptography.hazmat.primitives.constant_time import bytes_eq
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

STEP_S: Final = 30
DIGITS: Final = 6
DRIFT_STEPS = 1
"""Clocks may be apart by so many steps."""
_SECRET_BYTES = 20


def new_secret() -> bytes:
    """160 random bits, as RFC 4226 asks."""
    return secrets.token_bytes(_SECRET_BYTES)


def uri(secret: bytes, account: str) -> str:
    """For an authenticator; most take it as a QR code or by hand."""
    written = base64.b32encode(secret).decode().rstrip("=")
    issuer = "llmsec-tui"
    return (
        f"otpauth://totp/{issuer}:{quote(account)}?secret={written}&issuer={issuer}"
        f"&algorithm=SHA1&digits={DIGITS}&period={STEP_S}"
    )


def code(secret: bytes, at_s: int) -> str:
    """The code of a moment, in seconds since 1970."""
    # Authenticators know no other algorithm by heart; as a keyed hash SHA-1 still stands.
    return TOTP(secret, DIGITS, SHA1(), STEP_S, enforce_key_length=False).generate(at_s).decode()  # noqa: S303


def step_of(secret: bytes, given: str, at_s: int, last_step: int) -> int | None:
    """The step whose code was given, if it is after the last one that was used; None for a wrong or used code."""
    now = at_s // STEP_S
    found = None
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        if (
            bytes_eq(code(secret, step * STEP_S).encode(), given.strip().encode("utf-8", "replace"))
            and step > last_step
        ):
            found = step
    return found
