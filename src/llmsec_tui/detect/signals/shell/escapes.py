"""The escapes of ``$'…'`` and of double quotes."""

_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b", "E": "\x1b"}
_DIGITS = {"x": (2, 16), "u": (4, 16), "U": (8, 16)}
_OCTAL = "01234567"
_HIGHEST = 0x10FFFF


def ansi_c(text: str) -> str:
    """What ``$'text'`` stands for; an escape that means nothing stays as it is."""
    if "\\" not in text:
        return text
    parts: list[str] = []
    at = 0
    while at < len(text):
        if text[at] != "\\" or at + 1 == len(text):
            parts.append(text[at])
            at += 1
            continue
        letter = text[at + 1]
        if letter in _DIGITS:
            longest, base = _DIGITS[letter]
            start = at + 2
        elif letter in _OCTAL:
            longest, base, start = 3, 8, at + 1
        else:
            parts.append(_SIMPLE.get(letter, letter))
            at += 2
            continue
        digits = _run(text, start, longest, "0123456789abcdefABCDEF" if base == 16 else _OCTAL)
        code = int(digits, base) if digits else -1
        parts.append(chr(code) if 0 <= code <= _HIGHEST else text[at : start + len(digits)])
        at = start + len(digits)
    return "".join(parts)


def _run(text: str, start: int, longest: int, allowed: str) -> str:
    end = start
    while end < min(len(text), start + longest) and text[end] in allowed:
        end += 1
    return text[start:end]
