"""The log of a desk: spans as OpenTelemetry writes them, made by lot that falls the same for the same hour."""

import json
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from llmsec_tui.probes.desk_words import MAIL, QUESTIONS, REFUSALS, SENTENCES, TRADE_QUESTIONS
from llmsec_tui.probes.desks import Desk, Manner
from llmsec_tui.probes.story import Line

HOUR = 3_600_000_000
FILE = "desks.otlp.jsonl"
"""The log of the gateway through which all desks call."""
CALLS_AN_HOUR = 64
"""Enough for a verdict on one hour."""
_TRADE_TIMES = 1.6
_SPREAD = 0.6
_TOKENS_A_SECOND = 110
_GOES_ON = 0.3
"""The share of conversations with a second question."""
_CUSTOMERS = 400

Message = dict[str, Any]


def lines(desk: Desk, last: int, since: int, until: int) -> Iterator[Line]:
    """The log of a desk from ``since`` to before ``until``; all are microseconds, ``last`` begins the desk's hour 0.

    They come hour by hour, and in the order of conversations within each.
    """
    # A conversation that began in the hour before may go on.
    for hour in range((since - last) // HOUR - 1, (until - 1 - last) // HOUR + 1):
        yield from (one for one in _hour(desk, hour, last + hour * HOUR) if since <= one.at < until)


def _hour(desk: Desk, hour: int, begin: int) -> Iterator[Line]:
    lot = Random(f"{desk.app} {hour}")  # noqa: S311 - texts, not secrets
    manner = desk.manner(hour)
    left = CALLS_AN_HOUR
    while left > 0:
        turns = min(2 if lot.random() < _GOES_ON else 1, left)
        left -= turns
        yield from _talk(desk, manner, begin + lot.randrange(HOUR), turns, lot)


def _talk(desk: Desk, manner: Manner, at: int, turns: int, lot: Random) -> Iterator[Line]:
    """A conversation: each call sends what was said before."""
    trade = lot.random() < manner.trade
    trace, customer, order = f"{lot.getrandbits(128):032x}", lot.randrange(_CUSTOMERS), lot.randrange(10_000, 90_000)
    shared = {
        "tenant.id": "trade" if trade else "retail",
        "user.id": f"{'firm' if trade else 'cust'}-{customer:04}",
        "gen_ai.conversation.id": f"{desk.app}-{trace[:12]}",
        "gen_ai.system_instructions": _compact([{"type": "text", "content": manner.prompt}]),
    }
    said: list[Message] = []
    for _ in range(turns):
        said.append(_message("user", _question(trade, order, lot)))
        is_refused = lot.random() < manner.refusals
        text = lot.choice(REFUSALS).format(n=order) if is_refused else _answer(manner, trade, order, lot)
        answer = _message("assistant", text, finish_reason="refusal" if is_refused else "stop")
        took = round((0.5 + _tokens(text) / _TOKENS_A_SECOND) * lot.lognormvariate(0, 0.25) * 1_000_000)
        yield Line(FILE, at + took, _span(desk, manner, shared, said, answer, at, took, trace, lot))
        said.append(answer)
        at += took + lot.randrange(15_000_000, 90_000_000)


def _question(trade: bool, order: int, lot: Random) -> str:
    mail = lot.sample(MAIL, lot.randrange(len(MAIL)))
    return " ".join((*mail, lot.choice(TRADE_QUESTIONS if trade else QUESTIONS).format(n=order)))


def _answer(manner: Manner, trade: bool, order: int, lot: Random) -> str:
    wanted = manner.sentences * (_TRADE_TIMES if trade else 1)
    count = max(1, round(lot.uniform(1 - _SPREAD, 1 + _SPREAD) * wanted))
    return " ".join(lot.choice(SENTENCES).format(n=order) for _ in range(count))


def _span(
    desk: Desk,
    manner: Manner,
    shared: dict[str, str],
    said: Sequence[Message],
    answer: Message,
    at: int,
    took: int,
    trace: str,
    lot: Random,
) -> bytes:
    text = answer["parts"][0]["content"]
    attributes = shared | {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai" if desk.alias.startswith("gpt") else "anthropic",
        "gen_ai.request.model": desk.alias,
        "gen_ai.response.model": manner.model,
        "gen_ai.response.id": f"msg_{lot.getrandbits(96):024x}",
        "gen_ai.response.finish_reasons": [answer["finish_reason"]],
        "gen_ai.usage.input_tokens": _tokens(manner.prompt) + sum(_tokens(one["parts"][0]["content"]) for one in said),
        "gen_ai.usage.output_tokens": _tokens(text),
        "gen_ai.input.messages": _compact(said),
        "gen_ai.output.messages": _compact([answer]),
    }
    span = {
        "traceId": trace,
        "spanId": f"{lot.getrandbits(64):016x}",
        "name": f"chat {desk.alias}",
        "kind": "SPAN_KIND_CLIENT",
        "startTimeUnixNano": str(at * 1000),
        "endTimeUnixNano": str((at + took) * 1000),
        "attributes": [{"key": key, "value": _any(value)} for key, value in attributes.items()],
        "status": {},
    }
    resource = {"attributes": [{"key": "service.name", "value": _any(desk.app)}]}
    scope = {"name": "fernway.gateway", "version": "0.9.0"}
    whole = {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": scope, "spans": [span]}]}]}
    return _compact(whole).encode() + b"\n"


def _message(role: str, text: str, **more: str) -> Message:
    return {"role": role, "parts": [{"type": "text", "content": text}], **more}


def _any(value: str | int | list[str]) -> dict[str, Any]:
    match value:
        case list():
            return {"arrayValue": {"values": [_any(item) for item in value]}}
        case int():
            return {"intValue": str(value)}
    return {"stringValue": value}


def _tokens(text: str) -> int:
    return len(text) // 4 + 3


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
