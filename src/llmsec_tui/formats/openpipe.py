"""Training data as OpenPipe exports it: ``{input, output, tags}``, a request and the answer to learn.

https://docs.openpipe.ai/features/exporting-data
"""

from typing import Any

from llmsec_tui.formats.bodies import Bodies
from llmsec_tui.formats.common import common_fields
from llmsec_tui.formats.format import Format
from llmsec_tui.formats.found import Found
from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.transcript import Transcript, opening_of
from llmsec_tui.formats.values import as_dict, compact_json, decoded

_HAS = frozenset(("input", "output", "tags", "split", "id", "createdAt", "updatedAt", "datasetId", "metadata"))


def recognise(data: dict[str, Any]) -> bool:
    """A request and an answer, and nothing that such an export has not."""
    if "input" not in data or "output" not in data or not _HAS.issuperset(data):
        return False
    asked, answer = data["input"], data["output"]
    if not isinstance(answer, dict) or not ("choices" in answer or answer.get("role") == "assistant"):
        return False
    return isinstance(asked, list) or (isinstance(asked, dict) and "messages" in asked)


def to_events(data: dict[str, Any], _: Memory) -> Found:
    """The messages of the request and of the answer."""
    asked, answer = decoded(data.get("input")), as_dict(data.get("output"))
    if "choices" not in answer:
        answer = {"choices": [{"message": answer}]}
    bodies = Bodies({"messages": asked} if isinstance(asked, list) else asked, answer)
    tags = data.get("tags")
    call = common_fields(data) | {"call_id": bodies.response_id, "response_id": bodies.response_id}
    call["request_model"] = bodies.request_model
    call["attrs"] = compact_json({"tags": tags}) if tags else None
    given = {name: value for name, value in call.items() if value is not None}
    transcript = Transcript(opening_of(given), outcome=bodies.outcome())
    bodies.add_to(transcript)
    return Found(transcript.finish(), transcript.unknown)


FORMAT = Format(
    "openpipe",
    "OpenPipe exports of training data",
    "input with messages, and output with choices or a message; with tags or split",
    recognise,
    to_events,
)
