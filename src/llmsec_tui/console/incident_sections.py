"""The sections of the incident screen, as one table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from llmsec_tui.console import incident_lists, incident_text
from llmsec_tui.console.columns import Column
from llmsec_tui.console.incident_text import Case
from llmsec_tui.console.pager import Text
from llmsec_tui.console.safe_text import Span, span, width_of
from llmsec_tui.service.incidents.rows import IncidentDetail


@dataclass(frozen=True, slots=True)
class Section:
    """A list, and what is told of the row under its cursor."""

    name: str
    letter: str
    """Its key, which its name has in it."""
    detail: Callable[[Case, Any, int], Text]
    columns: Sequence[Column[Any]] = ()
    """None here: it comes in pages, and the screen knows."""
    rows: Callable[[Case], Sequence[Any]] = lambda case: ()
    identity: Callable[[Any], object] = lambda row: row
    empty: str = ""
    share: float = 0.5
    """Of the height on a narrow screen that the list may take."""
    number: Callable[[IncidentDetail], int] = lambda detail: 0
    """What stands behind its name."""


def _remedies(case: Case) -> Sequence[Any]:
    return [*case.remedies, *reversed(case.detail.runs)]


SECTIONS = (
    Section(
        *("about", "b", lambda case, row, width: incident_text.about(case, width, clocks=False), incident_lists.CLOCKS),
        rows=lambda case: case.detail.clocks,
        identity=lambda row: row.name,
        empty="No clock runs.",
        share=0.4,
    ),
    Section("timeline", "m", incident_text.of_moment, share=0.65, empty="Nothing happened."),
    Section(
        "alerts", "l", incident_text.of_alert, number=lambda detail: detail.row.n_alerts, empty="It has no alerts."
    ),
    Section(
        *("conversation", "v", incident_text.of_conversation, incident_lists.CONVERSATIONS),
        rows=lambda case: case.detail.conversations,
        identity=lambda row: (row.app, row.conversation_id),
        empty="No conversation is stored of it.",
        share=0.25,
    ),
    Section(
        *("tasks", "s", incident_text.of_task, incident_lists.TASKS),
        rows=lambda case: case.detail.tasks,
        identity=lambda row: row.task,
        empty="No tasks. + adds one.",
        share=0.6,
        number=lambda detail: detail.row.n_tasks_open,
    ),
    Section(
        *("remedies", "r", incident_text.of_remedy, incident_lists.REMEDIES),
        rows=_remedies,
        identity=lambda row: getattr(row, "run", None) or getattr(row, "name", ""),
        empty="The policy (desk.yml) names no remedy.",
    ),
    Section(
        *("evidence", "e", incident_text.of_pin, incident_lists.PINS),
        rows=lambda case: case.detail.pins,
        identity=lambda row: row.pin,
        empty="Nothing is pinned. P pins the record under the cursor of the timeline or of the alerts.",
        number=lambda detail: detail.row.n_pins,
    ),
    Section(
        *("notes", "o", incident_text.of_note, incident_lists.NOTES),
        rows=lambda case: case.notes,
        identity=lambda row: (row.at, row.who, row.what),
        empty="No notes. N writes one.",
        number=lambda detail: detail.row.n_notes,
    ),
    Section(
        *("related", "d", incident_text.of_related, incident_lists.RELATED),
        rows=lambda case: case.detail.related,
        identity=lambda row: (row.relation, row.row.incident_id),
        empty="Nothing is related. + links another incident.",
        number=lambda detail: len(detail.related),
    ),
)
BY_NAME = {section.name: section for section in SECTIONS}


def bar(current: str, detail: IncidentDetail | None, width: int) -> list[Span]:
    """The names with their keys marked; numbers as far as there is room."""
    forms = (_bar(current, detail, " "), _bar(current, detail), _bar(current, None))
    return next((form for form in forms if width_of(form) <= width), forms[-1])


def _bar(current: str, detail: IncidentDetail | None, gap: str = "") -> list[Span]:
    pieces: list[Span] = []
    for section in SECTIONS:
        before, _, rest = section.name.partition(section.letter)
        number = section.number(detail) if detail is not None else 0
        here = section.name == current
        style = "here" if here else "quiet"
        pieces += [span(f" {before}", style), span(section.letter, "here.key" if here else "key")]
        pieces += [span(rest, style), span(f" {number}" if number else "", style), span(gap, style), span(gap)]
    return pieces
