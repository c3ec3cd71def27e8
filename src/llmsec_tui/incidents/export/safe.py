"""How values get into each format. They come from logs, rules and people, and may hold anything: a terminal's control
sequences, markup, links, formulas, the marks by which a format ends its own quotes."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from llmsec_tui.text import clip, visible, visible_lines

_FORMULA = ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠")
_LATEST = 253_402_300_799_999_999
"""The end of the year 9999, after which no calendar here goes on."""
_DELETE = "\x7f"


def code(text: str, most: int = 500) -> str:
    """The text in one line as Markdown code: nothing in it is markup or a link, and nothing in it ends it."""
    shown = clip(visible(text), most)
    fence = "`" * (_longest_run(shown) + 1)
    padded = f" {shown} " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) else shown
    return f"{fence}{padded}{fence}" if shown else "(empty)"


def block(text: str, most: int = 20_000) -> str:
    """The text with its lines as a fenced block of Markdown, which nothing in it can end."""
    shown = clip(visible_lines(text), most)
    fence = "`" * max(_longest_run(shown) + 1, 3)
    return f"{fence}text\n{shown}\n{fence}"


def cell(text: str) -> str:
    """The text as a cell of a CSV file that no spreadsheet takes for a formula, in one line."""
    shown = visible(text)
    return f"'{shown}" if shown.lstrip(" \u00a0\u3000").startswith(_FORMULA) else shown


def as_json(thing: Any, *, indent: int | None = None) -> bytes:
    """JSON in ASCII with every control character escaped; nothing is lost."""
    made = json.dumps(
        msgspec.to_builtins(thing), indent=indent, ensure_ascii=True, allow_nan=False, separators=_separators(indent)
    )
    # The one control character that JSON lets stand.
    return made.replace(_DELETE, "\\u007f").encode("ascii")


def json_lines(rows: list[Mapping[str, Any]]) -> bytes:
    """One JSON object a line."""
    return b"".join(as_json(row) + b"\n" for row in rows)


def moment(at: int) -> datetime:
    """A time in UTC; one that no calendar has becomes the nearest that it has."""
    seconds, micros = divmod(min(max(at, 0), _LATEST), 1_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=micros)


def iso(at: int) -> str:
    """``2026-11-20T10:00:05.123456+00:00``."""
    return moment(at).isoformat(timespec="microseconds")


def clock(at: int) -> str:
    """``2026-11-20 10:00:05Z``, for people."""
    return moment(at).strftime("%Y-%m-%d %H:%M:%SZ")


def _longest_run(text: str) -> int:
    longest = run = 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    return longest


def _separators(indent: int | None) -> tuple[str, str]:
    return (",", ":") if indent is None else (",", ": ")
