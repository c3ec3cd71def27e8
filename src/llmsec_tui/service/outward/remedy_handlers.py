"""Queries about remedies: what can be done about an incident, and what was written when it was."""

import time
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from llmsec_tui.errors import NotFound
from llmsec_tui.incidents.incident import Run
from llmsec_tui.incidents.policy import Policy
from llmsec_tui.service.context import Context
from llmsec_tui.service.incidents.api import GetRemedies, GetRunOutput
from llmsec_tui.service.incidents.rows import RemedyList, RunOutput, RunRow
from llmsec_tui.service.outward.runner import HEAD_BYTES
from llmsec_tui.store.queries import Reader


def get_remedies(context: Context, reader: Reader, ask: GetRemedies) -> RemedyList:
    """All that can be done, and what would be missing for it."""
    with reader.one_state():
        incident = reader.incident(ask.incident_id)
        found = reader.remedy_values(incident.incident_id)
    return RemedyList(rows=context.remedies.offered(incident, found, time.time_ns() // 1000))


def get_run_output(context: Context, reader: Reader, ask: GetRunOutput) -> RunOutput:
    """What a remedy wrote, raw: to be shown through safe text. Raises NotFound."""
    incident = reader.incident(ask.incident_id)
    run = next((run for run in incident.runs if run.run == ask.run), None)
    if run is None:
        raise NotFound(f"{incident.incident_id} has no run {ask.run}.", hint="Look at its runs again.")
    output, cut = reader.run_output(incident.incident_id, run.run)
    return RunOutput(run=run_row(run, context.policy.policy), text=_text(output, cut), cut=cut)


def run_row(run: Run, policy: Policy) -> RunRow:
    """A run as lists show it; it keeps its name when the policy has it no more."""
    remedy = policy.remedy(run.remedy)
    return RunRow(
        run=run.run,
        remedy=run.remedy,
        title=run.remedy if remedy is None else remedy.title,
        rehearsal=run.rehearsal,
        what=run.what,
        task=run.task,
        state=run.state.value,
        by=run.by,
        at=run.at,
        ended_at=run.ended_at,
        exit_code=run.exit_code,
        output_bytes=run.output_bytes,
        told=run.told,
    )


def _text(output: bytes, cut: int) -> str:
    if not cut:
        return output.decode(errors="replace")
    head, tail = output[:HEAD_BYTES], output[HEAD_BYTES:]
    return f"{head.decode(errors='replace')}\n[… {cut} bytes left out …]\n{tail.decode(errors='replace')}"


HANDLERS: dict[type, Callable[[Context, Reader, Any], Struct]] = {
    GetRemedies: get_remedies,
    GetRunOutput: get_run_output,
}
