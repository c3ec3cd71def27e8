"""Whatever stands in a rollout, nothing but a format error leaves the mapping, and what leaves it can be stored."""

from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.formats.mangling import mangled
from tests.formats.records import frame
from tests.formats.test_codex import META, TURN, item, line, said

from llmsec_tui.errors import FormatError
from llmsec_tui.formats.memory import Memory

SAMPLES = [
    META,
    TURN,
    said("user", "Mend the cart"),
    said("assistant", "Done."),
    item(type="function_call", name="shell", arguments='{"sandbox_permissions":"require_escalated"}', call_id="c1"),
    item(type="function_call_output", call_id="c1", output='{"output":"x","metadata":{"exit_code":1}}'),
    item(type="reasoning", summary=[{"type": "summary_text", "text": "t"}], content=None, encrypted_content="x"),
    line("event_msg", type="token_count", info={"last_token_usage": {"input_tokens": 1}, "total_token_usage": {}}),
    line("event_msg", type="exec_approval_request", call_id="c", command=["ls"]),
    line("compacted", message="m", replacement_history=[{"type": "message"}]),
]


@given(st.lists(mangled(SAMPLES), min_size=1, max_size=6))
def test_nothing_but_a_format_error_leaves_it(lines: list[dict[str, Any]]) -> None:
    memory = Memory()
    for data in lines:
        with suppress(FormatError):
            frame(data, memory)
        memory = Memory.decoded(memory.encoded())
