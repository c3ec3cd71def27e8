"""What a person does with an alert or event, from whichever screen: take it, put it away, copy it, write it."""

from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

from llmsec_tui.console import alert_forms, evidence
from llmsec_tui.console.dialogs import NoteDialog
from llmsec_tui.console.forms import Form, Given
from llmsec_tui.console.screens.base import Pane
from llmsec_tui.console.silence_dialog import SilenceDialog
from llmsec_tui.errors import LlmsecError, StaleVersion
from llmsec_tui.service.api import AcknowledgeAlert, AlertRow, Command, DismissAlert, Done, GetAlert
from llmsec_tui.service.asks import PAGE_LIMIT
from llmsec_tui.service.campaigns.api import GetCampaign
from llmsec_tui.service.incidents.api import ListIncidents
from llmsec_tui.service.silences.api import AddSilence


class Keeping(Pane):
    """The actions of screens with something to copy or to write."""

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        """(name for a file, what goes into it), or None when there is nothing under the cursor."""
        raise NotImplementedError

    def action_copy(self) -> None:
        self.run_worker(self._copy(), group="keep", exclusive=True)

    def action_write(self) -> None:
        self.run_worker(self._write(), group="keep", exclusive=True)

    async def _copy(self) -> None:
        if (kept := await self._ask_for_kept()) is None:
            return
        text = evidence.as_json(kept[1])
        if len(text) > evidence.CLIPBOARD_LIMIT:
            self.say("Too long for the terminal's clipboard; press w to write it to a file.", bad=True)
            return
        self.app.copy_to_clipboard(text)
        self.say(f"Sent {len(text):,} characters to the terminal's clipboard; w writes a file if yours ignores it.")

    async def _write(self) -> None:
        if (kept := await self._ask_for_kept()) is None:
            return
        try:
            path = evidence.write(kept[0], evidence.as_json(kept[1]), (Path.cwd(), self.shell.home.root))
        except LlmsecError as error:
            self.say(str(error), bad=True)
        else:
            self.say(f"Written to {path}")

    async def _ask_for_kept(self) -> tuple[str, Mapping[str, object]] | None:
        try:
            return await self.kept()
        except LlmsecError as error:
            self.say(str(error), bad=True)
            return None


class AlertActs(Keeping):
    """The actions of screens on which an alert is under the cursor."""

    @property
    def alert(self) -> AlertRow | None:
        """The alert that an action is about."""
        raise NotImplementedError

    def action_acknowledge(self, note: str = "") -> None:
        if (alert := self.alert) is not None:
            self._send(acknowledgement(alert, note))

    def action_acknowledge_with_note(self) -> None:
        if (alert := self.alert) is not None:
            self._with_note("Acknowledge", alert, required=False)

    def action_dismiss_alert(self, note: str = "") -> None:
        if (alert := self.alert) is None:
            return
        if note:
            self._send(dismissal(alert, note))
        else:
            self._with_note("Dismiss", alert, required=True)

    def action_event(self) -> None:
        if (alert := self.alert) is not None:
            self.shell.open_event(alert.event_id)

    def action_campaign(self) -> None:
        if (alert := self.alert) is not None:
            self.run_worker(self._show_campaign(alert), group="step", exclusive=True)

    async def _show_campaign(self, alert: AlertRow) -> None:
        try:
            found = await self.shell.link.ask(GetCampaign(campaign_id=alert.alert_id))
        except LlmsecError as error:
            self.say(str(error), bad=True)
        else:
            self.shell.open_campaign(found.row.campaign_id)

    def action_incident(self) -> None:
        """Go to the alert's incident; of one that is in none, ask whether to open one."""
        if (alert := self.alert) is None:
            return
        if alert.incident_id:
            self.shell.open_incident(alert.incident_id)
        else:
            self._put_into_incident(alert)

    def _put_into_incident(self, alert: AlertRow) -> None:
        if not self._holds("incidents.open"):
            self.say("This alert is in no incident, and your role may not open one.")
            return
        form = alert_forms.opening(alert)

        def answered(answer: Given | None) -> None:
            if answer is not None:
                self.run_worker(self._open_incident(alert, answer), group="acts")

        self.app.push_screen(form, answered)
        self.run_worker(self._propose(form), group="look-up", exclusive=True)

    async def _open_incident(self, alert: AlertRow, answer: Given) -> None:
        try:
            done = await self.shell.link.ask(alert_forms.opened(alert, answer))
        except LlmsecError as error:
            self.shell.say(str(error), bad=True, lasting=True)
        else:
            self.say(done.message)
            self.shell.open_incident(alert.alert_id)
        self.ask_again()

    async def _propose(self, form: Form) -> None:
        try:
            there = await self.shell.link.ask(ListIncidents(order="newest", limit=PAGE_LIMIT))
        except LlmsecError as error:
            self.say(str(error), bad=True)
        else:
            form.propose("incident", alert_forms.takers(there.rows))

    def _holds(self, capability: str) -> bool:
        held = self.shell.capabilities
        return held is None or capability in held

    def action_silence(self) -> None:
        if (alert := self.alert) is not None:
            self.app.push_screen(SilenceDialog(alert, self.shell.link.ask), self._silence)

    def action_behind(self) -> None:
        if (alert := self.alert) is not None:
            self.run_worker(self._show_behind(alert), group="step", exclusive=True)

    async def _show_behind(self, alert: AlertRow) -> None:
        """The whole group, with what is not shown because of it; of a silenced alert all that the silence hid."""
        try:
            detail = await self.shell.link.ask(GetAlert(alert_id=alert.alert_id))
        except LlmsecError as error:
            self.say(str(error), bad=True)
            return
        if detail.silence is not None:
            self.shell.show_alerts(f"silence:{detail.silence.silence_id}")
        else:
            shown = detail.kept_by or detail.row
            self.shell.show_alerts(f"group:{shown.group_id or shown.alert_id} suppressed:any")

    def _silence(self, command: AddSilence | None) -> None:
        if command is not None:
            self._send(command)

    def _with_note(self, verb: str, alert: AlertRow, *, required: bool) -> None:
        def noted(note: str | None) -> None:
            if note is not None:
                self._send(dismissal(alert, note) if required else acknowledgement(alert, note))

        self.app.push_screen(NoteDialog(f"{verb} this alert", alert.title, required=required), noted)

    def _send(self, command: Command[Done]) -> None:
        self.run_worker(self._carry_out(command), group="acts")

    async def _carry_out(self, command: Command[Done]) -> None:
        try:
            done = await self.shell.link.ask(command)
        except StaleVersion as error:
            self.say(f"{error} Nothing was changed; this is how it is now.", bad=True)
        except LlmsecError as error:
            self.say(str(error), bad=True)
        else:
            self.say(done.message)
        self.ask_again()


def acknowledgement(alert: AlertRow, note: str) -> AcknowledgeAlert:
    """The command to take an alert as it was read."""
    return AcknowledgeAlert(command_id=uuid4().hex, alert_id=alert.alert_id, version=alert.version, note=note)


def dismissal(alert: AlertRow, note: str) -> DismissAlert:
    """The command to put an alert away as it was read."""
    return DismissAlert(command_id=uuid4().hex, alert_id=alert.alert_id, version=alert.version, note=note)
