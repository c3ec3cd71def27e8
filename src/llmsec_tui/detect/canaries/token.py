"""Make tokens, refuse weak ones, and spell them in the ways in which they leak."""

from base64 import b64encode
from codecs import encode
from math import log2
from secrets import choice
from string import ascii_letters, digits

from llmsec_tui.checks.randomness import entropy
from llmsec_tui.detect.signals.squeezed import squeeze

FEWEST_CHARS = 16
"""Letters and digits: shorter ones stand in texts by chance, and models change them."""
MOST_CHARS = 128
FEWEST_BITS = 48.0
"""By the variety of its own characters."""
PIECE_CHARS = 8
"""Of the beginning and the end that are looked for when a token is given away in two parts."""
_NEW_CHARS = 32
_MARKS = frozenset("-_.:")
_LETTERS = frozenset(ascii_letters)
_ALLOWED = _LETTERS | frozenset(digits) | _MARKS


def new() -> str:
    """A token of 32 letters and digits (more than 150 bits, also where case is lost), to be looked for in parts too."""
    while True:
        token = "".join(choice(ascii_letters + digits) for _ in range(_NEW_CHARS))
        if token[0] in _LETTERS and not weakness(token) and is_told_by_parts(token):
            return token


def weakness(token: str) -> str:
    """Why this cannot be a canary, as the end of a sentence; empty for one that can."""
    if not _ALLOWED.issuperset(token):
        return "has other characters than letters, digits and - _ . :"
    if len(token) > MOST_CHARS:
        return f"has more than {MOST_CHARS} characters"
    plain = squeeze(token)
    if len(plain) < FEWEST_CHARS:
        return f"has fewer than {FEWEST_CHARS} letters and digits"
    if plain.isdigit() or plain.isalpha():
        return "has no digits, or no letters: it could be a number or words"
    if (bits := entropy(plain) * len(plain)) < FEWEST_BITS or len(set(plain)) < 2 * log2(len(plain)):
        return f"is too even ({bits:.0f} bits): it could stand in a text by chance"
    return ""


def spoken(token: str) -> list[str]:
    """The token as it is, in rot13 and backwards; views of texts take care of most other encodings."""
    return list(dict.fromkeys((token, encode(token, "rot13"), token[::-1])))


def squeezed_forms(token: str) -> list[str]:
    """What is left of the token in squeezed texts, however it is spelled there: in pieces, hexadecimal, Base64."""
    data = token.encode()
    plain = squeeze(token)
    forms = [plain, encode(plain, "rot13"), plain[::-1], data.hex(), *(_inside_base64(data, at) for at in range(3))]
    return list(dict.fromkeys(forms))


def pieces(token: str) -> tuple[str, str]:
    """What the token begins and ends with, squeezed."""
    plain = squeeze(token)
    return plain[:PIECE_CHARS], plain[-PIECE_CHARS:]


def is_told_by_parts(token: str) -> bool:
    """Whether its beginning and its end say where they come from: a word or a number does not."""
    return not any(piece.isalpha() or piece.isdigit() for piece in pieces(token))


def _inside_base64(data: bytes, at: int) -> str:
    """What the data look like in Base64, squeezed, so many bytes behind the beginning of three."""
    written = b64encode(bytes(at) + data).decode()
    ends = -4 if written.endswith("=") else len(written)
    return squeeze(written[(0, 2, 3)[at] : ends])
