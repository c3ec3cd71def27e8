"""Hold the body of a key or token against what its issuer makes: check digits, lengths, encodings, and chance."""

import binascii
from base64 import b64decode, urlsafe_b64decode
from zlib import crc32

import msgspec

from llmsec_tui.checks.randomness import entropy, looks_random

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CRC_CHARS = 6
_SAID = (
    *("example", "sample", "dummy", "placeholder", "yourkey", "yourtoken", "yoursecret", "your_", "your-", "insert"),
    *("redacted", "changeme", "change_me", "change-me", "replace", "xxxxx", "notreal", "not-real", "fakefake"),
    *("aaaaaa", "000000", "*****", ".....", "abcdefgh", "12345678", "98765432", "abcd1234", "1234abcd", "qwertyui"),
    *("deadbeef", "foobar", "test_key", "testkey", "test-key", "mykey", "my_key", "my-key", "secretkey", "secret-key"),
)
"""What people write in the place of a key. In 40 random characters any of these stands once in ten million."""
_FEWEST_BITS = 2.8
"""Of a character. Of 20 random hexadecimal digits one in a thousand has fewer; words and repetition have."""
_JWT_ALGORITHMS = {
    **{f"HS{bits}": bits // 8 for bits in (256, 384, 512)},
    **{f"{kind}{bits}": 128 for kind in ("RS", "PS") for bits in (256, 384, 512)},
    "ES256": 64,
    "ES384": 96,
    "ES512": 132,
    "ES256K": 64,
    "EdDSA": 64,
}
"""The fewest bytes of a signature (RFC 7518; of RSA with the shortest keys that were ever usual, 1,024 bits)."""
_DOCUMENTED_SUBJECT = b"1234567890"
"""Of the token that everybody copies from jwt.io."""
_LONGEST_JWT = 16_384
_OPENSSH = b"openssh-key-v1\0"
_OPENSSH_HEADER = 64
"""Characters of Base64 that are the same in most keys of OpenSSH."""
_SEQUENCE = 0x30
"""What any DER structure of a key begins with (ITU-T X.690)."""


def made_up(body: str) -> bool:
    """Whether somebody wrote this in the place of a key: words for it, runs, or too little variety."""
    lower = body.lower()
    if any(word in lower for word in _SAID):
        return True
    return entropy(body) < _FEWEST_BITS or len(set(lower)) < min(8, len(body) // 3)


def random_body(text: str) -> bool:
    """A token whose part behind its prefix nobody wrote."""
    return not made_up(text)


def checked_by_crc(token: str) -> bool:
    """GitHub, npm: the last six characters are the CRC-32 of those behind the prefix before them, in base 62
    (github.blog, “Behind GitHub's new authentication token formats”, 2021)."""
    body = token.partition("_")[2]
    number = crc32(body[:-_CRC_CHARS].encode())
    written = ""
    while number:
        number, digit = divmod(number, len(_BASE62))
        written = _BASE62[digit] + written
    return body[-_CRC_CHARS:] == written.rjust(_CRC_CHARS, "0") and not made_up(body)


def unchecked(token: str) -> bool:
    """What looks as random as such a token and lacks its checksum: cut, of another issuer, or made up by a program."""
    return not made_up(token.partition("_")[2]) and not checked_by_crc(token)


def aws_key_id(text: str) -> bool:
    """An access key id (IAM User Guide, “Unique identifiers”); those in Amazon's documentation end in EXAMPLE."""
    return not text.endswith("EXAMPLE") and not made_up(text[4:])


def with_digit_and_cases(text: str) -> bool:
    """Random, and of lower case, upper case and digits, as 20 and more random letters and digits nearly always are."""
    return (
        not made_up(text)
        and any(map(str.isdigit, text))
        and any(map(str.islower, text))
        and any(map(str.isupper, text))
    )


def json_web_token(text: str) -> bool:
    """A signed token (RFC 7519): a header that names an algorithm, claims, and a signature as long as that makes it."""
    parts = _token_parts(text)
    return parts is not None and len(parts[1]) * 6 // 8 >= parts[0] - 1


def json_web_token_of_odd_length(text: str) -> bool:
    """The same with a shorter signature: cut, or made up."""
    parts = _token_parts(text)
    return parts is not None and len(parts[1]) * 6 // 8 < parts[0] - 1


def _token_parts(text: str) -> tuple[int, str] | None:
    """How many bytes of signature a token should have, and the signature; None for what is no token."""
    head, claims, signature = text[:_LONGEST_JWT].split(".")[:3]
    try:
        header = msgspec.json.decode(_base64url(head))
        body = msgspec.json.decode(_base64url(claims))
    except (ValueError, msgspec.DecodeError):
        return None
    algorithm = header.get("alg") if isinstance(header, dict) else None
    if not isinstance(algorithm, str) or algorithm not in _JWT_ALGORITHMS or not isinstance(body, dict):
        return None
    if _DOCUMENTED_SUBJECT in _base64url(claims) or made_up(signature):
        return None
    return _JWT_ALGORITHMS[algorithm], signature


def private_key(text: str) -> bool:
    """The body of a PEM block (RFC 7468) begins as keys do: with a DER sequence, OpenSSH's magic, or encrypted."""
    label, _, rest = text.removeprefix("-----BEGIN ").partition("-----")
    body = rest.replace("\\n", "\n").replace("\\r", "\n").replace("\\/", "/")
    lines = [line.strip() for line in body.split("\n")]
    plain = "".join(line for line in lines if line and ":" not in line and not line.startswith("-"))
    body = plain[_OPENSSH_HEADER:] if "OPENSSH" in label else plain[24:64]
    if len(plain) < 40 or (len(body) >= 40 and made_up(body)):
        return False
    if "PGP" in label or "ENCRYPTED" in rest[:200]:
        return True
    try:
        start = b64decode(plain[:40], validate=True)
    except (binascii.Error, ValueError):
        return False
    return start.startswith(_OPENSSH) if "OPENSSH" in label else start[0] == _SEQUENCE


def bot_token(text: str) -> bool:
    """Discord: the first of three parts is the number of an account in Base64."""
    try:
        number = _base64url(text.partition(".")[0])
    except ValueError:
        return False
    return number.isdigit() and 17 <= len(number) <= 20 and not made_up(text.rpartition(".")[2])


def macaroon(text: str) -> bool:
    """PyPI: a macaroon in Base64 whose first field is the location pypi.org or test.pypi.org."""
    try:
        start = _base64url(text.removeprefix("pypi-")[:60])
    except ValueError:
        return False
    return b"pypi.org" in start[:24] and not made_up(text[24:])


def storage_key(text: str) -> bool:
    """Azure: 64 bytes in Base64."""
    try:
        return len(b64decode(text, validate=True)) == 64 and not made_up(text)
    except (binascii.Error, ValueError):
        return False


def assigned(text: str) -> bool:
    """What is given to something called a key: random, and no path, name, number or hash.

    Hexadecimal digits are as often a checksum as a key, and are left to kinds with a prefix.
    """
    return looks_random(text) and not made_up(text) and not set("./").issuperset(text[:1]) and text.count(".") < 2


def _base64url(text: str) -> bytes:
    """Raises ValueError."""
    try:
        return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError(str(error)) from error
