"""Contents, parts and candidates of Google's Gemini API, in camel case as the API has them or in snake case as logged.

https://ai.google.dev/api/caching#Content
"""

from typing import Any

from llmsec_tui.events.model import ContentState, Exchange, Kind, Role, Trust
from llmsec_tui.formats.parts import (
    Fields,
    Speaker,
    reasoning_fields,
    text_fields,
    tool_call_fields,
    tool_result_fields,
)
from llmsec_tui.formats.speakers import speaker
from llmsec_tui.formats.transcript import Transcript
from llmsec_tui.formats.values import as_bool, as_dict, as_dicts, as_id, as_int, as_list, as_str, compact_json, first

_INPUT, _OUTPUT = Exchange.INPUT, Exchange.OUTPUT
_SYSTEM: Speaker = (Role.SYSTEM, Trust.SYSTEM)
_BLOCKED = ("SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "RECITATION", "MODEL_ARMOR")
_UNLIKELY = ("NEGLIGIBLE", "LOW", None)


def add_gemini_request(transcript: Transcript, request: dict[str, Any]) -> None:
    """The system instruction and the contents of a request."""
    system = first(request, "systemInstruction", "system_instruction")
    if system is not None:
        add_content(transcript, system, _SYSTEM, _INPUT)
    contents = request.get("contents")
    for content in contents if isinstance(contents, list) else [contents]:
        if content is not None:
            add_content(transcript, content, speaker(as_dict(content).get("role") or "user", _INPUT), _INPUT)


def add_gemini_answer(transcript: Transcript, answer: dict[str, Any]) -> None:
    """The candidates of an answer, and what its safety filters say."""
    for candidate in as_dicts(answer.get("candidates")):
        add_content(transcript, candidate.get("content"), (Role.ASSISTANT, Trust.MODEL), _OUTPUT)
        _ratings(transcript, first(candidate, "safetyRatings", "safety_ratings"), "completion")
    feedback = as_dict(first(answer, "promptFeedback", "prompt_feedback"))
    _ratings(transcript, first(feedback, "safetyRatings", "safety_ratings"), "prompt")
    if (reason := as_id(first(feedback, "blockReason", "block_reason"))) is not None:
        transcript.single(
            kind=Kind.GUARDRAIL,
            guardrail_name="safety/prompt",
            guardrail_verdict="deny",
            guardrail_action=reason,
            refusal=True,
        )


def add_content(transcript: Transcript, content: Any, by: Speaker, exchange: Exchange) -> None:
    """A content, a list of its parts, or a text."""
    parts = first(content, "parts") if isinstance(content, dict) and "parts" in content else content
    for part in parts if isinstance(parts, list) else [parts]:
        if part is not None:
            _part(transcript, part, by, exchange)


def gemini_outcome(answer: dict[str, Any]) -> Fields:
    """Usage and finish reasons of an answer."""
    usage = as_dict(first(answer, "usageMetadata", "usage_metadata"))
    fields = gemini_usage(
        asked=first(usage, "promptTokenCount", "prompt_token_count"),
        from_tools=first(usage, "toolUsePromptTokenCount", "tool_use_prompt_token_count"),
        answered=first(usage, "candidatesTokenCount", "candidates_token_count"),
        thought=first(usage, "thoughtsTokenCount", "thoughts_token_count"),
        cached=first(usage, "cachedContentTokenCount", "cached_content_token_count"),
    )
    reasons = [as_id(first(one, "finishReason", "finish_reason")) for one in as_dicts(answer.get("candidates"))]
    if told := [reason for reason in reasons if reason]:
        fields["finish_reasons"] = ",".join(told)
        if any(reason in _BLOCKED for reason in told):
            fields["refusal"] = True
    return fields


def gemini_usage(*, asked: Any, from_tools: Any, answered: Any, thought: Any, cached: Any) -> Fields:
    """Token counts. Gemini counts thoughts apart from the answer, and what tools put in apart from the prompt."""
    counts = {
        "input_tokens": _sum(asked, from_tools),
        "output_tokens": _sum(answered, thought),
        "cache_read_input_tokens": as_int(cached),
        "reasoning_output_tokens": as_int(thought),
    }
    return {name: count for name, count in counts.items() if count is not None}


def _sum(count: Any, apart: Any) -> int | None:
    whole, more = as_int(count), as_int(apart)
    return more if whole is None else as_int(whole + (more or 0))


def _part(transcript: Transcript, part: Any, by: Speaker, exchange: Exchange) -> None:
    plain = as_dict(part)
    text = as_str(part if isinstance(part, str) else plain.get("text"))
    if as_bool(plain.get("thought")):
        transcript.emit(_OUTPUT, reasoning_fields(text))
    elif text is not None:
        transcript.emit(exchange, text_fields(text, by))
    elif isinstance(call := first(plain, "functionCall", "function_call"), dict):
        transcript.emit(exchange, tool_call_fields(call.get("name"), call.get("args"), call.get("id")))
    elif isinstance(answer := first(plain, "functionResponse", "function_response"), dict):
        transcript.emit(exchange, function_response(answer))
    elif isinstance(code := first(plain, "executableCode", "executable_code"), dict):
        transcript.emit(exchange, tool_call_fields("code_execution", code.get("code"), None))
    elif isinstance(result := first(plain, "codeExecutionResult", "code_execution_result"), dict):
        failed = as_id(result.get("outcome")) not in (None, "OUTCOME_OK")
        transcript.emit(
            exchange, tool_result_fields(result.get("output"), None, name="code_execution", is_error=failed)
        )
    elif isinstance(media := first(plain, "inlineData", "inline_data", "fileData", "file_data"), dict):
        transcript.emit(exchange, _media(media, by))
    else:
        transcript.part(part, by, exchange)


def function_response(answer: dict[str, Any], *, name: Any = None, failed: bool | None = None) -> Fields:
    """What a function answered: its ``output`` or ``error``, or else all of it."""
    response = answer.get("response")
    plain = as_dict(response)
    said = first(plain, "output", "error", "content", "result")
    if failed is None and "error" in plain:
        failed = True
    if said is None:
        said = response
    if not isinstance(said, str | list) and said is not None:
        said = compact_json(said)
    return tool_result_fields(said, answer.get("id"), name=name or answer.get("name"), is_error=failed)


def _media(media: dict[str, Any], by: Speaker) -> Fields:
    where = as_id(first(media, "fileUri", "file_uri"))
    return {
        "kind": Kind.MESSAGE,
        "role": by[0],
        "trust": by[1],
        "content_state": ContentState.MEDIA if where is None else ContentState.ELSEWHERE,
        "media_type": as_id(first(media, "mimeType", "mime_type")),
        "attrs": None if where is None else compact_json({"uri": where[:2048]}),
    }


def _ratings(transcript: Transcript, ratings: Any, target: str) -> None:
    findings = [
        {
            "category": as_id(rating.get("category")),
            "severity": as_id(rating.get("probability")),
            "action": "block" if rating.get("blocked") is True else "none",
            "detected": True,
        }
        for rating in as_dicts(as_list(ratings))
        if rating.get("blocked") is True or as_id(rating.get("probability")) not in _UNLIKELY
    ]
    if findings:
        blocked = any(finding["action"] == "block" for finding in findings)
        transcript.single(
            kind=Kind.GUARDRAIL,
            guardrail_name=f"safety/{target}",
            guardrail_verdict="deny" if blocked else "warn",
            guardrail_action="block" if blocked else "none",
            guardrail_findings=compact_json(findings),
        )
