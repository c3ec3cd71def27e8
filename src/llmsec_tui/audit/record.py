"""Acts and the chained records that the journal keeps of them."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any, Protocol

import msgspec

from llmsec_tui.audit.canonical import Value, encode

VERSION = 2
GENESIS = bytes(32)
"""What the first record has in place of its predecessor's hash."""

DOMAINS: Mapping[int, bytes] = {1: b"llmsec-audit-v1\0", 2: b"llmsec-audit-v2\0"}
"""What the hash of a record begins with, by its version; each of them can be verified."""

_HASH = b',"hash":"'
"""Where a line holds its own hash. Behind it stand only texts and numbers, and in a text it would be escaped."""
_BEHIND_HASH = b',"log_id":"'
"""What follows it."""
_HASH_MEMBER = len(_HASH) + 64 + 1

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
    def os_user(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def tty(self) -> str: ...
    @property
    def ssh_client(self) -> str: ...
    @property
    def session(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Keeper:
    """The journal itself, where it acts on its own files."""

    uid: int = field(default_factory=os.geteuid)
    loginuid: int | None = None
    pid: int = field(default_factory=os.getpid)
    user: str = "journal"
    os_user: str = ""
    role: str = "system"
    tty: str = ""
    ssh_client: str = ""
    session: str = ""


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
    boot_id: str
    actor: "LineActor"
    before: dict[str, str | int | bool | None]
    after: dict[str, str | int | bool | None]
    command_id: str
    mono: int = 0
    """Microseconds since the host started; 0 in records of version 1."""


class LineActor(msgspec.Struct, frozen=True):
    """Who acted, as recorded."""

    uid: int
    loginuid: int | None
    pid: int
    user: str
    role: str
    tty: str
    os_user: str = ""
    ssh_client: str = ""
    session: str = ""


class Link(msgspec.Struct, frozen=True, gc=False):
    """The part of a record that makes it a link of the chain."""

    v: int
    log_id: str
    seq: int
    at: int
    action: str
    prev: str
    hash: str


LINES = msgspec.json.Decoder(Line)
LINKS = msgspec.json.Decoder(Link)
UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)
"""What these raise for bytes that are no record."""


def describe(act: Act, *, log_id: str, seq: int, at: int, mono: int, boot_id: str, prev: bytes) -> dict[str, Value]:
    """The record of an act, all but its hash."""
    who = act.actor
    return {
        "v": VERSION,
        "log_id": log_id,
        "seq": seq,
        "at": at,
        "mono": mono,
        "boot_id": boot_id,
        "actor": {
            "uid": who.uid,
            "loginuid": who.loginuid,
            "pid": who.pid,
            "user": plain(who.user),
            "os_user": plain(who.os_user),
            "role": str(who.role),
            "tty": who.tty,
            "ssh_client": plain(who.ssh_client),
            "session": who.session,
        },
        "action": act.action,
        "object": plain(act.object),
        "before": _plain_facts(act.before),
        "after": _plain_facts(act.after),
        "reason": plain(act.reason),
        "result": act.result.value,
        "command_id": plain(act.command_id),
        "prev": prev.hex(),
    }


def seal(record: Mapping[str, Value]) -> tuple[bytes, bytes]:
    """The record's hash, which covers its predecessor's, and its line in the journal."""
    body = encode(record)
    digest = sha256(b"".join((DOMAINS[VERSION], bytes.fromhex(str(record["prev"])), body))).digest()
    place = body.rfind(_BEHIND_HASH)
    return digest, b"".join((body[:place], _HASH, digest.hex().encode(), b'"', body[place:], b"\n"))


def unsealed(line: bytes) -> bytes:
    """A line without its hash and newline: the canonical record that the hash is about."""
    place = line.rfind(_HASH)
    return line[:place] + line[place + _HASH_MEMBER :].removesuffix(b"\n")


def chain(version: int, prev: bytes, line: bytes) -> bytes:
    """The hash that a line must have behind a record with hash ``prev``; raises ValueError for a version not known."""
    domain = DOMAINS.get(version)
    if domain is None:
        raise ValueError(f"it has version {version}, and this program knows {' and '.join(map(str, DOMAINS))}")
    return sha256(b"".join((domain, prev, unsealed(line)))).digest()


def row_of(line: Line) -> dict[str, Any]:
    """A record as lists show it, with the fields of ``service.api.AuditRow``."""
    who = line.actor
    return {
        "seq": line.seq,
        "at": line.at,
        "actor": who.user,
        "uid": who.uid,
        "role": who.role,
        "action": line.action,
        "object": line.object,
        "result": line.result,
        "reason": line.reason,
        "hash": line.hash,
        "os_user": who.os_user,
        "session": who.session,
        "tty": who.tty,
    }


def plain(text: str) -> str:
    """A text that can be written as UTF-8: a file name may hold bytes that are none, and is recorded all the same."""
    return text.encode("utf-8", "backslashreplace").decode()


def _plain_facts(facts: Facts) -> dict[str, Value]:
    return {plain(key): plain(value) if isinstance(value, str) else value for key, value in facts.items()}
