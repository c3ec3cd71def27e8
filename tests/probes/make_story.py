"""Write the demo story's log files from its words: ``python -m tests.probes.make_story``, the same bytes every time.

The files in ``sample_logs/support_bot`` are what is shipped; a test asserts that they are what this makes.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from tests.probes.story_ops import ops_session
from tests.probes.story_words import (
    CROSS_CUSTOMER,
    DIRECT_INJECTION,
    GUIDE_PROMPT,
    INDIRECT_INJECTION,
    JAILBREAKS,
    ORDINARY_CHATS,
    PROMPT_LEAK,
    QUESTIONS,
    SUPPORT_PROMPT,
    Chat,
    Question,
    Step,
)

START = datetime(2026, 6, 16, 14, 0, tzinfo=UTC).timestamp()
FOLDER = Path(__file__).parent.parent.parent / "sample_logs" / "support_bot"

Timed = tuple[float, dict[str, Any]]
"""When a record is written, in seconds since 1970, and the record."""


def files() -> dict[str, bytes]:
    """Name and content of every file of the story."""
    chats = (*ORDINARY_CHATS, DIRECT_INJECTION, PROMPT_LEAK, CROSS_CUSTOMER, *JAILBREAKS)
    return {
        "web-chat.litellm.jsonl": _lines(record for chat in chats for record in _chat_calls(chat)),
        "product-guide.otlp.jsonl": _lines(
            record for question in (*QUESTIONS, INDIRECT_INJECTION) for record in _Trace(question).exports()
        ),
        "ops-agent.claude-code.jsonl": _lines(ops_session(START)),
    }


def _lines(records: Iterable[Timed]) -> bytes:
    ordered = sorted(records, key=lambda timed: timed[0])
    return b"".join(_compact(record).encode() + b"\n" for _, record in ordered)


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _hex(digits: int, *parts: object) -> str:
    """A made-up id: always the same for the same parts."""
    return blake2b(repr(parts).encode(), digest_size=digits // 2).hexdigest()


def _between(low: float, high: float, *parts: object) -> float:
    """A made-up measurement with milliseconds: always the same for the same parts."""
    return round(low + (high - low) * int(_hex(8, *parts), 16) / 2**32, 3)


def _tokens(text: str) -> int:
    return len(text) // 4 + 3


def _chat_calls(chat: Chat) -> Iterator[Timed]:
    """One LiteLLM record a turn; each sends the whole conversation again, as chat clients do."""
    session = "chat-" + _hex(12, "chat", chat.customer)
    history: list[dict[str, str]] = [{"role": "system", "content": SUPPORT_PROMPT}]
    now = START + chat.start
    for number, (customer, bot) in enumerate(chat.turns):
        if number:
            now = round(now + _between(14, 55, session, number), 3)
        history.append({"role": "user", "content": customer})
        end = round(now + _between(0.5, 0.9, session, number, "wait") + len(bot) / 160, 3)
        yield end, _chat_call(chat, session, number, history, bot, now, end)
        history.append({"role": "assistant", "content": bot})
        now = end


def _chat_call(
    chat: Chat, session: str, number: int, history: list[dict[str, str]], bot: str, start: float, end: float
) -> dict[str, Any]:
    call = "chatcmpl-" + _hex(24, session, number)
    prompt_tokens = sum(_tokens(message["content"]) for message in history)
    completion_tokens = _tokens(bot)
    usage = {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
    }
    first_token = round(start + _between(0.25, 0.45, call), 3)
    choice = {"finish_reason": "stop", "index": 0, "message": {"content": bot, "role": "assistant", "tool_calls": None}}
    return {
        "id": call,
        "trace_id": "trace-" + _hex(16, "trace", call),
        "call_type": "acompletion",
        "cache_hit": None,
        "stream": True,
        "status": "success",
        "custom_llm_provider": "openai",
        "startTime": start,
        "endTime": end,
        "completionStartTime": first_token,
        "response_time": round(first_token - start, 3),
        "model": "gpt-4o-mini",
        "model_group": "support-chat",
        "api_base": "https://llm-gateway.fernway.test/v1",
        "metadata": {
            "session_id": session,
            "user_api_key_alias": "web-chat",
            "user_api_key_team_id": "team-support",
            "user_api_key_team_alias": "support",
            "requester_ip_address": chat.address,
            "applied_guardrails": [],
        },
        "end_user": chat.customer,
        "requester_ip_address": chat.address,
        **usage,
        "response_cost": round(prompt_tokens * 1.5e-7 + completion_tokens * 6e-7, 8),
        "request_tags": ["web-chat"],
        "messages": [dict(message) for message in history],
        "response": {
            "id": call,
            "created": int(end),
            "model": "gpt-4o-mini-2024-07-18",
            "object": "chat.completion",
            "choices": [choice],
            "usage": usage,
        },
    }


class _Trace:
    """The spans of one question to the product guide, exported as they end."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.trace = _hex(32, "trace", question.customer, question.start)
        self.root = _hex(16, self.trace, "root")
        self.now = START + question.start
        self.messages: list[dict[str, Any]] = [_said("user", question.question)]

    def exports(self) -> Iterator[Timed]:
        """One OTLP/JSON export for each model call with the tool that it asked for, and one for the end."""
        begun = self.now
        for number, step in enumerate(self.question.steps):
            call = "call_" + _hex(20, self.trace, number)
            asked = {"type": "tool_call", "id": call, "name": step.tool, "arguments": step.arguments}
            spans = [self._chat_span(number, {"role": "assistant", "parts": [asked], "finish_reason": "tool_call"})]
            spans += self._tool_spans(step, call)
            yield self.now, _export(spans)
            answered = {"type": "tool_call_response", "id": call, "response": step.result}
            self.messages += [{"role": "assistant", "parts": [asked]}, {"role": "tool", "parts": [answered]}]
        final = self._chat_span(
            len(self.question.steps), _said("assistant", self.question.answer, finish_reason="stop")
        )
        whole = {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.input.messages": _compact(self.messages[:1]),
            "gen_ai.output.messages": _compact([_said("assistant", self.question.answer, finish_reason="stop")]),
        }
        root = self._span(self.root, "invoke_agent product-guide", begun, "SPAN_KIND_INTERNAL", whole, parent="")
        yield self.now, _export([final, root])

    def _chat_span(self, number: int, output: dict[str, Any]) -> dict[str, Any]:
        begun = self.now
        text = _compact(output["parts"])
        self.now = round(begun + _between(0.4, 0.8, self.trace, number) + len(text) / 180, 3)
        attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "claude-haiku-4-5",
            "gen_ai.response.model": "claude-haiku-4-5-20251001",
            "gen_ai.response.id": "msg_" + _hex(24, self.trace, number),
            "gen_ai.response.finish_reasons": [output["finish_reason"]],
            "gen_ai.usage.input_tokens": _tokens(GUIDE_PROMPT) + _tokens(_compact(self.messages)),
            "gen_ai.usage.output_tokens": _tokens(text),
            "gen_ai.response.time_to_first_chunk": _between(0.2, 0.4, self.trace, number, "first"),
            "gen_ai.system_instructions": _compact([{"type": "text", "content": GUIDE_PROMPT}]),
            "gen_ai.input.messages": _compact(self.messages),
            "gen_ai.output.messages": _compact([output]),
        }
        span = _hex(16, self.trace, "chat", number)
        return self._span(span, "chat claude-haiku-4-5", begun, "SPAN_KIND_CLIENT", attributes, parent=self.root)

    def _tool_spans(self, step: Step, call: str) -> list[dict[str, Any]]:
        begun = self.now
        tool = _hex(16, self.trace, call)
        self.now = round(begun + _between(0.06, 0.6, self.trace, call), 3)
        attributes = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": step.tool,
            "gen_ai.tool.type": "function",
            "gen_ai.tool.call.id": call,
            "gen_ai.tool.call.arguments": _compact(step.arguments),
            "gen_ai.tool.call.result": f"{len(step.documents)} documents" if step.documents else step.result,
        }
        spans = []
        if step.documents:
            retrieved = {
                "gen_ai.operation.name": "retrieval",
                "gen_ai.data_source.id": "web" if step.tool == "fetch_page" else "catalogue",
                "gen_ai.retrieval.query.text": str(step.arguments.get("query", self.question.question)),
                "gen_ai.retrieval.documents": _compact(list(step.documents)),
            }
            span = _hex(16, self.trace, call, "retrieval")
            spans.append(self._span(span, "retrieval", begun, "SPAN_KIND_CLIENT", retrieved, parent=tool))
        name = f"execute_tool {step.tool}"
        spans.append(self._span(tool, name, begun, "SPAN_KIND_INTERNAL", attributes, parent=self.root))
        return spans

    def _span(
        self, span: str, name: str, begun: float, kind: str, attributes: dict[str, Any], *, parent: str
    ) -> dict[str, Any]:
        shared = {
            "gen_ai.provider.name": "anthropic",
            "gen_ai.agent.name": "product-guide",
            "gen_ai.conversation.id": "guide-" + self.trace[:12],
            "user.id": self.question.customer,
        }
        return {
            "traceId": self.trace,
            "spanId": span,
            "parentSpanId": parent,
            "name": name,
            "kind": kind,
            "startTimeUnixNano": _nanos(begun),
            "endTimeUnixNano": _nanos(self.now),
            "attributes": [{"key": key, "value": _any(value)} for key, value in {**attributes, **shared}.items()],
            "status": {},
        }


def _said(role: str, text: str, **more: str) -> dict[str, Any]:
    return {"role": role, "parts": [{"type": "text", "content": text}], **more}


def _nanos(seconds: float) -> str:
    return str(round(seconds * 1000) * 1_000_000)


def _any(value: object) -> dict[str, Any]:
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [_any(item) for item in value]}}
    return {"stringValue": value}


def _export(spans: list[dict[str, Any]]) -> dict[str, Any]:
    service = {"service.name": "product-guide", "service.version": "3.4.1", "deployment.environment.name": "production"}
    resource = {"attributes": [{"key": key, "value": _any(value)} for key, value in service.items()]}
    scope = {"name": "fernway.gateway", "version": "0.9.0"}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": scope, "spans": spans}]}]}


def main() -> None:
    """Write all files."""
    for name, content in files().items():
        (FOLDER / name).write_bytes(content)
        print(f"{name}: {content.count(10)} records, {len(content)} bytes")


if __name__ == "__main__":
    main()
