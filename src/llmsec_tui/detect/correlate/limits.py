"""The limits of a correlation: whether a number keeps them, and how they read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from llmsec_tui.detect.rule import Comparison

_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
_WORDS: Mapping[str, str] = {
    "=": "exactly",
    "!=": "anything but",
    "<": "less than",
    "<=": "at most",
    ">": "more than",
    ">=": "at least",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """Comparisons that must all hold."""

    tests: tuple[tuple[Callable[[Any, Any], bool], int | float, int, int], ...]
    """Each with its value, as it is and as a whole number of so-many-th powers of a half."""
    least: int | None
    """The count from which on they hold for good; None where a count can be too high, or 0 is enough."""
    text: str

    def holds(self, number: float) -> bool:
        for test, value, _, _ in self.tests:
            if not test(number, value):
                break
        else:
            return True
        return False

    def mean_holds(self, total: int, bits: int, count: int) -> bool:
        """Whether ``total / 2 ** bits / count`` keeps them, without any rounding."""
        for test, _, value, its_bits in self.tests:
            if not test(total << its_bits, (value * count) << bits):
                break
        else:
            return True
        return False


def limits(comparisons: Sequence[Comparison]) -> Limits:
    """Make comparisons ready to run."""
    least = None
    if all(comparison.op in (">", ">=") for comparison in comparisons):
        least = max((_least(comparison) for comparison in comparisons), default=0)
    return Limits(
        tuple((_OPERATORS[one.op], one.value, *binary(one.value)) for one in comparisons),
        least if least is not None and least > 0 else None,
        " and ".join(f"{_WORDS[one.op]} {figure(one.value)}" for one in comparisons),
    )


def binary(number: float) -> tuple[int, int]:
    """A finite number exactly, as a whole number of so-many-th powers of a half."""
    numerator, denominator = number.as_integer_ratio()
    return numerator, denominator.bit_length() - 1


def mean(total: int, bits: int, count: int) -> float:
    """``total / 2 ** bits / count``; infinite where no float is large enough."""
    number = Fraction(total, count << bits)
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


def figure(number: float) -> str:
    """A number as people read it: thousands apart, at most six significant digits behind the point."""
    return f"{int(number):,}" if float(number).is_integer() and abs(number) < 1e15 else f"{number:,.6g}"


def _least(comparison: Comparison) -> int:
    value = comparison.value
    return floor(value) + 1 if comparison.op == ">" else ceil(value)
