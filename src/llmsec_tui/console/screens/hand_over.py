"""What the next shift has to know, and the act that gives it to them."""

from collections.abc import Mapping
from functools import partial
from uuid import uuid4

from llmsec_tui.console import incident_forms, report_text
from llmsec_tui.console.actions import Place
from llmsec_tui.console.forms import Field, Form, Given
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.results_dialog import ResultsDialog
from llmsec_tui.console.screens.text_pane import TextPane
from llmsec_tui.errors import CollectorGone, LlmsecError
from llmsec_tui.service.incidents.api import GetHandOver, HandOver
from llmsec_tui.service.incidents.report_rows import HandOverReport


class HandOverPane(TextPane):
    """A report to read; ``A`` gives all that is in it to another person."""

    place = Place.HAND_OVER
    deeper = "hand-over"

    def __init__(self, home: Place) -> None:
        super().__init__(home)
        self._everybody = False
        self._found: HandOverReport | None = None

    def version(self, report: LinkReport) -> object:
        status = report.status
        return self._everybody, status and (status.alerts_seq, status.audit_seq)

    def look_again(self) -> None:
        self.run_worker(self._ask(), group="hand-over", exclusive=True)

    async def _ask(self) -> None:
        whose = "" if self._everybody else self.shell.user
        try:
            await self.shell.know_desk(again=True)
            found = await self.shell.link.ask(GetHandOver(user=whose))
        except CollectorGone:
            return
        except LlmsecError as error:
            self.say(str(error), bad=True)
            return
        fresh = self._found is None or self._found.user != found.user
        self._found = found
        self.pager.show(partial(report_text.hand_over, found), from_top=fresh)
        self.show_bars()

    def is_idle(self, action: str) -> bool:
        return self._found is None and action != "back"

    def action_everybody(self) -> None:
        self._everybody = not self._everybody
        self.ask_again()

    def action_give(self, person: str = "") -> None:
        desk = self.shell.desk
        if desk is None:
            return
        people = incident_forms.options(one for one in desk.people if one != self.shell.user)
        to = Field("to", "to", "Who takes over? Type a name", True, "Say who takes over.", people, True, person)
        note = Field("note", "note", "What should they know? (may be empty)")
        title = "Hand all your open incidents over"
        number = f"{desk.mine} incident{'s' if desk.mine != 1 else ''}"

        def answered(answer: Given | None) -> None:
            if answer is not None:
                self.run_worker(self._send(answer), group="acts")

        self.app.push_screen(Form(title, number, [to, note], does="gives them"), answered)

    async def _send(self, answer: Given) -> None:
        try:
            done = await self.shell.link.ask(HandOver(command_id=uuid4().hex, to=answer["to"], note=answer["note"]))
        except LlmsecError as error:
            self.shell.say(str(error), bad=True, lasting=True)
        else:
            self.app.push_screen(ResultsDialog(done))
        self.ask_again()

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        return ("hand-over", {"report": self._found}) if self._found is not None else None
