"""OpenPipe's exports of training data."""

from typing import Any

import pytest
from tests.formats.records import events_of, outcome, rows

_ASKED = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "2+2?"}]
_SPOKEN = {"role": "assistant", "content": "4"}
CHOSEN: dict[str, Any] = {
    "input": {"model": "m-1", "messages": _ASKED},
    "output": {"id": "x-1", "choices": [{"message": _SPOKEN, "finish_reason": "stop"}]},
    "tags": {"prompt_id": "sums"},
}
PLAIN: dict[str, Any] = {"input": _ASKED, "output": _SPOKEN, "split": "TRAIN"}
SAMPLES = [CHOSEN, PLAIN]


@pytest.mark.parametrize("data", SAMPLES)
def test_a_pair_is_a_call(data: dict[str, Any]) -> None:
    assert outcome(data).format == "openpipe"
    assert rows(events_of(data)) == [
        ("message", "system", "system", "Be brief."),
        ("message", "user", "user", "2+2?"),
        ("message", "assistant", "model", "4"),
    ]


def test_tags_and_ends_are_kept() -> None:
    answer = events_of(CHOSEN)[-1]
    assert (answer.request_model, answer.finish_reasons) == ("m-1", "stop")
    assert answer.attrs == '{"tags":{"prompt_id":"sums"}}'
