"""Captures of server-sent events: the records stand behind ``data:``, the other fields carry no content.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

_DATA = b"data:"
_OTHERS = (b"event:", b"id:", b"retry:", b":")
_END = b"[DONE]"


def record_in(line: bytes) -> int | None:
    """Where in this stripped line its record begins, the line's length if it has none, None if it is no such line."""
    if line.startswith(_DATA):
        payload = line[len(_DATA) :].lstrip(b" \t")
        return len(line) if payload == _END else len(line) - len(payload)
    return len(line) if line.startswith(_OTHERS) else None
