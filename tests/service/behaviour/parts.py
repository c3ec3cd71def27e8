"""Traffic of a shop's assistant, made by lot that always falls the same, and a store that has measured it."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from llmsec_tui.detect.engine import detect
from llmsec_tui.detect.rule import RuleSet
from llmsec_tui.intake.read import WholeFile
from llmsec_tui.service.behaviour.rolling import Rolling
from llmsec_tui.service.pipeline import Pipeline
from llmsec_tui.store.store import Store

START = 1_793_491_200
"""2026-11-01, in seconds since 1970."""
HOUR = 3_600_000_000
SORRY = "I am sorry, I cannot help you with that request, unfortunately."
FINE = "Your order is on its way, you can expect it within the next few days at your door."


def call(at: float, number: int, **changes: Any) -> dict[str, Any]:
    """One call as LiteLLM logs it; ``said`` is the answer."""
    told: dict[str, Any] = {
        "model": "gpt-4o",
        "user": f"u{number % 9}",
        "tokens": 100,
        "cost": 0.001,
        "tenant": None,
        "said": FINE,
        "took": 1.0,
    }
    told |= changes
    said = told["said"]
    content = [{"type": "refusal", "refusal": said}] if said.startswith(SORRY) else said
    return {
        "id": f"chatcmpl-{number}",
        "trace_id": f"t{number}",
        "call_type": "acompletion",
        "status": "success",
        "custom_llm_provider": "openai",
        "startTime": at,
        "endTime": at + told["took"],
        "completionStartTime": at + told["took"] / 3,
        "response_time": told["took"],
        "model": told["model"],
        "model_group": told["model"],
        "prompt_tokens": 200,
        "completion_tokens": told["tokens"],
        "total_tokens": 200 + told["tokens"],
        "response_cost": told["cost"],
        "end_user": told["user"],
        "metadata": {"user_api_key_team_id": told["tenant"]},
        "messages": [{"role": "user", "content": f"Where is my order number {number}, please?"}],
        "response": {"choices": [{"message": {"role": "assistant", "content": content}, "finish_reason": "stop"}]},
    }


def span(at: int, number: int, app: str = "desk", **more: Any) -> dict[str, Any]:
    """A call as OpenTelemetry writes it, ``at`` hours after the start."""
    begin = (START + at * 3600) * 1_000_000_000
    told = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o", **more}
    attributes = [{"key": key, "value": {"stringValue": value}} for key, value in told.items()]
    one = {
        "traceId": f"{number:032x}",
        "spanId": f"{number:016x}",
        "name": "chat",
        "startTimeUnixNano": str(begin),
        "endTimeUnixNano": str(begin + 1_000_000_000),
        "attributes": attributes,
    }
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": app}}]}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": {"name": "x"}, "spans": [one]}]}]}


def traffic(hours: int, *, swapped: int = 0, each: int = 40) -> Iterator[dict[str, Any]]:
    """So many hours, ``each`` calls an hour; in the last ``swapped`` another model refuses and talks on and on."""
    lot = Random(5)
    for hour in range(hours):
        is_other = hour >= hours - swapped
        for place in range(each):
            at = START + hour * 3600 + (place + lot.random()) * 3600 / each
            refuses = lot.random() < (0.5 if is_other else 0.03)
            yield call(
                at,
                hour * each + place,
                model="gpt-9" if is_other else "gpt-4o",
                tokens=int(lot.lognormvariate(5, 0.5) * (2 if is_other else 1)),
                took=lot.lognormvariate(0, 0.5),
                said=f"{SORRY if refuses else FINE} Ticket {lot.randrange(10**6)}.",
            )


def write(log: Path, calls: Iterable[dict[str, Any]]) -> Path:
    """A log of these calls."""
    with log.open("ab") as file:
        file.writelines(msgspec.json.encode(one) + b"\n" for one in calls)
    return log


def take_in(store: Store, log: Path) -> None:
    """Have the store hold what a log says."""
    nothing = RuleSet(())
    pipeline = Pipeline(lambda batch: detect(nothing, batch), store.known, secret=store.secret)
    for read in WholeFile(log).pieces():
        store.commit(pipeline.judge(pipeline.read(read), (START + 400 * 3600) * 1_000_000))


def measured(store: Store, folder: Path, calls: Iterable[dict[str, Any]]) -> Rolling:
    """Have the store hold and measure these calls."""
    take_in(store, write(folder / "log.jsonl", calls))
    rolling = Rolling(store)
    rolling.run()
    return rolling
