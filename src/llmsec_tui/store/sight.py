"""How far somebody sees into the store: which rows exist for them, and what their filters may look into.

Rows are left out by views that stand before the tables of one connection, so there is no query that could forget to.
"""

from dataclasses import dataclass

from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What one asker sees of the store."""

    apps: tuple[str, ...] = ()
    """Only what these applications did; empty for all."""
    tenants: tuple[str, ...] = ()
    texts: bool = True
    """Filters may look into what people and models wrote."""
    identities: bool = True
    """Filters may name users; else only by their pseudonyms."""

    @property
    def is_narrow(self) -> bool:
        """Whether there are rows that do not exist for them."""
        return bool(self.apps or self.tenants)


EVERYTHING = Sight()

_MADE = """
CREATE TEMP TABLE scope_apps (name VARCHAR);
CREATE TEMP TABLE scope_tenants (name VARCHAR)
"""
_FILL_APPS = "INSERT INTO scope_apps SELECT unnest($names::VARCHAR[])"
_FILL_TENANTS = "INSERT INTO scope_tenants SELECT unnest($names::VARCHAR[])"
_EVENT_APP = "service_name IN (SELECT name FROM scope_apps)"
_EVENT_TENANT = "tenant_id IN (SELECT name FROM scope_tenants)"
_ALERT_APP = "app IN (SELECT name FROM scope_apps)"
_ALERT_TENANT = "event_id IN (SELECT event_id FROM store.events WHERE tenant_id IN (SELECT name FROM scope_tenants))"
_EVENTS = "CREATE TEMP VIEW events AS SELECT * FROM store.events WHERE "
_ALERTS = "CREATE TEMP VIEW alerts AS SELECT * FROM store.alerts WHERE "
# What has alerts on both sides of a border is for those who see both: it cannot be cut in two.
_OTHERS = """
CREATE TEMP VIEW incidents AS SELECT * FROM store.incidents
WHERE incident_id IN (SELECT incident_id FROM alerts)
    AND incident_id NOT IN (
        SELECT outside.incident_id FROM store.alerts AS outside ANTI JOIN alerts USING (alert_id)
        WHERE outside.incident_id IS NOT NULL
    );
CREATE TEMP VIEW incident_events AS SELECT * FROM store.incident_events
WHERE number IN (SELECT number FROM incidents);
CREATE TEMP VIEW incident_keys AS SELECT * FROM store.incident_keys WHERE number IN (SELECT number FROM incidents);
CREATE TEMP VIEW run_outputs AS SELECT * FROM store.run_outputs
WHERE incident_id IN (SELECT incident_id FROM incidents);
CREATE TEMP VIEW notifications AS SELECT * FROM store.notifications
WHERE incident_id IN (SELECT incident_id FROM incidents);
CREATE TEMP VIEW alert_acts AS SELECT * FROM store.alert_acts WHERE alert_id IN (SELECT alert_id FROM alerts);
CREATE TEMP VIEW dead_letters AS SELECT * FROM store.dead_letters WHERE false;
CREATE TEMP VIEW source_stats AS
SELECT source_id, path, format, seen.records, seen.events, 0::BIGINT AS dead_letters,
    coalesce(raised.alerts, 0) AS alerts, seen.content_yes, seen.last_event_at
FROM store.source_stats
JOIN (
    SELECT source_id, count(DISTINCT record_idx) AS records, count(*) AS events,
        count(*) FILTER (content_state = 'present') AS content_yes, max(ts) AS last_event_at
    FROM events GROUP BY source_id
) AS seen USING (source_id)
LEFT JOIN (
    SELECT source_id, count(*) AS alerts FROM alerts JOIN events USING (event_id) GROUP BY source_id
) AS raised USING (source_id);
CREATE TEMP VIEW source_counts AS
SELECT source_id, 'content_no' AS kind, content_state AS name, count(*) AS n
FROM events WHERE content_state NOT IN ('present', 'none') GROUP BY ALL;
CREATE TEMP VIEW rule_stats AS
SELECT rule_id, count(*) AS alerts, max(raised_at) AS last_alert_at,
    count(*) FILTER (state = 'withdrawn') AS withdrawn, 0::BIGINT AS not_evaluable, 0::BIGINT AS late,
    0::BIGINT AS untimed, 0::BIGINT AS ungrouped, 0::BIGINT AS future, 0::BIGINT AS evicted
FROM alerts GROUP BY rule_id;
CREATE TEMP VIEW silences AS
SELECT * REPLACE (coalesce(kept.hidden, 0) AS hidden, kept.last_hidden_at AS last_hidden_at)
FROM store.silences LEFT JOIN (
    SELECT suppressed_ref AS silence_id, count(*) AS hidden, max(raised_at) AS last_hidden_at
    FROM alerts WHERE suppressed_by = 'silenced' GROUP BY suppressed_ref
) AS kept USING (silence_id)
WHERE kept.hidden > 0
    OR list_has_any(json_extract_string(matchers, '$[*][1]'), (SELECT coalesce(list(name), []) FROM scope_apps))
"""
_MARKERS = """
CREATE TEMP VIEW markers AS SELECT * FROM store.markers WHERE app = '' OR app IN (SELECT name FROM scope_apps)
"""


_BEHAVIOUR = "CREATE TEMP VIEW segments AS SELECT * FROM store.segments WHERE "
_FIRST_SEEN = "CREATE TEMP VIEW first_seen AS SELECT * FROM store.first_seen WHERE "
_SEGMENT_APP = "app IN (SELECT name FROM scope_apps)"
_SEGMENT_TENANT = "tenant IN (SELECT name FROM scope_tenants)"
_OF_SEGMENTS = """
CREATE TEMP VIEW behaviour_minutes AS SELECT * FROM store.behaviour_minutes SEMI JOIN segments USING (segment_id);
CREATE TEMP VIEW behaviour_hours AS SELECT * FROM store.behaviour_hours SEMI JOIN segments USING (segment_id);
CREATE TEMP VIEW baseline_hours AS SELECT * FROM store.baseline_hours SEMI JOIN segments USING (segment_id);
CREATE TEMP VIEW behaviour_names AS SELECT * FROM store.behaviour_names
WHERE metric <> 'tools' OR "name" IN (SELECT left(tool_name, 200) FROM events);
"""
_POINTS = "CREATE TEMP VIEW behaviour_points AS SELECT * FROM store.behaviour_points WHERE "
_POINTS_OF_APPS = "slice IN (SELECT 'app=' || name FROM scope_apps)"
_POINTS_OF_TENANTS = "slice IN (SELECT 'tenant=' || name FROM scope_tenants)"


def narrow(cursor: DuckDBPyConnection, sight: Sight) -> None:
    """Put the views of a sight before the tables of this connection, for good.

    Events that say nothing of their application or tenant are outside of every scope that names some, and so is what
    could not be read at all. An incident is inside when all of its alerts are.
    """
    if not sight.is_narrow:
        return
    cursor.execute(_MADE)
    cursor.execute(_FILL_APPS, {"names": list(sight.apps)})
    cursor.execute(_FILL_TENANTS, {"names": list(sight.tenants)})
    cursor.execute(_EVENTS + _both(sight, _EVENT_APP, _EVENT_TENANT))
    cursor.execute(_ALERTS + _both(sight, _ALERT_APP, _ALERT_TENANT))
    cursor.execute(_OTHERS)
    if sight.apps:
        cursor.execute(_MARKERS)
    cursor.execute(_BEHAVIOUR + _both(sight, _SEGMENT_APP, _SEGMENT_TENANT))
    cursor.execute(_FIRST_SEEN + _both(sight, _SEGMENT_APP, _SEGMENT_TENANT))
    cursor.execute(_OF_SEGMENTS)
    cursor.execute(_POINTS + _points(sight))


def _points(sight: Sight) -> str:
    """Those of one application are of all its tenants: where both are named, there are none that lie inside."""
    if sight.apps and sight.tenants:
        return "false"
    return _POINTS_OF_APPS if sight.apps else _POINTS_OF_TENANTS


def _both(sight: Sight, of_app: str, of_tenant: str) -> str:
    """A condition out of the constants above."""
    return " AND ".join(([of_app] if sight.apps else []) + ([of_tenant] if sight.tenants else []))
