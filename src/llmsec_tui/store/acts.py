"""What people do to alerts, each act once, and only on the version that they saw."""

from datetime import UTC, datetime, timedelta

from duckdb import DuckDBPyConnection

from llmsec_tui.errors import NotFound, ServiceError, StaleVersion
from llmsec_tui.store.incident_alerts import CLOSED
from llmsec_tui.store.withdrawals import WITHDRAWN

_DONE = "SELECT version FROM alert_acts WHERE command_id = $command_id"
_NOW = "SELECT version, state, incident_id FROM alerts WHERE alert_id = $alert_id"
_WHY = "SELECT note FROM alert_acts WHERE alert_id = $alert_id AND version = $version"
_CHANGE = "UPDATE alerts SET state = $state, owner = $owner, version = $version WHERE alert_id = $alert_id"
_ADD = """
INSERT INTO alert_acts (alert_id, noted_at, actor, act, note, version, command_id)
VALUES ($alert_id, make_timestamp($at::BIGINT), $actor, $act, $note, $version, $command_id)
"""
_SINCE = """
SELECT actor, act, epoch_us(noted_at) FROM alert_acts
WHERE alert_id = $alert_id AND version > $version ORDER BY version
"""
_REPLY = "SELECT reply FROM commands WHERE command_id = $command_id"
_ADD_REPLY = (
    "INSERT INTO commands (command_id, noted_at, reply) VALUES ($command_id, make_timestamp($at::BIGINT), $reply)"
)


def act_on_alert(
    connection: DuckDBPyConnection,
    *,
    command_id: str,
    alert_id: str,
    expected_version: int,
    new_state: str,
    owner: str,
    actor: str,
    act: str,
    note: str,
    at: int,
) -> int:
    """Change an alert's state and owner, and add the act to its history; its new version."""
    if done := connection.execute(_DONE, {"command_id": command_id}).fetchone():
        return int(done[0])
    now = connection.execute(_NOW, {"alert_id": alert_id}).fetchone()
    if now is None:
        raise NotFound(f"There is no alert {alert_id}.")
    if now[0] != expected_version:
        raise StaleVersion(_what_changed(connection, alert_id, expected_version), hint="Look at it again, then decide.")
    if now[1] == WITHDRAWN:
        raise ServiceError(
            f"Alert {alert_id} was withdrawn: {_why(connection, alert_id, expected_version)} Nothing was done.",
            hint="It stays to be found under state:withdrawn.",
        )
    if now[1] == CLOSED:
        raise ServiceError(
            f"Alert {alert_id} was closed with {now[2] or 'its incident'}. Nothing was done.",
            hint="Reopen that incident, if there is more to it.",
        )
    version = expected_version + 1
    changed = {"state": new_state, "owner": owner, "version": version, "alert_id": alert_id}
    connection.execute(_CHANGE, changed)
    told = {"at": at, "actor": actor, "act": act, "note": note, "command_id": command_id}
    connection.execute(_ADD, {"alert_id": alert_id, "version": version, **told})
    return version


def recorded_reply(connection: DuckDBPyConnection, command_id: str) -> bytes | None:
    """What was answered to a command that was carried out before."""
    row = connection.execute(_REPLY, {"command_id": command_id}).fetchone()
    return None if row is None else bytes(row[0])


def record_reply(connection: DuckDBPyConnection, command_id: str, reply: bytes, at: int) -> None:
    connection.execute(_ADD_REPLY, {"command_id": command_id, "at": at, "reply": reply})


def _why(connection: DuckDBPyConnection, alert_id: str, version: int) -> str:
    [(note,)] = connection.execute(_WHY, {"alert_id": alert_id, "version": version}).fetchall()
    return str(note)


def _what_changed(connection: DuckDBPyConnection, alert_id: str, version: int) -> str:
    since = connection.execute(_SINCE, {"alert_id": alert_id, "version": version}).fetchall()
    if not since:
        return f"Alert {alert_id} has no version {version}."
    acts = ", then ".join(f"{act} by {actor} at {_clock(at)}" for actor, act, at in since)
    return f"Alert {alert_id} changed since you read it: {acts}."


def _clock(at: int) -> str:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
