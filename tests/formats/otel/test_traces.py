"""What is remembered of a trace from record to record, and that it is bounded."""

from llmsec_tui.formats.memory import Memory
from llmsec_tui.formats.otel.traces import Traces


def test_what_was_said_is_known_after_a_restart() -> None:
    """It is in the memory of the source, which is stored with the checkpoint."""
    memory = Memory()
    traces = Traces(memory)
    traces.name_conversation("t", "c")
    traces.name_conversation("t", "other")
    traces.name_tool("call", "pay", "bank")
    traces.name_response("r", "t")
    traces.ask_for("t", "pay", "{}", "call")
    assert traces.is_news("t", "boom")
    again = Traces(Memory.decoded(memory.encoded()))
    assert again.conversation("t") == "c"
    assert tuple(again.names["call"]) == ("pay", "bank")
    assert again.told_in("r") == "t"
    assert not again.is_news("t", "boom")
    assert again.is_news("u", "boom")
    assert again.asked_for("t", "pay", "{}", answered=False) == "call"
    assert again.asked_for("t", "pay", "{}", answered=True) == "call"
    assert again.asked_for("t", "pay", "{}", answered=True) is None


def test_the_oldest_is_forgotten() -> None:
    memory = Memory()
    traces = Traces(memory)
    for number in range(5_000):
        traces.name_conversation(f"t{number}", "c" * 36)
        traces.is_news(f"t{number}", "boom")
    traces.bound()
    assert traces.conversation("t0") is None
    assert traces.conversation("t4999") == "c" * 36
    assert len(memory.encoded()) < 32_768


def test_without_a_trace_nothing_is_remembered() -> None:
    traces = Traces(Memory())
    traces.name_conversation(None, "c")
    traces.ask_for(None, "pay", "{}", "call")
    assert traces.conversation(None) is None
    assert traces.asked_for(None, "pay", "{}", answered=True) is None
    assert traces.is_news(None, "boom")
    assert traces.is_news(None, "boom")
