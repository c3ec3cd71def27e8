"""What a person does within one incident: with the row under the cursor of the section that is shown."""

from collections.abc import Mapping
from typing import Any

from llmsec_tui.console import incident_forms
from llmsec_tui.console.actions import Action
from llmsec_tui.console.forms import Form, Given
from llmsec_tui.console.incident_sections import Section
from llmsec_tui.console.incident_text import Case
from llmsec_tui.console.screens.incident_acts import IncidentActs
from llmsec_tui.service.api import AlertRow
from llmsec_tui.service.incidents.rows import (
    ClockRow,
    PinRow,
    RelatedRow,
    RemedyRow,
    TaskRow,
    TimelineRow,
)

_ADDS = {"about": "start_duty", "timeline": "mark", "tasks": "add_task", "notes": "note", "related": "link"}
"""What is added in each section."""
_REMOVES = {"tasks": "waive_task", "evidence": "unpin", "related": "unlink"}
_ADD_LABELS = {"about": "Duty", "timeline": "Moment", "tasks": "Task", "notes": "Note", "related": "Link"}
_REMOVE_LABELS = {"tasks": "Waive", "evidence": "Unpin", "related": "Unlink"}


class IncidentWork(IncidentActs):
    """The actions of the incident's screen that are about more than the incident as a whole."""

    # What the screen says

    @property
    def case(self) -> Case | None:
        """All that is known, once it is."""
        raise NotImplementedError

    @property
    def section(self) -> Section:
        """The one that is shown."""
        raise NotImplementedError

    @property
    def selected(self) -> Any:
        """The row under the cursor."""
        raise NotImplementedError

    @property
    def marked_alerts(self) -> Mapping[str, AlertRow]:
        """Alerts that were marked."""
        raise NotImplementedError

    def see(self, name: str) -> None:
        """Show another section."""
        raise NotImplementedError

    def mark_alert(self, row: AlertRow) -> None:
        """Mark it, or take its mark away."""
        raise NotImplementedError

    # What is possible

    def hides(self, action: str) -> bool:
        row, name = self.selected, self.section.name
        match action:
            case "open" if isinstance(row, TaskRow):
                return not self._may("incidents.work") or not self._legal("finish_task")
            case "open" if isinstance(row, RemedyRow):
                return self.act_of("rehearse") is None
            case "open" if isinstance(row, ClockRow):
                return not row.duty or not self._may("incidents.work") or not self._legal("meet_duty")
            case "add":
                return not self._legal(_ADDS.get(name, ""))
            case "remove":
                return row is None or not self._legal(_REMOVES.get(name, ""))
            case "rehearse" | "run_remedy":
                return name != "remedies" or super().hides(action)
            case "verify":
                return name != "evidence" or super().hides(action)
            case "mark":
                return name != "alerts"
            case "split":
                return name != "alerts" or super().hides(action)
            case "pin":
                return self._record(row) == "" or super().hides(action)
            case _:
                return super().hides(action)

    def label_of(self, action: Action) -> str:
        name, row = self.section.name, self.selected
        match action.id:
            case "open" if isinstance(row, TaskRow):
                return "Tick off" if row.state == "open" else "Undo"
            case "open" if isinstance(row, RemedyRow):
                return "Run" if row.rehearsed_at else "Rehearse"
            case "open" if isinstance(row, ClockRow):
                return "Met"
            case "add":
                return _ADD_LABELS.get(name, action.label)
            case "remove":
                return _REMOVE_LABELS.get(name, action.label)
            case _:
                return super().label_of(action)

    def _may(self, capability: str) -> bool:
        held = self.shell.capabilities
        return held is None or capability in held

    def _legal(self, act: str) -> bool:
        return self.incident is not None and act in self.incident.acts

    def is_idle(self, action: str) -> bool:
        if self.case is None:
            return action != "back"
        row = self.selected
        match action:
            case "open":
                return not self._opens(row)
            case "remove":
                return isinstance(row, TaskRow) and row.state != "open"
            case "rehearse":
                return not isinstance(row, RemedyRow) or bool(row.missing) or row.running
            case "run_remedy":
                return not isinstance(row, RemedyRow) or row.rehearsed_at is None or row.running
            case "verify":
                return not self.case.detail.pins
            case "split":
                return not self.marked_alerts and row is None
            case _:
                return False

    def _opens(self, row: Any) -> bool:
        if isinstance(row, TimelineRow):
            return row.kind in ("event", "alert") and bool(row.ref)
        return row is not None

    def running_duties(self) -> list[str]:
        clocks = self.case.detail.clocks if self.case is not None else []
        return [clock.name for clock in clocks if clock.duty and clock.met_at is None]

    # Sections

    def action_see_about(self) -> None:
        self.see("about")

    def action_see_timeline(self) -> None:
        self.see("timeline")

    def action_see_alerts(self) -> None:
        self.see("alerts")

    def action_see_conversation(self) -> None:
        self.see("conversation")

    def action_see_tasks(self) -> None:
        self.see("tasks")

    def action_see_remedies(self) -> None:
        self.see("remedies")

    def action_see_evidence(self) -> None:
        self.see("evidence")

    def action_see_notes(self) -> None:
        self.see("notes")

    def action_see_related(self) -> None:
        self.see("related")

    # Acts on a row

    def action_open(self) -> None:
        """Open the row, tick the task, take the next step with the remedy."""
        row, incident = self.selected, self.incident
        if incident is None or row is None:
            return
        match row:
            case AlertRow():
                self.shell.open_alert(row, f"incident:{incident.incident_id}")
            case TimelineRow():
                self._open_moment(row)
            case TaskRow():
                self._tick(row)
            case RemedyRow():
                if row.rehearsed_at is None:
                    self.action_rehearse()
                else:
                    self.action_run_remedy()
            case RelatedRow():
                self.shell.open_incident(row.row.incident_id)
            case ClockRow():
                self._touch_clock(row)
            case PinRow():
                self.shell.open_event(row.event_id)
            case _:
                event_id = getattr(row, "event_id", "")
                if event_id:
                    self.shell.open_event(event_id)

    def _open_moment(self, row: TimelineRow) -> None:
        if row.kind == "event" and row.ref:
            self.shell.open_event(row.ref)
        elif row.kind == "alert" and row.ref:
            self.shell.open_alert_by_id(row.ref)

    def _tick(self, row: TaskRow) -> None:
        incident = self.incident
        act = "finish_task" if row.state == "open" else "reopen_task"
        if incident is not None and act in incident.acts:
            self.send_act(act, incident, {}, {"task": row.task})
        else:
            self.say("The tasks of this incident cannot be changed now.", bad=True)

    def _touch_clock(self, row: ClockRow) -> None:
        if not row.duty:
            self.say("This clock goes by what is done with the incident; only clocks by law are met by hand.")
        elif row.met_at is None and self._legal("meet_duty"):
            self._on_row("meet_duty", row.title or row.name)

    def action_duty(self) -> None:
        self._on_row("start_duty", "")

    def action_add(self, text: str = "") -> None:
        act = _ADDS.get(self.section.name, "")
        if not self._legal(act):
            return
        if text and act == "add_task" and self.incident is not None:
            self.send_act(act, self.incident, {"title": text})
        else:
            self._on_row(act, "", {"note": text} if text and act == "note" else {})

    def action_remove(self, note: str = "") -> None:
        row, act = self.selected, _REMOVES.get(self.section.name, "")
        if not self._legal(act):
            return
        given = {"note": note}
        match row:
            case TaskRow() if row.state == "open":
                self._on_row(act, row.text, given, {"task": row.task})
            case PinRow():
                self._on_row(act, f"record {row.pin}: {row.source_path}", given, {"pin": row.pin})
            case RelatedRow() if row.relation == "linked":
                self._on_row(act, row.row.incident_id, given, {"incident": row.row.incident_id})
            case RelatedRow():
                self.say("Only links that somebody made can be undone.", bad=True)

    def action_pin(self, note: str = "") -> None:
        event_id = self._record(self.selected)
        if event_id and self._legal("pin"):
            about = getattr(self.selected, "what", "") or getattr(self.selected, "title", "")
            self._on_row("pin", about or event_id, {"note": note}, {"event_id": event_id})

    def _record(self, row: Any) -> str:
        """The event whose record can be pinned; of an alert the one that it was raised on."""
        if isinstance(row, TimelineRow):
            return row.ref if row.kind == "event" else ""
        if isinstance(row, AlertRow):
            return row.event_id
        return ""

    def action_verify(self) -> None:
        if (row := self.incident) is not None:
            self.send_act("check_pins", row, {})

    def action_mark(self) -> None:
        if isinstance(row := self.selected, AlertRow):
            self.mark_alert(row)

    def action_split(self) -> None:
        row = self.selected
        chosen = list(self.marked_alerts) or ([row.alert_id] if isinstance(row, AlertRow) else [])
        if chosen:
            about = f"{len(chosen)} alert{'s' if len(chosen) != 1 else ''}"
            self._on_row("split", about, {}, {"alert_ids": chosen})
            self.forget_marks()

    def action_rehearse(self) -> None:
        row, incident = self.selected, self.incident
        if isinstance(row, RemedyRow) and incident is not None and "rehearse" in incident.acts:
            self._remedy("rehearse", row)

    def action_run_remedy(self) -> None:
        row = self.selected
        if not isinstance(row, RemedyRow):
            return
        if row.rehearsed_at is None:
            self.say("It has to be rehearsed first: D does that.", bad=True)
        elif self._legal("run"):
            self._confirm_run(row)
        else:
            self.say("Take the incident first: nothing is run for one that nobody has.", bad=True)

    def _confirm_run(self, row: RemedyRow) -> None:
        manner = incident_forms.MANNERS["run"]
        form = Form(manner.does, row.title or row.name, incident_forms.note_field("run"), does="runs it", told=row.what)

        def answered(answer: Given | None) -> None:
            if answer is not None:
                self._remedy("run", row, answer.get("note", ""))

        self.app.push_screen(form, answered)

    def _remedy(self, act: str, row: RemedyRow, note: str = "") -> None:
        incident = self.incident
        if incident is not None:
            extra: dict[str, object] = {"remedy": row.name}
            if row.tasks:
                extra["task"] = row.tasks[0]
            self.send_act(act, incident, {"note": note}, extra)

    def _on_row(
        self, act: str, about: str, given: Mapping[str, str] | None = None, extra: Mapping[str, object] | None = None
    ) -> None:
        if (row := self.incident) is not None and act:
            on = f"{row.incident_id} · {about}" if about else ""
            self.begin(act, [row], given or {}, about=on, extra=extra)
