"""Answer a question as its asker may see the answer."""

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from llmsec_tui.access import ContentLevel
from llmsec_tui.errors import NotFound
from llmsec_tui.masking import redacted
from llmsec_tui.service.content.masking import seen_by
from llmsec_tui.service.content.special import is_revealed
from llmsec_tui.service.content.view import View
from llmsec_tui.service.content.words import Words
from llmsec_tui.service.rows import AlertDetail
from llmsec_tui.store.pseudonyms import Pseudonyms
from llmsec_tui.store.queries import Reader

_TEXT_CHARS = 1_048_576
"""As much of an event's text as is ever shown."""


def shown(reply: Struct, view: View, reader: Reader, pseudonyms: Pseudonyms) -> Struct:
    """The reply with nothing in it that is not for this view."""
    words = Words(view, pseudonyms)
    made = seen_by(words, reply)
    if isinstance(reply, AlertDetail) and isinstance(made, AlertDetail) and reply.spans:
        return replace(made, spans=_spans(reply, words, reader))
    return made


def _spans(alert: AlertDetail, words: Words, reader: Reader) -> list[tuple[int, int]]:
    """Where the spans are in the text as this view shows it; none where that cannot be known."""
    if is_revealed(alert.row, words) or words.view.is_whole:
        return alert.spans
    if words.view.level is not ContentLevel.REDACTED or not words.view.identities:
        return []
    try:
        row: dict[str, Any] = reader.event(alert.row.event_id, _TEXT_CHARS)["row"]
    except NotFound:
        return []
    return redacted(row["text"], cut_end=row["n_chars"] > len(row["text"])).moved(alert.spans)
