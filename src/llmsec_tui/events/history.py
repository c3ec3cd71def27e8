"""Tell a new message from one that was sent again.

Chat logs repeat themselves: every call carries the whole conversation so far, spans of one trace carry the same
messages, resumed sessions copy their records. A message is stored, and judged, the first time it appears.

- Events with a ``native_id`` are known by it; a later one with other bytes amends the earlier.
- Messages of an exchange with a conversation id are known by (conversation, role, text, how many-th equal one).
- Messages of an exchange without a conversation id are known by their place: a key over the whole prefix that leads to
  them. The longest known prefix names the conversation. Leading system messages prove nothing, many conversations
  share them.

Keys are 64 bits of BLAKE2b under a secret of the store: without it nobody can make an attack that has the key of a
harmless message, and would so be taken for a repeat.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b, sha256
from typing import Protocol

from msgspec import Struct, field

from llmsec_tui.events.identity import content_sha256, event_id, key64
from llmsec_tui.events.model import Event, Exchange, Record, Role

Lookup = Callable[[list[int]], dict[int, str]]
"""Given keys, those that were seen before, with the conversation each belongs to ("" where that says nothing)."""


_MIX = 0x9E3779B97F4A7C15
_KEY_BITS = (1 << 64) - 1
# Looking up a member of an enum costs more than a dict access, and its hash is made in Python.
_SYSTEM, _DEVELOPER, _ASSISTANT, _INPUT = Role.SYSTEM, Role.DEVELOPER, Role.ASSISTANT, Exchange.INPUT


class Mapped(Struct, frozen=True, gc=False):
    """What a format made of one record."""

    record: Record
    format: str
    events: Sequence[Event]


class Kept(Struct, frozen=True, gc=False):
    """An event that is new, and its identity."""

    record: Record
    format: str
    sub_idx: int
    event_id: str
    content_sha256: bytes | None
    event: Event
    conversation_id: str | None
    """The log's own, or the one that the message was stitched to."""
    amends: bool = False
    """True when an event with this id is known and must be replaced."""


class Resolved(Struct):
    """The new events of a batch and the keys that its successors must know."""

    kept: list[Kept] = field(default_factory=list)
    keys: dict[int, str] = field(default_factory=dict)
    repeats: int = 0
    """Events that were seen before and are left out."""


class Keyed(Struct, gc=False):
    """An event and what it may be known by; keys that do not apply are 0."""

    sub_idx: int
    event: Event
    sha: bytes | None
    first: int
    """Of a message: its key in the conversation. Of another event: that of its native id."""
    second: int
    """Of a message: its key in the call. Of another event: that of this version of it."""
    chain: int
    """Of a message without a conversation id: its place behind all that leads to it."""
    is_operators: bool = False
    """Of a message: what the operator says is said again in every call."""


class Draft(Struct, gc=False):
    """The events of one record before it is known which of them are new."""

    mapped: Mapped
    singles: list[Keyed]
    calls: list[list[Keyed]]
    """The messages of every call in the record: one of spans holds many, of several conversations."""

    @property
    def name(self) -> str:
        """The id of the record's first event."""
        return _name(self.mapped.record)


class Drafts(Struct, gc=False):
    """Those of a batch."""

    drafts: list[Draft]
    wanted: list[int]
    """All their keys."""


class Said(Protocol):
    """What is needed of a message to tell whether it was said before; see :class:`Keyed`."""

    @property
    def first(self) -> int: ...
    @property
    def second(self) -> int: ...
    @property
    def chain(self) -> int: ...
    @property
    def is_operators(self) -> bool: ...


class _Hash:
    """Keys under one secret. Copying a hash that has its key costs less than making one."""

    __slots__ = ("_empty",)

    def __init__(self, secret: bytes) -> None:
        self._empty = blake2b(digest_size=8, key=secret)

    def __call__(self, data: bytes) -> int:
        made = self._empty.copy()
        made.update(data)
        return int.from_bytes(made.digest())


_unkeyed = _Hash(b"")


def resolve(batch: Iterable[Mapped], lookup: Lookup, secret: bytes = b"") -> Resolved:
    """Drop what was seen before; ``lookup`` is asked once, for all keys of the batch. ``secret``: at most 64 bytes."""
    found = drafted(batch, secret)
    return settled(found, lookup(found.wanted) if found.wanted else {})


def drafted(batch: Iterable[Mapped], secret: bytes = b"") -> Drafts:
    """The first half of :func:`resolve`: what everything may be known by."""
    hashed = _Hash(secret)
    wanted: list[int] = []
    return Drafts([_draft(mapped, hashed, wanted) for mapped in batch], wanted)


def settled(found: Drafts, known: dict[int, str]) -> Resolved:
    """The second half of :func:`resolve`; ``known`` is what the lookup had to say of the wanted keys."""
    resolved = Resolved()
    for draft in found.drafts:
        conversations: dict[str | None, str] = {}
        for messages in draft.calls:
            conversations[messages[0].event.call_id] = _settle_messages(draft.mapped, messages, known, resolved)
        for single in draft.singles:
            _settle_single(draft.mapped, single, _beside(single.event, conversations), known, resolved)
    return resolved


def _draft(mapped: Mapped, hashed: _Hash, wanted: list[int]) -> Draft:
    singles: list[Keyed] = []
    calls: list[list[Keyed]] = []
    last: tuple[str | None, str | None, str | None] | None = None
    for sub_idx, event in enumerate(mapped.events):
        text = event.text
        keyed = Keyed(sub_idx, event, None if text is None else sha256(text.encode()).digest(), 0, 0, 0)
        if event.exchange:
            call = event.conversation_id, event.call_id, event.span_id
            if call != last:
                calls.append([])
                last = call
            calls[-1].append(keyed)
            continue
        singles.append(keyed)
        if event.native_id is not None:
            keyed.first = key64("id", mapped.format, event.native_id, event.kind)
            keyed.second = hashed(b"version|%x|%b" % (keyed.first, mapped.record.sha256))
            wanted += (keyed.first, keyed.second)
    for messages in calls:
        _give_keys(messages, hashed, wanted)
    return Draft(mapped, singles, calls)


def _give_keys(messages: list[Keyed], hashed: _Hash, wanted: list[int]) -> None:
    opening = messages[0].event
    conversation, service = opening.conversation_id, opening.service_name or ""
    scope = hashed(_joined("in", conversation or "", service, opening.user_id or ""))
    # What tells the call from all others; 0 when the log does not.
    call = 0 if opening.call_id is None else hashed(_joined("call", opening.call_id, service))
    equals: dict[bytes, int] = {}
    proven = False
    place = scope
    for message in messages:
        event = message.event
        role = event.role
        message.is_operators = role is _SYSTEM or role is _DEVELOPER
        # Hashes have one length, so these parts cannot run into each other.
        what = message.sha or content_sha256(f"{event.kind} {event.tool_call_id}")
        if event.tool_call_id is not None and message.sha is not None:
            # Two tools that are called with the same arguments are two calls.
            what = sha256(what + event.tool_call_id.encode("utf-8", "surrogatepass")).digest()
        what = b"-" + what if role is None else role.encode() + what
        count = equals[what] = equals.get(what, 0) + 1
        said = hashed(b"said%d%b" % (count, what))
        # What is mixed here are hashes under a secret, so cheap mixing gives nobody a handle on the result.
        if call:
            message.second = (said ^ call) or 1
            wanted.append(message.second)
        if conversation is not None:
            message.first = (said ^ scope) or 1
            wanted.append(message.first)
            continue
        place = (place * _MIX + said) & _KEY_BITS
        proven = proven or not message.is_operators
        if proven:
            message.chain = place or 1
            wanted.append(message.chain)


def _joined(*parts: str) -> bytes:
    return "".join([f"{len(part)}:{part}" for part in parts]).encode("utf-8", "surrogatepass")


def _settle_messages(mapped: Mapped, messages: list[Keyed], known: dict[int, str], resolved: Resolved) -> str:
    """Keep the messages of one call that are new; the conversation that they belong to."""
    own = messages[0].event.conversation_id
    spare = _stitched(messages[0], mapped.record) if own is None else ""
    conversation, repeats = said_again(messages, answered(messages), own, spare, known, resolved.keys)
    name = _name(mapped.record)
    for message, repeated in zip(messages, repeats, strict=True):
        if repeated:
            resolved.repeats += 1
            continue
        event, sub_idx = message.event, message.sub_idx
        event_name = f"{name}.{sub_idx}" if sub_idx else name
        resolved.kept.append(Kept(mapped.record, mapped.format, sub_idx, event_name, message.sha, event, conversation))
    return conversation


def answered(messages: Sequence[Keyed]) -> int:
    """Position of the last answer among what was sent with a call; -1 when it carries no history."""
    found = -1
    for position, message in enumerate(messages):
        if message.event.role is _ASSISTANT and message.event.exchange is _INPUT:
            found = position
    return found


def said_again(
    messages: Sequence[Said], answered: int, own: str | None, spare: str, known: dict[int, str], keys: dict[int, str]
) -> tuple[str, list[bool]]:
    """The conversation of one call, and which of its messages are repeats; adds to ``keys``.

    ``own`` is what the log calls the conversation, and ``spare`` what it is called when nobody has a name for it.
    """
    conversation = spare if own is None else own
    stitched = -1
    if own is None:
        for position in range(answered, -1, -1):
            chain = messages[position].chain
            if chain in keys or chain in known:
                stitched = position
                conversation = keys[chain] if chain in keys else known[chain]
                break
    repeats = []
    for position, message in enumerate(messages):
        first, second, chain = message.first, message.second, message.chain
        if second and (second in keys or second in known):
            repeats.append(True)
        elif first:
            # A call that sends no history may well say the same thing twice; then only its call tells.
            told_again = answered >= 0 or message.is_operators
            repeats.append(told_again and (first in keys or first in known))
        else:
            repeats.append(position <= stitched)
        if first:
            keys[first] = ""
        if second:
            keys[second] = ""
        if chain:
            keys[chain] = conversation
    return conversation, repeats


def _beside(event: Event, conversations: dict[str | None, str]) -> str | None:
    """The conversation of an event that is no message: its own, or that of the calls in its record."""
    if event.conversation_id is not None or not conversations:
        return event.conversation_id
    if event.trace_id in conversations:
        return conversations[event.trace_id]
    return next(iter(conversations.values())) if len(conversations) == 1 else None


def _settle_single(
    mapped: Mapped, single: Keyed, conversation: str | None, known: dict[int, str], resolved: Resolved
) -> None:
    sub_idx, event, sha, first, second = single.sub_idx, single.event, single.sha, single.first, single.second
    keys = resolved.keys
    if not first:
        name = _name(mapped.record)
        event_name = f"{name}.{sub_idx}" if sub_idx else name
        resolved.kept.append(Kept(mapped.record, mapped.format, sub_idx, event_name, sha, event, conversation))
    elif second in keys or second in known:
        resolved.repeats += 1
    else:
        name = event_id(first)
        amends = first in keys or first in known
        if first in keys:
            resolved.kept = [kept for kept in resolved.kept if kept.event_id != name]
        resolved.kept.append(Kept(mapped.record, mapped.format, sub_idx, name, sha, event, conversation, amends))
        keys[first] = keys[second] = ""


def stitched(draft: Draft, call: Sequence[Keyed]) -> str:
    """The name of the conversation of a call that the log has none for, as long as nobody has another."""
    return _stitched(call[0], draft.mapped.record)


def _stitched(opening: Keyed, record: Record) -> str:
    """The name of a conversation that the log has none for: all spans of a trace give it the same."""
    if (call_id := opening.event.call_id) is not None:
        return f"stitched-{event_id(key64('call', call_id, opening.event.service_name or ''))}"
    name = _name(record)
    return f"stitched-{name}.{opening.sub_idx}" if opening.sub_idx else f"stitched-{name}"


def _name(record: Record) -> str:
    """The id of a record's first event: where it stands says which it is."""
    return event_id(_unkeyed(b"at|%b|%d" % (record.source_id.encode(), record.offset)))
