"""A bundle of STIX 2.1. Ids are made of what they stand for, so the same incident gives the same bundle, and a later
export of it newer versions of the same objects. https://docs.oasis-open.org/cti/stix/v2.1/
"""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from ipaddress import IPv4Address, ip_address
from pathlib import PurePath
from typing import Any

from llmsec_tui.incidents.changes import Noted
from llmsec_tui.incidents.export.case import PRODUCT, AlertRecord, Case, RuleDoc, first_and_last, tags_of, uid
from llmsec_tui.incidents.export.catalogue import Reference, What, references
from llmsec_tui.incidents.export.safe import as_json, moment

MOST_OBSERVED = 1_000
"""Alerts that become observed data; a bundle of more is of no use to anybody."""


def stix(case: Case) -> bytes:
    """The bundle as JSON."""
    import stix2.v21 as v21

    objects = list(_Objects(case).all())
    bundle = v21.Bundle(id=f"bundle--{uid(case, 'bundle')}", objects=objects, allow_custom=False)
    return as_json(json.loads(bundle.serialize()), indent=1) + b"\n"


class _Objects:
    """Makes the objects of one bundle."""

    def __init__(self, case: Case) -> None:
        import stix2.v21 as v21

        self._v21 = v21
        self._case = case
        self._incident = self._id("incident")
        self._identity = self._id("identity")
        times = {"created": moment(case.incident.opened_at), "modified": moment(case.incident.last_at)}
        self._made = {**times, "created_by_ref": self._identity}
        self._observables_made: dict[tuple[object, ...], Any] = {}

    def all(self) -> Iterator[Any]:
        """Every object once, those that are referred to before those that refer to them."""
        case = self._case
        yield self._v21.Identity(
            id=self._identity,
            name=PRODUCT,
            identity_class="system",
            **{name: at for name, at in self._made.items() if name != "created_by_ref"},
        )
        yield self._of_incident()
        patterns = {one: self._attack_pattern(one) for one in references(tags_of(case))}
        yield from patterns.values()
        observed: dict[str, list[str]] = {}
        seen: set[str] = set()
        for alert in case.alerts[:MOST_OBSERVED]:
            parts = list(self._observables(alert))
            yield from (part for part in parts if part.id not in seen)
            seen.update(part.id for part in parts)
            data = self._observed(alert, parts)
            observed.setdefault(alert.rule_id, []).append(data.id)
            yield data
        for address in case.addresses:
            yield from self._address(address)
        for rule in case.rules:
            yield from self._of_rule(rule, observed.get(rule.rule_id, []), patterns)
        yield from (self._related("related-to", self._incident, pattern.id) for pattern in patterns.values())
        yield from self._notes()
        yield self._grouping([data for ids in observed.values() for data in ids])

    def _of_incident(self) -> Any:
        incident = self._case.incident
        told = [f"State: {incident.state.value}. Level: {incident.level}. Alerts: {incident.n_alerts}."]
        if incident.disposition is not None:
            told.append(f"Closed as {incident.disposition.value}: {incident.closing_note}")
        return self._v21.Incident(
            id=self._incident,
            name=f"{incident.incident_id}: {incident.title}",
            description="\n".join(told),
            external_references=[{"source_name": PRODUCT, "external_id": incident.incident_id}],
            labels=[incident.state.value, f"level:{incident.level}"],
            **self._made,
        )

    def _attack_pattern(self, one: Reference) -> Any:
        kind = {What.TECHNIQUE: "technique", What.TACTIC: "tactic", What.RISK: "risk"}[one.what]
        return self._v21.AttackPattern(
            id=self._id("attack-pattern", one.source, one.external_id),
            name=one.external_id,
            description=f"The {kind} {one.external_id} of {one.source}.",
            external_references=[{"source_name": one.source, "external_id": one.external_id, "url": one.url}],
            **self._made,
        )

    def _observables(self, alert: AlertRecord) -> Iterator[Any]:
        """What an alert saw. The text itself goes as Base64: no program that shows a bundle obeys it by accident."""
        path = PurePath(alert.source_path)
        folder = self._once(self._v21.Directory, path=str(path.parent))
        yield folder
        yield self._once(self._v21.File, name=path.name or alert.source_path, parent_directory_ref=folder.id)
        if alert.excerpt:
            text = b64encode(alert.excerpt.encode()).decode()
            yield self._once(self._v21.Artifact, mime_type="text/plain", payload_bin=text)
        if alert.user_id:
            yield self._once(self._v21.UserAccount, user_id=alert.user_id)

    def _once(self, kind: Callable[..., Any], **properties: str) -> Any:
        """Making an object takes longer than all else, and most alerts have the same file and user."""
        key = (kind, *properties.items())
        if key not in self._observables_made:
            self._observables_made[key] = kind(**properties)
        return self._observables_made[key]

    def _observed(self, alert: AlertRecord, parts: Sequence[Any]) -> Any:
        first, last = first_and_last([alert])
        return self._v21.ObservedData(
            id=self._id("observed-data", alert.alert_id),
            first_observed=moment(min(first, last)),
            last_observed=moment(last),
            number_observed=max(alert.n_events or 1, 1),
            object_refs=[part.id for part in parts if part.type != "directory"],
            external_references=[
                {
                    "source_name": PRODUCT,
                    "external_id": alert.alert_id,
                    "description": f"{alert.title} (offset {alert.source_offset}, {alert.source_len} bytes, "
                    f"SHA-256 {alert.record_sha256})",
                }
            ],
            **self._made,
        )

    def _address(self, address: str) -> Iterator[Any]:
        try:
            known = ip_address(address)
        except ValueError:
            # A log may call anything an address; what is none cannot be told as one.
            return
        kind = self._v21.IPv4Address if isinstance(known, IPv4Address) else self._v21.IPv6Address
        yield kind(value=str(known))

    def _of_rule(self, rule: RuleDoc, observed: Sequence[str], patterns: dict[Reference, Any]) -> Iterator[Any]:
        if not rule.source:
            return
        indicator = self._id("indicator", rule.rule_id)
        yield self._v21.Indicator(
            id=indicator,
            name=rule.title,
            description=rule.description or rule.title,
            pattern=rule.source,
            pattern_type="sigma",
            valid_from=moment(self._case.incident.opened_at),
            external_references=[{"source_name": "sigma", "external_id": rule.rule_id}],
            **self._made,
        )
        for one in references(rule.tags):
            if one in patterns:
                yield self._related("indicates", indicator, patterns[one].id)
        alerts = [alert for alert in self._case.alerts if alert.rule_id == rule.rule_id]
        if alerts:
            first, last = first_and_last(alerts)
            yield self._v21.Sighting(
                id=self._id("sighting", rule.rule_id),
                sighting_of_ref=indicator,
                first_seen=moment(min(first, last)),
                last_seen=moment(last),
                count=min(len(alerts), 999_999_999),
                observed_data_refs=list(observed),
                where_sighted_refs=[self._identity],
                **self._made,
            )

    def _related(self, how: str, source: str, target: str) -> Any:
        return self._v21.Relationship(
            id=self._id("relationship", how, source, target),
            relationship_type=how,
            source_ref=source,
            target_ref=target,
            **self._made,
        )

    def _notes(self) -> Iterator[Any]:
        for event in self._case.events:
            if isinstance(event.change, Noted) and event.change.note:
                yield self._v21.Note(
                    id=self._id("note", str(event.seq)),
                    created_by_ref=self._identity,
                    created=moment(event.at),
                    modified=moment(event.at),
                    content=event.change.note,
                    authors=[event.actor],
                    object_refs=[self._incident],
                )

    def _grouping(self, observed: Sequence[str]) -> Any:
        """What ties the data to the incident, for which STIX 2.1 has no relationship."""
        return self._v21.Grouping(
            id=self._id("grouping"),
            name=f"{self._case.incident.incident_id}: everything in it",
            context="suspicious-activity",
            object_refs=[self._incident, *observed],
            **self._made,
        )

    def _id(self, kind: str, *names: str) -> str:
        return f"{kind}--{uid(self._case, kind, *names)}"
