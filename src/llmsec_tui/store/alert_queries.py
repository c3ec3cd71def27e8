"""What is asked about alerts."""

from duckdb import DuckDBPyConnection

from llmsec_tui.errors import NotFound
from llmsec_tui.store.rows import Row, rows
from llmsec_tui.store.silences import SILENCED, all_silences

PREFIX_LENGTH = 4
"""Fewer characters than this do not name an alert."""

ROW = """
SELECT seq, alert_id, rule_id, title, level, confidence, state, version, owner, epoch_us(ts) AS ts,
    epoch_us(raised_at) AS raised_at, event_id, conversation_id, user_id, app, model, source_path, role, trust,
    tool_name, coalesce(excerpt, '') AS excerpt, suppressed_by, suppressed_ref,
    CASE WHEN suppressed_by IS NULL THEN coalesce(group_id, alert_id) END AS group_id, 1 AS grouped,
    coalesce(incident_id, '') AS incident_id, coalesce(disposition, '') AS disposition
FROM alerts
"""
_ONE = ROW + "WHERE alert_id = $alert_id"
_OF_CONVERSATION = (
    ROW + "WHERE conversation_id = $conversation_id AND suppressed_by IS NULL ORDER BY seq DESC LIMIT $limit"
)
_OF_EVENT = ROW + "WHERE event_id = $event_id ORDER BY seq DESC"
_LATEST = ROW + "WHERE suppressed_by IS NULL ORDER BY seq DESC LIMIT $limit"
_IDS = "SELECT alert_id FROM alerts WHERE starts_with(alert_id, $prefix) LIMIT 2"
_DETAIL = """
SELECT coalesce(reason, '') AS reason, coalesce(tags, []) AS tags, rule_version, coalesce(field, '') AS field,
    coalesce(spans, []) AS spans, decoded_by, decoded_text, format, environment, source_offset, source_len,
    lower(hex(record_sha256)) AS record_sha256, group_key, epoch_us(began) AS began, n_events,
    coalesce(event_ids, []) AS event_ids
FROM alerts WHERE alert_id = $alert_id
"""
_IN_GROUP = "SELECT count(*) FROM alerts WHERE group_id = $group_id AND suppressed_by IS NULL"
_STANDS_FOR = """
SELECT suppressed_by, count(*) FROM alerts WHERE suppressed_ref = $alert_id AND suppressed_by <> 'silenced'
GROUP BY suppressed_by ORDER BY suppressed_by
"""
_CAMPAIGN = "SELECT campaign_id FROM alerts WHERE alert_id = $alert_id"
_CAMPAIGN_SIZE = """
SELECT count(*) AS campaign_alerts, count(DISTINCT user_id) AS campaign_users,
    count(DISTINCT variant_id) AS campaign_variants
FROM alerts WHERE campaign_id = $campaign_id AND state <> 'withdrawn'
"""
_ACTS = """
SELECT epoch_us(noted_at) AS "at", actor, act, note FROM alert_acts WHERE alert_id = $alert_id ORDER BY version
"""


def latest_alerts(cursor: DuckDBPyConnection, limit: int) -> list[Row]:
    """The newest alerts that are shown, whatever became of them since."""
    return rows(cursor, _LATEST, {"limit": limit})


def alert_detail(cursor: DuckDBPyConnection, name: str) -> Row:
    """One alert by its id or a prefix of it: the fields of ``AlertDetail`` that do not come from its rule."""
    alert_id = whole_id(cursor, name)
    [row] = rows(cursor, _ONE, {"alert_id": alert_id})
    [detail] = rows(cursor, _DETAIL, {"alert_id": alert_id})
    detail["spans"] = [tuple(span) for span in detail["spans"]]
    conversation = row["conversation_id"]
    others = alerts_of_conversation(cursor, conversation, 21) if conversation else []
    return {
        "row": row,
        **detail,
        **_suppression(cursor, row),
        **_campaign(cursor, alert_id),
        "acts": alert_acts(cursor, alert_id),
        "others": [other for other in others if other["alert_id"] != alert_id][:20],
    }


def alert_acts(cursor: DuckDBPyConnection, alert_id: str) -> list[Row]:
    """What was done to an alert, first act first."""
    return rows(cursor, _ACTS, {"alert_id": alert_id})


def alerts_of_conversation(cursor: DuckDBPyConnection, conversation_id: str, limit: int) -> list[Row]:
    """The alerts of one conversation that are shown, newest first."""
    return rows(cursor, _OF_CONVERSATION, {"conversation_id": conversation_id, "limit": limit})


def alerts_of_event(cursor: DuckDBPyConnection, event_id: str) -> list[Row]:
    """The alerts on one event, newest first."""
    return rows(cursor, _OF_EVENT, {"event_id": event_id})


def _suppression(cursor: DuckDBPyConnection, row: Row) -> Row:
    """What keeps an alert from being shown, or what it stands for."""
    by, ref = row["suppressed_by"], row["suppressed_ref"]
    others = rows(cursor, _ONE, {"alert_id": ref}) if by not in (None, SILENCED) else []
    silences = [one for one in all_silences(cursor) if one.silence.id == ref] if by == SILENCED else []
    [(in_group,)] = cursor.execute(_IN_GROUP, {"group_id": row["group_id"]}).fetchall()
    return {
        "kept_by": others[0] if others else None,
        "silence": silences[0] if silences else None,
        "in_group": max(in_group, 1),
        "stands_for": dict(cursor.execute(_STANDS_FOR, {"alert_id": row["alert_id"]}).fetchall()),
    }


def _campaign(cursor: DuckDBPyConnection, alert_id: str) -> Row:
    """Of an alert's campaign: its id, and how large it is; nothing for an alert in none."""
    [(campaign_id,)] = cursor.execute(_CAMPAIGN, {"alert_id": alert_id}).fetchall()
    if campaign_id is None:
        return {"campaign_id": "", "campaign_alerts": 0, "campaign_users": 0, "campaign_variants": 0}
    [size] = rows(cursor, _CAMPAIGN_SIZE, {"campaign_id": campaign_id})
    return {"campaign_id": campaign_id, **size}


def whole_id(cursor: DuckDBPyConnection, name: str) -> str:
    """The id of the one alert that has this id, or whose id begins with it. Raises :class:`NotFound`."""
    if len(name) < PREFIX_LENGTH:
        raise NotFound(f"{name!r} is too short to name an alert.", hint=f"Give at least {PREFIX_LENGTH} characters.")
    if cursor.execute("SELECT 1 FROM alerts WHERE alert_id = $alert_id", {"alert_id": name}).fetchone():
        return name
    ids = [alert_id for (alert_id,) in cursor.execute(_IDS, {"prefix": name}).fetchall()]
    if len(ids) == 1:
        return str(ids[0])
    if ids:
        raise NotFound(f"More than one alert begins with {name}.", hint="Give more characters of the id.")
    raise NotFound(f"There is no alert {name}.")
