"""Tell which messages of a call were said before, and in which conversation, by the keys that ``history`` gave them."""

from collections.abc import Sequence
from typing import Protocol

_ENOUGH_PAIRS = 2
"""So many answers and what led to them prove that a history is of a conversation."""


class Said(Protocol):
    """What is needed of a message to tell whether it was said before; see ``history.Keyed``."""

    @property
    def first(self) -> int: ...
    @property
    def second(self) -> int: ...
    @property
    def chain(self) -> int: ...
    @property
    def pair(self) -> int: ...
    @property
    def is_operators(self) -> bool: ...


def said_again(
    messages: Sequence[Said],
    answered: int,
    own: str | None,
    spare: str,
    known: dict[int, str],
    keys: dict[int, str],
    *,
    is_all: bool = True,
) -> tuple[str, list[bool]]:
    """The conversation of one call, and which of its messages are repeats; adds to ``keys``.

    ``own`` is what the log calls the conversation, and ``spare`` what it is called when nobody has a name for it.
    Unless ``known`` and ``keys`` are all that was said before, pairs prove nothing: those that are known from one
    conversation might be from two, were more known. Any other repeat stays one.
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
    resent: set[int] = set()
    if is_all and own is None and stitched < answered:
        named, resent = _resent(messages, stitched, answered, known, keys)
        if named is not None and stitched < 0:
            conversation = named
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
            repeats.append(position <= stitched or position in resent)
        if first:
            keys[first] = ""
        if second:
            keys[second] = ""
        if chain:
            keys[chain] = conversation
        if message.pair:
            keys[message.pair] = conversation
    return conversation, repeats


def _resent(
    messages: Sequence[Said], stitched: int, answered: int, known: dict[int, str], keys: dict[int, str]
) -> tuple[str | None, set[int]]:
    """The conversation that messages behind the known prefix are from, and which of them; one pair may be chance."""
    places: dict[str, list[int]] = {}
    for position in range(stitched + 1, answered + 1):
        pair = messages[position].pair
        if pair and (name := keys.get(pair, known.get(pair))):
            places.setdefault(name, []).append(position)
    name, found = max(places.items(), key=lambda one: len(one[1]), default=(None, []))
    if len(found) < _ENOUGH_PAIRS:
        return None, set()
    resent = set(found)
    for position in found:
        before = position - 1
        while messages[before].is_operators:
            before -= 1
        resent.add(before)
    return name, resent
