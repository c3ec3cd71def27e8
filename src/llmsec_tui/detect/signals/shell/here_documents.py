"""The text of a here-document, up to the line that ends it."""


def body(text: str, at: int, delimiter: str, cut: bool) -> tuple[str, int]:
    """The lines from ``at`` to the one that is the delimiter, and where the next begins. ``cut``: tabs before it go."""
    lines: list[str] = []
    end = len(text)
    while at < end:
        stop = text.find("\n", at)
        stop = end if stop < 0 else stop
        line = text[at:stop]
        at = min(stop + 1, end)
        if (line.lstrip("\t") if cut else line).rstrip("\r") == delimiter:
            break
        lines.append(line)
    return "\n".join(lines), at
