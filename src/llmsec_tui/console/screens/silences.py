"""What is silenced: by whom, why, until when, and how much it has hidden."""

from collections.abc import Mapping, Sequence
from uuid import uuid4

from llmsec_tui.console import lists
from llmsec_tui.console.actions import Place
from llmsec_tui.console.dialogs import NoteDialog
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.rows import Reach
from llmsec_tui.console.screens.acts import Keeping
from llmsec_tui.console.screens.queue import QueueOver
from llmsec_tui.errors import LlmsecError
from llmsec_tui.service.silences.api import EndSilence, ListSilences, SilenceRow


class SilencesPane(QueueOver[SilenceRow], Keeping):
    """Those that hold first, then the newest; over the screen that was open."""

    place = Place.SILENCES
    deeper = "silences"
    columns = lists.SILENCES
    empty = "Nothing was ever silenced."
    tail = False

    @property
    def silence(self) -> SilenceRow | None:
        """The one under the cursor."""
        return self.rows.selected

    async def fetch(self, reach: Reach, filter_text: str) -> tuple[Sequence[SilenceRow], int]:
        page = await self.shell.link.ask(
            ListSilences(filter=filter_text, before=reach.before, after=reach.after, limit=reach.limit)
        )
        return page.rows, page.total

    def version(self, report: LinkReport) -> object:
        status = report.status
        return status and (status.silences, status.silenced, status.audit_seq)

    def is_idle(self, action: str) -> bool:
        if action == "end_silence":
            return self.silence is None or self.silence.state != "holds"
        return super().is_idle(action)

    def action_open(self) -> None:
        """The alerts that it hid."""
        if (silence := self.silence) is not None:
            self.shell.show_alerts(f"silence:{silence.silence_id}")

    def action_end_silence(self, note: str = "") -> None:
        silence = self.silence
        if silence is None or silence.state != "holds":
            return

        def noted(reason: str | None) -> None:
            if reason is not None:
                command = EndSilence(command_id=uuid4().hex, silence_id=silence.silence_id, note=reason)
                self.run_worker(self._carry_out(command), group="acts")

        if note:
            noted(note)
        else:
            self.app.push_screen(NoteDialog("End this silence", lists.demand(silence), required=False), noted)

    async def _carry_out(self, command: EndSilence) -> None:
        try:
            done = await self.shell.link.ask(command)
        except LlmsecError as error:
            self.say(str(error), bad=True)
        else:
            self.say(done.message)
        self.ask_again()

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        if (silence := self.silence) is None:
            return None
        return f"silence-{silence.silence_id}", {"silence": silence}
