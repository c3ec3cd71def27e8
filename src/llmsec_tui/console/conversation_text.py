"""A conversation to read: who says what with which trust, and where a rule found what it looks for."""

from collections.abc import Sequence

from llmsec_tui.console import figures
from llmsec_tui.console.draft import Draft
from llmsec_tui.console.lists import ROLES, level
from llmsec_tui.console.safe_text import Span, passage, span
from llmsec_tui.service.api import EventRow

UNVOUCHED = frozenset({"tool", "retrieved"})
"""Trust of texts that came from somewhere that nobody of ours answers for."""
OTHER_LINES = 8
"""So many lines of each message that is not the one in question."""


def exchange(draft: Draft, rows: Sequence[EventRow], event_id: str, spans: Sequence[tuple[int, int]]) -> None:
    """The messages in their order; the one in question whole, its matches marked, the others cut."""
    for row in rows:
        here = row.event_id == event_id
        draft.blank()
        draft.line(*_speaker(row, here=here))
        edge = [Span(" ┃ ", "warn.strong")] if here else [Span(" │ ", "faint")]
        if row.text:
            draft.pieces(marked(row.text, spans if here else ()), edge, None if here else OTHER_LINES)
            if row.n_chars > len(row.text):
                draft.line(*edge, span(f"… {figures.count(row.n_chars - len(row.text))} more characters", "quiet"))
        else:
            draft.line(*edge, span(_absent(row), "quiet"))


def _absent(row: EventRow) -> str:
    return "no text" if row.content_state in ("none", "present") else f"content {row.content_state}: not evaluable"


def _speaker(row: EventRow, *, here: bool) -> list[Span]:
    style = f"role.{row.role}" if row.role in ROLES else "quiet"
    line = [Span(" ▶ " if here else " ", "warn.strong"), span(row.role or row.kind, f"{style}.strong")]
    if row.tool_name:
        line.append(span(f" {row.tool_name}", "role.tool"))
    if row.kind not in ("message", row.role):
        line.append(span(f" {row.kind}", "quiet"))
    line.append(span(f"  trust {row.trust or 'unknown'}", "warn" if row.trust in UNVOUCHED else "quiet"))
    line.append(span(f"  {figures.stamp(row.ts)}", "faint"))
    if row.alert_level is not None:
        line += [Span(" "), level(row.alert_level)]
    return line


def marked(text: str, spans: Sequence[tuple[int, int]]) -> list[Span]:
    """The text with the given ranges of its characters in the style ``found``; ranges may overlap or run out."""
    pieces: list[Span] = []
    at = 0
    for start, end in sorted(spans):
        start, end = max(start, at), min(end, len(text))
        if start < end:
            pieces += [passage(text[at:start]), passage(text[start:end], "found")]
            at = end
    return [*pieces, passage(text[at:])]
