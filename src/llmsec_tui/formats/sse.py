"""A body that was logged as the stream it came in: lines of ``data: {…}``.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from typing import Any

from llmsec_tui.formats.streams import joined
from llmsec_tui.formats.values import decoded

_DATA = "data:"


def body(value: Any) -> Any:
    """What a logged body says: JSON in a string, a captured stream as the answer it adds up to, or else as it is."""
    if isinstance(value, str) and _DATA in value[:200]:
        pieces = [decoded(line[len(_DATA) :].strip()) for line in value.splitlines() if line.startswith(_DATA)]
        if any(isinstance(piece, dict) for piece in pieces):
            return joined(pieces)
    return joined(value) if isinstance(value, list) and _is_stream(value) else decoded(value)


def _is_stream(pieces: list[Any]) -> bool:
    return bool(pieces) and all(
        isinstance(piece, dict) and ("choices" in piece or "type" in piece) for piece in pieces[:3]
    )
