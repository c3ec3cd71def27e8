"""Tell a new message from one that was sent again.

Chat logs repeat themselves: every call carries the whole conversation so far, spans of one trace carry the same
messages, resumed sessions copy their records. A message is stored, and judged, the first time it appears.

- Events with a ``native_id`` are known by it; a later one with other bytes amends the earlier. Where both come in one
  batch, only the later is stored, but the earlier is judged too: otherwise an attack that is amended a moment later
  would go unseen.
- Messages of an exchange with a conversation id are known by (conversation, role, text, how many-th equal one).
- Messages of an exchange without a conversation id are known by their place: a key over the whole prefix that leads to
  them. The longest known prefix names the conversation. Leading system messages prove nothing, many conversations
  share them. A client may cut its history at the front; then two answers that are known from one conversation, each
  with what came right before it, show that it is that one.

Keys are 64 bits of BLAKE2b under a secret of the store: without it nobody can make an attack that has the key of a
harmless message, and would so be taken for a repeat.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b, sha256
from operator import attrgetter

import msgspec
from msgspec import Struct, field

from llmsec_tui.events.identity import content_sha256, event_id, key64
from llmsec_tui.events.model import Event, Exchange, Record, Role
from llmsec_tui.events.stitching import said_again

Lookup = Callable[[list[int]], dict[int, str]]
"""Given keys, those that were seen before, with the conversation each belongs to ("" where that says nothing)."""


_MIX = 0x9E3779B97F4A7C15
_KEY_BITS = (1 << 64) - 1
# Looking up a member of an enum costs more than a dict access, and its hash is made in Python.
_SYSTEM, _DEVELOPER, _ASSISTANT, _INPUT = Role.SYSTEM, Role.DEVELOPER, Role.ASSISTANT, Exchange.INPUT
_judged = attrgetter(
    *("role", "trust", "user_id", "source_ip", "tool_name", "tool_server", "tool_is_error", "refusal", "error_type"),
    *("guardrail_verdict", "guardrail_action", "permission_mode", "permission_decision"),
)
"""What rules look at beside the text."""
_encode = msgspec.json.Encoder().encode
_COPYING = frozenset(("claude-code",))
"""Formats whose records are copied into other sessions, with other bytes: only other content amends them."""


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
    version: str = ""
    """Of an event that is known by its native id: what tells this version of it from others."""


class Resolved(Struct):
    """The new events of a batch and the keys that its successors must know."""

    kept: list[Kept] = field(default_factory=list)
    keys: dict[int, str] = field(default_factory=dict)
    repeats: int = 0
    """Events that were seen before and are left out."""
    outdated: list[Kept] = field(default_factory=list)
    """Versions of events that a later one in ``kept`` replaced: to be judged and not to be stored."""
    newest: dict[str, int] = field(default_factory=dict)
    """The place in ``kept`` of the newest version of each event that came in several."""


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
    pair: int = 0
    """Of an answer without a conversation id: it and what came right before it."""
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
    resolved = settled(found, lookup(found.wanted) if found.wanted else {})
    if resolved.newest:
        _leave_newest(resolved)
    return resolved


def drafted(batch: Iterable[Mapped], secret: bytes = b"") -> Drafts:
    """The first half of :func:`resolve`: what everything may be known by."""
    hashed = _Hash(secret)
    wanted: list[int] = []
    return Drafts([_draft(mapped, hashed, wanted) for mapped in batch], wanted)


def settled(found: Drafts, known: dict[int, str], *, is_all: bool = True) -> Resolved:
    """The second half of :func:`resolve`, but for its end: all versions of an event are in ``kept``, in their order.

    ``known`` is what the lookup had to say of the wanted keys. Where it ``is_all`` that was seen before, every repeat
    is left out; else only those that would be repeats whatever else was seen.
    """
    resolved = Resolved()
    for draft in found.drafts:
        conversations: dict[str | None, str] = {}
        for messages in draft.calls:
            conversations[messages[0].event.call_id] = _settle_messages(draft.mapped, messages, known, resolved, is_all)
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
            keyed.first = _key_of_id(mapped.format, event.native_id, event.kind)
            version = _content(keyed) if mapped.format in _COPYING else mapped.record.sha256
            keyed.second = hashed(b"version|%x|%b" % (keyed.first, version))
            wanted += (keyed.first, keyed.second)
    for messages in calls:
        _give_keys(messages, hashed, wanted)
    return Draft(mapped, singles, calls)


def _content(keyed: Keyed) -> bytes:
    """All that rules look at in an event."""
    return sha256(_encode(_judged(keyed.event)) + (keyed.sha or b"-")).digest()


def _give_keys(messages: list[Keyed], hashed: _Hash, wanted: list[int]) -> None:
    opening = messages[0].event
    conversation, service = opening.conversation_id, opening.service_name or ""
    named, user = conversation or "", opening.user_id or ""
    scope = hashed(_encoded(f"2:in{len(named)}:{named}{len(service)}:{service}{len(user)}:{user}"))
    # What tells the call from all others; 0 when the log does not.
    call, called = 0, opening.call_id
    if called is not None:
        call = hashed(_encoded(f"4:call{len(called)}:{called}{len(service)}:{service}"))
    equals: dict[bytes, int] = {}
    proven = False
    place = scope
    before = 0
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
        if message.is_operators:
            continue
        once = said if count == 1 else hashed(b"said1%b" % what)
        if before and role is _ASSISTANT:
            message.pair = ((before * _MIX ^ once) + scope) & _KEY_BITS or 1
            wanted.append(message.pair)
        before = once


def _key_of_id(format_name: str, native_id: str, kind: str) -> int:
    """As ``key64("id", …)``, which takes three times as long."""
    parts = f"2:id{len(format_name)}:{format_name}{len(native_id)}:{native_id}{len(kind)}:{kind}"
    return _unkeyed(_encoded(parts))


def _encoded(parts: str) -> bytes:
    """Each part has its length before it, so they cannot run into each other."""
    return parts.encode("utf-8", "surrogatepass")


def _settle_messages(
    mapped: Mapped, messages: list[Keyed], known: dict[int, str], resolved: Resolved, is_all: bool
) -> str:
    """Keep the messages of one call that are new; the conversation that they belong to."""
    own = messages[0].event.conversation_id
    spare = _stitched(messages[0], mapped.record) if own is None else ""
    conversation, repeats = said_again(messages, answered(messages), own, spare, known, resolved.keys, is_all=is_all)
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


def _beside(event: Event, conversations: dict[str | None, str]) -> str | None:
    """The conversation of an event that is no message: its own, or that of the calls in its record."""
    if event.conversation_id is not None or not conversations:
        return event.conversation_id
    if event.trace_id in conversations:
        return conversations[event.trace_id]
    return next(iter(conversations.values())) if len(conversations) == 1 else None


def _settle_single(
    mapped: Mapped,
    single: Keyed,
    conversation: str | None,
    known: dict[int, str],
    resolved: Resolved,
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
        if first in keys:
            resolved.newest[name] = len(resolved.kept)
        version, amends = event_id(second), first in known
        kept = Kept(mapped.record, mapped.format, sub_idx, name, sha, event, conversation, amends, version)
        resolved.kept.append(kept)
        keys[first] = keys[second] = ""


def _leave_newest(resolved: Resolved) -> None:
    """Leave the newest version of each event; those before it are only judged."""
    kept: list[Kept] = []
    for place, one in enumerate(resolved.kept):
        is_newest = resolved.newest.get(one.event_id, place) == place
        (kept if is_newest else resolved.outdated).append(one)
    resolved.kept = kept


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
