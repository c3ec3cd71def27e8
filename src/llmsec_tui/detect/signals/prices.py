"""What calls cost by list prices, where a log gives tokens and no money: an estimate, good enough to compare days."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from llmsec_tui.detect.sigma.reading import read

SHIPPED = Path(__file__).with_name("prices.yml")
"""Prices of families, as the providers listed them; what collectors add to them is in ``service/behaviour``."""
CACHE_READ = 0.1
"""Of the price of an input token that was not in the cache."""
CACHE_WRITE = 1.25


class Price(NamedTuple):
    """US dollars for a million tokens."""

    input: float
    output: float
    cached: float | None = None
    """For input that was read from a cache; None for ``CACHE_READ`` of the price of other input."""

    @property
    def cache_read(self) -> float:
        return self.input * CACHE_READ if self.cached is None else self.cached


class Family(NamedTuple):
    """Models of one price."""

    pieces: tuple[str, ...]
    """What is in their names, in lower case."""
    price: Price


@cache
def shipped() -> tuple[Family, ...]:
    """The families of the shipped file, the more particular first."""
    [document] = read(SHIPPED)
    return tuple(
        Family(pieces_of(one["name"]), Price(float(one["input"]), float(one["output"]), one.get("cached")))
        for one in document.data["models"]
    )


def pieces_of(name: str | Sequence[str]) -> tuple[str, ...]:
    """A name or its parts, as they are compared."""
    return tuple(one.lower() for one in ([name] if isinstance(name, str) else name))


def price(model: str, families: Sequence[Family] | None = None) -> Price | None:
    """Of the family that a model's name is of; None for one that is not known."""
    name = model.lower()
    known = shipped() if families is None else families
    return next((one.price for one in known if all(piece in name for piece in one.pieces)), None)
