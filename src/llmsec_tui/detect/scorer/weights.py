"""The file of the weights: what each character counts as, a weight a bucket, and how margins become probabilities."""

import hashlib
import json
import struct
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmsec_tui.detect.scorer.ngrams import NOWHERE
from llmsec_tui.detect.scorer.windows import Cut
from llmsec_tui.errors import ConfigError

NAME = "weights.bin"
_MAGIC = b"llmsec scorer 1\n"
_LENGTH = struct.Struct("<I")
_TABLED = 0x20000


@dataclass(frozen=True, slots=True)
class Curve:
    """How a margin becomes a probability: a line through knots, rising with the margin."""

    margins: tuple[float, ...]
    probabilities: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """All that a verdict hangs on."""

    version: str
    table: NDArray[np.uint16]
    buckets: NDArray[np.int8]
    """One a bucket, and a zero for what is none."""
    words: Curve
    """For what people write."""
    data: Curve
    """For what tools and retrieval bring."""
    cut_words: Cut
    cut_data: Cut
    about: dict[str, Any]
    """Where the weights come from, and what was measured."""

    def packed(self) -> bytes:
        """The file's bytes; the same for the same weights."""
        header = {
            "version": self.version,
            "words": [self.words.margins, self.words.probabilities],
            "data": [self.data.margins, self.data.probabilities],
            "cut_words": asdict(self.cut_words),
            "cut_data": asdict(self.cut_data),
            "about": self.about,
        }
        text = json.dumps(header, sort_keys=True, ensure_ascii=False).encode()
        arrays = self.table.astype("<u2").tobytes() + self.buckets[:NOWHERE].tobytes()
        return _MAGIC + _LENGTH.pack(len(text)) + text + arrays


def unpacked(content: bytes) -> Weights:
    """Read what :meth:`Weights.packed` wrote.

    Raises:
        ConfigError: it isn't such a file, or not all of it.
    """
    at = len(_MAGIC) + _LENGTH.size
    if len(content) < at or not content.startswith(_MAGIC):
        raise _broken()
    (length,) = _LENGTH.unpack_from(content, len(_MAGIC))
    if len(content) != at + length + 2 * _TABLED + NOWHERE:
        raise _broken()
    header = json.loads(content[at : at + length])
    table = np.frombuffer(content, "<u2", _TABLED, at + length).astype(np.uint16)
    buckets = np.frombuffer(content, np.int8, NOWHERE, at + length + 2 * _TABLED)
    words, data = (Curve(tuple(header[name][0]), tuple(header[name][1])) for name in ("words", "data"))
    return Weights(
        header["version"],
        table,
        np.append(buckets, np.int8(0)),
        words,
        data,
        Cut(**header["cut_words"]),
        Cut(**header["cut_data"]),
        header["about"],
    )


@lru_cache(maxsize=1)
def shipped() -> Weights:
    """The weights in the package."""
    return unpacked(resources.files("llmsec_tui.detect.scorer").joinpath(NAME).read_bytes())


def digest(content: bytes) -> str:
    """The SHA-256 by which the model card names a file of weights."""
    return hashlib.sha256(content).hexdigest()


def _broken() -> ConfigError:
    return ConfigError(
        "The weights of the injection scorer are broken; no text can be scored.",
        hint="Install llmsec-tui again, or turn the rule learned_scorer off.",
    )
