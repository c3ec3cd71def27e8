"""Make spans and logs in OTLP's framing, and look at what is kept of several records."""

from typing import Any

from tests.formats.records import outcome, record

from llmsec_tui.events.history import Mapped, resolve
from llmsec_tui.events.model import Event
from llmsec_tui.formats.memory import Memory

START, END = "1760000000000000000", "1760000002500000000"
BEGAN, ENDED = 1_760_000_000_000_000, 1_760_000_002_500_000


def value(plain: Any) -> dict[str, Any]:
    """An OTLP AnyValue."""
    if isinstance(plain, bool):
        return {"boolValue": plain}
    if isinstance(plain, int):
        return {"intValue": str(plain)}
    if isinstance(plain, float):
        return {"doubleValue": plain}
    if isinstance(plain, list):
        return {"arrayValue": {"values": [value(item) for item in plain]}}
    if isinstance(plain, dict):
        return {"kvlistValue": {"values": pairs(plain)}}
    return {"stringValue": plain}


def pairs(plain: dict[str, Any]) -> list[dict[str, Any]]:
    """OTLP attributes."""
    return [{"key": key, "value": value(item)} for key, item in plain.items()]


def span(attributes: dict[str, Any], number: int = 1, **fields: Any) -> dict[str, Any]:
    """One span with these attributes; its number makes its id."""
    ids = {"traceId": "AB" * 16, "spanId": f"cd{number:014x}", "parentSpanId": "ef" * 8, "name": "chat m-1"}
    times = {"startTimeUnixNano": START, "endTimeUnixNano": END}
    return {**ids, **times, "attributes": pairs(attributes), "status": {}, **fields}


def export(*spans: dict[str, Any]) -> dict[str, Any]:
    """An export request of one resource and one scope."""
    resource = {"attributes": pairs({"service.name": "shop", "deployment.environment.name": "prod"})}
    scope = {"scope": {"name": "shop.llm"}, "spans": list(spans)}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}


def logs(*records: dict[str, Any]) -> dict[str, Any]:
    """An export request of log records."""
    scope = {"scope": {"name": "shop.llm"}, "logRecords": list(records)}
    return {"resourceLogs": [{"resource": {"attributes": []}, "scopeLogs": [scope]}]}


def log(attributes: dict[str, Any], body: Any = None, **fields: Any) -> dict[str, Any]:
    """One log record."""
    made = {"timeUnixNano": START, "attributes": pairs(attributes), "traceId": "ab" * 16, **fields}
    return made if body is None else {**made, "body": value(body)}


def read(*records: Any, name: str = "otlp") -> list[Event]:
    """The events of records of one source, all of them known; before anything is left out as a repeat."""
    memory = Memory()
    found: list[Event] = []
    for data in records:
        mapped = outcome(data, memory)
        assert (mapped.format, mapped.unknown) == (name, None)
        found += mapped.events
    return found


def kept(*records: Any) -> list[Event]:
    """What is stored of records of one source."""
    memory = Memory()
    mapped = []
    for number, data in enumerate(records):
        one = record(data)
        at = type(one)(one.source_id, one.path, number, number * 100, 64, number.to_bytes(32), data)
        made = outcome(data, memory)
        mapped.append(Mapped(at, made.format, made.events))
    return [one.event for one in resolve(mapped, lambda _: {}).kept]
