"""An event to read: its text, every field that is set, and the alerts on it."""

from llmsec_tui.console import figures
from llmsec_tui.console.draft import Draft
from llmsec_tui.console.lists import level, state
from llmsec_tui.console.pager import Text
from llmsec_tui.console.safe_text import Span, preview, span
from llmsec_tui.service.api import EventDetail

FIELD_NAME_WIDTH = 19


def whole(detail: EventDetail, masked: bool, width: int) -> Text:
    """Text first, then the fields. ``masked`` says that the reader's role sees less than all."""
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
    if detail.erased is not None:
        gone = detail.erased
        draft.text(f"Erased on {figures.moment(gone.at)} by {gone.author}: {gone.reason}", "strong")
    _text(draft, detail, masked)
    draft.section("Fields")
    for name, value in detail.fields.items():
        draft.field(name, value, name_width=FIELD_NAME_WIDTH)
    return draft.done()


def _text(draft: Draft, detail: EventDetail, masked: bool) -> None:
    row = detail.row
    draft.section("Text", f"{figures.count(row.n_chars)} characters · content {row.content_state}")
    if masked:
        shown(draft, detail.revealed_until)
    if row.text:
        draft.text(row.text)
        if row.n_chars > len(row.text):
            draft.text(f"… {figures.count(row.n_chars - len(row.text))} more characters", "quiet")
    else:
        draft.text("There is no text here.", "quiet")


def shown(draft: Draft, until: int) -> None:
    """Whether a text that is masked for the reader's role is shown in full now."""
    said = f"in full until {figures.moment(until)}" if until else "masked for your role; R shows it in full"
    draft.line(span(f"   ‹{said}›", "masked"))
