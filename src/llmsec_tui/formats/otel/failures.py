"""The error of a span: what its status, its attributes and the exception in it say together."""

from llmsec_tui.events.model import ContentState, Kind, Trust
from llmsec_tui.formats.otel.span import Span
from llmsec_tui.formats.parts import Fields
from llmsec_tui.formats.transcript import Transcript
from llmsec_tui.formats.values import as_id, as_status, as_str, first

_STATUSES = ("http.response.status_code", "http.status_code", "status_code")


def error_fields(span: Span) -> Fields:
    """Fields of the error; empty for a span that did not fail."""
    kind = as_id(span.attributes.get("error.type"))
    if not span.failed and kind is None:
        return {}
    thrown = next((attributes for name, attributes in span.happenings if name == "exception"), {})
    told = as_str(first(span.attributes, "error.message", "exception.message"))
    return {
        "error_type": kind or as_id(thrown.get("exception.type")),
        "error_message": span.message or as_str(thrown.get("exception.message")) or told or None,
        "http_status": as_status(first(span.attributes, *_STATUSES)),
    }


def add_error(transcript: Transcript, failed: Fields) -> None:
    """The event of an error."""
    message = failed["error_message"]
    state = ContentState.PRESENT if message else ContentState.NONE
    transcript.single(kind=Kind.ERROR, trust=Trust.HARNESS, text=message, content_state=state, **failed)
