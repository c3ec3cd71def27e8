"""What a question and a command are, apart from which there are."""

from typing import ClassVar, Generic, TypeVar

from msgspec import Struct

R = TypeVar("R")

PAGE_LIMIT = 500
"""The most rows one reply carries."""


class Done(Struct, frozen=True, kw_only=True):
    """A command was carried out, once."""

    message: str
    version: int = 0
    """The new version of the thing that was acted on."""
    audit_seq: int = 0


class Ask(Struct, Generic[R], frozen=True, kw_only=True, tag_field="name"):
    """A named question or command. ``capability`` is what it takes to have it answered."""

    capability: ClassVar[str] = ""
    reply: ClassVar[type]
    deadline_ms: ClassVar[int] = 5_000
    """How long the answer may take, where the asker does not say."""


class Query(Ask[R], Generic[R], frozen=True, kw_only=True):
    """Changes nothing; may be answered from a cache that is a fraction of a second old."""


class Command(Ask[R], Generic[R], frozen=True, kw_only=True):
    """Changes something, is audited, and is carried out once per ``command_id`` however often it is sent."""

    command_id: str
