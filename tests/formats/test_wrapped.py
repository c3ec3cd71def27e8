"""A record inside of a shipper's record is mapped as if it had come alone."""

import json
from typing import Any

import pytest
from tests.formats.records import outcome, rows
from tests.formats.test_bedrock import CONVERSE
from tests.formats.test_gateways import HELICONE

_CHAT = {"object": "chat.completion", "choices": [{"message": {"role": "assistant", "content": "Hello"}}]}


@pytest.mark.parametrize(
    "wrapper",
    [
        {"timestamp": 1_772_600_767_000, "message": json.dumps(CONVERSE)},
        {"logGroup": "/aws/bedrock", "logEvents": [{"id": "1", "message": json.dumps(CONVERSE)}]},
        {"log": json.dumps(CONVERSE) + "\n", "stream": "stdout", "time": "2026-03-04T05:06:07Z"},
        {"@timestamp": "2026-03-04T05:06:07Z", "ecs": {"version": "8.11"}, "event": {"original": json.dumps(CONVERSE)}},
        {"class_uid": 6003, "category_uid": 6, "unmapped": CONVERSE},
        {"jsonPayload": CONVERSE, "insertId": "x"},
        {"log": json.dumps({"message": json.dumps(CONVERSE)})},
    ],
)
def test_what_is_inside_is_found(wrapper: dict[str, Any]) -> None:
    mapped = outcome(wrapper)
    assert (mapped.format, mapped.unknown) == ("aws-bedrock", None)
    assert rows(mapped.events) == rows(outcome(CONVERSE).events)


def test_a_batch_of_log_events_is_all_of_them() -> None:
    wrapper = {"logEvents": [{"message": json.dumps(CONVERSE)}, {"message": json.dumps(HELICONE)}]}
    assert len(outcome(wrapper).events) == len(outcome(CONVERSE).events) + len(outcome(HELICONE).events)


def test_a_time_that_is_missing_inside_is_taken_from_outside() -> None:
    mapped = outcome({"@timestamp": "2026-03-04T05:06:07Z", "message": json.dumps(_CHAT)})
    assert [event.ts for event in mapped.events] == [1_772_600_767_000_000]


def test_a_message_that_is_only_text_is_left_as_it_is() -> None:
    assert outcome({"level": "info", "message": "started"}).format == "unrecognised"
    assert outcome({"role": "user", "message": '{"a": 1}'}).format == "generic"
