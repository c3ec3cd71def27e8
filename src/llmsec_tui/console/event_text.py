"""An event to read: its text, every field that is set, and the alerts on it."""

from llmsec_tui.console import figures
from llmsec_tui.console.draft import Draft
from llmsec_tui.console.lists import level, state
from llmsec_tui.console.pager import Text
from llmsec_tui.console.safe_text import Span, preview, span
from llmsec_tui.service.api import EventDetail

FIELD_NAME_WIDTH = 19


def whole(detail: EventDetail, width: int) -> Text:
    """Text first, then the fields."""
    draft = Draft(width)
    row = detail.row
    speaker = " ".join(part for part in (row.role, row.tool_name) if part)
    draft.line(
        span(f" {row.kind}", "strong"),
        span(f"  {speaker}", "accent"),
        span(f"  trust {row.trust or 'unknown'}", "quiet"),
    )
    draft.line(span(f" {figures.moment(row.ts)} · event {row.event_id}", "quiet"))
    if detail.alerts:
        draft.section("Alerts")
        for alert in detail.alerts:
            draft.line(Span("  "), level(alert.level), Span(" "), state(alert.state), Span(" "), preview(alert.title))
    _text(draft, detail)
    draft.section("Fields")
    for name, value in detail.fields.items():
        draft.field(name, value, name_width=FIELD_NAME_WIDTH)
    return draft.done()


def _text(draft: Draft, detail: EventDetail) -> None:
    row = detail.row
    draft.section("Text", f"{figures.count(row.n_chars)} characters · content {row.content_state}")
    if row.text:
        draft.text(row.text)
        if row.n_chars > len(row.text):
            draft.text(f"… {figures.count(row.n_chars - len(row.text))} more characters", "quiet")
    else:
        draft.text("There is no text here.", "quiet")
