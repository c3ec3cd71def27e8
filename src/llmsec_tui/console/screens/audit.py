"""The audit trail: who did what, and what was refused."""

from collections.abc import Mapping, Sequence

from llmsec_tui.console import lists
from llmsec_tui.console.actions import Place
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.rows import Reach
from llmsec_tui.console.screens.acts import Keeping
from llmsec_tui.console.screens.journal_acts import JournalActs
from llmsec_tui.console.screens.queue import Queue
from llmsec_tui.service.api import AuditRow, ListAudit


class AuditPane(Queue[AuditRow], JournalActs, Keeping):
    """Newest first."""

    place = Place.AUDIT
    columns = lists.AUDIT
    empty = "No records."

    async def fetch(self, reach: Reach, filter_text: str) -> tuple[Sequence[AuditRow], int]:
        page = await self.shell.link.ask(
            ListAudit(filter=filter_text, before=reach.before, after=reach.after, limit=reach.limit)
        )
        return page.rows, page.total

    def version(self, report: LinkReport) -> object:
        return report.status and report.status.audit_seq

    @property
    def seq(self) -> int | None:
        row = self.rows.selected
        return None if row is None else row.seq

    def is_idle(self, action: str) -> bool:
        return action not in ("verify_journal", "anchor") and super().is_idle(action)

    def action_open(self) -> None:
        if (seq := self.seq) is not None:
            self.shell.open_record(seq, self.filter_bar.text)

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        row = self.rows.selected
        return (f"record-{row.seq}", {"record": row}) if row is not None else None
