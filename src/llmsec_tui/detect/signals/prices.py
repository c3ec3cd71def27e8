"""What calls cost by list prices, where a log gives tokens and no money: an estimate, good enough to compare days."""

from typing import NamedTuple

CACHE_READ = 0.1
"""Of the price of an input token that was not in the cache."""
CACHE_WRITE = 1.25


class Price(NamedTuple):
    """US dollars for a million tokens."""

    input: float
    output: float


_PRICES: tuple[tuple[tuple[str, ...], Price], ...] = (
    (("claude", "opus-4-5"), Price(5, 25)),
    (("claude", "opus"), Price(15, 75)),
    (("claude", "sonnet"), Price(3, 15)),
    (("claude", "haiku-4"), Price(1, 5)),
    (("claude", "haiku"), Price(0.8, 4)),
    (("gpt-4o-mini",), Price(0.15, 0.6)),
    (("gpt-4o",), Price(2.5, 10)),
    (("gpt-4.1-nano",), Price(0.1, 0.4)),
    (("gpt-4.1-mini",), Price(0.4, 1.6)),
    (("gpt-4.1",), Price(2, 8)),
    (("gpt-4-turbo",), Price(10, 30)),
    (("gpt-4",), Price(30, 60)),
    (("gpt-3.5",), Price(0.5, 1.5)),
    (("gpt-5", "nano"), Price(0.05, 0.4)),
    (("gpt-5", "mini"), Price(0.25, 2)),
    (("gpt-5",), Price(1.25, 10)),
    (("o4-mini",), Price(1.1, 4.4)),
    (("o3-mini",), Price(1.1, 4.4)),
    (("o1-mini",), Price(1.1, 4.4)),
    (("gemini", "flash-lite"), Price(0.1, 0.4)),
    (("gemini", "flash"), Price(0.3, 2.5)),
    (("gemini", "pro"), Price(1.25, 10)),
    (("deepseek",), Price(0.3, 1.1)),
    (("mistral-large",), Price(2, 6)),
    (("llama",), Price(0.7, 0.7)),
)
"""Families by the pieces that are in a model's name, the more particular first; as the providers listed them at the end
of 2025."""


def price(model: str) -> Price | None:
    """Of the family that a model's name is of; None for one that is not known."""
    name = model.lower()
    return next((one for pieces, one in _PRICES if all(piece in name for piece in pieces)), None)
