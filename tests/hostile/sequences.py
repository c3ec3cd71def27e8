"""Take the bytes that went to a terminal apart into text and control sequences."""

from dataclasses import dataclass, field

_STRINGS = {"]": "OSC", "P": "DCS", "_": "APC", "^": "PM", "X": "SOS"}


@dataclass
class Output:
    """What a program wrote."""

    text: str = ""
    kinds: set[str] = field(default_factory=set)
    """Kinds of control sequences: of CSI the private mark and the final letter, of the others their name."""
    strings: set[str] = field(default_factory=set)
    """Whole OSC, DCS, APC, PM and SOS sequences."""


def take_apart(written: bytes) -> Output:
    """Sequences are told as xterm tells them; an unterminated one takes all that follows."""
    output = Output()
    text = written.decode()
    pieces: list[str] = []
    at = 0
    while at < len(text):
        if text[at] != "\x1b" or at + 1 == len(text):
            pieces.append(text[at])
            at += 1
        elif text[at + 1] == "[":
            at = _csi(text, at, output)
        elif text[at + 1] in _STRINGS:
            at = _string(text, at, output)
        else:
            output.kinds.add(f"ESC {text[at + 1]}")
            at += 2
    output.text = "".join(pieces)
    return output


def _csi(text: str, at: int, output: Output) -> int:
    end = at + 2
    while end < len(text) and not "@" <= text[end] <= "~":
        end += 1
    private = text[at + 2] if text[at + 2 : at + 3] in ("?", ">", "<", "=") else ""
    parameters = text[at + 2 : end] if text[end : end + 1] in ("h", "l") else ""
    output.kinds.add(f"CSI {private}{parameters}{text[end : end + 1]}")
    return end + 1


def _string(text: str, at: int, output: Output) -> int:
    ends = [place + len(mark) for mark in ("\x07", "\x1b\\") if (place := text.find(mark, at + 2)) >= 0]
    end = min(ends, default=len(text))
    output.kinds.add(_STRINGS[text[at + 1]])
    output.strings.add(text[at:end])
    return end
