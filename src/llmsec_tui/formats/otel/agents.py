"""Whose step a span is: the agent's that is nearest above it, and that agent's own is the one above that."""

from collections.abc import Iterator, Mapping, Sequence

from llmsec_tui.formats.otel.span import Span
from llmsec_tui.formats.otel.told import Told
from llmsec_tui.formats.values import as_id

_DEEPEST = 64


def name_agents(told: Sequence[tuple[Span, Told]]) -> None:
    """Give the spans of a record the agents that the spans around them name; parents in other records are not seen."""
    if not any("agent_id" in one.fields or "agent_name" in one.fields for _, one in told):
        return
    spans = {span.span_id: (span, one) for span, one in told if span.span_id is not None}
    # What is given is looked up before any is given, or an agent would be found on its own steps.
    named = [(one, list(_line(span, one, spans))) for span, one in told]
    for one, line in named:
        if line:
            agent_id, name = line[0]
            one.note({"agent_id": agent_id, "agent_name": name})
        if len(line) > 1:
            one.note({"parent_agent_id": line[1][0] or line[1][1]})


Agent = tuple[str | None, str | None]
"""Id and name."""


def _line(span: Span, told: Told, spans: Mapping[str, tuple[Span, Told]]) -> Iterator[Agent]:
    """The agents from the span upwards, each once."""
    last: Agent | None = None
    here: tuple[Span, Told] | None = (span, told)
    for _ in range(_DEEPEST):
        if here is None:
            return
        fields = here[1].fields
        agent = as_id(fields.get("agent_id")), as_id(fields.get("agent_name"))
        if agent != (None, None) and agent != last:
            yield agent
            last = agent
        parent = here[0].parent_id
        here = None if parent is None else spans.get(parent)
