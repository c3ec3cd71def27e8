"""The signals ``destinations``, the hosts of the addresses in a text, and ``link_data``, what the addresses carry."""

from collections.abc import Callable, Iterable, Sequence

import polars as pl

from llmsec_tui.checks.link_data import carried
from llmsec_tui.checks.links import Link, links
from llmsec_tui.detect.signals.signal import Signal, Span

_MARKS = ["://", r":\/\/", "](//", "](<//", "=//", '="//', "='//", r"=\"//", ":]//"]
_MOST_HOSTS = 200
_MOST_SHOWN = 100


def hosts(texts: Sequence[str], trusts: Sequence[str]) -> list[str | None]:
    """For each text the hosts in it, each once, in their order."""
    return _listed(texts, lambda text: (link.host for link in links(text)))


def data(texts: Sequence[str], trusts: Sequence[str]) -> list[str | None]:
    """For each text how addresses that carry something stand in it, and what they carry, such as ``fetched_encoded``:
    ``checks.links.Way`` and ``checks.link_data.Carried``."""
    return _listed(texts, lambda text: (f"{link.way}_{what}" for link in links(text) for what in carried(link)))


def host_places(text: str, trust: str) -> list[Span]:
    """Where addresses are."""
    return [(link.start, link.end) for link in links(text)][:_MOST_SHOWN]


def data_places(text: str, trust: str) -> list[Span]:
    """Where addresses are that carry something."""
    return [(link.start, link.end) for link in links(text) if _carries(link)][:_MOST_SHOWN]


def _carries(link: Link) -> bool:
    return next(carried(link), None) is not None


def _listed(texts: Sequence[str], values: Callable[[str], Iterable[str]]) -> list[str | None]:
    marked = pl.Series(texts, dtype=pl.String).str.contains_any(_MARKS)
    return [_joined(values(text)) if has else None for text, has in zip(texts, marked, strict=True)]


def _joined(values: Iterable[str]) -> str | None:
    return ",".join(list(dict.fromkeys(values))[:_MOST_HOSTS]) or None


HOSTS = Signal("destinations", "1", pl.lit(value=True), pl.String(), hosts, host_places)
DATA = Signal("link_data", "2", pl.lit(value=True), pl.String(), data, data_places)
