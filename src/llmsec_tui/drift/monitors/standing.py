"""Where a monitor stands: what holds since when, so that it speaks up once and not every hour."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Self

import msgspec

from llmsec_tui.drift.sequential import Cusum

REST = 3
"""So many hours in a row in which it does not hold end it; then it may be told again."""

MOST_CHARS = 80
"""Of a name in a sentence: logs may call an app or a model what they like."""


class Standing(msgspec.Struct, frozen=True, omit_defaults=True, array_like=True, gc=False):
    """Of one thing that a monitor looks at."""

    run: int = 0
    """Hours in a row in which it held."""
    rest: int = 0
    """Hours in a row in which it did not."""
    told: bool = False
    up: float = 0.0
    down: float = 0.0
    up_since: int | None = None
    down_since: int | None = None

    @property
    def sums(self) -> Cusum:
        return Cusum(self.up, self.down, self.up_since, self.down_since)

    def summed(self, sums: Cusum) -> Self:
        """With these sums."""
        return msgspec.structs.replace(
            self, up=sums.up, down=sums.down, up_since=sums.up_since, down_since=sums.down_since
        )

    def after(self, holds: bool, enough: int = 1) -> Self:
        """After an hour in which it held, or did not; it is told once it held ``enough`` hours in a row."""
        if holds:
            run = self.run + 1
            return msgspec.structs.replace(self, run=run, rest=0, told=self.told or run >= enough)
        rest = self.rest + 1
        return msgspec.structs.replace(self, run=0, rest=rest if rest < REST else 0, told=self.told and rest < REST)


def mark(about: str) -> str:
    """By what standings are kept: they outlive what is erased, so no names are in them."""
    return blake2b(about.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


class State(msgspec.Struct, frozen=True):
    """Of one monitor, after an hour or a day."""

    standings: dict[str, Standing] = {}
    """By their marks."""
    baseline: int = 0
    """The version that it was held against; sums against another one say nothing."""

    def packed(self) -> bytes:
        """As it is kept."""
        return msgspec.msgpack.encode(self)

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Out of what was kept."""
        return msgspec.msgpack.decode(data, type=cls)


@dataclass(frozen=True, slots=True)
class Firing:
    """A monitor speaks up."""

    about: str
    """Of what, in words that stay the same from hour to hour: ``refusals of model=gpt-5``."""
    at: int
    """The beginning of the hour or period, in microseconds since 1970 UTC."""
    sentence: str
    names: Mapping[str, str] = field(default_factory=dict)
    """The value of each dimension that it is about."""

    @property
    def mark(self) -> str:
        return mark(self.about)
