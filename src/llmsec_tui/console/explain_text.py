"""An explanation to read: the answer, then every node of the rule's condition with a mark that needs no colour."""

from llmsec_tui.console import figures
from llmsec_tui.console.draft import Draft
from llmsec_tui.console.pager import Text
from llmsec_tui.console.safe_text import Span, preview, span
from llmsec_tui.service.rules.explain_api import Explained, ExplainedStep

_MARKS = {True: span("✓", "good"), False: span("✗", "bad"), None: span("?", "warn")}
_ANSWERS = {"hit": "bad.strong", "clean": "good.strong", "not evaluable": "warn.strong"}
_INDENT = 2
_DEEPEST = 12
"""What lies deeper is not indented further: there must be room for it."""
_NOTE_AT_MOST = 4
"""Lines."""
_WHAT_AT_MOST = 300
"""Characters of a node; patterns can be as long as a page, and the rule's own screen has them whole."""


def whole(found: Explained, width: int) -> Text:
    """The answer, what it rests on, and the tree."""
    draft = Draft(width)
    draft.line(span(f" {found.answer.upper()} ", _ANSWERS.get(found.answer, "strong")), preview(found.title, "strong"))
    kind = "single events" if found.kind == "event" else found.kind.replace("_", " ")
    draft.text(f"{kind} · event {found.event_id} · {figures.moment(found.ts)}", "quiet", indent=(Span(" "),))
    for note in found.notes:
        draft.text(note, "warn", indent=(Span(" "),), most=_NOTE_AT_MOST)
    draft.section("Why", "✓ holds  ✗ does not  ? cannot be known")
    for step in found.steps:
        _step(draft, step)
    return draft.done()


def _step(draft: Draft, step: ExplainedStep) -> None:
    why = [Span("  "), preview(step.why, "accent" if step.holds else "quiet")] if step.why else []
    left = 1 + _INDENT * min(step.depth, _DEEPEST)
    draft.hanging(_MARKS[step.holds], [preview(step.what, most=_WHAT_AT_MOST), *why], left)
