"""What a person does with incidents, from whichever screen: one under the cursor, or all that are marked."""

from collections.abc import Mapping, Sequence
from uuid import uuid4

from llmsec_tui.console import evidence, incident_forms
from llmsec_tui.console.actions import Action
from llmsec_tui.console.forms import Form, Given
from llmsec_tui.console.incident_forms import MANNERS, Known
from llmsec_tui.console.results_dialog import ResultsDialog
from llmsec_tui.console.screens.acts import Keeping
from llmsec_tui.errors import LlmsecError, StaleVersion
from llmsec_tui.service.asks import PAGE_LIMIT, Command, Done
from llmsec_tui.service.incidents.api import ActOnIncident, BulkAct, ExportIncident, GetIncident, ListIncidents
from llmsec_tui.service.incidents.rows import BulkDone, IncidentRow

_WORK, _ASSIGN, _MERGE, _RUN = "incidents.work", "incidents.assign", "incidents.merge", "incidents.run"

ACTS_OF: Mapping[str, Sequence[tuple[str, str]]] = {
    "ack_incident": [("acknowledge", "incidents.acknowledge")],
    "take_over": [("take_over", "incidents.acknowledge")],
    "assign": [("assign", _ASSIGN), ("hand_over", _WORK)],
    "investigate": [("investigate", _WORK)],
    "contain": [("contain", _WORK)],
    "resolve": [("resolve", _WORK)],
    "hold": [("hold", _WORK), ("resume", _WORK)],
    "close": [("close", "incidents.close")],
    "reopen": [("reopen", "incidents.reopen")],
    "merge": [("merge", _MERGE)],
    "unmerge": [("unmerge", _MERGE)],
    "set_level": [("set_level", _WORK)],
    "note": [("note", _WORK)],
    "watching": [("watch", "incidents.read"), ("unwatch", "incidents.read")],
    "retitle": [("retitle", _WORK)],
    "duty": [("start_duty", _WORK)],
    "export_incident": [("export", "incidents.export")],
    "rehearse": [("rehearse", _RUN)],
    "run_remedy": [("run", _RUN)],
    "pin": [("pin", _WORK)],
    "verify": [("check_pins", "incidents.read")],
    "split": [("split", _MERGE)],
}
"""By action: acts with what each takes, the first that is possible being the one that is meant."""

_LABELS = {"resume": "Resume", "unwatch": "Unwatch", "hand_over": "Give"}
_CHOOSES_INCIDENT = frozenset({"merge", "link", "close"})


class IncidentActs(Keeping):
    """The actions of screens on which an incident is under the cursor."""

    @property
    def incident(self) -> IncidentRow | None:
        """The incident that an action is about, as it was read last."""
        raise NotImplementedError

    def marked_incidents(self) -> list[IncidentRow]:
        """Those that were marked; acts are on them then."""
        return []

    def forget_marks(self) -> None:
        """They were acted on."""

    # What is possible

    def act_of(self, action: str) -> str | None:
        """The act that an action means here and now, for this role; None when there is none."""
        rows = self._meant()
        held = self.shell.capabilities
        for act, capability in ACTS_OF[action]:
            allowed = held is None or capability in held
            if len(rows) > 1:
                allowed = allowed and MANNERS.get(act) is not None and MANNERS[act].many
            if allowed and any(act in row.acts and not self._pointless(act, row) for row in rows):
                return act
        return None

    def _meant(self) -> list[IncidentRow]:
        one = self.incident
        return self.marked_incidents() or ([one] if one is not None else [])

    def _pointless(self, act: str, row: IncidentRow) -> bool:
        me = self.shell.user
        return (
            (act == "watch" and me in row.watchers)
            or (act == "unwatch" and me not in row.watchers)
            or (act == "take_over" and row.owner == me)
            or (act == "hand_over" and row.owner != me)
        )

    def hides(self, action: str) -> bool:
        """Whether an action is none of this incident's as it is."""
        return action in ACTS_OF and self.act_of(action) is None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only acts that the incident's state allows are offered."""
        possible = super().check_action(action, parameters)
        return False if possible is not False and self.hides(action) else possible

    def label_of(self, action: Action) -> str:
        if action.id in ACTS_OF:
            return _LABELS.get(self.act_of(action.id) or "", action.label)
        return super().label_of(action)

    # The actions

    def action_ack_incident(self, note: str = "") -> None:
        self._begin("ack_incident", {"note": note})

    def action_take_over(self, note: str = "") -> None:
        self._begin("take_over", {"note": note})

    def action_assign(self, person: str = "") -> None:
        self._begin("assign", {"owner": person})

    def action_investigate(self, note: str = "") -> None:
        self._begin("investigate", {"note": note})

    def action_contain(self, note: str = "") -> None:
        self._begin("contain", {"note": note})

    def action_resolve(self, note: str = "") -> None:
        self._begin("resolve", {"note": note})

    def action_hold(self, note: str = "") -> None:
        self._begin("hold", {"note": note})

    def action_close(self) -> None:
        self._begin("close", {})

    def action_reopen(self, note: str = "") -> None:
        self._begin("reopen", {"note": note})

    def action_merge(self, incident: str = "") -> None:
        self._begin("merge", {"incident": incident})

    def action_unmerge(self, note: str = "") -> None:
        self._begin("unmerge", {"note": note})

    def action_set_level(self) -> None:
        self._begin("set_level", {})

    def action_note(self, note: str = "") -> None:
        self._begin("note", {"note": note})

    def action_watching(self) -> None:
        self._begin("watching", {})

    def action_retitle(self, title: str = "") -> None:
        row = self.incident
        if title and row is not None:
            self.send_act("retitle", row, {"title": title})
        else:
            self._begin("retitle", {})

    def action_export_incident(self) -> None:
        for row in self._meant():
            self.run_worker(self._export(row), group="keep")

    def _begin(self, action: str, given: Given) -> None:
        if (act := self.act_of(action)) is not None:
            self.begin(act, self._meant(), given)

    # Asking and sending

    def begin(
        self,
        act: str,
        rows: Sequence[IncidentRow],
        given: Given,
        *,
        about: str = "",
        extra: Mapping[str, object] | None = None,
    ) -> None:
        """Ask for what the act needs, unless it is given, and send it."""
        manner = MANNERS[act]
        note_is_all = manner.required and bool(given.get("note")) and act not in ("set_level", "close", "mark")
        if len(rows) == 1 and (manner.at_once or note_is_all):
            self.send_act(act, rows[0], given, extra)
        elif rows:
            self._ask_for(act, list(rows), given, about, extra)

    def _ask_for(
        self, act: str, rows: list[IncidentRow], given: Given, about: str, extra: Mapping[str, object] | None
    ) -> None:
        desk = self.shell.desk
        if desk is None:
            self.say("The desk is not known yet; try again in a moment.", bad=True)
            return
        known = Known(desk, self.shell.now, self.running_duties())
        if act == "start_duty" and not desk.duties:
            self.say("The policy names no duty by law.", bad=True)
            return
        form = incident_forms.form(act, rows, known, given, about)

        def answered(answer: Given | None) -> None:
            if answer is None:
                return
            if len(rows) > 1:
                self.run_worker(self._carry_out_many(incident_forms.bulk(act, rows, answer)), group="acts")
            else:
                self.send_act(act, rows[0], answer, extra)

        self.app.push_screen(form, answered)
        self.run_worker(self._look_up_for(act, rows, known, form), group="form", exclusive=True)

    async def _look_up_for(self, act: str, rows: Sequence[IncidentRow], known: Known, form: Form) -> None:
        """What a window can do without when it opens."""
        ask = self.shell.link.ask
        try:
            if act in _CHOOSES_INCIDENT and len(rows) == 1:
                page = await ask(ListIncidents(order="newest", limit=PAGE_LIMIT))
                form.propose("incident", incident_forms.others(page.rows, [row.incident_id for row in rows]))
            if act == "close":
                details = [await ask(GetIncident(incident_id=row.incident_id)) for row in rows]
                shares = [one.content_share for one in details if one.content_share is not None]
                known.content_share, known.seen = min(shares, default=None), True
            await self.shell.know_desk(again=True)
        except LlmsecError as error:
            self.say(str(error), bad=True)

    def running_duties(self) -> list[str]:
        """Clocks by law that are not met, where that is known."""
        return []

    def send_act(self, act: str, row: IncidentRow, given: Given, extra: Mapping[str, object] | None = None) -> None:
        """Do it without asking anything."""
        self.run_worker(
            self.carry_out_act(incident_forms.command(act, row, given, self.shell.now, extra)), group="acts"
        )

    async def carry_out_act(self, command: ActOnIncident | Command[Done]) -> bool:
        """Send it and say what came of it; whether it was done."""
        done = False
        try:
            answer = await self.shell.link.ask(command)
        except StaleVersion as error:
            self.shell.say(f"{error} Nothing was done; this is how it is now.", bad=True, lasting=True)
        except LlmsecError as error:
            self.shell.say(str(error), bad=True, lasting=True)
        else:
            done = True
            self.say(answer.message)
        self.ask_again()
        return done

    async def _carry_out_many(self, command: BulkAct) -> None:
        try:
            done: BulkDone = await self.shell.link.ask(command)
        except LlmsecError as error:
            self.shell.say(str(error), bad=True, lasting=True)
        else:
            self.forget_marks()
            self.app.push_screen(ResultsDialog(done))
        self.ask_again()

    async def _export(self, row: IncidentRow) -> None:
        command = ExportIncident(command_id=uuid4().hex, incident_id=row.incident_id)
        try:
            bundle = await self.shell.link.ask(command)
            files = [(file.name, file.content) for file in bundle.files]
            folder = evidence.write_all(row.incident_id, files, evidence.folders(self.shell.home))
        except LlmsecError as error:
            self.say(str(error), bad=True)
        else:
            self.shell.say(f"{len(files)} files are in {folder}", lasting=True)
        self.ask_again()
