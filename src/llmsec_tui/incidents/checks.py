"""Whether an act may be done to an incident as it stands: by the table of acts, and in words when not."""

from collections.abc import Mapping, Sequence

from llmsec_tui.errors import ServiceError, StaleVersion
from llmsec_tui.incidents.acts import ACTS, Act, Effect, Need
from llmsec_tui.incidents.asked import Asked
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.naming import history, moment
from llmsec_tui.incidents.share import rank
from llmsec_tui.incidents.states import LEVELS, Disposition, State

NOTE_CHARS = 20_000
TITLE_CHARS = 500
OWNER_CHARS = 100

_NAMES: Mapping[Need, str] = {
    Need.NOTE: "a note",
    Need.OWNER: "an owner",
    Need.DISPOSITION: "a disposition",
    Need.INCIDENT: "the other incident",
    Need.ALERTS: "alerts",
    Need.LEVEL: "a level",
    Need.TITLE: "a text",
    Need.TASK: "a task's number",
    Need.PIN: "a pin's number",
    Need.EVENT: "an event",
    Need.REMEDY: "a remedy",
    Need.CLOCK: "a clock",
    Need.WHEN: "a time",
}


def legal(of: Incident | State) -> list[str]:
    """The acts that can be done in this state, in the table's order."""
    state = of if isinstance(of, State) else of.state
    return [act.name for act in ACTS.values() if state in act.come_from]


def permitted(incident: Incident, asked: Asked) -> Act:
    """The row of the act, when it may be done; else StaleVersion or ServiceError, and nothing was done."""
    act = ACTS.get(asked.act)
    if act is None:
        raise ServiceError(f"There is no act {asked.act[:60]!r}.", hint=f"There are: {', '.join(ACTS)}.")
    if act.checked and asked.version != incident.version:
        raise _stale(incident, asked)
    if incident.state not in act.come_from:
        raise _elsewhere(incident, act)
    if act.owners_only and incident.owner not in ("", asked.actor):
        raise ServiceError(
            f"{incident.owner} has {incident.incident_id}: to {_said(act)} it is up to them, and nothing was done.",
            hint="Take it over first, with a reason.",
        )
    _complete(incident, asked, act)
    return act


def refused(incident: Incident, why: str, hint: str = "") -> ServiceError:
    """That this changes nothing or makes no sense."""
    return ServiceError(f"{incident.incident_id} {why}; nothing was done.", hint=hint)


def unknown_level(level: str) -> ServiceError:
    """That there is no such level."""
    return ServiceError(f"There is no level {level[:60]!r}; nothing was done.", hint=f"There are: {', '.join(LEVELS)}.")


def standing(incident: Incident) -> str:
    """``is acknowledged, and alice has it``."""
    if incident.state is State.MERGED:
        return f"is merged into {incident.merged_into}"
    return f"is {incident.state}" + (f", and {incident.owner} has it" if incident.owner else "")


def _stale(incident: Incident, asked: Asked) -> StaleVersion:
    what = history(asked.since) or f"{incident.changed} by {incident.changed_by} at {moment(incident.changed_at)}"
    return StaleVersion(
        f"{incident.incident_id} changed since you read it: {what}. It {standing(incident)}; nothing was done.",
        hint=f"Look at it again. {_instead(incident)}",
    )


def _elsewhere(incident: Incident, act: Act) -> ServiceError:
    states = _listed([state for state in State if state in act.come_from], "or")
    return ServiceError(
        f"{incident.incident_id} {standing(incident)}: {_said(act)} is for one that is {states}, and nothing was done.",
        hint=_instead(incident),
    )


def _instead(incident: Incident) -> str:
    onward = [_said(act) for act in ACTS.values() if incident.state in act.come_from and _leads_on(act)]
    return f"What can be done now: {', '.join(onward)}."


def _leads_on(act: Act) -> bool:
    return act.to is not None or act.back or Effect.OWN in act.effects


def _said(act: Act) -> str:
    return act.name.replace("_", " ")


def _listed(names: Sequence[str], last: str) -> str:
    *first, final = names
    return f"{', '.join(first)} {last} {final}" if first else final


def _complete(incident: Incident, asked: Asked, act: Act) -> None:
    missing = [_NAMES[need] for need in act.needs if not _given(asked, need)]
    if missing:
        raise ServiceError(f"To {_said(act)} {incident.incident_id} takes {_listed(missing, 'and')}; nothing was done.")
    if Need.DISPOSITION in act.needs and asked.disposition not in set(Disposition):
        raise ServiceError(
            f"There is no disposition {asked.disposition[:60]!r}; nothing was done.",
            hint=f"There are: {', '.join(Disposition)}.",
        )
    if Need.LEVEL in act.needs and rank(asked.level) < 0:
        raise unknown_level(asked.level)
    for what, text, most in _texts(asked):
        if len(text) > most:
            raise ServiceError(
                f"The {what} has {len(text):,} characters, and at most {most:,} are kept; nothing was done.",
                hint=f"Give a shorter {what}.",
            )


def _given(asked: Asked, need: Need) -> bool:
    match need:
        case Need.NOTE:
            return bool(asked.note.strip())
        case Need.OWNER:
            return bool(asked.owner.strip())
        case Need.DISPOSITION:
            return bool(asked.disposition)
        case Need.INCIDENT:
            return bool(asked.incident)
        case Need.ALERTS:
            return asked.share is not None and bool(asked.share.alert_ids)
        case Need.LEVEL:
            return bool(asked.level)
        case Need.TITLE:
            return bool(asked.title.strip())
        case Need.TASK:
            return asked.task > 0
        case Need.PIN:
            return asked.pin > 0
        case Need.EVENT:
            return asked.record is not None
        case Need.REMEDY:
            return asked.run is not None
        case Need.CLOCK:
            return bool(asked.clock)
        case Need.WHEN:
            return asked.when is not None


def _texts(asked: Asked) -> tuple[tuple[str, str, int], ...]:
    return (
        ("note", asked.note, NOTE_CHARS),
        ("title", asked.title, TITLE_CHARS),
        ("owner", asked.owner, OWNER_CHARS),
    )
