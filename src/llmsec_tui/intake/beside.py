"""Find the record on a line that has other text on it as well: a logger's time, level and name, or what damage left.

A fragment of a broken document must not pass for a record, so what stands before one may neither begin as JSON goes on
nor leave a bracket or a quote open.
"""

from collections.abc import Iterator

LONGEST = 200
"""So many characters of the text beside a record are kept."""
BLANK = " \t\r\n\x1e"
_OBJECT = '{"'
_GOES_ON = ('"', "}", "]", ",", ":", "{")
_PAIRS = (("[", "]"), ("{", "}"), ("(", ")"))


def record_start(text: str) -> int:
    """Where behind other text an object, or an array of them, begins on this line; 0 when there is none."""
    start = text.find(_OBJECT)
    before = text[: max(start, 0)].rstrip()
    if before.endswith("["):
        start = len(before) - 1
        before = text[:start].rstrip()
    if start <= 0 or before.startswith(_GOES_ON) or before.count('"') % 2:
        return 0
    return start if all(before.count(opened) == before.count(closed) for opened, closed in _PAIRS) else 0


def is_only_text(text: str) -> bool:
    """Whether there is certainly no object in what follows a record."""
    return _OBJECT not in text


def kept(head: str, tail: str) -> str:
    """What is kept of the text around a record."""
    parts = (head.strip(BLANK + "\0\ufeff")[:LONGEST], tail.strip(BLANK + "\0")[:LONGEST])
    return " ".join(filter(None, parts))[:LONGEST]


def resumptions(text: str) -> Iterator[tuple[str, int]]:
    """Parts of the text that each may begin with a record anew, and how long each is with the white space behind it.

    They begin where a carriage return or a record separator is followed by a bracket: in JSON, neither can stand in a
    string.
    """
    marks = text.replace("\x1e", "\r")
    start = end = 0
    while (end := marks.find("\r", end)) >= 0:
        follows = end
        while follows < len(marks) and marks[follows] in " \t\r":
            follows += 1
        if marks[follows : follows + 1] in ("{", "[") and start < end:
            yield text[start:end].rstrip(BLANK), follows - start
            start = follows
        end = max(follows, end + 1)
    yield text[start:].rstrip(BLANK), len(text) - start
