"""Which dialects the attributes of a span speak; several at once is common."""

from typing import Any

from llmsec_tui.formats.otel import agent_spans, openinference, permissions, semconv, traceloop, vercel
from llmsec_tui.formats.otel.message_events import is_message, read_happenings
from llmsec_tui.formats.otel.semconv_names import KNOWN
from llmsec_tui.formats.otel.span import Span
from llmsec_tui.formats.otel.told import Told, What

_OPENINFERENCE = frozenset(("openinference", "llm", "input", "output", "retrieval", "reranker", "embedding"))
_TRACELOOP = frozenset(("traceloop", "llm"))
_SEMCONV = frozenset(("gen_ai", "mcp"))
_PLAIN = frozenset(("mlflow", "langfuse", "lk", "inputs", "outputs"))
_PLAIN_INPUTS = ("mlflow.spanInputs", "langfuse.observation.input", "langfuse.trace.input", "lk.input_text", "inputs")
_PLAIN_OUTPUTS = ("mlflow.spanOutputs", "langfuse.observation.output", "langfuse.trace.output", "outputs")


def tell(span: Span) -> Told:
    """What a span tells; ``what`` is None when no dialect knows it."""
    told = read_attributes(span.attributes)
    if span.happenings:
        read_happenings(span.happenings, told)
        if told.what is None and any(is_message(name) for name, _ in span.happenings):
            told.what = What.CALL
    agent_spans.read(span, told)
    return told


def read_attributes(attributes: dict[str, Any]) -> Told:
    """What attributes alone tell, wherever they were found."""
    told = Told()
    roots = {key.partition(".")[0] for key in attributes if key not in KNOWN}
    # Also for the names of users and sessions, which all dialects share.
    semconv.read(attributes, told, more=not roots.isdisjoint(_SEMCONV))
    if not roots:
        return told
    if "ai" in roots:
        vercel.read(attributes, told)
    if not roots.isdisjoint(_OPENINFERENCE):
        openinference.read(attributes, told)
    if not roots.isdisjoint(_TRACELOOP) and traceloop.is_spoken(attributes):
        traceloop.read(attributes, told)
    if not roots.isdisjoint(_PLAIN):
        _read_plain(attributes, told)
    permissions.read(attributes, told)
    if "github" in roots:
        told.remark(attributes, "github.copilot.")
    return told


def _read_plain(attributes: dict[str, Any], told: Told) -> None:
    """What other instrumentations put beside, without saying what it is."""
    for name in _PLAIN_INPUTS:
        if told.put_in is None and name in attributes:
            told.put_in = attributes[name]
    for name in _PLAIN_OUTPUTS:
        if told.got_out is None and name in attributes:
            told.got_out = attributes[name]
    if told.what is None and (told.put_in is not None or told.got_out is not None):
        told.what = What.AGGREGATE
