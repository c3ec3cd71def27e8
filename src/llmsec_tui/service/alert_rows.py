"""An alert as lists show it."""

from msgspec import Struct


class AlertRow(Struct, frozen=True, kw_only=True):
    """One line of the alert queue."""

    seq: int
    """Order of arrival; the key that pages go by."""
    alert_id: str
    rule_id: str
    title: str
    level: str
    confidence: float
    state: str
    """new | acknowledged | dismissed | withdrawn | closed (with its incident)"""
    version: int
    """Goes up with every act; a command names the version it read."""
    owner: str
    ts: int | None
    raised_at: int
    """When the collector committed it."""
    event_id: str
    conversation_id: str | None
    user_id: str | None
    app: str | None
    model: str | None
    source_path: str
    role: str | None
    trust: str | None
    tool_name: str | None
    excerpt: str
    suppressed_by: str | None = None
    """inhibited | silenced | duplicate; None for an alert that people are shown."""
    suppressed_ref: str | None = None
    """The alert or silence that keeps it from being shown."""
    group_id: str | None = None
    """Of an alert that is shown: the first alert of its group."""
    grouped: int = 1
    """In a list of groups: how many alerts of this one's group match the filter; this one is the newest."""
    incident_id: str = ""
    """The incident that it is in; empty when it is in none."""
    disposition: str = ""
    """Of an alert that was closed: what its incident turned out to be."""
