"""Acts and the chained records that the journal keeps of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any, Protocol

import msgspec

from llmsec_tui.audit.canonical import Value, encode

VERSION = 1
GENESIS = bytes(32)
"""What the first record has in place of its predecessor's hash."""

_DOMAIN = b"llmsec-audit-v1\0"

Facts = Mapping[str, str | int | bool | None]
"""States, versions, ids, hashes: what an act changed. Never text out of a log."""


class Result(StrEnum):
    """How an act ended."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


class Actor(Protocol):
    """Who acts; ``access.Actor`` is one."""

    @property
    def uid(self) -> int: ...
    @property
    def loginuid(self) -> int | None: ...
    @property
    def pid(self) -> int: ...
    @property
    def user(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def tty(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did or tried to do, by reference: nothing in it comes out of a log's content."""

    actor: Actor
    action: str
    """The name of the command, such as ``alerts.dismiss``."""
    object: str
    """What it was done to, such as ``alert:9f86d081884c7d65``."""
    result: Result
    before: Facts = field(default_factory=dict)
    after: Facts = field(default_factory=dict)
    reason: str = ""
    """What the operator typed, or why it was refused."""
    command_id: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The place that an act has in the journal."""

    seq: int
    """1 for the first record."""
    at: int
    """Microseconds since 1970 UTC by the host's clock; order is by ``seq``."""
    hash: str


class Line(msgspec.Struct, frozen=True):
    """The part of a record that readers need; the chain is checked over the bytes."""

    v: int
    log_id: str
    seq: int
    at: int
    action: str
    object: str
    reason: str
    result: str
    prev: str
    hash: str
    actor: "LineActor"


class LineActor(msgspec.Struct, frozen=True):
    """Who acted, as recorded."""

    uid: int
    user: str
    role: str


LINES = msgspec.json.Decoder(Line)


def describe(act: Act, *, log_id: str, seq: int, at: int, boot_id: str, prev: bytes) -> dict[str, Value]:
    """The record of an act, all but its hash."""
    who = act.actor
    return {
        "v": VERSION,
        "log_id": log_id,
        "seq": seq,
        "at": at,
        "boot_id": boot_id,
        "actor": {
            "uid": who.uid,
            "loginuid": who.loginuid,
            "pid": who.pid,
            "user": _plain(who.user),
            "role": str(who.role),
            "tty": who.tty,
        },
        "action": act.action,
        "object": _plain(act.object),
        "before": _plain_facts(act.before),
        "after": _plain_facts(act.after),
        "reason": _plain(act.reason),
        "result": act.result.value,
        "command_id": _plain(act.command_id),
        "prev": prev.hex(),
    }


def seal(record: Mapping[str, Value]) -> tuple[bytes, bytes]:
    """The record's hash, which covers its predecessor's, and its line in the journal."""
    digest = chain(record)
    return digest, encode({**record, "hash": digest.hex()}) + b"\n"


def chain(record: Mapping[str, Value]) -> bytes:
    """SHA-256 over the domain, the hash before (``prev``) and the canonical record without its own hash."""
    unsealed = {key: value for key, value in record.items() if key != "hash"}
    return sha256(_DOMAIN + bytes.fromhex(str(record["prev"])) + encode(unsealed)).digest()


def read(line: bytes) -> dict[str, Any]:
    """The record of one line with its newline; raises ValueError, saying why, unless each byte is as it was written."""
    try:
        record = msgspec.json.decode(line, type=dict[str, Any])
        whole = encode(record) + b"\n" == line
        seen = msgspec.convert(record, Line)
        matches = chain(record).hex() == seen.hash
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ValueError(f"it is no journal record ({error})") from error
    if not whole:
        raise ValueError("its bytes are not in the canonical form")
    if seen.v != VERSION:
        raise ValueError(f"it has version {seen.v}, and this program knows {VERSION}")
    if not matches:
        raise ValueError("its hash does not fit its content")
    return record


def _plain(text: str) -> str:
    # File names may hold bytes that are no text; a record of them must not fail, and must be UTF-8.
    return text.encode("utf-8", "backslashreplace").decode()


def _plain_facts(facts: Facts) -> dict[str, Value]:
    return {_plain(key): _plain(value) if isinstance(value, str) else value for key, value in facts.items()}
