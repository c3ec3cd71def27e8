"""What each act on an incident asks for, and the command that it becomes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

from llmsec_tui.console import figures, times
from llmsec_tui.console.forms import Check, Field, Form, Given, Option
from llmsec_tui.console.look import LETTERS
from llmsec_tui.service.incidents.api import ActOnIncident, BulkAct, Item
from llmsec_tui.service.incidents.rows import Desk, DutyRow, IncidentRow

ENOUGH_CONTENT = 0.8
"""Of the content since it began; with less, a false positive may be something that was not seen."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How an act is asked for."""

    does: str
    """What it does, as the window's title."""
    note: str = ""
    """What to ask the note with; empty for none."""
    required: bool = False
    many: bool = False
    """Whether it can be done to many at once."""
    at_once: bool = False
    """Nothing is asked when it is done to one."""


MANNERS: Mapping[str, Manner] = {
    "acknowledge": Manner("Acknowledge", "Note (may be empty)", many=True, at_once=True),
    "take_over": Manner("Take over", "Why do you take it from its owner?", required=True, many=True),
    "assign": Manner("Assign", "Note (may be empty)", many=True),
    "hand_over": Manner("Hand over", "Note (may be empty)"),
    "investigate": Manner("Investigate", "Note (may be empty)", many=True, at_once=True),
    "contain": Manner("Contained", "How was it contained?", required=True, many=True),
    "resolve": Manner("Resolved", "How was it resolved?", required=True, many=True),
    "hold": Manner("Put on hold", "Whom or what does it wait for?", required=True, many=True),
    "resume": Manner("Go on", "Note (may be empty)", many=True, at_once=True),
    "close": Manner("Close", "What was it?", required=True, many=True),
    "reopen": Manner("Reopen", "Why is it not over?", required=True, many=True),
    "merge": Manner("Merge into another incident", "Why do they belong together? (may be empty)"),
    "unmerge": Manner("Take the merge back", "Why do they not belong together?", required=True),
    "split": Manner("Split off into an incident of their own", "Why? (may be empty)"),
    "link": Manner("Link to another incident", "What connects them? (may be empty)"),
    "unlink": Manner("Undo the link", "Why? (may be empty)"),
    "set_level": Manner("Set the level", "Why?", required=True),
    "retitle": Manner("Give it another title"),
    "watch": Manner("Watch", at_once=True, many=True),
    "unwatch": Manner("Watch no more", at_once=True, many=True),
    "note": Manner("Write a note", "What should others know?", required=True, many=True),
    "mark": Manner("Mark a moment", "What happened then?", required=True),
    "pin": Manner("Pin this record as evidence", "What does it show? (may be empty)"),
    "unpin": Manner("Take the pin away", "Why?", required=True),
    "add_task": Manner("Add a task"),
    "waive_task": Manner("Leave this task out", "Why is it not needed?", required=True),
    "start_duty": Manner("Start a clock by law", "Note (may be empty)"),
    "amend_duty": Manner("Aware since another time", "Why?", required=True),
    "meet_duty": Manner("Duty met", "How: reported to whom, or why it does not apply?", required=True),
    "check_pins": Manner("Verify the evidence", at_once=True),
    "run": Manner("Run it for real", "Note (may be empty)"),
    "rehearse": Manner("Rehearse", at_once=True),
}


def subject(rows: Sequence[IncidentRow]) -> str:
    """What the act is about."""
    if len(rows) == 1:
        return f"{rows[0].incident_id} · {rows[0].title}"
    return f"{len(rows)} incidents: {', '.join(row.incident_id for row in rows)}"


def options(values: Iterable[str]) -> list[Option]:
    """Values that are shown as they are, but for underscores."""
    return [Option(value, value.replace("_", " ")) for value in values]


def others(rows: Iterable[IncidentRow], but: Iterable[str]) -> list[Option]:
    """Incidents to choose from."""
    left_out = set(but)
    return [
        Option(row.incident_id, f"{row.incident_id} {LETTERS.get(row.level, '?')} {row.state} · {row.title}")
        for row in rows
        if row.incident_id not in left_out
    ]


@dataclass(slots=True)
class Known:
    """What windows offer to choose from. They open at once, so that no key goes to the screen beneath; what takes a
    question is looked up meanwhile.
    """

    desk: Desk
    now: int = 0
    clocks: Sequence[str] = ()
    """Duties that run."""
    seen: bool = False
    """Whether ``content_share`` is known."""
    content_share: float | None = None


def form(act: str, rows: Sequence[IncidentRow], known: Known, given: Given, about: str = "") -> Form:
    """The window that an act on these needs; ``given`` is known already, ``about`` what of the incident it is on."""
    manner = MANNERS[act]
    fields = [*_fields(act, rows, known, given), *_note(manner, given)]
    if len(rows) > 1:
        fields.append(count_field(len(rows)))
    check = _closing(known) if act == "close" else None
    told = f"At most {known.desk.most_at_once} at once for your role." if len(rows) > 1 else ""
    title = manner.does if len(rows) == 1 else f"{manner.does}: {len(rows)} incidents"
    return Form(title, about or subject(rows), fields, does="saves", told=told, check=check)


def count_field(number: int) -> Field:
    """To be typed, so that nobody changes many things by a slip."""
    wrong = f"Type {number}: so many are marked."
    return Field(
        "count",
        "how many",
        hint=f"type {number} to confirm",
        required=True,
        complaint=wrong,
        refuse=lambda typed: "" if typed == str(number) else wrong,
    )


def note_field(act: str) -> list[Field]:
    """Only the note of an act."""
    return _note(MANNERS[act], {})


def _note(manner: Manner, given: Given) -> list[Field]:
    if not manner.note:
        return []
    complaint = f"A note is required: {manner.note}" if manner.required else ""
    return [Field("note", "note", manner.note, manner.required, complaint, value=given.get("note", ""))]


def _fields(act: str, rows: Sequence[IncidentRow], known: Known, given: Given) -> list[Field]:
    match act:
        case "assign" | "hand_over":
            people = options(known.desk.people)
            return [_pick("owner", "to", "Whom? Type a name", people, given)]
        case "merge":
            return [_pick("incident", "into", "Which incident?", (), given)]
        case "link":
            return [_pick("incident", "to", "Which incident?", (), given)]
        case "set_level":
            return [Field("level", "level", options=options(known.desk.levels), value=rows[0].level)]
        case "retitle":
            return [Field("title", "title", "What is it about?", True, value=rows[0].title)]
        case "add_task":
            return [Field("title", "task", "What has to be done?", True, value=given.get("title", ""))]
        case "mark":
            return [_when("when", "time", known.now)]
        case "start_duty":
            return [Field("clock", "duty", options=[Option(duty.name, _duty(duty)) for duty in known.desk.duties])]
        case "meet_duty":
            return [Field("clock", "duty", options=options(known.clocks))]
        case "amend_duty":
            clocks = Field("clock", "duty", options=options(known.clocks))
            return [clocks, _when("when", "aware", known.now)]
        case "close":
            return _close_fields(rows, known)
        case _:
            return []


def _duty(duty: DutyRow) -> str:
    return f"{duty.title or duty.name}, within {figures.duration(duty.within / 1e6)}"


def _pick(name: str, label: str, hint: str, proposals: Sequence[Option], given: Given) -> Field:
    value = given.get(name, "")
    return Field(
        name, label, hint, True, f"{hint} is required." if not hint.endswith("?") else hint, proposals, True, value
    )


def _when(name: str, label: str, now: int) -> Field:
    return Field(name, label, times.EXAMPLES, refuse=lambda typed: times.refusal(typed, now))


def _close_fields(rows: Sequence[IncidentRow], known: Known) -> list[Field]:
    fields = [Field("disposition", "it was", options=options(known.desk.dispositions))]
    if len(rows) == 1:
        wrong = "Say of which incident it is a duplicate."
        with_it = ("disposition", "duplicate")
        fields.append(Field("incident", "of", "Of which incident?", True, wrong, (), True, only_with=with_it))
    todo = sum(row.n_tasks_open for row in rows)
    if todo:
        tasks = "1 task is" if todo == 1 else f"{todo} tasks are"
        leave = Option("", f"{tasks} open")
        waive = Option("yes", f"waive {'it' if todo == 1 else 'all of them'}, for the reason below")
        wrong = f"{tasks.capitalize()} open: finish them first, or choose with → to waive them."
        fields.append(Field("waive_open", "tasks", "", True, wrong, [leave, waive]))
    return fields


def _closing(known: Known) -> Check:
    def warning(given: Given) -> str:
        share = known.content_share
        if given.get("disposition") == "false_positive" and not known.seen:
            return "It is not known yet how much of the content since it began could be seen by detectors."
        if given.get("disposition") == "false_positive" and share is not None and share < ENOUGH_CONTENT:
            return (
                f"Only {share:.0%} of the content since it began could be seen by detectors. What was not seen may be "
                "the attack."
            )
        return ""

    return warning


def command(
    act: str, row: IncidentRow, given: Given, now: int, extra: Mapping[str, object] | None = None
) -> ActOnIncident:
    """One act on one incident, as it was read."""
    fields: dict[str, object] = {name: value for name, value in given.items() if name in _TEXTS and value}
    if "when" in given or act in ("mark", "amend_duty"):
        fields["when"] = times.parse(given.get("when", ""), now)
    fields["waive_open"] = given.get("waive_open") == "yes"
    make: Callable[..., ActOnIncident] = ActOnIncident
    return make(
        command_id=uuid4().hex,
        incident_id=row.incident_id,
        act=act,
        version=row.version,
        **{**fields, **(extra or {})},
    )


_TEXTS = frozenset({"note", "owner", "disposition", "incident", "level", "title", "clock"})


def bulk(act: str, rows: Sequence[IncidentRow], given: Given) -> BulkAct:
    """The same act on all of these."""
    return BulkAct(
        command_id=uuid4().hex,
        of="incidents",
        act=act,
        items=[Item(id=row.incident_id, version=row.version) for row in rows],
        count=int(given["count"]),
        note=given.get("note", ""),
        owner=given.get("owner", ""),
        disposition=given.get("disposition", ""),
        waive_open=given.get("waive_open") == "yes",
    )
