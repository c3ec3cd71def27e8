"""Which columns a list has, how wide each is on this screen, and what stands in them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from llmsec_tui.console.safe_text import Line, Span, fit, span

RowT = TypeVar("RowT")
_GAP = Span("  ")
_NARROW_GAP = Span(" ")
_MARK = Span("▌", "accent.strong")


@dataclass(frozen=True, slots=True)
class Column(Generic[RowT]):
    """One column; the first ones matter most."""

    heading: str
    width: int
    """In cells; the least, where ``grow`` is set."""
    cell: Callable[[RowT], Span]
    grow: int = 0
    """Share of the room that is left."""
    from_width: int = 0
    """Only in lists at least this wide."""
    to_width: int = 0
    """Only in lists narrower than this; 0 for any."""
    right: bool = False


@dataclass(frozen=True, slots=True)
class Layout(Generic[RowT]):
    """Columns that fit, with their widths."""

    columns: tuple[tuple[Column[RowT], int], ...]
    gap: Span


def lay_out(columns: Sequence[Column[RowT]], width: int) -> Layout[RowT]:
    """Share ``width`` cells out among the columns that belong on a list so wide."""
    shown = [one for one in columns if width >= one.from_width and (not one.to_width or width < one.to_width)]
    gap = _GAP if width >= 118 else _NARROW_GAP
    spare = max(width - 1 - sum(column.width for column in shown) - len(gap.text) * (len(shown) - 1), 0)
    shares = sum(column.grow for column in shown)
    widths = [column.width + (spare * column.grow // shares if shares else 0) for column in shown]
    return Layout(tuple(zip(shown, widths, strict=True)), gap)


def heading(layout: Layout[RowT]) -> Line:
    """The line above the rows."""
    return _line(layout, [span(column.heading, "heading") for column, _ in layout.columns])


def row_line(layout: Layout[RowT], row: RowT, *, marked: bool = False) -> Line:
    """The line of one row; that it is marked is shown before it."""
    return _line(layout, [column.cell(row) for column, _ in layout.columns], _MARK if marked else _NARROW_GAP)


def _line(layout: Layout[RowT], cells: Sequence[Span], lead: Span = _NARROW_GAP) -> Line:
    pieces: list[Span] = []
    for cell, (column, width) in zip(cells, layout.columns, strict=True):
        pieces += [layout.gap if pieces else lead, *fit([cell], width, right=column.right)]
    return pieces
