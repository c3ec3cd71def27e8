"""One record of every kind, with nearly every key that mappings look at."""

import json
from typing import Any

_MESSAGES: list[dict[str, Any]] = [
    {"role": "system", "content": "Be kind."},
    {
        "role": "user",
        "content": [{"type": "text", "text": "Look"}, {"type": "image_url", "image_url": {"url": "data:,"}}],
    },
    {
        "role": "assistant",
        "content": None,
        "reasoning_content": "hm",
        "tool_calls": [{"id": "t", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}],
    },
    {"role": "tool", "tool_call_id": "t", "content": "done"},
]
_USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 1}}
_COMPLETION: dict[str, Any] = {
    "id": "r",
    "object": "chat.completion",
    "created": 1_760_000_000,
    "model": "m",
    "usage": _USAGE,
    "choices": [
        {
            "message": {
                "role": "assistant",
                "content": "Hi",
                "refusal": None,
                "function_call": {"name": "f", "arguments": "{}"},
            },
            "finish_reason": "stop",
            "content_filter_results": {"hate": {"filtered": True, "severity": "high"}},
        }
    ],
}
_RESPONSE: dict[str, Any] = {
    "id": "r",
    "object": "response",
    "created_at": 1_760_000_000.5,
    "model": "m",
    "status": "completed",
    "output": [
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Think"}]},
        {"type": "function_call", "name": "f", "arguments": "{}", "call_id": "c"},
        {"type": "mcp_call", "id": "m", "server_label": "s", "name": "n", "arguments": "{}", "output": "o"},
        {"type": "mcp_list_tools", "server_label": "s", "tools": [{"name": "n"}]},
        {"type": "mcp_approval_request", "id": "a", "name": "n", "arguments": "{}", "server_label": "s"},
        {"type": "file_search_call", "id": "f", "queries": ["q"], "results": [{"text": "t", "score": 0.5}]},
        {"type": "web_search_call", "id": "w", "action": {"query": "q"}},
        {"type": "image_generation_call", "id": "i", "result": "AAAA"},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hi"}]},
    ],
}
_IDS = {"uuid": "u", "parentUuid": "p", "sessionId": "s", "timestamp": "2026-03-01T10:00:00.250Z", "cwd": "/srv"}
_BLOCKS = [
    {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
    {"type": "text", "text": "Hi"},
    {"type": "tool_use", "id": "t", "name": "mcp__s__n", "input": {"a": [1]}},
    {"type": "document", "title": "d", "source": {"type": "text", "data": "words", "media_type": "text/plain"}},
    {"type": "search_result", "source": "u", "title": "t", "content": [{"type": "text", "text": "found"}]},
]
_ASSISTANT: dict[str, Any] = {
    "type": "assistant",
    **_IDS,
    "requestId": "q",
    "message": {
        "id": "m",
        "model": "c",
        "role": "assistant",
        "content": _BLOCKS,
        "stop_reason": "end_turn",
        "usage": {
            "input_tokens": 1,
            "cache_read_input_tokens": 2,
            "cache_creation_input_tokens": 3,
            "output_tokens": 4,
        },
    },
}


def _attribute(key: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"key": key, "value": value}


def _span(*attributes: dict[str, Any], **fields: Any) -> dict[str, Any]:
    times = {"startTimeUnixNano": "1760000000000000000", "endTimeUnixNano": "1760000001000000000"}
    return {
        "traceId": "ab",
        "spanId": "cd",
        "parentSpanId": "ef",
        "name": "n",
        **times,
        "attributes": [*attributes],
        **fields,
    }


_SPANS = [
    _span(
        _attribute("gen_ai.operation.name", {"stringValue": "chat"}),
        _attribute("gen_ai.conversation.id", {"stringValue": "c"}),
        _attribute("gen_ai.usage.input_tokens", {"intValue": "5"}),
        _attribute("gen_ai.response.finish_reasons", {"arrayValue": {"values": [{"stringValue": "stop"}]}}),
        _attribute("gen_ai.system_instructions", {"stringValue": '[{"type": "text", "content": "Be kind."}]'}),
        _attribute("gen_ai.input.messages", {"stringValue": json.dumps(_MESSAGES)}),
        _attribute(
            "gen_ai.output.messages", {"stringValue": '[{"role":"assistant","parts":[{"type":"text","content":"Hi"}]}]'}
        ),
        status={"code": 2, "message": "boom"},
        events=[{"name": "exception", "attributes": [_attribute("exception.type", {"stringValue": "E"})]}],
    ),
    _span(
        _attribute("gen_ai.operation.name", {"stringValue": "execute_tool"}),
        _attribute("gen_ai.tool.name", {"stringValue": "t"}),
        _attribute("gen_ai.tool.call.id", {"stringValue": "i"}),
        _attribute("gen_ai.tool.call.arguments", {"stringValue": '{"a": 1}'}),
        _attribute("gen_ai.tool.call.result", {"stringValue": '["r"]'}),
    ),
    _span(
        _attribute("gen_ai.system", {"stringValue": "openai"}),
        _attribute("gen_ai.prompt.0.role", {"stringValue": "user"}),
        _attribute("gen_ai.prompt.0.content", {"stringValue": '[{"type": "text", "text": "Hello"}]'}),
        _attribute("gen_ai.completion.0.tool_calls.0.name", {"stringValue": "f"}),
    ),
    _span(
        _attribute("gen_ai.retrieval.query.text", {"stringValue": "q"}),
        _attribute("gen_ai.retrieval.documents", {"stringValue": '[{"content": "d", "score": 0.5}]'}),
        _attribute("gen_ai.guardrail.verdict", {"stringValue": "deny"}),
        events=[{"name": "gen_ai.user.message", "attributes": [_attribute("content", {"stringValue": "x"})]}],
    ),
    _span(
        _attribute("x.permission.kind", {"stringValue": "shell"}),
        _attribute("x.permission.result", {"stringValue": "denied"}),
    ),
]
_LOGS = [
    {
        "timeUnixNano": "1760000000000000000",
        "traceId": "ab",
        "spanId": "cd",
        "eventName": "gen_ai.choice",
        "body": {
            "kvlistValue": {
                "values": [
                    _attribute("message", {"kvlistValue": {"values": [_attribute("content", {"stringValue": "Hi"})]}})
                ]
            }
        },
    }
]
_RESOURCE = {"attributes": [_attribute("service.name", {"stringValue": "shop"})]}

SAMPLES: tuple[Any, ...] = (
    {
        "timestamp": "2026-05-01T08:00:00Z",
        "session_id": "s",
        "user": {"id": 1},
        "model": "m",
        "metadata": {"app": "a"},
        "messages": _MESSAGES,
        "response": "Hi",
        "usage": _USAGE,
        "latency_ms": 5,
        "documents": [{"content": "d", "id": 1}],
        "error": {"code": 1, "message": "e"},
    },
    {"role": "user", "content": "x", "ts": 1_760_000_000, "message_id": "m"},
    {"prompt": "x", "response": {"content": "y"}, "cost": 0.1, "trace_id": "t"},
    {"conversations": [{"from": "human", "value": "x"}, {"from": "gpt", "value": "y"}]},
    {"payload": {"input": "x", "output": "y"}, "model": "m", "prompt": "p"},
    {
        "request": {"model": "m", "user": "u", "messages": _MESSAGES},
        "response": _COMPLETION,
        "timestamp": 1_760_000_000,
    },
    {
        "request": {"instructions": "i", "input": [{"type": "message", "role": "user", "content": "x"}]},
        "response": _RESPONSE,
    },
    {"custom_id": "c", "response": {"status_code": 400, "body": {"error": {"code": "content_filter", "message": "m"}}}},
    {
        "id": "c",
        "object": "chat.completion.chunk",
        "created": 1,
        "choices": [{"delta": {"content": "x"}}],
        "usage": _USAGE,
    },
    {
        "call_type": "completion",
        "startTime": 1_760_000_000.5,
        "endTime": "2026-01-01 00:00:00",
        "response_cost": 0.5,
        "messages": _MESSAGES,
        "response": _COMPLETION,
        "status": "failure",
        "model": "m",
        "trace_id": "t",
        "id": "i",
        "metadata": {
            "user_api_key_user_id": "u",
            "vector_store_request_metadata": [{"vector_store_search_response": {"data": [{"content": "d"}]}}],
        },
        "guardrail_information": [
            {"guardrail_name": "g", "guardrail_status": "blocked", "guardrail_response": {"a": 1}}
        ],
        "error_information": {"error_code": "429", "error_class": "E", "error_message": "m"},
    },
    _ASSISTANT,
    {
        "type": "user",
        **_IDS,
        "permissionMode": "plan",
        "toolUseResult": {"stdout": "x"},
        "message": {
            "role": "user",
            "content": [
                {
                    "type": "tool_result",
                    "tool_use_id": "t",
                    "is_error": True,
                    "content": [{"type": "text", "text": "a\n<system-reminder>b</system-reminder>"}],
                },
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
            ],
        },
    },
    {"type": "progress", **_IDS, "data": {"type": "agent_progress", "agentId": "a", "message": _ASSISTANT}},
    {"type": "progress", **_IDS, "data": {"type": "hook_progress", "hookEvent": "Stop", "command": "c"}},
    {
        "type": "system",
        **_IDS,
        "subtype": "api_error",
        "error": {"status": 529, "error": {"type": "t", "message": "m"}},
    },
    {"type": "system", **_IDS, "subtype": "stop_hook_summary", "hookInfos": [{"command": "c"}], "hookErrors": ["e"]},
    {"type": "summary", "summary": "s", "leafUuid": "u"},
    {"type": "queue-operation", "operation": "enqueue", "content": "c", "sessionId": "s"},
    {"resourceSpans": [{"resource": _RESOURCE, "scopeSpans": [{"scope": {"name": "n"}, "spans": _SPANS}]}]},
    {"resourceLogs": [{"resource": _RESOURCE, "scopeLogs": [{"scope": {"name": "n"}, "logRecords": _LOGS}]}]},
)
