"""How a user's text begins: what texts made from one template have in common."""

from collections.abc import Sequence
from hashlib import blake2b

import polars as pl

from llmsec_tui.detect.signals.signal import Signal
from llmsec_tui.events.model import Trust

_BEGINNING = 32
_LEAST = 40
_DIGITS = str.maketrans("123456789", "000000000")


def opening_key(texts: Sequence[str], trusts: Sequence[str]) -> list[str | None]:
    """Equal for texts of 40 characters or more whose first 32 are the same but for case, white space and digits."""
    return [_key(text) for text in texts]


def _key(text: str) -> str | None:
    if len(text) < _LEAST:
        return None
    beginning = " ".join(text[: 2 * _LEAST].lower().translate(_DIGITS).split())[:_BEGINNING]
    return blake2b(beginning.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


OPENING_KEY = Signal("opening_key", "1", pl.col("trust") == Trust.USER, pl.String(), opening_key)
