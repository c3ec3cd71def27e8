"""AWS Bedrock model invocation logs: all four operations, bodies in each model's own shape, streams, guardrail traces.

https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
"""

from typing import Any

from llmsec_tui.events.model import ContentState, Event, Exchange, Kind, Role, Trust, TsSource
from llmsec_tui.events.time import to_micros
from llmsec_tui.formats.bedrock_guardrails import assessments
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.openai import add_answer
from llmsec_tui.formats.parts import (
    Fields,
    Speaker,
    content_fields,
    document_fields,
    reasoning_fields,
    text_fields,
    tool_call_fields,
    tool_result_fields,
)
from llmsec_tui.formats.speakers import speaker
from llmsec_tui.formats.streams import joined
from llmsec_tui.formats.transcript import Transcript
from llmsec_tui.formats.usage import usage_fields
from llmsec_tui.formats.values import (
    as_dict,
    as_dicts,
    as_float,
    as_id,
    as_int,
    as_list,
    as_str,
    compact_json,
    decoded,
    first,
)

_INPUT, _OUTPUT = Exchange.INPUT, Exchange.OUTPUT
_PROMPTS = ("prompt", "inputText", "message", "texts", "input", "text")
_ANSWERS = ("completion", "generation", "text", "outputText")
_BLOCKS = frozenset(
    {"text", "toolUse", "toolResult", "image", "document", "video", "guardContent", "reasoningContent", "cachePoint"}
)
_STOPS = ("stopReason", "stop_reason", "completionReason", "finish_reason")


def recognise(data: dict[str, Any]) -> bool:
    """Its schema's name, or what every entry has."""
    if "schemaType" in data:
        return bool(data["schemaType"] == "ModelInvocationLog")
    return "modelId" in data and "operation" in data and "accountId" in data and ("input" in data or "output" in data)


def to_events(data: dict[str, Any], _: Memory) -> Found:
    """Messages of the request and the answer, what guardrails found, and the error of a call that failed."""
    asked, answered = as_dict(data.get("input")), as_dict(data.get("output"))
    request, response = decoded(asked.get("inputBodyJson")), decoded(answered.get("outputBodyJson"))
    answer = joined(response) if isinstance(response, list) else as_dict(response)
    output = {"response_id": as_id(answer.get("id"))} if answer.get("id") else None
    transcript = Transcript(_opening(data), output=output, outcome=_outcome(data, asked, answered, answer))
    _request(as_dict(request), transcript)
    _elsewhere(asked, "inputBodyS3Path", _INPUT, transcript)
    _answer(answer, transcript)
    _elsewhere(answered, "outputBodyS3Path", _OUTPUT, transcript)
    pieces = response if isinstance(response, list) else [answer]
    for verdict in assessments([answer, *as_dicts(pieces)]):
        transcript.single(**verdict)
    if (code := as_id(data.get("errorCode"))) is not None:
        transcript.single(kind=Kind.ERROR, trust=Trust.HARNESS, error_type=code, error_message=code)
    seen = request is not None or "inputBodyS3Path" in asked
    return Found(transcript.finish(content_state=ContentState.NONE if seen else ContentState.OFF), transcript.unknown)


def _opening(data: dict[str, Any]) -> Event:
    moment = to_micros(data.get("timestamp"))
    model = as_id(data.get("modelId"))
    attrs = {key: data[key] for key in ("region", "inferenceRegion", "requestMetadata") if data.get(key)}
    return Event(
        kind=Kind.MESSAGE,
        call_id=as_id(data.get("requestId")),
        ts=moment,
        ts_source=TsSource.NONE if moment is None else TsSource.NATIVE,
        operation_name=as_id(data.get("operation")),
        provider_name="aws.bedrock",
        request_model=model,
        response_model=_model(model),
        request_id=as_id(data.get("requestId")),
        user_id=as_id(as_dict(data.get("identity")).get("arn")),
        tenant_id=as_id(data.get("accountId")),
        attrs=compact_json(attrs) if attrs else None,
    )


def _model(named: str | None) -> str | None:
    """The model itself: an id may be the ARN of a profile that leads to it."""
    return None if named is None else named.rpartition("/")[2] or named


def _outcome(data: dict[str, Any], asked: dict[str, Any], answered: dict[str, Any], answer: dict[str, Any]) -> Fields:
    counted = as_dict(answer.get("usage"))
    fields = usage_fields(counted)
    counted_apart = False
    for name, count in (
        ("cache_read_input_tokens", as_int(first(counted, "cacheReadInputTokens"))),
        ("cache_write_input_tokens", as_int(first(counted, "cacheWriteInputTokens"))),
        ("input_tokens", as_int(counted.get("inputTokens"))),
        ("input_tokens", as_int(asked.get("inputTokenCount"))),
        ("output_tokens", as_int(answered.get("outputTokenCount"))),
        ("cache_read_input_tokens", as_int(asked.get("cacheReadInputTokenCount"))),
        ("cache_write_input_tokens", as_int(asked.get("cacheWriteInputTokenCount"))),
    ):
        if count is not None:
            fields[name] = count
            counted_apart = counted_apart or name == "input_tokens"
    if counted_apart:
        # What came from a cache or went to it stands beside the input, and is input too.
        cached = (fields.get("cache_read_input_tokens"), fields.get("cache_write_input_tokens"))
        fields["input_tokens"] = as_int(fields["input_tokens"] + sum(count or 0 for count in cached))
    if fields:
        fields["usage_key"] = as_id(data.get("requestId"))
    metrics = as_dict(answer.get("metrics")) or as_dict(answer.get("amazon-bedrock-invocationMetrics"))
    if (latency := as_float(first(metrics, "latencyMs", "invocationLatency"))) is not None:
        fields["duration_ms"] = latency
    if (to_first := as_float(metrics.get("firstByteLatency"))) is not None:
        fields["ttft_ms"] = to_first
    if (stopped := as_id(first(answer, *_STOPS))) is not None:
        fields["finish_reasons"] = stopped
        if stopped in ("guardrail_intervened", "content_filtered", "refusal"):
            fields["refusal"] = True
    return fields


def _request(body: dict[str, Any], transcript: Transcript) -> None:
    for part in as_list(body.get("system")) or [body.get("system")]:
        if (text := as_str(part if isinstance(part, str) else as_dict(part).get("text"))) is not None:
            transcript.emit(_INPUT, text_fields(text, (Role.SYSTEM, Trust.SYSTEM)))
    for message in [*as_dicts(body.get("chat_history")), *as_dicts(body.get("messages"))]:
        _message(message, _INPUT, transcript)
    for name in _PROMPTS:
        said = body.get(name)
        for text in said if isinstance(said, list) else [said]:
            if isinstance(text, str) and text:
                transcript.say("user", text, _INPUT)
    for document in as_list(body.get("documents")):
        transcript.documents([document])


def _answer(answer: dict[str, Any], transcript: Transcript) -> None:
    output = answer.get("output")
    message = as_dict(as_dict(output).get("message"))
    if message:
        _message(message, _OUTPUT, transcript)
    elif isinstance(answer.get("content"), list):
        _message({"role": "assistant", "content": answer["content"]}, _OUTPUT, transcript)
    elif "choices" in answer:
        add_answer(transcript, answer)
    for key in ("results", "outputs", "generations"):
        for result in as_dicts(answer.get(key)):
            _said(result, transcript)
    _said(answer, transcript)
    if isinstance(output, str):
        transcript.say("assistant", output, _OUTPUT)
    if (error := answer.get("error")) is not None:
        told = as_str(as_dict(error).get("message")) or as_str(error)
        transcript.single(kind=Kind.ERROR, trust=Trust.HARNESS, error_message=told, error_type="stream_error")


def _said(answer: dict[str, Any], transcript: Transcript) -> None:
    if "message" in answer and isinstance(answer["message"], dict):
        _message(answer["message"], _OUTPUT, transcript)
        return
    text = next((text for name in _ANSWERS if (text := as_str(answer.get(name)))), None)
    if text is not None:
        transcript.say("assistant", text, _OUTPUT)


def _message(message: dict[str, Any], exchange: Exchange, transcript: Transcript) -> None:
    """Of Converse, whose blocks are named by their only key, or of any other kind."""
    content = message.get("content")
    by = speaker(message.get("role"), exchange)
    if isinstance(content, list) and any(_is_block(block) for block in content):
        for block in content:
            _block(as_dict(block), by, exchange, transcript)
    elif content is None and isinstance(message.get("message"), str):
        transcript.say(str(message.get("role", "user")).lower(), message["message"], exchange)
    else:
        transcript.message(message, exchange)


def _is_block(block: Any) -> bool:
    return isinstance(block, dict) and "type" not in block and not _BLOCKS.isdisjoint(block)


def _block(block: dict[str, Any], by: Speaker, exchange: Exchange, transcript: Transcript) -> None:
    if isinstance(call := block.get("toolUse"), dict):
        transcript.emit(exchange, tool_call_fields(call.get("name"), call.get("input"), call.get("toolUseId")))
    elif isinstance(result := block.get("toolResult"), dict):
        transcript.emit(exchange, _result(result))
    elif isinstance(document := block.get("document"), dict):
        transcript.emit(exchange, _document(document))
    elif isinstance(thought := block.get("reasoningContent"), dict):
        text = as_str(as_dict(thought.get("reasoningText")).get("text"))
        transcript.emit(_OUTPUT, reasoning_fields(text, encrypted="redactedContent" in thought))
    elif (guarded := as_dict(as_dict(block.get("guardContent")).get("text"))) and "text" in guarded:
        transcript.emit(exchange, text_fields(as_str(guarded["text"]), by))
    elif isinstance(block.get("text"), str):
        transcript.emit(exchange, text_fields(as_str(block["text"]), by))
    elif "cachePoint" not in block:
        _media(block, by, exchange, transcript)


def _result(result: dict[str, Any]) -> Fields:
    parts = [part.get("json", part) for part in as_dicts(result.get("content"))]
    failed = result.get("status") == "error" if "status" in result else None
    return tool_result_fields(parts, result.get("toolUseId"), is_error=failed)


def _document(document: dict[str, Any]) -> Fields:
    source = as_dict(document.get("source"))
    text = as_str(source.get("text")) or content_fields(source.get("content")).get("text")
    if text:
        return document_fields({"content": text, "title": document.get("name")})
    return _placed(source, as_id(document.get("format"))) | {"kind": Kind.RETRIEVAL, "trust": Trust.RETRIEVED}


def _placed(source: dict[str, Any], media_type: str | None) -> Fields:
    where = as_id(first(source, "s3Uri") or as_dict(source.get("s3Location")).get("uri"))
    return {
        "content_state": ContentState.MEDIA if where is None else ContentState.ELSEWHERE,
        "media_type": media_type,
        "attrs": None if where is None else compact_json({"uri": where[:2048]}),
    }


def _media(block: dict[str, Any], by: Speaker, exchange: Exchange, transcript: Transcript) -> None:
    inner = next((as_dict(block[key]) for key in ("image", "video", "audio") if key in block), None)
    if inner is None:
        transcript.part(block, by, exchange)
        return
    fields = _placed(as_dict(inner.get("source")), as_id(inner.get("format")))
    transcript.emit(exchange, {"kind": Kind.MESSAGE, "role": by[0], "trust": by[1], **fields})


def _elsewhere(side: dict[str, Any], key: str, exchange: Exchange, transcript: Transcript) -> None:
    """A body that was too long for the log."""
    if (where := as_id(side.get(key))) is not None:
        by: Speaker = (Role.USER, Trust.USER) if exchange is _INPUT else (Role.ASSISTANT, Trust.MODEL)
        fields = {"kind": Kind.MESSAGE, "role": by[0], "trust": by[1], **_placed({"s3Uri": where}, None)}
        transcript.emit(exchange, fields)


FORMAT = Format(
    "aws-bedrock",
    "AWS Bedrock model invocation logs (S3 and CloudWatch)",
    "schemaType ModelInvocationLog; or modelId, operation and accountId",
    recognise,
    to_events,
)
