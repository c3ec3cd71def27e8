"""Text hidden in characters that show nothing: tags, variation selectors, bits of zero width.

What writing needs is not hidden: flags of tags, a selector after an emoji or an ideograph, joiners between letters.
"""

from collections.abc import Iterator
from itertools import permutations

from llmsec_tui.detect.text.encodings import as_text
from llmsec_tui.detect.text.runs import Edit, Run
from llmsec_tui.detect.text.searching import finds

_TAG = r"[\x{E0020}-\x{E007E}]"
_SELECTOR = r"[\x{FE00}-\x{FE0F}\x{E0100}-\x{E01EF}]"
_WIDTHLESS = r"[\x{180E}\x{200B}-\x{200F}\x{2060}-\x{2064}\x{FEFF}]"
HINT = (
    rf"{_TAG}|{_SELECTOR}{{2}}|{_WIDTHLESS}{{16}}"
    r"|[A-Za-z][\x{FE00}-\x{FE0E}]|[^\x{2E80}-\x{9FFF}\x{F900}-\x{FAFF}\x{20000}-\x{3FFFF}][\x{E0100}-\x{E01EF}]"
)
_FLAG, _END = "\U0001f3f4", "\U000e007f"
_KNOWN_FLAGS = ("gbeng", "gbsct", "gbwls")
_FLAGS_TO_HIDE_IN = 3
"""So many flags in a row that nobody has a picture of are not there to be seen."""
_SHORT, _NEAR = 6, 40
"""Pieces of so few characters, so near each other, are read as one."""
_SELECTOR_16 = "\ufe0f"
_IDEOGRAPHS = (range(0x2E80, 0xA000), range(0xF900, 0xFB00), range(0x20000, 0x40000))


def read(text: str) -> Iterator[Run]:
    """Whatever is hidden in a text."""
    yield from _tags(text)
    yield from _selectors(text)
    yield from _bits(text)


def _tags(text: str) -> Iterator[Run]:
    """ASCII in tag characters."""
    pieces: list[Edit] = []
    row: list[tuple[Edit, bool]] = []
    for start, end, found in finds(rf"\x{{1F3F4}}?{_TAG}+\x{{E007F}}?", text):
        said = "".join(chr(ord(one) - 0xE0000) for one in found.strip(_FLAG + _END))
        piece = (start + found.startswith(_FLAG), end - found.endswith(_END), said)
        if said in _KNOWN_FLAGS and _is_flag(found, said):
            continue
        if row and piece[0] - row[-1][0][1] > len(_END + _FLAG):
            pieces += _hiding(row)
            row = []
        row.append((piece, _is_flag(found, said)))
    yield from _gathered([*pieces, *_hiding(row)], "tag characters")


def _hiding(row: list[tuple[Edit, bool]]) -> list[Edit]:
    """Those pieces of some in a row that aren't there to be seen."""
    return [piece for piece, is_flag in row if not is_flag or len(row) >= _FLAGS_TO_HIDE_IN]


def _is_flag(found: str, said: str) -> bool:
    """Whether this has the form of the flag of a part of a country."""
    well_formed = found[0] == _FLAG and found[-1] == _END and said.isalnum() and said[:2].isalpha()
    return well_formed and said.islower() and 3 <= len(said) <= 5


def _gathered(pieces: list[Edit], by: str) -> Iterator[Run]:
    group: list[Edit] = []
    for piece in pieces:
        if group and not (_is_short(group[-1]) and _is_short(piece) and piece[0] - group[-1][1] <= _NEAR):
            yield _run(group, by)
            group = []
        group.append(piece)
    if group:
        yield _run(group, by)


def _is_short(piece: Edit) -> bool:
    return len(piece[2]) <= _SHORT


def _run(group: list[Edit], by: str) -> Run:
    start, end = group[0][0], group[-1][1]
    edits: list[Edit] = []
    for first, last, said in group:
        if edits:
            edits.append((edits[-1][1], first - start, ""))
        edits.append((first - start, last - start, said))
    return Run(start, end, by, "".join(said for _, _, said in group), lambda: edits, step=len(group) == 1)


def _selectors(text: str) -> Iterator[Run]:
    """Bytes in variation selectors: the first sixteen stand for 0 to 15, the supplement goes on from 16."""
    group: list[tuple[int, int, str]] = []
    for start, end, found in finds(f"{_SELECTOR}+", text):
        if _is_usual(text[start - 1 : start], found):
            continue
        if group and not (max(len(group[-1][2]), end - start) <= _SHORT and start - group[-1][1] <= _NEAR):
            yield from _selected(group)
            group = []
        group.append((start, end, found))
    if group:
        yield from _selected(group)


def _is_usual(base: str, found: str) -> bool:
    if not found.strip(_SELECTOR_16):
        return True
    if len(found) > 1 or not base:
        return False
    if ord(found) < 0xE0100:
        return not (base.isascii() and base.isalpha())
    return any(ord(base) in block for block in _IDEOGRAPHS)


def _selected(group: list[tuple[int, int, str]]) -> Iterator[Run]:
    found = "".join(one for _, _, one in group)
    # The first may belong to the emoji that the others hide behind.
    for characters in (found, found.removeprefix(_SELECTOR_16)):
        codes = (ord(one) for one in characters)
        text = as_text(bytes(code - 0xFE00 if code < 0xE0100 else code - 0xE0100 + 16 for code in codes))
        if text:
            yield Run(group[0][0], group[-1][1], "variation selectors", text)
            return


def _bits(text: str) -> Iterator[Run]:
    """Two characters of zero width as the bits of bytes, a third perhaps between the bytes."""
    for start, end, found in finds(rf"{_WIDTHLESS}{{16,}}", text):
        said = next(filter(None, map(as_text, _readings(found))), None)
        if said is not None:
            yield Run(start, end, "zero-width bits", said)


def _readings(run: str) -> Iterator[bytes]:
    kinds = sorted(set(run))
    for between, zero, one in permutations([*kinds, ""][:3]) if len(kinds) in (2, 3) else ():
        if not (zero and one) or (between == "") == (len(kinds) == 3):
            continue
        digits = run.replace(zero, "0").replace(one, "1")
        groups = digits.split(between) if between else [digits[at : at + 8] for at in range(0, len(digits), 8)]
        codes = [int(group, 2) for group in groups if group]
        if max(codes) < 256:
            yield bytes(codes)
