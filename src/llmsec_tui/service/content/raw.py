"""The record behind an event, read again from its file for somebody who need not be able to read that."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Struct

from llmsec_tui.access import Actor, ContentLevel
from llmsec_tui.errors import SourceError
from llmsec_tui.intake.raw import raw
from llmsec_tui.service.content.api import GetRawRecord, RawRecord
from llmsec_tui.service.content.words import Words
from llmsec_tui.service.context import Context
from llmsec_tui.service.wire import portable
from llmsec_tui.store.queries import Reader
from llmsec_tui.text import visible


def raw_record(context: Context, reader: Reader, ask: GetRawRecord, actor: Actor) -> RawRecord:
    """The bytes as they are now, or what the asker may see of them. Raises NotFound, SourceError."""
    fields = reader.event(ask.event_id, 1)["fields"]
    path, offset, length = fields["source_path"], int(fields["source_offset"]), int(fields["source_len"])
    if not length:
        raise SourceError(
            f"Event {visible(ask.event_id)} tells of its file and has no record in it; there are no bytes to show.",
            hint="Ask for an event that a record of the log says.",
        )
    data = raw(path, offset, length)
    view = context.view(actor)
    whole = view.is_whole or ask.event_id in view.events
    words = Words(view, context.store.pseudonyms)
    return RawRecord(
        event_id=ask.event_id,
        source_path=portable(path),
        source_offset=offset,
        source_len=length,
        record_sha256=fields["record_sha256"],
        now_sha256=sha256(data).hexdigest(),
        data=data if whole else masked(data, words, fields.get("user_id", "")),
        masked=not whole,
    )


PERSONAL: Mapping[type, Callable[[Context, Reader, Any, Actor], Struct]] = {GetRawRecord: raw_record}


def masked(data: bytes, words: Words, user: str = "") -> bytes:
    """A record as UTF-8 text with marks in it; of JSON every text by itself, so that no escape can split a word."""
    if words.view.level is ContentLevel.HIDDEN:
        return words.text(data.decode("utf-8", "replace")).encode()
    try:
        document = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError):
        return words.text(data.decode("utf-8", "replace"), user=user).encode()
    return msgspec.json.encode(_masked(document, words, user))


def _masked(value: Any, words: Words, user: str) -> Any:
    if isinstance(value, str):
        return words.text(value, user=user)
    if isinstance(value, list):
        return [_masked(one, words, user) for one in value]
    if isinstance(value, dict):
        return {words.text(name, user=user): _masked(one, words, user) for name, one in value.items()}
    return value
