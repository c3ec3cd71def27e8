"""The columns of the frames that travel between the stages, declared once."""

import polars as pl

EVENTS: dict[str, pl.DataType] = {
    "event_id": pl.String(),
    "source_id": pl.String(),
    "source_path": pl.String(),
    "source_offset": pl.Int64(),
    "source_len": pl.Int64(),
    "record_sha256": pl.Binary(),
    "record_idx": pl.Int64(),
    "sub_idx": pl.Int32(),
    "format": pl.String(),
    "kind": pl.String(),
    "native_id": pl.String(),
    "ts": pl.Datetime("us"),
    "ts_source": pl.String(),
    "operation_name": pl.String(),
    "provider_name": pl.String(),
    "request_model": pl.String(),
    "response_model": pl.String(),
    "response_id": pl.String(),
    "request_id": pl.String(),
    "conversation_id": pl.String(),
    "trace_id": pl.String(),
    "span_id": pl.String(),
    "parent_id": pl.String(),
    "user_id": pl.String(),
    "source_ip": pl.String(),
    "service_name": pl.String(),
    "tenant_id": pl.String(),
    "environment": pl.String(),
    "agent_id": pl.String(),
    "agent_name": pl.String(),
    "parent_agent_id": pl.String(),
    "workspace": pl.String(),
    "role": pl.String(),
    "trust": pl.String(),
    "content_sha256": pl.Binary(),
    "part_type": pl.String(),
    "content_state": pl.String(),
    "media_type": pl.String(),
    "tool_name": pl.String(),
    "tool_type": pl.String(),
    "tool_server": pl.String(),
    "tool_call_id": pl.String(),
    "tool_is_error": pl.Boolean(),
    "finish_reasons": pl.String(),
    "refusal": pl.Boolean(),
    "input_tokens": pl.Int64(),
    "output_tokens": pl.Int64(),
    "cache_read_input_tokens": pl.Int64(),
    "cache_write_input_tokens": pl.Int64(),
    "reasoning_output_tokens": pl.Int64(),
    "usage_key": pl.String(),
    "duration_ms": pl.Float64(),
    "ttft_ms": pl.Float64(),
    "cost_usd": pl.Float64(),
    "error_type": pl.String(),
    "error_message": pl.String(),
    "http_status": pl.Int32(),
    "guardrail_name": pl.String(),
    "guardrail_verdict": pl.String(),
    "guardrail_action": pl.String(),
    "guardrail_findings": pl.String(),
    "permission_mode": pl.String(),
    "permission_decision": pl.String(),
    "attrs": pl.String(),
}
"""One row per event. ``ts`` is naive UTC. Every row's origin is (source_id, source_offset, sub_idx)."""

CONTENTS: dict[str, pl.DataType] = {
    "content_sha256": pl.Binary(),
    "text": pl.String(),
    "n_chars": pl.Int64(),
    "n_bytes": pl.Int64(),
}
"""One row per distinct text, keyed by the SHA-256 of its UTF-8 bytes."""

DEAD_LETTERS: dict[str, pl.DataType] = {
    "source_id": pl.String(),
    "source_path": pl.String(),
    "source_offset": pl.Int64(),
    "source_len": pl.Int64(),
    "record_sha256": pl.Binary(),
    "reason": pl.String(),
    "excerpt": pl.String(),
}

SPANS = pl.List(pl.List(pl.Int64()))

ALERTS: dict[str, pl.DataType] = {
    "alert_id": pl.String(),
    "rule_id": pl.String(),
    "rule_version": pl.String(),
    "title": pl.String(),
    "level": pl.String(),
    "confidence": pl.Float64(),
    "tags": pl.List(pl.String()),
    "ts": pl.Datetime("us"),
    "event_id": pl.String(),
    "conversation_id": pl.String(),
    "user_id": pl.String(),
    "app": pl.String(),
    "environment": pl.String(),
    "model": pl.String(),
    "format": pl.String(),
    "source_path": pl.String(),
    "source_offset": pl.Int64(),
    "source_len": pl.Int64(),
    "record_sha256": pl.Binary(),
    "role": pl.String(),
    "trust": pl.String(),
    "tool_name": pl.String(),
    "field": pl.String(),
    "spans": SPANS,
    "excerpt": pl.String(),
    "decoded_by": pl.String(),
    "decoded_text": pl.String(),
    "reason": pl.String(),
    "group_key": pl.String(),
    "began": pl.Datetime("us"),
    "event_ids": pl.List(pl.String()),
    "n_events": pl.Int64(),
}
"""One row per rule and event that it hit. ``spans`` are [start, end) in characters of the raw text; ``decoded_*`` are
null unless the hit is only visible after decoding; ``reason`` is one sentence that says why the rule fired.

The last four are of rules over time, else null: the group as a JSON object, when the first event that took part was,
the events that took part (at most 100, the newest last) and how many they were. The columns of the event are those of
the one by which the rule fired."""

SUPPRESSION: dict[str, pl.DataType] = {
    "suppressed_by": pl.String(),
    "suppressed_ref": pl.String(),
    "group_id": pl.String(),
}
"""What became of an alert before anybody saw it: ``inhibited``, ``silenced`` or ``duplicate``, with the id of the alert
or silence that did it; both null for an alert that is shown, which has the id of the first alert of its group."""

CAMPAIGN: dict[str, pl.DataType] = {
    "campaign_id": pl.String(),
    "variant_id": pl.String(),
    "sketch": pl.Binary(),
    "gist": pl.String(),
}
"""Which campaign an alert belongs to: the id of the campaign's first alert; the payload it came with, by the hash of
its letters; and what later payloads are compared with: its sketch, and what it says whatever the language. All null
for alerts that can be part of none."""

HITS: dict[str, pl.DataType] = {
    "event_id": pl.String(),
    "rule_id": pl.String(),
}
"""One row per event of a batch and rule that hit it, of the rules whose hits others take."""

LEVELS = ("informational", "low", "medium", "high", "critical")
"""Lowest first."""
