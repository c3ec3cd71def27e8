"""What a step of a traced application tells, whichever platform kept the trace.

What is said in a step are messages of the trace (``call_id``), stored once however many steps hand them on. The step
itself is an event known by its id, which a later record of the same step amends: a model's call with its usage and
cost, a verdict, a score, or that something ran.
"""

from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from llmsec_tui.events.model import ContentState, Event, Exchange, Kind, Role, Trust, TsSource
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.otel.verdicts import add_guardrail, verdict_of
from llmsec_tui.formats.parts import Fields, text_fields, tool_call_fields, tool_result_fields
from llmsec_tui.formats.platforms.calls import Calls, claim_call, note_calls
from llmsec_tui.formats.platforms.langchain_messages import message_of, outcome_of
from llmsec_tui.formats.platforms.said import Said
from llmsec_tui.formats.transcript import Transcript, opening_of
from llmsec_tui.formats.usage import usage_fields
from llmsec_tui.formats.values import as_dict, as_dicts, as_id, as_list, as_str, compact_json, decoded, first

_INPUT, _OUTPUT = Exchange.INPUT, Exchange.OUTPUT
_USING = ("llm", "embedding")
_CALLING = ("input", "args", "arguments", "kwargs", "tool_input")
_ANSWERING = ("output", "result", "content")
_OFF, _NO_CONTENT, _PRESENT = ContentState.OFF, ContentState.NONE, ContentState.PRESENT


class Step(Struct, frozen=True, gc=False):
    """One step, or one half of one."""

    kind: str
    """``llm``, ``tool``, ``retriever``, ``guardrail``, ``evaluator``, ``embedding``, or anything else that ran."""
    name: str | None
    opening: Fields
    """What all its events share; ``span_id`` is the step's own id."""
    asked: Any = None
    said: Any = None
    ended: int | None = None
    """Microseconds since 1970 UTC."""
    call_id: str | None = None
    """Of the tool call, where something beside input and output names it."""
    outcome: Fields = field(default_factory=dict)
    """What the step used and how it ended."""
    counted: bool = True
    """Steps below may tell the same usage."""
    failed: bool = False
    error: str | None = None
    half: bool = False
    """The other half is in another record, so that nothing is here means nothing."""
    cut: bool = False
    """What came out is not whole."""


def step_events(step: Step, calls: Calls) -> Found:
    """The events of a step: what was said, what it was, and how it failed. ``calls`` are those of its source."""
    output = {} if step.ended is None else {"ts": step.ended, "ts_source": TsSource.SPAN_END}
    transcript = Transcript(opening_of(step.opening), output=output)
    if step.kind == "tool":
        _tool(step, transcript, calls)
    else:
        (_retriever if step.kind == "retriever" else _talk)(step, transcript)
        note_calls(calls, transcript.events)
    if step.failed:
        _failure(step, transcript)
    return Found(transcript.events, transcript.unknown)


def _talk(step: Step, transcript: Transcript) -> None:
    said = Said(transcript, model=step.kind == "llm")
    answer = as_dict(decoded(step.said)) if step.kind == "llm" else {}
    if answer.get("object") == "response":
        # An answer of the Responses API repeats them, its input does not.
        said.add({key: answer.get(key) for key in ("instructions", "tools")}, _INPUT)
    said.add(step.asked, _INPUT)
    before = len(transcript.events)
    said.add(step.said, _OUTPUT)
    if step.cut:
        transcript.events[before:] = [_marked(one) for one in transcript.events[before:]]
    if step.kind == "llm":
        state = _NO_CONTENT if said.found or step.half else _OFF
        _itself(step, transcript, Kind.LLM_CALL, {**_told(step.said), **step.outcome, "content_state": state})
    elif step.kind == "guardrail":
        itself = {"native_id": _id(step), "operation_name": step.name, "guardrail_name": step.name}
        add_guardrail(transcript, verdict_of(step.said), **itself, **_counted(step, step.outcome))
    else:
        _itself(step, transcript, Kind.EVAL if step.kind == "evaluator" else Kind.META, step.outcome)


def _marked(event: Event) -> Event:
    return replace(event, content_state=ContentState.TRUNCATED) if event.text is not None else event


def _itself(step: Step, transcript: Transcript, kind: Kind, fields: Fields) -> None:
    itself = {"native_id": _id(step), "operation_name": step.name, "kind": kind}
    transcript.single(**{**itself, **_counted(step, fields)})


def _counted(step: Step, fields: Fields) -> Fields:
    """Usage and cost are those of calls of models; what is around them repeats their sum."""
    if not step.counted or step.kind not in _USING:
        return {name: value for name, value in fields.items() if not name.endswith(("_tokens", "_usd"))}
    used = not fields.keys().isdisjoint(("input_tokens", "output_tokens", "cost_usd"))
    return {**fields, "usage_key": _id(step)} if used else fields


def _id(step: Step) -> str | None:
    return as_id(step.opening.get("span_id"))


def _tool(step: Step, transcript: Transcript, calls: Calls) -> None:
    """What a tool was asked and what it answered; the calls of models tell both again."""
    asked, said = decoded(step.asked), decoded(step.said)
    message = _tool_message(said)
    whole = as_dict(asked) if as_dict(asked).get("type") == "tool_call" and "args" in as_dict(asked) else {}
    call_id = step.call_id or first(message, "tool_call_id", "toolCallId") or whole.get("id")
    asked = whole.get("args", asked)
    if asked is not None:
        fields = tool_call_fields(step.name, _bare(asked, _CALLING), call_id)
        if call_id is None:
            call_id = fields["tool_call_id"] = claim_call(calls, step.opening.get("trace_id"), fields)
        _told_twice(step, transcript, _INPUT, fields, "call")
    if said is not None:
        failed = True if step.failed or message.get("status") == "error" else None
        answer = message["content"] if "content" in message else _bare(said, _ANSWERING)
        fields = tool_result_fields(answer, call_id, name=step.name, is_error=failed)
        _told_twice(step, transcript, _OUTPUT, fields, "result")
    if asked is None and said is None and not step.half:
        _itself(step, transcript, Kind.TOOL_CALL, tool_call_fields(step.name, None, None) | {"content_state": _OFF})
    else:
        _itself(step, transcript, Kind.META, step.outcome)


def _told_twice(step: Step, transcript: Transcript, exchange: Exchange, fields: Fields, what: str) -> None:
    """What has a text is known by it in its trace, and the rest by the step."""
    if fields.get("text") is not None and not fields.get("tool_is_error") and step.opening.get("call_id"):
        transcript.emit(exchange, fields)
    else:
        transcript.single(native_id=f"{_id(step)}/{what}" if _id(step) else None, **fields)


def _tool_message(said: Any) -> dict[str, Any]:
    for held in (said, as_dict(said).get("output"), as_dict(said).get("content")):
        if isinstance(held, dict) and (message := message_of(held)) is not None:
            return message
    return {}


def _bare(value: Any, names: tuple[str, ...]) -> Any:
    """The value without the one name that a framework puts before it."""
    if isinstance(value, dict) and len(value) == 1 and (name := next(iter(value))) in names:
        return decoded(value[name])
    return value


def _retriever(step: Step, transcript: Transcript) -> None:
    """The query, which a model wrote as often as not, and the documents."""
    asked = decoded(step.asked)
    query = asked if isinstance(asked, str) else first(as_dict(asked), "query", "input", "question", "text")
    if text := as_str(query):
        transcript.emit(_INPUT, text_fields(text, (Role.ASSISTANT, Trust.MODEL)))
    elif asked is not None:
        Said(transcript, model=False).add(asked, _INPUT)
    said = decoded(step.said)
    documents = said if isinstance(said, list) else first(as_dict(said), "documents", "output", "results", "data")
    Said(transcript, model=True).add({"documents": documents if documents is not None else said}, _OUTPUT)
    _itself(step, transcript, Kind.META, step.outcome)


def _failure(step: Step, transcript: Transcript) -> None:
    message = step.error
    transcript.single(
        kind=Kind.ERROR,
        native_id=_id(step),
        operation_name=step.name,
        trust=Trust.HARNESS,
        text=message,
        content_state=_PRESENT if message else _NO_CONTENT,
        error_type=_error_type(message),
        error_message=message,
    )


def _error_type(message: str | None) -> str:
    """Errors of Python begin with the name of their class."""
    name = (message or "").partition("(")[0].partition(":")[0].strip()
    return name if name.isidentifier() and name[:1].isupper() and len(name) < 80 else "error"


def _told(said: Any) -> Fields:
    """What an answer says of itself: usage, finish reasons, model."""
    plain = as_dict(decoded(said))
    fields: Fields = {}
    generations = as_list(plain.get("generations"))
    for generation in as_dicts(generations[0] if generations and isinstance(generations[0], list) else generations):
        fields |= outcome_of(as_dict(generation.get("message")))
        info = as_dict(generation.get("generation_info"))
        fields.setdefault("finish_reasons", as_id(first(info, "finish_reason", "stop_reason")))
    if message_of(plain) is not None:
        fields |= outcome_of(plain)
    counted = first(as_dict(plain.get("llm_output")), "token_usage", "usage") or plain.get("usage")
    if isinstance(counted, dict) and "input_tokens" not in fields:
        fields |= usage_fields(counted)
    reasons = [reason for choice in as_dicts(plain.get("choices")) if (reason := as_id(choice.get("finish_reason")))]
    if reasons:
        fields["finish_reasons"] = ",".join(reasons)
    elif reason := as_id(first(plain, "finish_reason", "stop_reason")):
        fields["finish_reasons"] = reason
    if fields.get("finish_reasons") in ("refusal", "content_filter"):
        fields["refusal"] = True
    for name, key in (("response_id", "id"), ("response_model", "model")):
        if ("choices" in plain or plain.get("object") == "response") and (value := as_id(plain.get(key))):
            fields[name] = value
    return {name: value for name, value in fields.items() if value is not None}


def score_fields(name: Any, value: Any, comment: Any, more: Fields) -> Fields:
    """An evaluation of a step or a trace, by a model, a person or a program."""
    text = as_str(comment) or None
    attrs = {"value": value, **{key: item for key, item in more.items() if item is not None}}
    return {
        "kind": Kind.EVAL,
        "operation_name": as_id(name),
        # Written by a person or by a model that quotes what it judges.
        "trust": Trust.MODEL,
        "text": text,
        "content_state": _PRESENT if text else _NO_CONTENT,
        "attrs": compact_json(attrs),
    }
