"""Answer the question for a report on a period, and put on record that it was taken."""

import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from hashlib import sha256
from typing import Any

from msgspec import Struct

from llmsec_tui.access import Actor
from llmsec_tui.audit.record import Facts
from llmsec_tui.compliance.facts import Span
from llmsec_tui.compliance.form import Form
from llmsec_tui.compliance.report import report, written
from llmsec_tui.errors import LlmsecError, ServiceError
from llmsec_tui.service.api import Done
from llmsec_tui.service.commands import done, record_failure, settle
from llmsec_tui.service.compliance.api import PeriodReport, ReportPeriod
from llmsec_tui.service.compliance.gathering import gathered
from llmsec_tui.service.context import Context
from llmsec_tui.service.in_turn import InTurn
from llmsec_tui.service.outcome import Outcome
from llmsec_tui.store.queries import Reader

_ENDINGS = {Form.MARKDOWN: "md", Form.HTML: "html", Form.JSON: "json"}


def period_report(context: Context, reader: Reader, ask: ReportPeriod, actor: Actor) -> PeriodReport:
    """The report. Raises ServiceError for a period or form that makes no sense."""
    now = time.time_ns() // 1000
    period = Span(start=max(ask.since, 0), end=min(ask.until, now))
    if period.length <= 0:
        raise ServiceError("The period is empty: it has to begin before it ends, and before now.")
    if ask.form not in list(Form):
        raise ServiceError(f"There is no form {ask.form!r}.", hint=f"Say one of {', '.join(Form)}.")
    made = report(gathered(context, reader, actor, period, now))
    total = sum(len(column.cells) for column in made.columns)
    held = sum(column.with_evidence for column in made.columns)
    return PeriodReport(
        name=f"monitoring-{period.start // 1_000_000}-{period.end // 1_000_000}.{_ENDINGS[Form(ask.form)]}",
        content=written(made, Form(ask.form)),
        message=f"Evidence for {held} of {total} items; {len(made.blind_spots)} blind spots are named.",
    )


PERSONAL: Mapping[type, Callable[[Context, Reader, Any, Actor], Struct]] = {ReportPeriod: period_report}


async def taken(
    context: Context, actor: Actor, command: ReportPeriod, made: Awaitable[PeriodReport], in_turn: InTurn
) -> PeriodReport:
    """The report, once it is made and on record. Raises what making it raised, after that was recorded."""
    try:
        reply = await made
    except LlmsecError as error:
        await in_turn(partial(record_failure, context, actor, command, error))
        raise
    await in_turn(lambda: settle(context, actor, command, lambda: partial(_taken, reply), done, Done))
    return reply


def _taken(reply: PeriodReport) -> Outcome:
    facts: Facts = {"file": reply.name, "bytes": len(reply.content), "sha256": sha256(reply.content).hexdigest()}
    return Outcome(reply.message, after=facts, object="report")
