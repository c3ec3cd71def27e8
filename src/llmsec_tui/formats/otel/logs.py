"""Make events of a log record: a message, the details of a call, what an agent's command line did, or a plain line."""

from llmsec_tui.events.model import ContentState, Event, Kind, Trust, TsSource
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.otel import agent_logs
from llmsec_tui.formats.otel.dialects import read_attributes
from llmsec_tui.formats.otel.message_events import DETAILS, EVALUATION, body_of, is_message, read_event
from llmsec_tui.formats.otel.span import Log
from llmsec_tui.formats.otel.spans import add_texts
from llmsec_tui.formats.otel.told import Told
from llmsec_tui.formats.otel.traces import Traces
from llmsec_tui.formats.otel.verdicts import add_evaluations
from llmsec_tui.formats.parts import Fields, text_fields
from llmsec_tui.formats.transcript import Transcript, opening_of
from llmsec_tui.formats.values import as_id, as_str, compact_json, first

_NO_USAGE_OF = ("gemini-cli",)
"""Services that log the usage of a call twice: in these details, and in an event of their own."""
_USAGE = frozenset(
    ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_write_input_tokens", "reasoning_output_tokens")
)


def log_events(log: Log, traces: Traces) -> Found:
    """The events of one log record."""
    if agent_logs.is_known(log.name):
        return agent_logs.to_events(log)
    told = read_attributes(body_of(log.attributes, log.body))
    common = log_fields(log, told, traces)
    if is_message(log.name):
        told.asked = told.answered = told.system = None
        read_event(log.name, body_of(log.attributes, log.body), told)
    transcript = Transcript(opening_of(common), outcome=_outcome(log, told), names=traces.names)
    add_texts(transcript, told)
    if log.name == EVALUATION:
        transcript.outcome({})
        add_evaluations(transcript, told)
        return Found(transcript.events, transcript.unknown)
    if transcript.events or is_message(log.name):
        state = ContentState.NONE if transcript.events else ContentState.OFF
        return Found(transcript.finish(content_state=state), transcript.unknown)
    return _plain(log, common)


def log_fields(log: Log, told: Told, traces: Traces) -> Fields:
    """What all events of the record share."""
    named = told.fields.get("conversation_id") or traces.conversation(log.trace_id)
    return {
        **log.shared,
        **told.fields,
        "trace_id": log.trace_id,
        "span_id": log.span_id,
        "call_id": log.trace_id,
        "conversation_id": named or log.shared.get("conversation_id"),
        "ts": log.at,
        "ts_source": TsSource.NONE if log.at is None else TsSource.NATIVE,
    }


def _outcome(log: Log, told: Told) -> Fields:
    outcome = told.outcome
    if log.name == DETAILS and log.shared.get("service_name") in _NO_USAGE_OF:
        outcome = {name: value for name, value in outcome.items() if name not in _USAGE}
    if not _USAGE.isdisjoint(outcome):
        outcome = {**outcome, "usage_key": told.fields.get("response_id") or log.span_id}
    return outcome


def _plain(log: Log, common: Fields) -> Found:
    thrown = as_id(log.attributes.get("exception.type"))
    text = as_str(log.body) or (compact_json(log.body) if log.body else None)
    if thrown is not None:
        message = as_str(first(log.attributes, "exception.message")) or text
        failed: Fields = {"kind": Kind.ERROR, "error_type": thrown, "error_message": message}
        return Found([Event(**{**common, **text_fields(message, (None, Trust.HARNESS)), **failed})])
    fields = text_fields(text, (None, Trust.HARNESS)) | {"kind": Kind.META, "operation_name": log.name[:200] or None}
    return Found([Event(**{**common, **fields})], f"log/{log.name[:60]}" if log.name else "log")
