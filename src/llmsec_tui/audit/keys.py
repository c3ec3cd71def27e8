"""Which key seals a journal from which record on: the journal says so itself, and a successor is signed by both."""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from llmsec_tui.audit import checkpoints
from llmsec_tui.audit.note import Signer, Verifier
from llmsec_tui.audit.record import Facts, Line

KEY = "journal.key"
"""A key begins to sign, and none before it agreed to that: the first one, or one in place of a key that is gone."""
ROTATE = "journal.rotate"
"""A key gives way to the next one."""
RETIRE = "journal.retire"
"""The oldest records go; the key that sealed the last of them is named."""
UNSIGNED = "journal.unsigned"
"""From here on nobody signs."""


@dataclass(frozen=True, slots=True)
class Era:
    """Which key signs from a record on."""

    first_seq: int
    key: Verifier
    follows: bool
    """Whether the key before agreed, or there was none."""


def key_facts(key: Verifier) -> Facts:
    """What a record of a key that begins to sign holds."""
    return {"key": key.vkey, "key_id": key.key_id}


def rotation_facts(log_id: str, seq: int, prev: bytes, old: Signer, new: Signer) -> tuple[Facts, Facts]:
    """What the record of a rotation holds, before and after: both keys, and that each agrees to this very record."""
    name = checkpoints.origin(log_id)
    before, after = Verifier(name, old.public), Verifier(name, new.public)
    statement = _statement(before, after, seq, prev)
    return (
        {**key_facts(before), "signature": b64encode(old.sign(statement)).decode()},
        {**key_facts(after), "signature": b64encode(new.sign(statement)).decode()},
    )


def eras(own: Iterable[Line]) -> list[Era]:
    """The keys that a journal declares, oldest first; raises ValueError for one that is none."""
    found: list[Era] = []
    for line in own:
        if line.action == RETIRE and not found and line.after.get("key"):
            found.append(Era(0, Verifier.parse(str(line.after["key"])), follows=True))
        if line.action in (KEY, ROTATE):
            key = Verifier.parse(str(line.after.get("key")))
            follows = not found or (line.action == ROTATE and _agreed(line, found[-1].key, key))
            found.append(Era(line.seq, key, follows))
    return found


def era_at(known: Sequence[Era], seq: int) -> int:
    """The index of the era that a record is in; -1 before all."""
    return next((index for index in range(len(known) - 1, -1, -1) if known[index].first_seq <= seq), -1)


def _agreed(line: Line, old: Verifier, new: Verifier) -> bool:
    statement = _statement(old, new, line.seq, bytes.fromhex(line.prev))
    return (
        line.before.get("key") == old.vkey
        and old.holds(statement, _signature(line.before.get("signature")))
        and new.holds(statement, _signature(line.after.get("signature")))
    )


def _statement(old: Verifier, new: Verifier, seq: int, prev: bytes) -> bytes:
    return f"{old.name}\nrotate\n{old.vkey}\n{new.vkey}\n{seq}\n{prev.hex()}\n".encode()


def _signature(value: object) -> bytes:
    try:
        return b64decode(str(value), validate=True)
    except (Base64Error, ValueError):
        return b""
