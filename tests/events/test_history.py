"""What is a repeat and what is news."""

from hashlib import sha256
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from llmsec_tui.events.history import Kept, Mapped, Resolved, resolve
from llmsec_tui.events.model import Event, Exchange, Kind, Record, Role


class Memory:
    """A store's memory of keys, in a dictionary."""

    def __init__(self) -> None:
        self.keys: dict[int, str] = {}

    def lookup(self, keys: list[int]) -> dict[int, str]:
        return {key: self.keys[key] for key in keys if key in self.keys}

    def take(self, batch: list[Mapped]) -> Resolved:
        resolved = resolve(batch, self.lookup)
        self.keys |= resolved.keys
        return resolved


def record(offset: int, source: str = "s") -> Record:
    return Record(source, "app.jsonl", offset, offset, 10, sha256(f"{source}{offset}".encode()).digest(), None)


def message(role: Role, text: str, side: Exchange, conversation: str | None, call: str | None = None) -> Event:
    return Event(kind=Kind.MESSAGE, role=role, text=text, exchange=side, conversation_id=conversation, call_id=call)


def call(offset: int, history: list[str], answer: str, conversation: str | None, call_id: str | None = None) -> Mapped:
    """A logged call whose history alternates user and assistant."""
    roles = (Role.USER, Role.ASSISTANT)
    events = [message(roles[i % 2], t, Exchange.INPUT, conversation, call_id) for i, t in enumerate(history)]
    return Mapped(
        record(offset), "generic", [*events, message(Role.ASSISTANT, answer, Exchange.OUTPUT, conversation, call_id)]
    )


def texts(kept: list[Kept]) -> list[str | None]:
    return [k.event.text for k in kept]


def test_a_growing_conversation_is_stored_once_with_an_id() -> None:
    """Every call sends the whole history; each message is kept the first time."""
    memory = Memory()
    assert texts(memory.take([call(0, ["hi"], "hello", "c")]).kept) == ["hi", "hello"]
    assert texts(memory.take([call(1, ["hi", "hello", "how?"], "so", "c")]).kept) == ["how?", "so"]


def test_a_growing_conversation_is_stitched_without_an_id() -> None:
    """The longest known prefix names the conversation."""
    memory = Memory()
    first = memory.take([call(0, ["hi"], "hello", None)])
    second = memory.take([call(1, ["hi", "hello", "how?"], "so", None)])
    assert texts(second.kept) == ["how?", "so"]
    assert {k.conversation_id for k in first.kept} == {k.conversation_id for k in second.kept}


def test_two_conversations_that_begin_alike_stay_two() -> None:
    """Without an id, a call that sends no past answer begins a conversation of its own."""
    memory = Memory()
    first = memory.take([call(0, ["hi"], "hello", None)])
    second = memory.take([call(1, ["hi"], "hello", None)])
    assert texts(second.kept) == ["hi", "hello"]
    assert first.kept[0].conversation_id != second.kept[0].conversation_id


def test_the_same_words_twice_in_one_conversation_are_two_messages() -> None:
    """A user may say yes twice; the second is news."""
    memory = Memory()
    memory.take([call(0, ["yes"], "sure?", "c")])
    assert texts(memory.take([call(1, ["yes", "sure?", "yes"], "done", "c")]).kept) == ["yes", "done"]


def test_parent_and_child_spans_of_one_trace_are_one_call() -> None:
    """Two records of the same call carry the same messages."""
    memory = Memory()
    kept = memory.take([call(0, ["hi"], "hello", "c", "trace"), call(1, ["hi"], "hello", "c", "trace")]).kept
    assert texts(kept) == ["hi", "hello"]


def test_a_shared_system_prompt_does_not_stitch_strangers() -> None:
    """Leading system messages prove nothing."""
    memory = Memory()

    def opening(offset: int, question: str) -> Mapped:
        system = message(Role.SYSTEM, "You help.", Exchange.INPUT, None)
        user = message(Role.USER, question, Exchange.INPUT, None)
        return Mapped(record(offset), "generic", [system, user, message(Role.ASSISTANT, "ok", Exchange.OUTPUT, None)])

    first, second = memory.take([opening(0, "a")]), memory.take([opening(1, "b")])
    assert len(second.kept) == 3
    assert first.kept[0].conversation_id != second.kept[0].conversation_id


def test_a_copied_record_is_a_repeat_and_a_changed_one_amends() -> None:
    """Resumed sessions copy records; snapshots write the same id again with more in it."""
    memory = Memory()
    event = Event(kind=Kind.MESSAGE, native_id="u1", text="draft")
    first = memory.take([Mapped(record(0), "claude-code", [event])])
    copied = memory.take([Mapped(record(0), "claude-code", [event])])
    amended = memory.take([Mapped(record(5), "claude-code", [Event(kind=Kind.MESSAGE, native_id="u1", text="final")])])
    assert (len(first.kept), len(copied.kept), copied.repeats) == (1, 0, 1)
    assert amended.kept[0].amends
    assert amended.kept[0].event_id == first.kept[0].event_id


def test_a_record_that_is_copied_into_another_session_stays_in_its_own() -> None:
    """Resumed sessions write the session's name anew; what was not said there before is news all the same."""
    memory = Memory()
    for session, number in (("one", 0), ("two", 1)):
        told = [Event(kind=Kind.MESSAGE, native_id="u1", text="hello", conversation_id=session)]
        found = memory.take([Mapped(record(number), "claude-code", told)])
        assert len(found.kept) == (session == "one")
    told = [Event(kind=Kind.MESSAGE, native_id="u1", text="attack", conversation_id="two")]
    assert texts(memory.take([Mapped(record(2), "claude-code", told)]).kept) == ["attack"]


def version(number: int, text: str | None, **fields: Any) -> Mapped:
    """One of the versions of an event."""
    return Mapped(record(number), "otlp", [Event(kind=Kind.MESSAGE, native_id="u", text=text, **fields)])


def test_an_event_that_only_grows_inside_one_batch_is_one_event() -> None:
    """The later of two snapshots in a batch wins; all are judged, as they are where each comes in its own batch."""
    found = Memory().take([version(0, None), version(1, "half"), version(2, "half of it")])
    assert (texts(found.kept), texts(found.outdated)) == (["half of it"], [None, "half"])


def test_what_is_amended_inside_one_batch_is_judged_all_the_same() -> None:
    """Somebody who writes an attack and amends it at once with something harmless is found out."""
    memory = Memory()
    known = memory.take([version(0, "harmless")]).kept
    found = memory.take([version(1, "attack"), version(2, "another"), version(0, "harmless"), version(3, "fine")])
    assert (texts(found.kept), texts(found.outdated), found.repeats) == (["fine"], ["attack", "another"], 1)
    assert {one.event_id for one in [*found.kept, *found.outdated]} == {known[0].event_id}
    assert found.kept[0].amends
    again = memory.take([version(1, "attack"), version(3, "fine")])
    assert not [*again.kept, *again.outdated]


def test_an_older_version_that_comes_again_changes_nothing() -> None:
    memory = Memory()
    memory.take([version(0, "harmless")])
    found = memory.take([version(1, "attack"), version(0, "harmless")])
    assert (texts(found.kept), found.outdated, found.repeats) == (["attack"], [], 1)


def test_a_version_that_differs_in_what_rules_look_at_is_judged_too() -> None:
    found = Memory().take([version(0, "x", permission_mode="bypassPermissions"), version(1, "x")])
    assert [one.event.permission_mode for one in found.outdated] == ["bypassPermissions"]


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from("abc")), max_size=12), st.integers(1, 5))
def test_every_text_of_every_version_is_judged_once(versions: list[tuple[int, str]], size: int) -> None:
    """However the versions are cut into batches, and none stores an event twice."""
    memory = Memory()
    seen: list[tuple[str | None, str | None]] = []
    mapped = [
        Mapped(record(ord(text), f"s{name}"), "otlp", [Event(kind=Kind.MESSAGE, native_id=str(name), text=text)])
        for name, text in versions
    ]
    for start in range(0, len(mapped), size):
        found = memory.take(mapped[start : start + size])
        assert len({one.event_id for one in found.kept}) == len(found.kept)
        seen += [(one.event.native_id, one.event.text) for one in [*found.kept, *found.outdated]]
    assert sorted(seen, key=str) == sorted({(str(name), text) for name, text in versions}, key=str)


def cut_call(number: int, talk: list[str], begin: int, end: int) -> Mapped:
    """A call that sends what was said from ``begin`` to ``end``, and is answered with what follows."""
    roles = (Role.USER, Role.ASSISTANT)
    sent = [message(roles[at % 2], talk[at], Exchange.INPUT, None) for at in range(begin, end)]
    prompt = message(Role.SYSTEM, "Be kind.", Exchange.INPUT, None)
    return Mapped(record(number), "generic", [prompt, *sent, message(roles[end % 2], talk[end], Exchange.OUTPUT, None)])


def test_a_history_that_is_cut_at_the_front_is_no_news() -> None:
    """The client sends the last five messages; only what is new is stored, and all under one name."""
    memory = Memory()
    talk = [f"turn {number}" for number in range(14)]
    kept = [one for end in range(1, 14, 2) for one in memory.take([cut_call(end, talk, max(0, end - 5), end)]).kept]
    said = [one for one in kept if one.event.role is not Role.SYSTEM]
    assert texts(said) == talk
    assert len({one.conversation_id for one in said}) == 1


def test_a_middle_that_is_left_out_is_no_news_either() -> None:
    memory = Memory()
    talk = [f"turn {number}" for number in range(12)]
    for end in range(1, 10, 2):
        memory.take([cut_call(end, talk, 0, end)])
    call = cut_call(11, talk, 4, 11)
    first = cut_call(11, talk, 0, 2).events[1:3]
    found = memory.take([Mapped(call.record, call.format, [call.events[0], *first, *call.events[1:]])])
    assert texts(found.kept) == ["turn 10", "turn 11"]


def test_one_answer_that_strangers_share_proves_nothing() -> None:
    """An attack in a history of which no call is in the log is judged, though somebody got the same refusal for it."""
    memory = Memory()
    memory.take([cut_call(1, ["attack", "I cannot help."], 0, 1)])
    other = ["hi", "Hello!", "attack", "I cannot help.", "please", "No."]
    found = memory.take([cut_call(2, other, 0, 5)])
    assert [text for text in texts(found.kept) if text != "Be kind."] == other


@given(st.integers(3, 9), st.integers(8, 16), st.integers(1, 4))
def test_however_much_of_a_history_is_sent_all_of_it_is_stored_once(window: int, length: int, size: int) -> None:
    """From two exchanges on that are sent again, whatever comes in one batch."""
    memory = Memory()
    talk = [f"turn {number}" for number in range(length // 2 * 2)]
    calls = [cut_call(end, talk, max(0, end - (window // 2 * 2 + 3)), end) for end in range(1, len(talk), 2)]
    kept = [one for start in range(0, len(calls), size) for one in memory.take(calls[start : start + size]).kept]
    assert [text for text in texts(kept) if text != "Be kind."] == talk


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=8), st.booleans(), st.integers(1, 9))
def test_batch_size_never_matters(words: list[str], named: bool, size: int) -> None:
    """The same calls give the same events whether they come one at a time or together."""
    conversation = "c" if named else None
    history: list[str] = []
    calls = []
    for offset, word in enumerate(words):
        history = [*history, word]
        calls.append(call(offset, history, word.upper(), conversation))
        history = [*history, word.upper()]
    one, many = Memory(), Memory()
    apart = [(k.event_id, k.conversation_id) for c in calls for k in one.take([c]).kept]
    together = [
        (k.event_id, k.conversation_id)
        for start in range(0, len(calls), size)
        for k in many.take(calls[start : start + size]).kept
    ]
    assert apart == together
    assert len(apart) == 2 * len(words)


def test_one_record_may_hold_calls_of_several_conversations() -> None:
    """A line of spans keeps each trace's messages and its other steps in that trace's conversation."""

    def span(trace: str, text: str) -> list[Event]:
        return [
            Event(kind=Kind.MESSAGE, role=Role.USER, text=text, exchange=Exchange.INPUT, call_id=trace, trace_id=trace),
            Event(kind=Kind.RETRIEVAL, text=f"page for {text}", trace_id=trace),
        ]

    kept = Memory().take([Mapped(record(0), "otlp", [*span("t1", "a"), *span("t2", "b")])]).kept
    by_text = {k.event.text: k.conversation_id for k in kept}
    assert by_text["a"] == by_text["page for a"] != by_text["b"] == by_text["page for b"]


def test_a_system_prompt_is_stored_once_in_a_conversation() -> None:
    """Calls that send no history still send the system prompt; the same words from a user are news."""

    def turn(offset: int) -> Mapped:
        system = message(Role.SYSTEM, "You help.", Exchange.INPUT, "c")
        return Mapped(record(offset), "generic", [system, message(Role.USER, "yes", Exchange.INPUT, "c")])

    memory = Memory()
    assert texts(memory.take([turn(0)]).kept) == ["You help.", "yes"]
    assert texts(memory.take([turn(1)]).kept) == ["yes"]


def test_what_another_span_of_the_trace_said_is_no_news() -> None:
    """A tool's own span and the chat span that quotes it give one event, though only one names the conversation."""
    memory = Memory()
    tool = message(Role.TOOL, "a page", Exchange.INPUT, None, "trace")
    chat = [
        message(Role.USER, "read it", Exchange.INPUT, "c", "trace"),
        message(Role.TOOL, "a page", Exchange.INPUT, "c", "trace"),
    ]
    assert texts(memory.take([Mapped(record(0), "otlp", [tool])]).kept) == ["a page"]
    assert texts(memory.take([Mapped(record(1), "otlp", chat)]).kept) == ["read it"]
