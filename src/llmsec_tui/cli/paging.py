"""Lists from the collector, a page at a time."""

from collections.abc import Callable, Iterator
from typing import Any

from llmsec_tui.cli.asking import ask
from llmsec_tui.paths import Home
from llmsec_tui.service.asks import PAGE_LIMIT, Ask

ALL = 10**9
"""No limit to speak of."""


def pages(home: Home, question: Callable[[int | None, int], Ask[Any]], limit: int = ALL) -> Iterator[Any]:
    """At most ``limit`` rows; ``question(before, count)`` asks for a page of those after ``before`` in the list."""
    before: int | None = None
    while limit > 0:
        count = min(limit, PAGE_LIMIT)
        page = ask(home, question(before, count)).rows
        yield from page
        if len(page) < count:
            return
        limit -= count
        before = page[-1].seq
