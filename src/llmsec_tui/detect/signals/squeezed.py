"""The signal ``squeezed``: the letters and digits of a text alone, so that a token in pieces is whole again."""

from collections.abc import Sequence
from unicodedata import normalize

import polars as pl

from llmsec_tui.detect.signals.signal import Signal

_KEPT = b"abcdefghijklmnopqrstuvwxyz0123456789"
_LOWER = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"abcdefghijklmnopqrstuvwxyz")
_DROPPED = bytes(byte for byte in range(256) if bytes([byte]).lower() not in _KEPT)


def compute(texts: Sequence[str], trusts: Sequence[str]) -> list[str | None]:
    """The texts in lower case without everything that is no ASCII letter or digit, once accents and styles are off."""
    return list(map(squeeze, texts))


def squeeze(text: str) -> str:
    """As :func:`compute`, of one text."""
    plain = text if text.isascii() else normalize("NFKD", text)
    return plain.encode("ascii", "ignore").translate(_LOWER, _DROPPED).decode()


SIGNAL = Signal("squeezed", "1", ~pl.col("trust").is_in(["system", "operator"]), pl.String(), compute)
