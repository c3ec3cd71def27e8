"""Words that are spelled to look like something else: leetspeak, letters with gaps, backwards, rot13, Morse code.

Ordinary text looks like that now and then. So, but for letters with gaps and Morse code, a text is only read otherwise
where one of a few telling words comes out; then so are the words around it.
"""

import codecs
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice, product

from llmsec_tui.detect.text.encodings import LETTER_ENTITY, entities
from llmsec_tui.detect.text.folding import fold
from llmsec_tui.detect.text.lexicon import STEMS, WORDS, cut
from llmsec_tui.detect.text.runs import Edit, Run, rewritten
from llmsec_tui.detect.text.searching import finds

_READINGS = {
    "0": "o",
    "1": "il",
    "!": "i",
    "|": "li",
    "3": "e",
    "4": "a",
    "@": "a",
    "5": "s",
    "$": "s",
    "7": "t",
    "+": "t",
    "8": "b",
    "9": "g",
    "6": "gb",
    "2": "z",
    "€": "e",
    "¡": "i",
    "£": "l",
}
"""What stands for which letters, the likeliest first."""
_MOST_READINGS = 32
_KNOWN_SHARE = 0.7
"""So much of letters without gaps must be known words for the letters to be cut into them."""
_CONTEXT, _NEAR = 80, 400
_MARKS = r"._*/~^'\x22-"
_APART = str.maketrans(dict.fromkeys("._*/|~^'\"-+", " "))
_CLOSED = str.maketrans(dict.fromkeys("._*/~^'\"-"))
_LIKELIEST = str.maketrans({mark: letters[0] for mark, letters in _READINGS.items()})
_OUTER = ".,;:?\"'()[]{}<>`*_-"
_LONGEST = 60
_BY_TOKEN = ("leetspeak", "split words")


def _disguised(word: str) -> str:
    shapes = {letter: "".join(mark for mark, letters in _READINGS.items() if letter in letters) for letter in word}
    classes = ["[" + letter + letter.upper() + shapes[letter].replace("|", r"\|") + "]" for letter in word]
    return rf"[{_MARKS}]{{0,2}}".join(classes)


def _rotated(text: str) -> str:
    return codecs.encode(text, "rot13")


_STEM = "|".join(map(_disguised, STEMS))
_OPENERS = "[iI]gnore|[dD]isregard|[fF]orget|[oO]verride|[bB]ypass|[rR]eveal|IGNORE|DISREGARD|FORGET|OVERRIDE|REVEAL"
_FOLLOWERS = "all|any|every|previous|prior|your|the|my|above|safety|system|ALL|ANY|PREVIOUS|PRIOR|YOUR|THE|SYSTEM"
_SPACE_ENTITY = "&nbsp;|&#(?:32|160|x20|xa0|xA0);"
_JOINED = rf"(?:{_OPENERS})(?:[._*/|~+]{{1,2}}|-)(?:{_FOLLOWERS})"
_JOINED_BY_ENTITY = f"(?:{_OPENERS})(?:{_SPACE_ENTITY})(?:{_FOLLOWERS})"
LEET = f"{_JOINED}|{_JOINED_BY_ENTITY}|{_STEM}"

_LETTER = (
    r"[A-Za-z0-9@$!\x{C0}-\x{24F}\x{370}-\x{58F}\x{24B6}-\x{24E9}"
    r"\x{FF10}-\x{FF5A}\x{1D400}-\x{1D7FF}\x{1F130}-\x{1F1FF}]"
)
_GAP = r"[ \t\r\n\x{A0}._*/|~,:-]{1,3}"
_ANY_LETTER, _OTHER = r"[A-Za-z\x{80}-\x{10FFFF}]", r"[A-Za-z0-9@$!\x{80}-\x{10FFFF}]"
GAPS = rf"(?:^|[^A-Za-z0-9])(?:{_ANY_LETTER}{_GAP}){{2}}(?:{_OTHER}{_GAP}){{2}}{_OTHER}"
DISGUISED = "[A-Za-z].*[^A-Za-z]|[^A-Za-z].*[A-Za-z]|&"
"""What tells a word in disguise from the plain word."""
_GAP_CHARACTERS = frozenset(" \t\r\n\xa0._*/|~,:-")
_LEAST_LETTERS, _LEAST_WORD, _LEAST_SIGNS = 5, 4, 4

ROTATED, REVERSED = "|".join(_rotated(stem) for stem in STEMS), "|".join(stem[::-1] for stem in STEMS)
"""In lower case."""

MORSE = r"(?:[.·•-]{1,5}[ /|]{1,3}){5}"
_SIGNS = """
a.- b-... c-.-. d-.. e. f..-. g--. h.... i.. j.--- k-.- l.-.. m-- n-. o--- p.--. q--.- r.-. s... t- u..- v...- w.--
x-..- y-.-- z--.. 0----- 1.---- 2..--- 3...-- 4....- 5..... 6-.... 7--... 8---.. 9----. ,--..-- ?..--.. '.----.
"""
_CODE = {sign[1:]: sign[0] for sign in _SIGNS.split()} | {".-.-.-": "."}


_Named = tuple[int, int, str, str]
"""An edit, and what undoes it."""


def words(text: str) -> Iterator[Run]:
    """Leetspeak, split words, letters with gaps, entities for letters; each with the words around it."""
    found = sorted([*_gaps(text), *_entities(text), *_seeds(text)])
    for start, end, named in _windows(text, found):
        edits = list(_merged(named, _tokens(text, start, end)))
        run = rewritten(text[start:end], " and ".join(sorted({by for *_, by in named})), _moved(edits, start))
        if run.text != text[start:end]:
            yield run.moved(start)


def _moved(edits: list[Edit], start: int) -> Callable[[], Iterable[Edit]]:
    return lambda: ((first - start, last - start, said) for first, last, said in edits)


def _windows(text: str, found: list[_Named]) -> Iterator[tuple[int, int, list[_Named]]]:
    """The stretches around edits, each with its edits; they don't overlap."""
    at = 0
    while at < len(found):
        end, upto = found[at][1], at + 1
        while upto < len(found) and found[upto][0] - end <= 2 * _CONTEXT:
            end, upto = max(end, found[upto][1]), upto + 1
        start = found[at][0]
        before, after = text[max(start - _CONTEXT, 0) : start], text[end : end + _CONTEXT]
        if start > _CONTEXT:
            before = before[before.find(" ") + 1 :]
        if end + _CONTEXT < len(text):
            after = after[: after.rfind(" ") + 1]
        yield start - len(before), end + len(after), found[at:upto]
        at = upto


def _merged(named: list[_Named], tokens: Iterator[Edit]) -> Iterator[Edit]:
    """The edits that say something and, where there are none of them, those of tokens."""
    edits = [(start, end, said) for start, end, said, by in named if by not in _BY_TOKEN]
    at = 0
    for token in tokens:
        while at < len(edits) and edits[at][1] <= token[0]:
            yield edits[at]
            at += 1
        if at == len(edits) or token[1] <= edits[at][0]:
            yield token
    yield from edits[at:]


def _gaps(text: str) -> Iterator[_Named]:
    for start, end, found in finds(f"(?:{_LETTER}{_GAP}){{{_LEAST_LETTERS - 1},}}{_LETTER}", text):
        letters, gaps = _letters(found)
        first = text[start - 1 : start].isalnum()
        last = len(letters) - text[end : end + 1].isalnum()
        letters, gaps = letters[first:last], gaps[first : last - 1]
        if len(letters) < _LEAST_LETTERS or 2 * sum(map(str.isalpha, letters)) <= len(letters):
            continue
        start += (1 + len(_letters(found)[1][0])) * first
        length = sum(map(len, letters)) + sum(map(len, gaps))
        words = _closed(letters, gaps)
        # Shorter ones are abbreviations.
        if max(map(len, words)) >= _LEAST_WORD:
            yield start, start + length, " ".join(map(_cut, words)), "spaced-out letters"


def _letters(run: str) -> tuple[list[str], list[str]]:
    """The letters, and what is between them."""
    letters, gaps = [run[0]], [""]
    for character in run[1:]:
        if character in _GAP_CHARACTERS:
            gaps[-1] += character
        else:
            letters.append(character)
            gaps.append("")
    return letters, gaps[:-1]


def _closed(letters: list[str], gaps: list[str]) -> list[str]:
    """The words that the letters are; a gap that isn't the usual one is between words."""
    usual = Counter(gaps).most_common(1)[0][0]
    written = (letter if gap == usual else f" {letter}" for gap, letter in zip(gaps, letters[1:], strict=True))
    return "".join((letters[0], *written)).split(" ")


def _cut(word: str) -> str:
    plain = fold(word).translate(_LIKELIEST)
    pieces, share = cut(plain)
    known = share >= _KNOWN_SHARE
    return " ".join(pieces) if known else word


def _entities(text: str) -> Iterator[_Named]:
    if any(finds(f"{LETTER_ENTITY}|{_JOINED_BY_ENTITY}", text)):
        yield from ((start, end, said, "entities") for start, end, said in entities(text))


def _seeds(text: str) -> Iterator[_Named]:
    """Words in disguise."""
    for start, end, found in finds(LEET, text):
        if not found.isalpha():
            by = "leetspeak" if any(one in _READINGS for one in found) else "split words"
            yield start, end, "", by


def _tokens(text: str, start: int, end: int) -> Iterator[Edit]:
    """The words of a stretch that can be read otherwise."""
    at = start
    for token in text[start:end].split():
        first = text.index(token, at)
        at = first + len(token)
        core = token.strip(_OUTER)
        if core and (said := _read(core)) != core:
            first += token.index(core)
            yield first, first + len(core), said


def _read(core: str) -> str:
    if core.isalpha() or len(core) > _LONGEST:
        return core
    pieces = core.translate(_APART).split()
    if (
        len(pieces) > 1
        and (known := [word for piece in pieces if (word := _known(piece))])
        and len(known) == len(pieces)
    ):
        return " ".join(known)
    closed = core.translate(_CLOSED)
    return _known(closed) or (closed.translate(_LIKELIEST) if _is_mixed(closed) else core)


def _known(word: str) -> str | None:
    """The known word that this can be read as."""
    low = word.lower()
    readings = map("".join, product(*(_READINGS.get(one, one) for one in low)))
    tried = islice(readings, _MOST_READINGS)
    return next((one for one in tried if one in WORDS or one.removesuffix("s") in WORDS), None)


def _is_mixed(word: str) -> bool:
    """Whether letters are among digits as in leetspeak, not as in a code or a version."""
    digits = sum(one in _READINGS for one in word)
    return word.isascii() and 0 < digits <= len(word) - digits and not any(map(str.isdigit, word[:1] + word[-1:]))


def rotated(text: str) -> Iterator[Run]:
    """Text in rot13."""
    for start, end in _lines(text, f"(?i){ROTATED}"):
        yield Run(start, end, "rot13", _rotated(text[start:end]), step=1)


def backwards(text: str) -> Iterator[Run]:
    """Text that reads from right to left, as a whole and word by word."""
    for start, end in _lines(text, f"(?i){REVERSED}"):
        line = text[start:end]
        yield Run(start, end, "reversed", line[::-1], step=-1)
        words = [(first, last, word[::-1]) for first, last, word in finds("[0-9A-Za-z]+", line)]
        yield rewritten(line, "reversed words", _moved(words, 0)).moved(start)


def _lines(text: str, pattern: str) -> Iterator[tuple[int, int]]:
    """The lines in which a pattern is found, at most so far around it; they don't overlap."""
    start, end = 0, 0
    for first, last, _ in finds(pattern, text):
        if first < end and last <= end:
            continue
        if end:
            yield start, end
        start = max(text.rfind("\n", 0, first) + 1, first - _NEAR, end)
        newline = text.find("\n", last, last + _NEAR)
        end = newline if newline >= 0 else min(last + _NEAR, len(text))
    if end:
        yield start, end


def morse(run: str) -> str | None:
    """Dots and dashes; letters are parted by a space, words by a stroke or more spaces."""
    plain = run.replace("·", ".").replace("•", ".").replace("|", "/").replace("   ", "/")
    words = [[_CODE.get(sign) for sign in word.split()] for word in plain.split("/")]
    signs = [sign for word in words for sign in word]
    if None in signs or len(set(signs)) < _LEAST_SIGNS:
        return None
    return " ".join("".join(filter(None, word)) for word in words if word)
