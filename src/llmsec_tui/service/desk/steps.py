"""What comes to an incident with its alerts: steps of playbooks, limits of time, duties by law."""

from collections.abc import Callable, Iterable, Sequence

from llmsec_tui.incidents.changes import AlertsJoined, Change, DutyStarted, Limit, NewTask, Opened, Share
from llmsec_tui.incidents.grouping import share_of
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.keys import AlertFacts
from llmsec_tui.incidents.moving_alerts import raises
from llmsec_tui.incidents.policy import Policy
from llmsec_tui.incidents.share import highest, plus, rank
from llmsec_tui.incidents.task_acts import numbered

Playbook = Callable[[str], Sequence[str]]
"""The steps of a rule by its id; none for a rule that is gone."""

_RUN, _END = " (run: ", ")"


class Steps:
    """By one policy and one set of rules."""

    def __init__(self, policy: Policy, playbook: Playbook) -> None:
        self.policy = policy
        self._playbook = playbook

    def tasks(self, rule_ids: Iterable[str]) -> list[NewTask]:
        """The steps of these rules, each text once; their numbers are still to be given."""
        found: dict[str, NewTask] = {}
        for rule_id in rule_ids:
            for line in self._playbook(rule_id):
                text, remedy = self._parted(line)
                found.setdefault(text, NewTask(task=0, text=text, rule_id=rule_id, remedy=remedy))
        return list(found.values())

    def opened(self, how: str, alerts: Sequence[AlertFacts], **given: str) -> Opened:
        """The beginning of an incident with these alerts; ``given`` are more fields of it, the empty ones left out."""
        share = share_of(alerts)
        level = given.get("level") or highest(share.levels) or alerts[0].level
        worst = max(alerts, key=lambda alert: rank(alert.level))
        fields = {"title": worst.title, "level": level, **{name: value for name, value in given.items() if value}}
        return Opened(
            how=how,
            share=share,
            limits=self.limits(level),
            tasks=numbered(None, self.tasks(share.rules)),
            first_event_at=first_event(alerts),
            first_alert_at=min(alert.raised_at for alert in alerts),
            **fields,
        )

    def joined(self, incident: Incident, alerts: Sequence[AlertFacts]) -> AlertsJoined:
        """These alerts come to an incident."""
        share = share_of(alerts)
        return AlertsJoined(
            share=share,
            tasks=numbered(incident, self.tasks(rule for rule in share.rules if rule not in incident.rules)),
            first_event_at=first_event(alerts),
            limits=self.limits(self.level(incident, share)) if raises(incident, share) else [],
        )

    def level(self, incident: Incident, share: Share) -> str:
        """How bad an incident is with these alerts too, when nobody set its level."""
        return highest(plus(incident.levels, share.levels)) or incident.level

    def duties(self, incident: Incident, alerts: Iterable[AlertFacts], at: int) -> list[Change]:
        """The duties that these alerts start, because of their tags, from ``at`` on."""
        tags = {tag for alert in alerts for tag in alert.tags}
        running = {clock.name for clock in incident.clocks}
        return [
            DutyStarted(limit=Limit(clock=duty.name, within=duty.within, duty=True), aware_at=at)
            for duty in self.policy.duties
            if duty.tags & tags and duty.name not in running
        ]

    def limits(self, level: str) -> list[Limit]:
        """How fast incidents of a level must be dealt with."""
        return self.policy.times[level].limits()

    def _parted(self, line: str) -> tuple[str, str]:
        """The text of a step, and the remedy that does it; a remedy that the policy does not know stays in the text."""
        text, found, name = line.rpartition(_RUN)
        if not found or not name.endswith(_END) or self.policy.remedy(name.removesuffix(_END)) is None:
            return line, ""
        return text, name.removesuffix(_END)


def first_event(alerts: Iterable[AlertFacts]) -> int | None:
    """When the earliest event of these alerts was."""
    return min((alert.first_event_at for alert in alerts if alert.first_event_at is not None), default=None)
