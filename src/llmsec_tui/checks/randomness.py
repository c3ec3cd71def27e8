"""Tell tokens that nobody wrote, and values that are meant to be secret, from words and from blanks."""

from base64 import b64decode, urlsafe_b64decode
from binascii import Error
from collections import Counter
from math import log2

_PLACEHOLDERS = frozenset({"none", "null", "true", "false", "required", "string", "redacted", "example", "changeme"})
_RANDOM_BITS = 3.6
"""Bits a character; random base64 of 32 characters has about 4.5, English words 3 to 3.5."""
_FEWEST_KINDS = 3
"""Of lower case, upper case and digits: prose and identifiers seldom have all of them in one long word."""


def entropy(text: str) -> float:
    """Shannon's entropy of the characters, in bits a character."""
    return -sum(n / len(text) * log2(n / len(text)) for n in Counter(text).values()) if text else 0.0


def looks_random(text: str) -> bool:
    """A token that nobody wrote: characters of all kinds, evenly spread, and no text in Base64."""
    kinds = (str.islower, str.isupper, str.isdigit)
    if sum(any(map(kind, text)) for kind in kinds) < _FEWEST_KINDS or entropy(text) < _RANDOM_BITS:
        return False
    return not _says_text(text)


def json_web_token(text: str) -> bool:
    """Three parts of which the first is a JSON object in Base64 (RFC 7519)."""
    head = text.partition(".")[0]
    try:
        return urlsafe_b64decode(head + "=" * (-len(head) % 4)).lstrip().startswith(b"{")
    except (Error, ValueError):
        return False


def secret_value(text: str) -> bool:
    """What stands behind ``password=`` and is no placeholder."""
    plain = text.strip("*<>{}$[]()%.…xX-_")
    return len(plain) >= 3 and plain.lower() not in _PLACEHOLDERS and not text.startswith(("${", "{{", "<", "%("))


def credential(text: str) -> bool:
    """What stands behind ``token=`` or ``key=``: as before, and with letters and digits, as keys have them."""
    return secret_value(text) and any(map(str.isdigit, text)) and any(map(str.isalpha, text))


def _says_text(text: str) -> bool:
    """Whether it is Base64 of something readable: that is an attack more often than a key, and must stay visible."""
    usual = text.translate({ord("-"): "+", ord("_"): "/"}).rstrip("=")
    usual = usual[: len(usual) // 4 * 4]
    try:
        decoded = b64decode(usual, validate=True)
    except (Error, ValueError):
        return False
    readable = sum(0x20 <= byte < 0x7F or byte in b"\t\n\r" for byte in decoded)
    return readable >= 0.95 * len(decoded)
