"""The question for a report on a period."""

from typing import ClassVar

from msgspec import Struct

from llmsec_tui.service.asks import Command


class PeriodReport(Struct, frozen=True, kw_only=True):
    """A report as a file."""

    name: str
    content: bytes
    message: str
    """What it comes to, in a sentence."""


class ReportPeriod(Command[PeriodReport], frozen=True, kw_only=True, tag="compliance.report"):
    """What was monitored, detected, answered and not visible. It is a command because taking it is on record."""

    capability: ClassVar[str] = "compliance.read"
    reply: ClassVar[type] = PeriodReport
    deadline_ms: ClassVar[int] = 60_000
    since: int
    until: int
    """µs since 1970 UTC; not in the period itself."""
    form: str = "markdown"
    """markdown, html or json"""
