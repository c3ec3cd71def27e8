"""Tell an address that carries something away, in its query, path or host, from one that only leads somewhere."""

import contextlib
from base64 import b32decode, b64decode
from binascii import Error
from collections.abc import Iterator
from enum import StrEnum
from urllib.parse import unquote_plus

from llmsec_tui.checks.links import Link, Way
from llmsec_tui.checks.personal_bodies import mail_address
from llmsec_tui.checks.randomness import entropy

_FEWEST_ENCODED = 12
"""Characters of Base64 or hexadecimal digits that say something."""
_FEWEST_OPAQUE = 64
_OPAQUE_BITS = 3.6
_FEWEST_LABEL = 24
"""Of a name in a host that says something; names of people's machines are shorter."""
_FEWEST_WORDS = 4
_LONGEST_ENDING = 5
_READABLE = frozenset(range(0x20, 0x7F)) | {0x09, 0x0A, 0x0D}
_TELLING = frozenset(
    (
        *("data", "d", "secret", "leak", "info", "payload", "content", "chat", "history", "conversation", "exfil"),
        *("dump", "summary", "password", "prompt", "message", "msg", "body", "context", "system", "stolen", "log"),
        "memory",
    )
)
"""Names of parameters that are about what was said, and not about what is asked for."""
_SIGNED = ("x-amz-", "x-goog-", "signature", "sig", "se", "sp", "sv", "sr", "st", "expires", "key-pair-id", "policy")
_OF_SIGNATURES = (
    *_SIGNED,
    "awsaccesskeyid",
    "utm_",
    "gclid",
    "fbclid",
    "code_challenge",
    "state",
    "nonce",
    "hash",
    "v",
)
_ORDINARY = (
    *(
        "unsplash.com",
        "shields.io",
        "githubusercontent.com",
        "github.com",
        "wikimedia.org",
        "wikipedia.org",
        "imgur.com",
    ),
    *("placeholder.com", "placehold.co", "googleusercontent.com", "pollinations.ai", "gravatar.com", "codecogs.com"),
    *(
        "quickchart.io",
        "badge.fury.io",
        "oaiusercontent.com",
        "oaidalleapiprodscus.blob.core.windows.net",
        "mermaid.ink",
    ),
    *("readthedocs.io", "googleapis.com", "gstatic.com", "travis-ci.org", "codecov.io", "badgen.net", "plantuml.com"),
    *("typescriptlang.org", "godbolt.org", "mermaid.live", "tldraw.com", "jsfiddle.net", "regex101.com", "desmos.com"),
)
"""Hosts whose addresses are long because of what they are for."""


class Carried(StrEnum):
    """What an address carries."""

    ENCODED = "encoded"
    """Text in Base64, base 32 or hexadecimal digits."""
    PERSONAL = "personal"
    """An e-mail address."""
    WORDS = "words"
    """A sentence, or a value of a parameter that is named for such."""
    OPAQUE = "opaque"
    """Something long that cannot be read."""
    HOST = "host"
    """Something in the names of the host itself, which whoever resolves it learns."""


def carried(link: Link) -> Iterator[Carried]:
    """What an address carries, if anything; each at most once."""
    if _is_ordinary(link.host):
        return
    found: set[Carried] = set()
    if _says_something(link.host.split(".")[:-2]):
        found.add(Carried.HOST)
    path, values = _parts(link.rest)
    parts = [*(("", segment) for segment in path), *values]
    found |= {what for name, value in parts if (what := _of_value(name, value)) is not None}
    if link.way is Way.FETCHED and any(_is_telling(name, value) for name, value in values):
        found.add(Carried.WORDS)
    yield from sorted(found)


def _is_ordinary(host: str) -> bool:
    return any(host == one or host.endswith("." + one) for one in _ORDINARY)


def _parts(rest: str) -> tuple[list[str], list[tuple[str, str]]]:
    """The segments of a path, and the parameters of query and fragment, without their escapes."""
    path, _, query = rest.replace("#", "?", 1).partition("?")
    values = [one.partition("=") for one in query.replace("?", "&").replace("#", "&").split("&")]
    return (
        [_stem(unquote_plus(segment)) for segment in path.split("/") if segment],
        [(name.lower(), unquote_plus(value)) if eq else ("", unquote_plus(name)) for name, eq, value in values],
    )


def _stem(segment: str) -> str:
    """A segment of a path without the ending of a file's name."""
    stem, _, ending = segment.rpartition(".")
    return stem if stem and len(ending) <= _LONGEST_ENDING else segment


def _of_value(name: str, value: str) -> Carried | None:
    if len(value) < _FEWEST_ENCODED or name.startswith(_OF_SIGNATURES):
        return None
    if "@" in value and " " not in value and mail_address(value) and "." in value.rpartition("@")[2] and name:
        return Carried.PERSONAL
    if encoded_text(value):
        return Carried.ENCODED
    is_long = len(value) >= _FEWEST_OPAQUE and " " not in value.strip()
    if is_long and entropy(value) >= _OPAQUE_BITS and not _is_slug(value):
        return Carried.OPAQUE
    return None


def _is_telling(name: str, value: str) -> bool:
    """Whether an image that takes this takes what was said; a size, a style or an id is none."""
    if name in _TELLING:
        return len(value) >= 6 and not value.startswith(("{", "<", "$")) and any(map(str.isalpha, value))
    return len([word for word in value.replace("_", " ").replace("-", " ").split() if word.isalpha()]) >= _FEWEST_WORDS


def _is_slug(value: str) -> bool:
    """Words between hyphens, as titles stand in addresses."""
    words = value.replace("_", "-").replace(".", "-").replace(",", "-").split("-")
    return len(words) > 3 and max(map(len, words)) < 24


def _says_something(labels: list[str]) -> bool:
    """Whether names in a host are text in base 32 or hexadecimal digits, or too long and uneven to be names."""
    if any(len(label) >= _FEWEST_LABEL and encoded_text(label) for label in labels):
        return True
    joined = "".join(labels)
    if len(joined) >= _FEWEST_LABEL and encoded_text(joined):
        return True
    uneven = [label for label in labels if len(label) >= _FEWEST_LABEL and "--" not in label and not _is_slug(label)]
    return any(len(label) >= 40 and entropy(label) >= 3.2 for label in uneven)


def encoded_text(value: str) -> bool:
    """Whether this is readable text in Base64, base 32 or hexadecimal digits."""
    plain = value.strip().rstrip("=")
    if len(plain) < _FEWEST_ENCODED or not plain.isascii():
        return False
    for decoded in _decoded(plain):
        readable = sum(byte in _READABLE for byte in decoded)
        if len(decoded) >= 8 and readable >= 0.95 * len(decoded) and _is_wordy(decoded):
            return True
    return False


def _is_wordy(decoded: bytes) -> bool:
    """Mostly letters and spaces, as words and records are and random readable bytes are not."""
    usual = sum(char.isalnum() or char in " ,.:;=@_-\n\"'{}/" for char in decoded.decode("latin-1"))
    letters = sum(char.isalpha() for char in decoded.decode("latin-1"))
    return usual >= 0.95 * len(decoded) and letters >= 0.4 * len(decoded)


def _decoded(plain: str) -> Iterator[bytes]:
    try:
        if len(plain) % 2 == 0:
            yield bytes.fromhex(plain)
    except ValueError:
        pass
    usual = plain.replace("-", "+").replace("_", "/").replace(" ", "+")
    with contextlib.suppress(Error, ValueError):
        yield b64decode(usual[: len(usual) - (len(usual) % 4 == 1)] + "=" * (-len(usual) % 4), validate=True)
    upper = plain.upper()
    with contextlib.suppress(Error, ValueError):
        yield b32decode(upper + "=" * (-len(upper) % 8))
