"""One record of the audit journal."""

from collections.abc import Mapping
from functools import partial

from llmsec_tui.console import audit_text
from llmsec_tui.console.actions import Place
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.screens.journal_acts import JournalActs
from llmsec_tui.console.screens.text_pane import TextPane
from llmsec_tui.errors import CollectorGone, LlmsecError
from llmsec_tui.service.api import ListAudit
from llmsec_tui.service.auditing.api import AuditDetail, GetAuditRecord


class RecordPane(TextPane, JournalActs):
    """One text to scroll; ``n`` and ``p`` go along the list that it was opened from."""

    place = Place.RECORD
    deeper = "record"

    def __init__(self, seq: int, filter_text: str, home: Place) -> None:
        super().__init__(home, filter_text)
        self._seq = seq
        self._detail: AuditDetail | None = None

    @property
    def seq(self) -> int | None:
        return self._seq if self._detail is not None else None

    def version(self, report: LinkReport) -> object:
        status = report.status
        return self._seq, status and (status.sealed_seq, status.anchor_seq)

    def look_again(self) -> None:
        self.run_worker(self._ask(), group="record", exclusive=True)

    async def _ask(self) -> None:
        try:
            detail = await self.shell.link.ask(GetAuditRecord(seq=self._seq))
        except CollectorGone:
            return
        except LlmsecError as error:
            self.say(str(error), bad=True)
            return
        fresh = self._detail is None or self._detail.row.seq != self._seq
        self._detail = detail
        self.pager.show(partial(audit_text.record, detail, self.shell.report.status), from_top=fresh)
        self.show_bars()

    def is_idle(self, action: str) -> bool:
        return self._detail is None and action != "back"

    def action_next(self) -> None:
        self._step(ListAudit(filter=self._filter, before=self._seq, limit=1), "This is the first record of the list.")

    def action_previous(self) -> None:
        self._step(ListAudit(filter=self._filter, after=self._seq, limit=1), "This is the newest record of the list.")

    def _step(self, ask: ListAudit, end: str) -> None:
        self.run_worker(self._go(ask, end), group="step", exclusive=True)

    async def _go(self, ask: ListAudit, end: str) -> None:
        try:
            page = await self.shell.link.ask(ask)
        except LlmsecError as error:
            self.say(str(error), bad=True)
            return
        if page.rows:
            self._seq = page.rows[0].seq
            self.ask_again()
        else:
            self.say(end)

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        return (f"record-{self._seq}", {"record": self._detail}) if self._detail is not None else None
