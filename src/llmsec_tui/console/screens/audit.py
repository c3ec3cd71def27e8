"""The audit trail: who did what, and what was refused."""

from collections.abc import Sequence

from llmsec_tui.console import lists
from llmsec_tui.console.actions import Place
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.rows import Reach
from llmsec_tui.console.screens.queue import Queue
from llmsec_tui.service.api import AuditRow, ListAudit


class AuditPane(Queue[AuditRow]):
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
