"""Commands about incidents."""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial

from llmsec_tui.access import Actor
from llmsec_tui.errors import ServiceError
from llmsec_tui.incidents.acts import ACTS
from llmsec_tui.incidents.states import Disposition
from llmsec_tui.service.context import Context
from llmsec_tui.service.desk.acting import LookedUp
from llmsec_tui.service.desk.desk import Acted
from llmsec_tui.service.incidents.api import ActOnIncident, OpenIncident
from llmsec_tui.service.incidents.lines import began
from llmsec_tui.service.outcome import Outcome

ENOUGH_CONTENT = 0.8
"""Who saw less than this share of the texts has seen too little to call it a false alarm without a second thought."""


def open_incident(context: Context, actor: Actor, command: OpenIncident) -> Outcome:
    """Open one of alerts that are in no open incident."""
    acted = context.desk.open(actor, command, _now())
    return _outcome(acted)


def prepared_act(
    context: Context, actor: Actor, command: ActOnIncident, looked_up: LookedUp | None = None
) -> Callable[[], Outcome]:
    """One act on one incident, once all is looked up that it takes. Raises what makes no sense from the outset."""
    if command.act not in ACTS:
        raise ServiceError(
            f"There is no act {command.act[:40]!r}; nothing was done.", hint=f"There are: {', '.join(sorted(ACTS))}."
        )
    if command.act == "export":
        raise ServiceError("An export is a command of its own.", hint="Use: llmsec-tui incident export")
    looked_up = looked_up or context.desk.look_up(command)
    return partial(_act, context, actor, command, looked_up, _warning(context, command))


def _act(context: Context, actor: Actor, command: ActOnIncident, looked_up: LookedUp, warning: str) -> Outcome:
    outcome = _outcome(context.desk.act(actor, command, _now(), looked_up), warning)
    if command.act != "close":
        return outcome
    alert_ids = context.store.incident_alerts(outcome.object.removeprefix("incident:"))
    return replace(outcome, then=partial(context.suppression.closed, alert_ids))


def _outcome(acted: Acted, warning: str = "") -> Outcome:
    incident = acted.incident
    return Outcome(
        f"{acted.message} {warning}".rstrip(),
        incident.version,
        before=acted.before,
        after=acted.after,
        object=f"incident:{incident.incident_id}",
        then=acted.then,
    )


def _warning(context: Context, command: ActOnIncident) -> str:
    """What whoever calls it a false alarm should know."""
    if command.act != "close" or command.disposition != Disposition.FALSE_POSITIVE:
        return ""
    with closing(context.store.reader()) as reader:
        share = reader.content_share(began(reader.incident(command.incident_id)))
    if share is None or share >= ENOUGH_CONTENT:
        return ""
    return f"Only {share:.0%} of the texts since it began could be seen; the rest may have been an attack."


def _now() -> int:
    return time.time_ns() // 1000
